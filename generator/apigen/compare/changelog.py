"""The verdict as a changelog in Markdown."""

import re
from collections.abc import Iterable

from apigen.compare.verdict import Verdict
from apigen.diagnostics import Severity
from apigen.render.text import visible

_TITLES = {
    Severity.ERROR: "Breaking",
    Severity.WARNING: "May break",
    Severity.NOTE: "Compatible",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$])")


def render(verdicts: Iterable[Verdict]) -> str:
    """Return a section for each pair of documents; what the documents say is escaped."""
    return "\n".join(_section(verdict) for verdict in verdicts)


def _section(verdict: Verdict) -> str:
    old, new = verdict.versions
    lines = [f"## {escaped(verdict.name)}: {escaped(old)} to {escaped(new)}", ""]
    lines += [f"Version due: {verdict.due.name.lower()}.", ""]
    for severity, title in _TITLES.items():
        listed = [change for change in verdict.changes if change.severity is severity]
        if listed:
            lines += [f"### {title}", ""]
            for change in listed:
                reached = escaped(", ".join(change.operations))
                where = f" ({reached})" if reached else ""
                lines.append(f"- {escaped(change.message)}{where} `{change.rule}`")
            lines.append("")
    if verdict.agreed:
        lines += ["### Accepted", ""]
        lines += [f"- {escaped(one.message)} `{one.rule}`" for one in verdict.agreed]
        lines.append("")
    if not verdict.changes and not verdict.agreed:
        lines += ["No changes.", ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", visible(text))
