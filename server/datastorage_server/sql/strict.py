"""Strict reading: whatever a row holds, for the check of what is stored.

SQLite keeps any value in any column, so somebody who writes past the server can leave what no type
of ours reads: that must be told of the event, not keep the others from being checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    case,
    cast,
    func,
    type_coerce,
)
from sqlalchemy.types import NullType

from ..events import StoredEvent
from ..verification import Unreadable
from .rows import EVENT_COLUMNS, from_row
from .types import UtcTimestamp, stored_text


def strict_columns(dialect: str) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of a stored event for :func:`read_strictly`."""
    if dialect == "postgresql":  # it keeps only what the types of its columns take
        return EVENT_COLUMNS
    return tuple(_bare(column).label(column.name) for column in EVENT_COLUMNS)


def read_strictly(row: Mapping[Any, Any], dialect: str) -> StoredEvent | Unreadable:
    """Return the stored event of a row of :func:`strict_columns`, or what can be told of it."""
    if dialect == "postgresql":
        return from_row(row)
    try:
        return from_row({name: _READERS[name](row[name]) for name in _READERS})
    except ValueError:
        return Unreadable(
            event_id=_identity(row["event_id"]),
            chain_sequence=row["chain_sequence"] if type(row["chain_sequence"]) is int else None,
            event_hash=_shown(row["event_hash"]),
        )


def _bare(column: Column[Any]) -> ColumnElement[Any]:
    """Return the value of a column without its type: a text as its bytes, what is odd as 0.5."""
    plain: ColumnElement[Any] = type_coerce(column, NullType())
    kind = func.typeof(column)
    if isinstance(column.type, Integer | Boolean):
        fitting = (kind == "integer", plain)
    else:
        fitting = (kind == "text", cast(type_coerce(column, Text()), LargeBinary()))
    return type_coerce(case(fitting, (kind == "null", None), else_=0.5), NullType())


def _text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, bytes):
        raise ValueError("not a text")
    return value.decode()


def _whole(value: object) -> int | None:
    if value is None or type(value) is int:
        return value
    raise ValueError("not a whole number")


def _flag(value: object) -> bool:
    if type(value) is not int or value not in {0, 1}:
        raise ValueError("neither 0 nor 1")
    return value == 1


def _uuid(value: object) -> UUID | None:
    text = _text(value)
    found = None if text is None else UUID(hex=text)
    if found is not None and found.hex != text:
        raise ValueError("not an identity as the server writes it")
    return found


def _moment(value: object) -> datetime | None:
    text = _text(value)
    found = None if text is None else datetime.fromisoformat(text)
    if found is not None and stored_text(found) != text:
        raise ValueError("not a time as the server writes it")
    return found


def _reader(column: Column[Any]) -> Callable[[object], Any]:
    match column.type:
        case Boolean():
            return _flag
        case Integer():
            return _whole
        case Uuid():
            return _uuid
        case UtcTimestamp():
            return _moment
        case _:
            return _text


_READERS: Final = {column.name: _reader(column) for column in EVENT_COLUMNS}


def _identity(value: object) -> str | None:
    try:
        return str(_uuid(value))
    except ValueError:
        return _shown(value)


def _shown(value: object) -> str | None:
    return value.decode(errors="replace") if isinstance(value, bytes) else None
