"""Findings as workflow commands of GitHub Actions, which show them beside the changed lines.

See "Workflow commands for GitHub Actions", setting an error, warning or notice message.
"""

from collections.abc import Callable, Iterable

from apigen.diagnostics import Diagnostic, Severity
from apigen.render.text import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(findings: Iterable[Diagnostic], _sources: Callable[[str], str | None]) -> str:
    """Return one command a line."""
    return "".join(_command(finding) for finding in findings)


def _command(finding: Diagnostic) -> str:
    properties: dict[str, str] = {}
    if finding.place is not None:
        properties["file"] = finding.place.file
        if finding.place.line:
            properties["line"] = str(finding.place.line)
            properties["col"] = str(finding.place.column)
    properties["title"] = f"{finding.code.id} {finding.code.slug}"
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    lines = [visible(finding.message), *([visible(finding.hint)] if finding.hint else [])]
    return f"::{_COMMANDS[finding.severity]} {listed}::{_message(chr(10).join(lines))}\n"


def _message(text: str) -> str:
    """Escape what would end a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape what would end a property."""
    return _message(visible(text)).replace(":", "%3A").replace(",", "%2C")
