"""Single values as text: numbers, instants, identifiers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from pydantic_core import SchemaSerializer, core_schema

from .schema import WRITING, OpenEnum, OpenIntEnum

_ANY: Final = SchemaSerializer(core_schema.any_schema())


def plain(value: object) -> object:
    """Return *value* as JSON knows it: texts, numbers, booleans, lists, dictionaries.

    Raises:
        ValueError: JSON has nothing for it.

    """
    found: object = _ANY.to_python(
        value, mode="json", by_alias=True, exclude_unset=True, context=WRITING
    )
    return found


def as_json(value: object) -> str:
    """Return *value* as JSON text.

    Raises:
        ValueError: JSON has nothing for it.

    """
    return _ANY.to_json(value, by_alias=True, exclude_unset=True, context=WRITING).decode()


def text(value: object) -> str:
    """Return a single value as text: as JSON would, without its quotation marks.

    Raises:
        ValueError: It is no single value, or has no text that everyone reads alike.

    """
    if type(value) is str:
        return value
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    found = plain(value)
    if type(found) not in {str, int, float, bool}:
        raise ValueError(f"{type(value).__name__} is no single value")
    return text(found)


def _member(value: Enum) -> str:
    """Return the value of an enumeration's member; one that no contract names is not sent."""
    if isinstance(value, OpenEnum | OpenIntEnum) and not value.is_known:
        raise ValueError(f"{value.value!r} is no {type(value).__name__} of the contract")
    return text(value.value)


def _number(value: float | Decimal) -> str:
    """Return a number in full, without an exponent."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if not exact.is_finite():
        raise ValueError("a number must be finite")
    return format(exact, "f")


def _instant(value: datetime) -> str:
    """Return a date-time of RFC 3339."""
    offset = value.utcoffset()
    if offset is None:
        raise ValueError("a datetime must have a time zone")
    if not offset or offset.total_seconds() % 60:  # RFC 3339 has no seconds in offsets
        return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    return value.isoformat()


def _none(value: object) -> str:
    raise ValueError(f"{type(value).__name__} has no text of its own")


_WRITERS: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (Enum, _member),
    (str, str),
    (bool, lambda truth: "true" if truth else "false"),
    (int, lambda number: str(int(number))),
    (float, _number),
    (Decimal, _number),
    (datetime, _instant),
    (date, date.isoformat),
    (time, time.isoformat),
    (UUID, str),
    (bytes, _none),
    (bytearray, _none),
)
"""How each type is written; the first that fits holds, so subtypes stand before their bases."""
