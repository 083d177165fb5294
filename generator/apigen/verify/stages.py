"""The stages of a verification, one after another; each says how it ended and what it took."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from apigen import pipeline
from apigen.diagnostics import Report, Severity
from apigen.settings import Settings
from apigen.verify.configuration import Service
from apigen.verify.service import ServiceFailed, running

_GRACE = 60.0
"""Seconds beyond its budget that the search for drift may take to start and to report."""


class Status(StrEnum):
    """How a stage ended."""

    OK = "ok"
    FOUND = "found"
    """The check found something."""
    UNTESTED = "not tested"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage that is over."""

    name: str
    status: Status
    said: str
    """One line, or more where there is more to say."""
    seconds: float


def verify(
    settings: Settings, service: Service | None, seed: int, report: Report
) -> Iterator[Stage]:
    """Run the stages in order and give each as it ends; *report* gets what the first two find.

    A stage that can't be is not tested, and so are those that need it.
    """
    yield _timed("contract", lambda: _contract(settings, report))
    yield _timed("code", lambda: _code(settings, report))
    if service is None:
        yield Stage("service", Status.UNTESTED, "no command in [tool.apigen.verify]", 0.0)
        return
    begun = time.monotonic()
    try:
        with running(service) as found:
            yield Stage(
                "service", Status.OK, f"{service.command[0]} is ready", time.monotonic() - begun
            )
            url = found.url
            yield _timed("live", lambda: _live(settings, service, url, seed))
            begun = time.monotonic()
    except ServiceFailed as why:
        yield Stage("service", Status.UNTESTED, str(why), time.monotonic() - begun)
        return
    status = Status.OK if found.exit == 0 else Status.FOUND
    ended = "had to be killed" if found.exit is None else f"exit code {found.exit}"
    yield Stage("stop", status, f"stopped by SIGTERM: {ended}", time.monotonic() - begun)


def _timed(name: str, run: Callable[[], tuple[Status, str]]) -> Stage:
    begun = time.monotonic()
    status, said = run()
    return Stage(name, status, said, time.monotonic() - begun)


def _contract(settings: Settings, report: Report) -> tuple[Status, str]:
    found, contract = pipeline.validate(
        settings.spec, settings.allow, rules=settings.rules, without=settings.without
    )
    report.extend(found)
    if contract is None:
        return Status.UNTESTED, f"{settings.spec} leaves no ground"
    wrong = [each for each in found if each.severity is not Severity.NOTE]
    said = f"{settings.spec}: {len(contract.operations)} operations"
    if wrong:
        return Status.FOUND, f"{said}, {len(wrong)} findings"
    return Status.OK, f"{said}, no finding"


def _code(settings: Settings, report: Report) -> tuple[Status, str]:
    outcome = pipeline.check(settings)
    folder = settings.output / settings.package
    report.extend(outcome.findings)
    if outcome.contract is None:
        return Status.UNTESTED, f"{folder}: nothing to compare it with"
    if outcome.findings:
        return Status.FOUND, f"{folder} is not what the contract gives: apigen generate"
    return Status.OK, f"{folder} is what the contract gives"


def _live(settings: Settings, service: Service, url: str, seed: int) -> tuple[Status, str]:
    """Search for drift in a process of its own: what it loads and hooks into stays there."""
    command = [
        *(sys.executable, "-m", "apigen", "fuzz"),
        *("--spec", str(settings.spec), "--url", url, "--allow-writes"),
        *("--seed", str(seed), "--time-budget", f"{service.time_budget:g}"),
    ]
    try:
        ended = subprocess.run(  # noqa: S603 - ourselves
            command,
            stdout=subprocess.PIPE,
            check=False,
            timeout=service.time_budget + _GRACE,
        )
    except subprocess.TimeoutExpired:
        return Status.UNTESTED, f"no end within {service.time_budget + _GRACE:.0f} s"
    said = ended.stdout.decode("utf-8", errors="replace").strip()
    match ended.returncode:
        case 0:
            return Status.OK, said or "no drift"
        case 1:
            return Status.FOUND, said
        case _:
            return Status.UNTESTED, said or f"apigen fuzz ended with exit code {ended.returncode}"
