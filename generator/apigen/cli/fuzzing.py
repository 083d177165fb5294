"""What ``apigen fuzz`` does with its flags."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apigen import config
from apigen.cli import options
from apigen.cli.exits import Exit
from apigen.cli.printing import note, say
from apigen.cli.report import is_coloured, source_of
from apigen.diagnostics import Report, Stop
from apigen.diagnostics.drifts import UNPREPARED
from apigen.render import RENDERERS
from apigen.render.text import visible

if TYPE_CHECKING:
    from apigen.fuzz.campaign import Outcome
    from apigen.fuzz.operations import Contract, Operation
    from apigen.fuzz.secrets import Identity
    from apigen.fuzz.session import Oracle, Session

_DEFAULT = "default"


class ReportFormat(StrEnum):
    """How a run is told."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    HTML = "html"


_FILES = {
    ReportFormat.TEXT: "fuzz.txt",
    ReportFormat.JSON: "fuzz.json",
    ReportFormat.SARIF: "fuzz.sarif",
    ReportFormat.JUNIT: "fuzz.junit.xml",
    ReportFormat.HTML: "fuzz.html",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The flags."""

    spec: Path | None
    allow: tuple[Path, ...]
    url: str | None
    headers: tuple[str, ...] = field(repr=False)
    header_file: Path | None
    token_file: Path | None
    identities: tuple[str, ...]
    seed: int
    seconds: float
    requests: int
    rate: str | None
    writes: bool | None
    namespace: str
    ca: Path | None
    certificate: Path | None
    key: Path | None
    is_verified: bool
    baseline: Path | None
    only: tuple[str, ...]
    oracles: tuple[str, ...]
    engine: bool
    app: str | None
    database_url: str | None = field(repr=False)


def perform(
    asked: Asked,
    report: Report,
    format_: ReportFormat,
    folder: Path | None,
    *,
    dry_run: bool,
    quiet: bool,
    color: options.Color,
) -> Exit:
    """Do what was asked and tell it; raise Stop if it can't begin."""
    with _opened(asked, report) as (served, more):
        return _performed(
            served, more, report, format_, folder, dry_run=dry_run, quiet=quiet, color=color
        )


@contextmanager
def _opened(asked: Asked, report: Report) -> Generator[tuple[Asked, tuple[Oracle, ...]]]:
    """Open the application, if there is one; give what is asked of its URL, and its oracle."""
    if asked.app is None or asked.spec is None:
        yield asked, ()
        return
    from apigen.fuzz import whitebox
    from apigen.fuzz.operations import read

    contract = read(asked.spec, report, asked.allow)
    with whitebox.opened(asked.app, Path.cwd(), contract, serve=asked.url is None) as found:
        yield replace(asked, url=asked.url or found.url), (found.oracle,)


def _performed(
    asked: Asked,
    more: tuple[Oracle, ...],
    report: Report,
    format_: ReportFormat,
    folder: Path | None,
    *,
    dry_run: bool,
    quiet: bool,
    color: options.Color,
) -> Exit:
    from apigen.fuzz import baseline, campaign

    session = session_of(asked, report)
    oracles = _oracles(asked, more)
    if dry_run:
        _say_plan(session, oracles)
        return Exit.FINE
    accepted = baseline.load(asked.baseline) if asked.baseline else baseline.Baseline()
    try:
        silent = quiet
        outcome = campaign.run(
            session,
            oracles,
            lambda text: None if silent else note(f"apigen: {visible(text)} ..."),
            accepted,
        )
    finally:
        session.sender.close()
    coloured = is_coloured(options.Findings(color=color))
    say(rendered(outcome, session.contract, format_, coloured=coloured).rstrip("\n"))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for each, name in _FILES.items():
            text = rendered(outcome, session.contract, each)
            (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")
    today = datetime.now(UTC).date()
    every = (*outcome.drifts, *outcome.accepted)
    unused = Report()
    unused.extend(accepted.unused(every, outcome.reached, today))
    for finding in unused:
        note(f"{finding.code.id}  {visible(finding.message)}")
    if outcome.failing:
        return Exit.FINDINGS
    return Exit.FINE if outcome.is_complete else Exit.FAILED


def rendered(
    outcome: Outcome, contract: Contract, format_: ReportFormat, *, coloured: bool = False
) -> str:
    """Return a run in a format."""
    from apigen.fuzz.reporting import findings, html, json, junit, text

    match format_:
        case ReportFormat.TEXT:
            return text.render(outcome, contract, colour=coloured)
        case ReportFormat.JSON:
            return json.render(outcome, contract)
        case ReportFormat.JUNIT:
            return junit.render(outcome, contract)
        case ReportFormat.HTML:
            return html.render(outcome, contract)
        case _:
            return RENDERERS[format_](findings.diagnostics(outcome, contract), source_of)


def session_of(asked: Asked, report: Report) -> Session:
    """Return what oracles work with; raise Stop if something is missing or wrong."""
    from apigen.fuzz.operations import read
    from apigen.fuzz.sending import Limits, Tls, is_loopback, sender
    from apigen.fuzz.session import Options, Session
    from apigen.fuzz.values import values

    if report.errors:
        raise Stop(report.errors[0])
    if asked.spec is None:
        raise _stop("there is no document: give --spec")
    if asked.url is None or not _is_url(asked.url):
        raise _stop("--url is no URL of a server: write http://host:port, or give --app")
    contract = read(asked.spec, report, asked.allow)
    others = _identities(asked)
    identities = {_DEFAULT: _default(asked), **others}
    writes = is_loopback(asked.url) if asked.writes is None else asked.writes
    limits = Limits(asked.seconds, asked.requests, _rate(asked.rate))
    tls = Tls(asked.ca, asked.certificate, asked.key, asked.is_verified)
    try:
        sending = sender(
            asked.url,
            limits=limits,
            identities=identities,
            default=_DEFAULT,
            writes=writes,
            tls=tls,
        )
    except OSError as error:
        raise _stop(f"the certificate can't be used: {error}") from None
    made = values(contract, asked.seed, asked.namespace)
    chosen = _chosen(contract, asked.only)
    session_options = Options(asked.seed, writes, asked.namespace, asked.database_url, asked.only)
    return Session(contract, chosen, sending, made, others, session_options)


def configured(config_file: Path | None, report: Report) -> tuple[Path | None, tuple[Path, ...]]:
    """Return the document of the configuration."""
    found = config.read(config.Flags(config=config_file), report)
    return (found[0].spec, found[0].allow) if len(found) == 1 else (None, ())


def _oracles(asked: Asked, more: tuple[Oracle, ...]) -> tuple[Oracle, ...]:
    from apigen.fuzz import engine
    from apigen.fuzz.oracles import ORACLES

    every = (*ORACLES, engine.ORACLE, *more) if asked.engine else (*ORACLES, *more)
    known = {each.name for each in every}
    for name in asked.oracles:
        if name not in known:
            raise _stop(f"there is no oracle '{name}'; there are {', '.join(sorted(known))}")
    return tuple(each for each in every if not asked.oracles or each.name in asked.oracles)


def _chosen(contract: Contract, only: tuple[str, ...]) -> tuple[Operation, ...]:
    for each in only:
        if contract.by_label(each) is None and contract.by_id(each) is None:
            raise _stop(f"the contract has no operation '{each}'")
    return tuple(
        each for each in contract.operations if not only or {each.label, each.id} & set(only)
    )


def _default(asked: Asked) -> Identity:
    from apigen.fuzz.secrets import Identity

    lines = list(asked.headers)
    if asked.header_file is not None:
        lines += [line for line in _read(asked.header_file).splitlines() if line.strip()]
    if asked.token_file is not None:
        _read(asked.token_file)
    return Identity(_DEFAULT, tuple(map(_header, lines)), asked.token_file)


def _identities(asked: Asked) -> dict[str, Identity]:
    from apigen.fuzz.secrets import Identity

    found: dict[str, Identity] = {}
    for each in asked.identities:
        name, equals, file = each.partition("=")
        if not equals or not name or not file or name == _DEFAULT:
            raise _stop("--identity is NAME=FILE")
        _read(Path(file))
        found[name] = Identity(name, (), Path(file))
    return found


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise _stop("a header is 'Name: value'")
    if not value.isascii() or not value.isprintable():
        raise _stop(f"the value of the header {name} holds what no header may")
    return name, value


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise _stop(f"{path} can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise _stop(f"{path} is no UTF-8") from None


def _rate(written: str | None) -> float:
    if written is None:
        return 0.0
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:/(s|m))?", written, re.ASCII)
    if match is None or float(match[1]) <= 0:
        raise _stop("--rate is N/s, such as 20/s, or N/m")
    return float(match[1]) / (60 if match[2] == "m" else 1)


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return fine and not parts.query and not parts.fragment and "@" not in parts.netloc


def _say_plan(session: Session, oracles: tuple[Oracle, ...]) -> None:
    from apigen.fuzz.campaign import plan

    manner = "reads and writes" if session.options.writes else "reads only"
    usable = len(list(session.usable()))
    say(
        f"{visible(session.sender.url)}: {manner}, {usable} of {len(session.operations)} "
        f"operations, namespace {visible(session.options.namespace)}, seed {session.options.seed}"
    )
    for step in plan(session, oracles):
        about = f"left out: {step.missing}" if step.missing else f"about {step.requests} requests"
        say(f"  {step.oracle:<12} {step.about} ({about})")


def _stop(message: str) -> Stop:
    return Stop(UNPREPARED.at(None, message, hint="apigen fuzz --help"))
