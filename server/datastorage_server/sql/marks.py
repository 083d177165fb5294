"""Marks: numbers in the order of insertion below which nothing will appear any more.

A number is taken before its event is committed, so that a lower one may become visible after a
higher one. PostgreSQL tells which transactions run: once all those have ended that may have taken a
number up to some mark, what lies below it is final, for events are never changed. SQLite has one
writer at a time, and all that is seen is final.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from .tables import audit_events


@dataclass(frozen=True, slots=True)
class Mark:
    """A number below which all is final, for transactions that see at least *until*."""

    sequence: int
    until: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What a transaction sees.

    Attributes:
        last: The last number that was taken.
        low: All transactions before this one have ended, and are seen.
        high: No transaction from this one on is seen.
        began: When the transaction had not begun yet, by the clock of this process.
        read: When it had been asked, by the same clock.
        final: Whether all that is seen is final.

    """

    last: int
    low: int
    high: int
    began: float
    read: float
    final: bool = False

    def has(self, mark: Mark) -> bool:
        """Return whether all below a mark is seen."""
        return self.low >= mark.until


_ASK = text(
    "SELECT CASE WHEN is_called THEN last_value ELSE 0 END,"
    " pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint"
    " FROM event_sequence, pg_current_snapshot() AS now"
)


async def seen(connection: AsyncConnection, began: float) -> Seen:
    """Return what a reading transaction sees; *began* is a time before its beginning."""
    if connection.dialect.name == "postgresql":
        last, low, high = (await connection.execute(_ASK)).one()
        return Seen(last, low, high, began, monotonic())
    asked = select(func.coalesce(func.max(audit_events.c.sequence), 0))
    last = (await connection.execute(asked)).scalar_one()
    return Seen(last, last, last, began, monotonic(), final=True)


class Marks:
    """The newest mark of a database, found out from one transaction to the next."""

    def __init__(self) -> None:
        self.newest: Mark | None = None
        self._read: Seen | None = None
        self._next: Mark | None = None

    def see(self, now: Seen) -> None:
        """Take note of what a transaction sees.

        Whoever had taken a number when it was read had its own number as a transaction before
        that: it is below what a transaction sees that began later. When all below have ended, the
        mark holds.
        """
        if now.final:
            self.newest = Mark(now.last, now.last)
            return
        if self._next is None and self._read is not None and now.began > self._read.read:
            self._next = Mark(self._read.last, now.high)
            self._read = None
        if self._next is not None and now.has(self._next):
            self.newest, self._next = self._next, None
        if self._next is None and self._read is None:
            self._read = now
