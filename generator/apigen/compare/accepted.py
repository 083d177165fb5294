"""Changes that were agreed on: a TOML file of entries, each with a reason and a day."""

import datetime
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from apigen.compare import rules
from apigen.compare.changes import Change
from apigen.diagnostics import Place, Report, comparing
from apigen.files import ReadError, read_bytes
from apigen.tomlplaces import positions

_MOST_BYTES = 4 * 1024 * 1024
_KEYS = {"rule", "operation", "place", "reason", "until"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One agreement."""

    rule: str
    operation: str
    """Method and path as the finding has them; empty for all."""
    pointer: str
    """Where the change stands in either document; empty for anywhere."""
    reason: str
    until: datetime.date
    """The last day on which it holds."""
    place: Place

    def covers(self, change: Change) -> bool:
        """Tell whether a change was agreed on."""
        return (
            self.rule == change.rule
            and (not self.pointer or self.pointer in {change.old, change.new})
            and (not self.operation or change.operations == (self.operation,))
        )


def read(path: Path, report: Report) -> tuple[Entry, ...]:
    """Return the entries of a file; what is wrong with it is reported."""
    try:
        text = read_bytes(path, _MOST_BYTES).decode("utf-8")
        table = tomllib.loads(text)
    except (ReadError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        message = f"the file of accepted changes can't be read: {fault}"
        report.add(comparing.ACCEPTED_WRONG.at(Place(str(path)), message))
        return ()
    listed: object = table.get("accept", [])
    places = positions(text)
    found: list[Entry] = []
    for index, one in enumerate(listed if _is_list(listed) else [None]):
        line, column = places.get(("accept", index), (0, 0))
        place = Place(str(path), line, column)
        entry = _entry(one, place, report)
        if entry is not None:
            found.append(entry)
    return tuple(found)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _entry(one: object, place: Place, report: Report) -> Entry | None:
    fields: dict[str, object] = dict(one) if isinstance(one, dict) else {}  # pyright: ignore[reportUnknownArgumentType] - TOML, checked below
    texts = {name: fields.get(name, "") for name in ("rule", "operation", "place", "reason")}
    until = fields.get("until")
    wrong = [name for name in ("rule", "reason") if not texts[name]]
    wrong += [name for name, value in texts.items() if not isinstance(value, str)]
    wrong += sorted(fields.keys() - _KEYS)
    if not isinstance(until, datetime.date) or isinstance(until, datetime.datetime):
        wrong.append("until")
    rule = texts["rule"]
    if isinstance(rule, str) and rule and rule not in rules.all_rules():
        wrong.append(f"rule (there is no '{rule}')")
    if wrong or not isinstance(until, datetime.date):
        message = f"this entry is missing or has wrong: {', '.join(dict.fromkeys(wrong))}"
        report.add(comparing.ACCEPTED_WRONG.at(place, message, hint=comparing.ACCEPTED_WRONG.mend))
        return None
    held = {name: str(value) for name, value in texts.items()}
    return Entry(held["rule"], held["operation"], held["place"], held["reason"], until, place)


def apply(
    changes: Sequence[Change], entries: Sequence[Entry], today: datetime.date
) -> tuple[list[Change], list[Change], set[Entry]]:
    """Return the changes that are left, those that were agreed on, and the entries in use."""
    valid = [entry for entry in entries if today <= entry.until]
    left: list[Change] = []
    agreed: list[Change] = []
    used: set[Entry] = set()
    for change in changes:
        covering = [entry for entry in valid if entry.covers(change)]
        used.update(covering)
        (agreed if covering else left).append(change)
    return left, agreed, used


def tell(entries: Sequence[Entry], used: set[Entry], today: datetime.date, report: Report) -> None:
    """Report entries that have expired, and those that cover nothing."""
    for entry in entries:
        if entry.until < today:
            message = f"'{entry.rule}' was accepted until {entry.until}: {entry.reason}"
            report.add(comparing.ACCEPTED_EXPIRED.at(entry.place, message))
        elif entry not in used:
            message = f"'{entry.rule}' is accepted, and nothing of it is found"
            report.add(comparing.ACCEPTED_UNUSED.at(entry.place, message))
