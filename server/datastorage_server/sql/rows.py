"""Rows: events as the columns of their table, and searches as conditions on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, case, func, literal

from ..events import Event, Hold, Link, Search, StoredEvent
from .tables import audit_events

_NAMES: Final = tuple(field.name for field in fields(Event))
_LINK: Final = tuple(field.name for field in fields(Link))
_VALUES: Final = attrgetter(*_NAMES)
_LINK_VALUES: Final = attrgetter(*_LINK)
_EXACT: Final = ("event_type", "event_category", "event_outcome", "severity", "correlation_id")

LINKED_COLUMNS: Final = (*_NAMES, *_LINK, "event_date")
"""The names of all columns of an event."""

EVENT_COLUMNS: Final = tuple(audit_events.c[name] for name in (*_NAMES, *_LINK))
"""The columns of a stored event; each has the name of the member. Holds are kept elsewhere."""

NEWEST_FIRST: Final = (audit_events.c.event_timestamp.desc(), audit_events.c.event_id.desc())


def linked_row(event: Event, link: Link, day: date) -> tuple[Any, ...]:
    """Return the values of LINKED_COLUMNS; *day* is that of the event in UTC."""
    return (*_VALUES(event), *_LINK_VALUES(link), day)


def from_row(row: Mapping[Any, Any]) -> StoredEvent:
    """Return the stored event of a row of EVENT_COLUMNS, as if no hold were on it."""
    return StoredEvent(
        Event(**{name: row[name] for name in _NAMES}),
        Link(**{name: row[name] for name in _LINK}),
        Hold(),
    )


def conditions(search: Search, dialect: str) -> list[ColumnElement[bool]]:
    """Return what a row must fulfil to be found."""
    table = audit_events.c
    wanted = [(table[name], getattr(search, name)) for name in _EXACT]
    found = [column == value for column, value in wanted if value is not None]
    if search.since is not None:
        found.append(table.event_timestamp >= search.since)
    if search.until is not None:
        found.append(table.event_timestamp <= search.until)
    if search.detail is not None:
        key, value = search.detail
        found.append(_member_text(key, dialect) == value)
    return found


def _member_text(key: str, dialect: str) -> ColumnElement[str]:
    """Return the text of a member of the payload: a string's own, the JSON text of all others.

    PostgreSQL's ``->>`` means just that; SQLite's has 1 for true.
    """
    data, path = audit_events.c.event_data, f'$."{key}"'
    if dialect == "postgresql":
        return data.op("->>", return_type=Text())(literal(key, Text()))
    kind = func.json_type(data, path)
    return case(
        (kind == "text", func.json_extract(data, path)),
        (kind == "null", None),
        else_=data.op("->")(path),
    )
