"""Which version the changes call for, and whether ``info.version`` follows."""

import re
from collections.abc import Iterable
from enum import IntEnum

from apigen.bundle import Bundle
from apigen.compare import rules
from apigen.compare.changes import Change
from apigen.compare.values import members
from apigen.diagnostics import Severity

_SEMANTIC = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:[-+].*)?", re.ASCII)
_PLACE = "/info/version"


class Bump(IntEnum):
    """How far a version moves (Semantic Versioning 2.0.0)."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


def due(changes: Iterable[Change]) -> Bump:
    """Return which bump these changes call for."""
    levels = {change.severity for change in changes}
    if Severity.ERROR in levels:
        return Bump.MAJOR
    return Bump.MINOR if levels else Bump.NONE


def stated(bundle: Bundle) -> str:
    """Return what a document says of its version."""
    version = members(bundle.value.get("info")).get("version")
    return version if isinstance(version, str) else ""


def check(old: Bundle, new: Bundle, bump: Bump) -> list[Change]:
    """Tell where ``info.version`` does not follow the changes.

    Below 1.0.0 a minor version may break (Semantic Versioning 2.0.0, 4). What is no such version
    is not judged, unless it stays the same.
    """
    before, after = stated(old), stated(new)
    left, right = _parts(before), _parts(after)
    if left is None or right is None:
        return [_told(bump, before, after)] if before == after and bump > Bump.NONE else []
    if right < left:
        text = f"info.version went back from {before} to {after}"
        return [_change("api-version-decreased", text)]
    if moved(left, right) >= _wanted(bump, left):
        return []
    return [_told(bump, before, after)]


def moved(old: tuple[int, int, int], new: tuple[int, int, int]) -> Bump:
    """Return how far a version has moved."""
    for index, bump in enumerate((Bump.MAJOR, Bump.MINOR, Bump.PATCH)):
        if old[index] != new[index]:
            return bump
    return Bump.NONE


def _wanted(bump: Bump, old: tuple[int, int, int]) -> Bump:
    if old[0] == 0 and bump > Bump.NONE:
        return Bump(bump - 1)
    return bump


def _parts(version: str) -> tuple[int, int, int] | None:
    match = _SEMANTIC.fullmatch(version)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def _told(bump: Bump, before: str, after: str) -> Change:
    rule = "api-major-version-not-bumped" if bump is Bump.MAJOR else "api-version-not-bumped"
    kept = f"is still {before}" if before == after else f"went from {before} to {after}"
    return _change(rule, f"a {bump.name.lower()} version is due, and info.version {kept}")


def _change(rule: str, text: str) -> Change:
    return Change(rule, rules.rule(rule).severity, text, _PLACE, _PLACE, (), rule)
