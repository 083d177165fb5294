"""The report: Markdown, JSON, HTML. What it quotes of files and documents is escaped."""

import json
import re
from collections.abc import Sequence

from apigen import __version__
from apigen.comply.judgement import Judged, Verdict
from apigen.diagnostics import Diagnostic

_MARKS = {Verdict.MET: "✓", Verdict.BROKEN: "✗", Verdict.UNVERIFIABLE: "?"}
_MOST = 20
"""Findings of one rule that are written out."""
_MARKED = re.compile(r"([\\`*_{}\[\]<>|#])")


def summary(judged: Sequence[Judged]) -> str:
    """Return one line: how many are met, broken, not verifiable; which are the latter two."""
    parts: list[str] = []
    for verdict in Verdict:
        ids = [each.rule.id for each in judged if each.judgement.verdict is verdict]
        named = f" ({', '.join(ids)})" if ids and verdict is not Verdict.MET else ""
        parts.append(f"{len(ids)} {verdict}{named}")
    return ", ".join(parts)


def markdown(judged: Sequence[Judged]) -> str:
    """Return the report as Markdown: a table, then each rule with its evidence."""
    lines = ["# Contract compliance", "", f"{summary(judged)}. apigen {__version__}.", ""]
    lines += ["| rule | verdict | asks |", "|---|---|---|"]
    lines += [
        f"| {each.rule.id} | {_MARKS[each.judgement.verdict]} {each.judgement.verdict} "
        f"| {each.rule.asks} |"
        for each in judged
    ]
    for each in judged:
        lines += ["", *_section(each)]
    return "\n".join(lines) + "\n"


def _section(each: Judged) -> list[str]:
    rule, said = each.rule, each.judgement
    lines = [f"## {rule.id}: {said.verdict}", "", f"{rule.asks} {rule.why}", ""]
    lines += [
        f"- `{one.command}` looked at {_plain(one.looked_at)}: {_plain(one.result)}"
        for one in said.evidence
    ]
    if said.missing:
        lines.append(f"- to verify it, give: {_plain(said.missing)}")
    lines += [f"  - {_plain(line)}" for line in _found(said.findings)]
    return lines


def as_json(judged: Sequence[Judged]) -> str:
    """Return the report as JSON: ``{"apigen", "rules": [{"id", "verdict", "evidence", ...}]}``."""
    rules = [
        {
            "id": each.rule.id,
            "asks": each.rule.asks,
            "verdict": each.judgement.verdict.value,
            "evidence": [
                {"command": one.command, "looked_at": one.looked_at, "result": one.result}
                for one in each.judgement.evidence
            ],
            "missing": each.judgement.missing,
            "findings": [_object(finding) for finding in each.judgement.findings],
        }
        for each in judged
    ]
    return json.dumps({"apigen": __version__, "rules": rules}, indent=2) + "\n"


def html(judged: Sequence[Judged]) -> str:
    """Return the report as one page that needs nothing else."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - of use here only

    from apigen.assets import builtin_templates  # noqa: PLC0415 - the same

    template = builtin_templates() / "reports" / "comply.html.jinja"
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template.read_text(encoding="utf-8")).render(
        judged=judged,
        found={each.rule.id: _found(each.judgement.findings) for each in judged},
        marks=_MARKS,
        summary=summary(judged),
        version=__version__,
    )


def _found(findings: Sequence[Diagnostic]) -> list[str]:
    lines = [
        " ".join(part for part in (str(each.place or ""), each.code.id, each.message) if part)
        for each in findings[:_MOST]
    ]
    if len(findings) > _MOST:
        lines.append(f"and {len(findings) - _MOST} more")
    return lines


def _object(finding: Diagnostic) -> dict[str, object]:
    place = finding.place
    return {
        "code": finding.code.id,
        "message": finding.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "pointer": place.pointer if place else None,
    }


def _plain(text: str) -> str:
    """Return text that Markdown and a terminal show as it is."""
    shown = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
    return _MARKED.sub(r"\\\1", shown)
