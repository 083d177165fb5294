"""Time bounds of queries: a span back from now, a date-time, or a date (TimeBound)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

_UNITS: Final = {
    "d": Decimal(86_400_000_000),
    "h": Decimal(3_600_000_000),
    "m": Decimal(60_000_000),
    "s": Decimal(1_000_000),
    "ms": Decimal(1_000),
    "us": Decimal(1),
    "ns": Decimal("0.001"),
}
"""Microseconds in each unit."""

_SPAN: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:d|h|ms|us|ns|m|s))+", re.ASCII)
_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(d|h|ms|us|ns|m|s)", re.ASCII)


def moment(text: str, now: datetime) -> datetime:
    """Return the instant that a time bound means, in UTC with microseconds.

    The text has the form that the contract gives to it.

    Raises:
        ValueError: There is no such day, or no such instant in the calendar.

    """
    try:
        if _SPAN.fullmatch(text):
            return now - span(text)
        found = datetime.fromisoformat(text)
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("There is no such time.") from None


def span(text: str) -> timedelta:
    """Return the length of time that a text such as ``1h30m`` means, in whole microseconds."""
    parts = _PART.findall(text)
    return timedelta(microseconds=int(sum(Decimal(count) * _UNITS[unit] for count, unit in parts)))
