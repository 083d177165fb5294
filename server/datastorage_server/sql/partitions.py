"""Partitions: on PostgreSQL the events of each month have a table of their own, made ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from apigen.partitions import uncovered

from .guards import guard_partitions

MONTHS_AHEAD: Final = 3
"""How many months after the present one have their partitions ready."""

_ACCEPTED_BEFORE: Final = timedelta(days=7)
_ACCEPTED_AFTER: Final = timedelta(minutes=60)


def month_of(day: date, offset: int = 0) -> date:
    """Return the first day of the month that lies *offset* months after that of a day."""
    months = day.year * 12 + day.month - 1 + offset
    return date(months // 12, months % 12 + 1, 1)


def wanted_months(now: datetime) -> list[date]:
    """Return the first days of the months whose partitions should exist: one back, three ahead."""
    today = now.astimezone(UTC).date()
    return [month_of(today, offset) for offset in range(-1, MONTHS_AHEAD + 1)]


def accepted_dates(now: datetime) -> tuple[date, date]:
    """Return the first and the last date in UTC that an event may have now."""
    utc = now.astimezone(UTC)
    return (utc - _ACCEPTED_BEFORE).date(), (utc + _ACCEPTED_AFTER).date()


def make_partitions(connection: Connection, now: datetime) -> list[str]:
    """Make the partitions that are missing, and return their names.

    Whoever calls this holds the advisory lock of the schema, or a partition may be made twice.
    Each is made by itself and then attached, which lets readers and writers go on; making it as
    a partition from the start would lock them out.
    """
    made: list[str] = []
    for month in missing_months(connection, now):
        name = f"audit_events_{month:%Y_%m}"
        connection.execute(
            text(
                f"CREATE TABLE {name} (LIKE audit_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
            )
        )
        connection.execute(
            text(
                f"ALTER TABLE audit_events ATTACH PARTITION {name}"
                f" FOR VALUES FROM ('{month}') TO ('{month_of(month, 1)}')"
            )
        )
        made.append(name)
    guard_partitions(connection)
    return made


def missing_months(connection: Connection, now: datetime) -> list[date]:
    """Return the first days of the months whose partitions should exist and do not."""
    return uncovered(wanted_months(now), existing(connection))


def existing(connection: Connection) -> Sequence[str]:
    """Return the bound of each partition, as PostgreSQL tells it."""
    bounds = connection.execute(
        text(
            "SELECT pg_get_expr(part.relpartbound, part.oid) FROM pg_inherits"
            " JOIN pg_class part ON part.oid = inhrelid"
            " WHERE inhparent = to_regclass('audit_events')"
        )
    ).scalars()
    return bounds.all()
