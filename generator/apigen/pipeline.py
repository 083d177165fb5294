"""From settings to an outcome: the stages in their order.

``generate`` writes, ``check`` compares, ``validate`` only reads. None of them prints.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from apigen import apply, assets, checking, plan
from apigen.build import build
from apigen.bundle import Bundle, bundle
from apigen.contract import Contract
from apigen.diagnostics import Diagnostic, Report, Stop, output
from apigen.diagnostics.building import OUTBOX_LEFT_OUT
from apigen.document import Document, load
from apigen.emit.files import Request
from apigen.emit.targets import emit, left_out
from apigen.formatting import formatted
from apigen.manifest import Manifest, digest
from apigen.plan import Plan
from apigen.rules import check as hold_to_rules
from apigen.settings import Settings
from apigen.validation import validate as judge

Progress = Callable[[str], None]
"""Is told the name of each stage as it begins."""


def _silent(stage: str) -> None:
    """Tell nobody."""
    del stage


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one contract."""

    settings: Settings
    findings: tuple[Diagnostic, ...]
    contract: Contract | None = None
    """None if the document leaves no ground."""
    plan: Plan | None = None
    """What was done, or would be; None if it could not come to that."""
    preview: Plan | None = None
    """What would be done if nothing were refused."""


@dataclass(frozen=True, slots=True)
class _Product:
    contract: Contract
    files: Mapping[str, bytes]
    """By their paths from the package's folder."""
    record: Manifest


def generate(
    settings: Settings,
    *,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> Outcome:
    """Generate a package and write it, unless *dry_run* or something forbids."""
    report = Report()
    try:
        product = _produced(settings, report, progress)
        progress("comparing" if dry_run else "writing")
        done = (_compared if dry_run else _written)(product, settings, force=force)
    except Stop as stop:
        report.add(stop.diagnostic)
        return Outcome(settings, tuple(report))
    report.extend(done.refusals)
    return Outcome(settings, tuple(report), product.contract, done, _forced(product, done))


def check(settings: Settings, *, progress: Progress = _silent) -> Outcome:
    """Generate a package in memory and say where the one on disk differs; write nothing."""
    report = Report()
    try:
        product = _produced(settings, report, progress)
        progress("comparing")
        done = _compared(product, settings, force=False)
    except Stop as stop:
        report.add(stop.diagnostic)
        return Outcome(settings, report.errors)
    found = checking.findings(done)
    return Outcome(settings, found, product.contract, done, _forced(product, done))


def validate(
    spec: Path,
    allow: tuple[Path, ...] = (),
    *,
    rules: bool = False,
    without: tuple[str, ...] = (),
    progress: Progress = _silent,
) -> tuple[tuple[Diagnostic, ...], Contract | None]:
    """Return all that is to be said of a document, and the contract if it gives one.

    With *rules* it is held to those of good contracts too, the ones named in *without* aside.
    """
    report = Report()
    try:
        bundled, contract = _understood(spec, allow, report, progress)
        if rules:
            progress("judging")
            hold_to_rules(bundled, report, frozenset(without))
    except Stop as stop:
        report.add(stop.diagnostic)
        return tuple(report), None
    return tuple(report), contract


def _produced(settings: Settings, report: Report, progress: Progress) -> _Product:
    """Return the whole package in memory; raise Stop if the document leaves no ground."""
    bundled, contract = _understood(settings.spec, settings.allow, report, progress)
    progress("generating")
    files = _emitted(settings, bundled, contract, report)
    progress("formatting")
    record = Manifest(
        assets.identity(), settings.shape, _inputs(settings.spec.parent, bundled.document), {}
    )
    return _Product(contract, formatted(files), record)


def _understood(
    spec: Path, allow: tuple[Path, ...], report: Report, progress: Progress
) -> tuple[Bundle, Contract]:
    """Return the document as one value, and as a contract."""
    progress("reading")
    bundled = bundle(load(spec, report, allow=allow), report)
    progress("validating")
    judge(bundled, report)
    progress("building")
    contract = build(bundled, report)
    if report.errors:
        raise Stop(report.errors[0])
    return bundled, contract


def _emitted(
    settings: Settings, bundled: Bundle, contract: Contract, report: Report
) -> dict[str, bytes]:
    """Return the files of the package, by their paths from its folder."""
    request = Request(
        package=settings.package,
        client=settings.client,
        targets=settings.targets,
        spec_name=settings.spec.name,
        document=bundled.value,
        outbox=settings.outbox,
    )
    if "client" in settings.targets:
        for each in left_out(contract, request):
            report.add(OUTBOX_LEFT_OUT.at(bundled.place(each.at), each.reason))
    with assets.templates_folder() as templates:
        files = emit(contract, request, assets.environment(templates), templates)
    prefix = f"{settings.package}/"
    if strays := [file.path for file in files if not file.path.startswith(prefix)]:
        raise ValueError(f"files outside of the package: {strays}")
    return {file.path.removeprefix(prefix): file.content for file in files}


def _inputs(folder: Path, document: Document) -> dict[str, str]:
    """Return the digests of the document's files, line ends aside; raise Stop if one changed."""
    digests: dict[str, str] = {}
    for path, seen in sorted(document.digests.items()):
        try:
            content = (folder / path).read_bytes()
        except OSError:
            content = b""
        if hashlib.sha256(content).hexdigest() != seen:
            raise Stop(output.changed_meanwhile(str(folder / path)))
        digests[path] = digest(content)
    return digests


def _written(product: _Product, settings: Settings, *, force: bool) -> Plan:
    folder = settings.output / settings.package
    return apply.write(
        folder,
        tuple(product.files),
        lambda found: plan.make(product.files, product.record, found, force=force),
    )


def _compared(product: _Product, settings: Settings, *, force: bool) -> Plan:
    found = checking.observed(settings.output / settings.package, tuple(product.files))
    return plan.make(product.files, product.record, found, force=force)


def _forced(product: _Product, done: Plan) -> Plan:
    """Return what would be done if nothing were refused: what a diff shows."""
    return plan.make(product.files, product.record, done.snapshot, force=True)
