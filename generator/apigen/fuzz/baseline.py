"""Accepted findings: known, for a reason, until a day."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from apigen.diagnostics import Diagnostic, Place, Stop
from apigen.diagnostics.drifts import ACCEPTANCE_UNUSED, BASELINE
from apigen.fuzz.drifts import Drift

_MEMBERS = {"finding", "reason", "until"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that does not count until a day, that day included."""

    finding: str
    """A fingerprint, as the JSON report has it: code, operation, subject."""
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Baseline:
    """A file of accepted findings.

    ::

    [[accepted]]
    finding = "AG936 GET /things x-internal"
    reason = "goes with the next release"
    until = 2027-01-31
    """

    file: str = ""
    accepted: tuple[Accepted, ...] = ()

    def split(
        self, drifts: Iterable[Drift], today: date
    ) -> tuple[tuple[Drift, ...], tuple[Drift, ...]]:
        """Return the findings that count, and those that are accepted today."""
        known = {each.finding for each in self.accepted if today <= each.until}
        found = tuple(drifts)
        counting = tuple(each for each in found if each.fingerprint not in known)
        return counting, tuple(each for each in found if each.fingerprint in known)

    def unused(
        self, drifts: Iterable[Drift], tested: Iterable[str], today: date
    ) -> tuple[Diagnostic, ...]:
        """Return the entries that accept nothing: past their day, or mended."""
        found = {each.fingerprint for each in drifts}
        labels = tuple(tested)
        told: list[Diagnostic] = []
        for each in self.accepted:
            if today > each.until:
                why = f"the acceptance of '{each.finding}' ended on {each.until}"
            elif each.finding not in found and any(f" {label}" in each.finding for label in labels):
                why = f"'{each.finding}' was not found any more"
            else:
                continue
            told.append(ACCEPTANCE_UNUSED.at(Place(self.file), why, hint="remove the entry"))
        return tuple(told)


def load(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        Stop: it can't be read, or an entry lacks something.

    """
    try:
        value = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise _stop(path, f"the baseline can't be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _stop(path, f"the baseline is no TOML: {error}") from None
    entries: Any = value.get("accepted", [])
    if not isinstance(entries, list) or value.keys() - {"accepted"}:
        raise _stop(path, "the baseline holds nothing but [[accepted]] tables")
    found: list[Any] = list(cast("Iterable[Any]", entries))
    return Baseline(str(path), tuple(_entry(path, n, each) for n, each in enumerate(found, 1)))


def _entry(path: Path, number: int, raw: Any) -> Accepted:
    table = cast("Mapping[str, Any]", raw if isinstance(raw, dict) else {})
    finding, reason, until = (table.get(name) for name in ("finding", "reason", "until"))
    if table.keys() - _MEMBERS or not isinstance(finding, str) or not finding.strip():
        raise _stop(path, f"entry {number} needs 'finding', 'reason' and 'until', nothing else")
    if not isinstance(reason, str) or not reason.strip():
        raise _stop(path, f"entry {number} has no reason")
    if type(until) is not date:
        raise _stop(path, f"entry {number} has no day: write until = 2027-01-31")
    return Accepted(finding.strip(), reason.strip(), until)


def _stop(path: Path, message: str) -> Stop:
    return Stop(BASELINE.at(Place(str(path)), message, hint="docs/fuzz.md shows one"))
