"""Files whose raw calls are rewritten: read, judged, and replaced as a whole."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from apigen.diagnostics import Diagnostic, consumers
from apigen.guard.fixing.texts import Position, Rewritten, rewritten
from apigen.guard.source import is_test
from apigen.guard.surface import Surface


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with one file."""

    path: Path
    before: bytes
    after: Rewritten


def planned(
    root: Path, findings: Sequence[Diagnostic], surfaces: Sequence[Surface]
) -> dict[str, Plan | str]:
    """Return, for each file with a bypass, what can be rewritten in it, or why nothing can."""
    wanted: dict[str, set[Position]] = {}
    for each in findings:
        if each.code.id == consumers.BYPASS.id and each.place is not None:
            wanted.setdefault(each.place.file, set()).add((each.place.line, each.place.column))
    return {name: _planned(root / name, name, wanted[name], surfaces) for name in sorted(wanted)}


def _planned(
    path: Path, name: str, wanted: set[Position], surfaces: Sequence[Surface]
) -> Plan | str:
    if not name.endswith(".py"):
        return "only Python files are rewritten"
    if is_test(name):
        return "tests may have replaced what sends"
    if path.is_symlink():
        return "the file is a link"
    before = path.read_bytes()
    try:
        text = before.decode()
    except UnicodeDecodeError:
        return "the file is not UTF-8"
    return Plan(path, before, rewritten(text, wanted, surfaces))


def write(plan: Plan) -> None:
    """Replace a file as a whole, its mode kept; raise OSError if that fails.

    A file that was changed since it was read is left as it is.
    """
    handle, name = tempfile.mkstemp(dir=plan.path.parent, prefix=f".{plan.path.name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(plan.after.text.encode())
        Path(name).chmod(plan.path.stat().st_mode & 0o7777)
        if plan.path.read_bytes() == plan.before:
            Path(name).replace(plan.path)
    finally:
        Path(name).unlink(missing_ok=True)


def explained(findings: Sequence[Diagnostic], plans: dict[str, Plan | str]) -> list[Diagnostic]:
    """Return findings, those of bypasses with the reason why they stay."""
    return [_explained(each, plans) for each in findings]


def _explained(finding: Diagnostic, plans: dict[str, Plan | str]) -> Diagnostic:
    place = finding.place
    plan = plans.get(place.file) if place and finding.code.id == consumers.BYPASS.id else None
    if place is None or plan is None:
        return finding
    at = (place.line, place.column)
    reason = plan if isinstance(plan, str) else plan.after.left.get(at, "")
    return replace(finding, hint=f"{finding.hint}; no fix: {reason}") if reason else finding
