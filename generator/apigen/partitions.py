"""What PostgreSQL's partitions by range take: for ``apigen doctor`` and for a service's readiness.

Pure and without dependencies, so that a probe may ask it every second.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

_BOUND = re.compile(r"FROM \('?([^')]+)'?\) TO \('?([^')]+)'?\)")


def uncovered(days: Iterable[date], bounds: Iterable[str]) -> list[date]:
    """Return the days whose rows no partition takes, in their order.

    Args:
        days: Days by the database's calendar.
        bounds: The bound of each partition of a table that is partitioned by the range of one
            date or time, as ``pg_get_expr(relpartbound, oid)`` tells it; ``DEFAULT`` takes all.
            A bound within a day counts as its beginning.

    """
    spans = list(_spans(bounds))
    return [day for day in days if not any(first <= day < end for first, end in spans)]


def _spans(bounds: Iterable[str]) -> Iterator[tuple[date, date]]:
    """Give the first day of each partition, and the first after it."""
    for bound in bounds:
        if bound == "DEFAULT":
            yield date.min, date.max
        elif match := _BOUND.search(bound):
            first = date.min if match[1] == "MINVALUE" else _date(match[1])
            end = date.max if match[2] == "MAXVALUE" else _date(match[2])
            if first is not None and end is not None:
                yield first, end


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None  # a year that Python has not
