"""An examination as text, the plain summary first; as JSON, SARIF and GitHub annotations."""

import json
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator

from apigen.diagnostics import Diagnostic, Severity
from apigen.doctor.results import Examination, Result, Status
from apigen.render import COLOURED_TEXT, RENDERERS
from apigen.render.text import visible

Sources = Callable[[str], str | None]
VERSION = 1
_ROOTS = (
    "D2", "D3", "D4", "D13", "D1", "D16", "D7", "D15", "D12", "D25", "D11", "D8", "D5", "D17",
    "D10", "D9", "D6", "D14", "D18", "D19", "D20", "D24", "D23", "D22", "D21", "D26",
)  # fmt: skip
"""Checks in the order in which one explains the others."""
_COLOURS = {Status.OK: "32", Status.WARN: "33", Status.FAIL: "31", Status.SKIP: "2"}
_WIDTH = 96
_MOST_FINDINGS = 12


def fault(examination: Examination) -> Result | None:
    """Return the failure that explains the others; None if nothing failed."""
    failed = {each.check.id: each for each in examination.of(Status.FAIL)}
    return next((failed[one] for one in _ROOTS if one in failed), None)


def text(
    examination: Examination, sources: Sources, *, colour: bool = False, verbose: bool = False
) -> str:
    """Return what people read: how it stands, what is at fault, each check, the details."""
    paint = _painted if colour else _plain
    lines = [_summary(examination)]
    if (root := fault(examination)) is not None:
        lines += ["", *_explained(root, f"The fault lies in the {root.layer}: ", paint)]
    lines.append("")
    for each in examination.results:
        if each.status is not Status.SKIP or verbose:
            status = paint(f"{each.status.value:<4}", _COLOURS[each.status])
            lines.append(f"{status}  {each.check.id:<3}  {visible(each.message)}")
    lines += _skipped(examination, verbose=verbose)
    told = [each for each in examination.results if each.status in {Status.FAIL, Status.WARN}]
    for each in told:
        lines += ["", *_explained(each, f"{each.check.id} {each.check.slug}: ", paint)]
        lines += [f"  saw    {visible(one)}" for one in each.evidence]
        lines += _findings(each.findings, sources, colour=colour, verbose=verbose)
    notes = [f for each in examination.results if each not in told for f in each.findings]
    if verbose and notes:
        lines += ["", *_findings(tuple(notes), sources, colour=colour, verbose=True)]
    if examination.trouble:
        render = COLOURED_TEXT if colour else RENDERERS["text"]
        lines += ["", "Not looked at:", render(examination.trouble, sources).rstrip()]
    return "\n".join(lines) + "\n"


def _summary(examination: Examination) -> str:
    counts = Counter(each.status for each in examination.results)
    parts = [
        f"{counts[status]} {word}"
        for status, word in (
            (Status.FAIL, "failed"),
            (Status.WARN, "to look at"),
            (Status.OK, "well"),
            (Status.SKIP, "not looked at"),
        )
        if counts[status]
    ]
    looked = len(examination.results) - counts[Status.SKIP]
    verdict = "healthy" if not counts[Status.FAIL] and not counts[Status.WARN] else "not healthy"
    if not counts[Status.FAIL] and counts[Status.WARN]:
        verdict = "works, with doubts"
    if not looked:
        verdict = "nothing was looked at"
    return f"{verdict}: {', '.join(parts)}"


def _explained(result: Result, lead: str, paint: Callable[[str, str], str]) -> Iterator[str]:
    yield paint(lead, "1") + visible(result.message)
    for what, said in (("cause", result.cause), ("mend", result.mend)):
        if said and what == "cause":
            yield textwrap.fill(
                visible(said), _WIDTH, initial_indent="  cause  ", subsequent_indent="         "
            )
        elif said:
            yield f"  mend   {visible(said)}"  # a command must be one line, to be copied


def _skipped(examination: Examination, *, verbose: bool) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for each in examination.of(Status.SKIP):
        reasons.setdefault(each.message, []).append(each.check.id)
    if not verbose:
        for why, ids in reasons.items():
            yield f"skip  {', '.join(ids)}: {visible(why)}"


def _findings(
    findings: tuple[Diagnostic, ...], sources: Sources, *, colour: bool, verbose: bool
) -> Iterator[str]:
    shown = [each for each in findings if verbose or each.severity is not Severity.NOTE]
    shown.sort(key=lambda each: (each.severity.rank, each.sort_key))
    most = len(shown) if verbose else _MOST_FINDINGS
    render = COLOURED_TEXT if colour else RENDERERS["text"]
    if shown:
        yield textwrap.indent(render(shown[:most], sources).rstrip(), "  ")
    if len(shown) > most:
        yield f"  ... and {len(shown) - most} more: --verbose shows them all"


def as_json(examination: Examination) -> str:
    """Return one JSON object: ``version``, ``fault``, ``summary``, ``checks``, ``trouble``.

    A check has ``id``, ``name``, ``layer``, ``status``, ``message``, ``evidence``, ``cause``,
    ``mend``, ``place`` and ``findings``; findings and places are those of the other commands.
    """
    root = fault(examination)
    counts = Counter(each.status for each in examination.results)
    value = {
        "version": VERSION,
        "healthy": examination.healthy,
        "fault": root.check.id if root else None,
        "summary": {status.value: counts[status] for status in Status},
        "checks": [_check(each) for each in examination.results],
        "trouble": _objects(examination.trouble),
    }
    return json.dumps(value, indent=2) + "\n"


def _check(result: Result) -> dict[str, object]:
    place = result.place
    return {
        "id": result.check.id,
        "name": result.check.slug,
        "layer": result.layer.value,
        "status": result.status.value,
        "message": result.message,
        "evidence": list(result.evidence),
        "cause": result.cause,
        "mend": result.mend,
        "place": None
        if place is None
        else {"file": place.file, "line": place.line, "column": place.column},
        "findings": _objects(result.findings),
    }


def _objects(findings: tuple[Diagnostic, ...]) -> object:
    return json.loads(RENDERERS["json"](findings, _no_source))["findings"]


def _no_source(file: str) -> None:
    del file


def as_findings(examination: Examination) -> tuple[Diagnostic, ...]:
    """Return everything as findings, for formats that know nothing else."""
    told = [one for each in examination.results for one in each.diagnostics()]
    return tuple(dict.fromkeys((*told, *examination.trouble)))


def _plain(text_: str, _code: str) -> str:
    return text_


def _painted(text_: str, code: str) -> str:
    return f"\x1b[{code}m{text_}\x1b[0m"
