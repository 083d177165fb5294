"""The store over SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

from sqlalchemy import select

from ..chain import ChainKey, Head
from ..events import Page, Receipt, Search, StoredEvent, Write
from ..grouping import Grouped
from ..store import Refusal, StoreFailed, StoreUnavailable
from ..verification import Unreadable
from .appending import append, fingerprints, first_answer
from .database import Database
from .holds import with_holds
from .paging import Pager
from .strict import read_strictly, strict_columns
from .tables import audit_events, chain_heads

_LOST_RACES: Final = frozenset({"23505", "40001", "40P01"})
"""SQLSTATEs of a transaction that another one was ahead of: a second try sees what it did."""

_RACES: Final = 3
_TOGETHER: Final = 64
_AT_A_TIME: Final = 1000


class SqlStore:
    """Events in an SQL database."""

    def __init__(self, database: Database, key: ChainKey | None = None) -> None:
        self._database = database
        self._key = key
        self._pager = Pager()
        self._together = Grouped[Write, Receipt](self._append_together, _TOGETHER)

    async def append(self, write: Write) -> Receipt:
        """Store all events of a write durably, or none; a repetition stores nothing."""
        if self._database.dialect == "sqlite":
            return await self._together(write)
        return await self._database.to_its_end(self._append(write))

    async def recall(self, write: Write) -> Receipt | None:
        """Return the receipt of a write that was stored before as a whole, else None."""
        return await self._database.to_its_end(self._recall(write))

    async def find(self, search: Search) -> Page:
        """Return a page of events, newest first and of equal times the greatest identity first."""
        return await self._database.to_its_end(self._find(search))

    async def ping(self) -> None:
        """Return if the database answers."""
        await self._database.ping()

    async def check_schema(self) -> None:
        """Return if the database answers and has all that this version needs."""
        await self._database.check_schema()

    async def read_chain(
        self, correlation_id: str, take: Callable[[Sequence[StoredEvent | Unreadable]], None]
    ) -> Head:
        """Give all events of a correlation in the order of insertion, and return the head."""
        return await self._database.to_its_end(self._read_chain(correlation_id, take))

    async def _append_together(self, writes: Sequence[Write]) -> Sequence[Receipt | Exception]:
        """Append what came at the same time with one sync of the disk.

        A write that is refused takes the others down with it: then each is tried alone.
        """
        return await self._database.to_its_end(self._append_all(writes))

    async def _append_all(self, writes: Sequence[Write]) -> Sequence[Receipt | Exception]:
        try:
            async with self._database.writing() as connection:
                return [await append(connection, write, self._key) for write in writes]
        except (Refusal, StoreFailed) as error:
            if len(writes) == 1:
                return [error]
        answers: list[Receipt | Exception] = []
        for write in writes:
            answers += await self._append_all([write])
        return answers

    async def _append(self, write: Write) -> Receipt:
        """Append, and once more where another process stored the same at the same time."""
        for tries_left in range(_RACES, -1, -1):
            try:
                async with self._database.writing() as connection:
                    return await append(connection, write, self._key)
            except (StoreFailed, StoreUnavailable) as error:
                if error.code not in _LOST_RACES or not tries_left:
                    raise
        raise AssertionError  # the last try returned or raised

    async def _recall(self, write: Write) -> Receipt | None:
        async with self._database.reading() as connection:
            if write.key is not None:
                first = await first_answer(connection, write.key)
                if first is not None:
                    return first
            stored = await fingerprints(connection, write.chosen)
        if any(stored.get(event.event_id) != event.fingerprint for event in write.events):
            return None
        return Receipt(tuple(event.event_id for event in write.events), 0)

    async def _read_chain(
        self, correlation_id: str, take: Callable[[Sequence[StoredEvent | Unreadable]], None]
    ) -> Head:
        table, heads, dialect = audit_events.c, chain_heads.c, self._database.dialect
        asked = (
            select(*strict_columns(dialect))
            .where(table.correlation_id == correlation_id)
            .order_by(table.sequence, table.event_id)
        )
        asked_head = select(chain_heads).where(heads.correlation_id == correlation_id)
        async with self._database.reading() as connection:
            head = (await connection.execute(asked_head)).one_or_none()
            async with connection.stream(asked.execution_options(yield_per=_AT_A_TIME)) as rows:
                async for some in rows.mappings().partitions():
                    take([read_strictly(row, dialect) for row in some])
        return Head(head.chain_sequence, head.event_hash) if head else Head()

    async def _find(self, search: Search) -> Page:
        began = monotonic()
        async with self._database.reading() as connection:
            events, total = await self._pager.page(connection, search, began)
            found = await with_holds(connection, events) if events else events
            return Page(tuple(found), total)
