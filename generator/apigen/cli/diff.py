"""``apigen diff``."""

import datetime
import tempfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apigen import config, configfile
from apigen.cli import options
from apigen.cli.exits import Exit
from apigen.cli.printing import note, say
from apigen.cli.report import tell
from apigen.diagnostics import Diagnostic, Place, Report, Severity, Stop, comparing

if TYPE_CHECKING:
    from apigen.compare.sources import Source
    from apigen.compare.verdict import Given, Verdict


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    MARKDOWN = "markdown"


def run(
    old: Annotated[
        str | None,
        typer.Argument(help="A file, folder, address or git:REF[:PATH]; else the merge base."),
    ] = None,
    new: Annotated[
        str | None, typer.Argument(help="The same; else the configured contracts.")
    ] = None,
    *,
    accepted: Annotated[
        Path | None,
        typer.Option(help="A TOML file of changes that were agreed on.", metavar="FILE"),
    ] = None,
    config_file: options.Config = None,
    format: Annotated[  # noqa: A002 - the flag's name
        Format, typer.Option("--format", "-f", help="How findings are written.")
    ] = Format.TEXT,
    output_file: options.OutputFile = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Colored = options.Color.AUTO,
) -> Exit:
    """Say what breaks between two versions of a document.

    Spelling is no change: both documents are brought into one normal form. What is sent to a
    service may only grow, what it answers may only shrink.

    \b
    Examples:
      apigen diff
      apigen diff git:v1.2.0
      apigen diff old.yaml new.yaml --format markdown
      apigen diff https://example.com/openapi.json openapi.yaml --accepted accepted.toml
    """
    from apigen.compare import accepted as agreements
    from apigen.compare.verdict import Given

    report = Report()
    today = datetime.datetime.now(tz=datetime.UTC).date()
    accepted = accepted or _accepted(config_file, report)
    entries = agreements.read(accepted, report) if accepted else ()
    given = Given(today, opens_enums=new is None, entries=entries)
    with tempfile.TemporaryDirectory(prefix="apigen-diff-") as folder:
        verdicts = _verdicts((old, new), config_file, Path(folder), given, report)
    used = {entry for verdict in verdicts for entry in verdict.used}
    agreements.tell(entries, used, today, report)
    found = Report()
    found.extend(finding for finding in report if _matters(finding))
    for verdict in verdicts:
        found.extend(verdict.findings)
    _print(found, verdicts, format, options.Findings(_plain(format), output_file, color, verbose))
    if not quiet:
        _summarise(verdicts, format)
    return _status(found, report)


def _accepted(config_file: Path | None, report: Report) -> Path | None:
    section = configfile.section("diff", config_file, report)
    value = section.table.get("accepted") if section else None
    return section.folder / value if section and isinstance(value, str) else None


def _matters(finding: Diagnostic) -> bool:
    """Leave to ``apigen validate`` what is wrong with a document and hinders nothing."""
    return finding.severity is Severity.ERROR or finding.code in comparing.CODES


def _plain(format_: Format) -> options.Format:
    return options.Format.TEXT if format_ is Format.MARKDOWN else options.Format(format_.value)


def _verdicts(
    both: tuple[str | None, str | None],
    config_file: Path | None,
    folder: Path,
    given: "Given",
    report: Report,
) -> "list[Verdict]":
    from apigen.compare.verdict import judge

    verdicts: list[Verdict] = []
    try:
        pairs = _pairs(both, config_file, folder, report)
    except Stop:
        return []
    if not pairs and not report.errors:
        report.add(comparing.NOTHING_TO_COMPARE.at(None, "there is nothing to compare"))
    for old, new in pairs:
        verdict = judge(old, new, given, report)
        if verdict is not None:
            verdicts.append(verdict)
    return verdicts


def _pairs(
    both: tuple[str | None, str | None], config_file: Path | None, folder: Path, report: Report
) -> "Sequence[tuple[Source, Source]]":
    """Return what to compare with what."""
    from apigen.compare import sources

    old, new = both
    if old and new and not any(sources.is_git(x) or sources.is_url(x) for x in (old, new)):
        return sources.pairs(Path(old), Path(new), report)
    if new is not None:
        targets = [_source(new, Path(), folder / "new", report)]
    else:
        stated = config.documents(config_file, report)
        targets = [sources.Source(one.spec, allow=one.allow) for one in stated]
    found: list[tuple[sources.Source, sources.Source]] = []
    for index, target in enumerate(targets):
        place = folder / f"old{index}"
        found.append((_source(old or "git:", target.path, place, report), target))
    return found


def _source(text: str, beside: Path, folder: Path, report: Report) -> "Source":
    """Return the document that an argument means; a commit without a path has that of *beside*."""
    from apigen.compare import sources

    folder.mkdir()
    if sources.is_url(text):
        return sources.from_url(text, folder, report)
    if not sources.is_git(text):
        return sources.Source(Path(text))
    ref, _, path = text.removeprefix("git:").partition(":")
    file = Path(path) if path else beside
    if file == Path():
        message = "of which file? write git:REF:PATH"
        finding = comparing.SOURCE_UNAVAILABLE.at(Place(text), message)
        report.add(finding)
        raise Stop(finding)
    return sources.from_git(ref, file, folder, report)


def _print(
    found: Report, verdicts: "list[Verdict]", format_: Format, how: options.Findings
) -> None:
    if format_ is not Format.MARKDOWN:
        tell(found, how)
        return
    from apigen.compare.changelog import render

    text = render(verdicts)
    if how.file is not None:
        how.file.write_text(text, encoding="utf-8")
    else:
        say(text.rstrip("\n"))
    failed = Report()
    failed.extend(finding for finding in found if finding.code in comparing.CODES)
    for finding in failed:
        note(f"{finding.severity.value} {finding.code.id} {finding.message}")


def _summarise(verdicts: "list[Verdict]", format_: Format) -> None:
    narrate = say if format_ is Format.TEXT else note
    for verdict in verdicts:
        counts = dict.fromkeys(Severity, 0)
        for change in verdict.changes:
            counts[change.severity] += 1
        if not verdict.changes and not verdict.agreed:
            narrate(f"{verdict.name}: nothing has changed")
            continue
        agreed = f", {len(verdict.agreed)} accepted" if verdict.agreed else ""
        narrate(
            f"{verdict.name}: {counts[Severity.ERROR]} breaking, {counts[Severity.WARNING]} may "
            f"break, {counts[Severity.NOTE]} compatible{agreed}; "
            f"version due: {verdict.due.name.lower()}"
        )


def _status(found: Report, report: Report) -> Exit:
    could_not = report.errors
    broken = [one for one in found.errors if one.code not in {two.code for two in could_not}]
    gone = [one for one in could_not if one.code is comparing.DOCUMENT_GONE]
    if broken or gone:
        return Exit.FINDINGS
    return Exit.FAILED if could_not else Exit.FINE
