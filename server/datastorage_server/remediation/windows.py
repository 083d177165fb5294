"""Windows: how far back a history reaches, as Go writes durations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from datastorage.problems import BadRequest

from ..problems import PROBLEM_BASE
from ..timebounds import span

_MICROSECOND: Final = timedelta(microseconds=1)


def windows(tier1: str, tier2: str) -> tuple[timedelta, timedelta]:
    """Return how far back the two tiers reach.

    Raises:
        BadRequest: One is empty, or the second is not longer than the first.

    """
    given = {"tier1Window": span(tier1), "tier2Window": span(tier2)}
    fields = {f"query.{name}": "must be at least 1us" for name, one in given.items() if not one}
    near, far = given.values()
    if not fields and far <= near:
        fields = {"query.tier2Window": "must be longer than tier1Window"}
    if fields:
        raise BadRequest(
            "; ".join(f"{name.partition('.')[2]} {told}" for name, told in fields.items()),
            type=f"{PROBLEM_BASE}invalid-parameter",
            title="Invalid Parameter",
            field_errors=fields,
        )
    return near, far


def go_duration(length: timedelta) -> str:
    """Return a length of time as Go writes it, such as ``24h0m0s`` or ``1.5s``."""
    whole = length // _MICROSECOND
    for unit, size in (("µs", 1), ("ms", 1000)):
        if 0 < whole < size * 1000:
            return f"{_decimal(whole, size)}{unit}"
    minutes, rest = divmod(whole, 60_000_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_decimal(rest, 1_000_000)}s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def earlier(now: datetime, length: timedelta) -> datetime:
    """Return the instant that lies *length* before now, or the first one of the calendar."""
    first = datetime.min.replace(tzinfo=now.tzinfo)
    return now - length if length < now - first else first


def _decimal(count: int, size: int) -> str:
    """Return count / size without rounding, and without zeros at the end."""
    whole, rest = divmod(count, size)
    if not rest:
        return str(whole)
    digits = str(rest).rjust(len(str(size)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}"
