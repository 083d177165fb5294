"""Pages of exports over SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ..events import Search, StoredEvent
from ..exporting.pages import ExportPage, PageTooLarge
from ..verification import UNREADABLE, Unreadable
from .database import Database
from .holds import with_holds
from .rows import conditions
from .strict import read_strictly, strict_columns
from .tables import audit_events

_AT_A_TIME: Final = 500
_GREATEST: Final = 2**63 - 1
"""The greatest integer of a database: there are not as many events."""


class SqlExports:
    """Pages of exports in an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_page(self, search: Search, most: int) -> ExportPage:
        """Return the events that fit a search, in the order in which they were stored."""
        return await self._database.to_its_end(self._read_page(search, most))

    async def _read_page(self, search: Search, most: int) -> ExportPage:
        if search.offset > _GREATEST:
            return ExportPage((), {})
        dialect = self._database.dialect
        asked = (
            select(*strict_columns(dialect))
            .where(*conditions(search, dialect))
            .order_by(audit_events.c.sequence)
            .limit(search.limit)
            .offset(search.offset)
            .execution_options(yield_per=_AT_A_TIME)
        )
        found: list[StoredEvent] = []
        async with self._database.reading() as connection:
            async with connection.stream(asked) as rows:
                async for some in rows.mappings().partitions():
                    events = [_readable(read_strictly(row, dialect)) for row in some]
                    found.extend(events)
                    most -= sum(len(one.event.event_data) for one in events)
                    if most < 0:
                        raise PageTooLarge
            held = await with_holds(connection, found)
            return ExportPage(tuple(held), await _before(connection, held))


def _readable(row: StoredEvent | Unreadable) -> StoredEvent:
    if isinstance(row, Unreadable):
        raise ValueError(UNREADABLE)
    return row


async def _before(
    connection: AsyncConnection, events: Sequence[StoredEvent]
) -> dict[tuple[str, int], str]:
    """Return the hash of the event before each in its chain, by correlation and place."""
    places = [(one.event.correlation_id, one.link.chain_sequence or 0) for one in events]
    hashes = [one.link.event_hash or "" for one in events]
    found = {
        (correlation, place + 1): event_hash
        for (correlation, place), event_hash in zip(places, hashes, strict=True)
    }
    wanted = [
        (correlation, place - 1)
        for correlation, place in places
        if place > 1 and (correlation, place) not in found
    ]
    table = audit_events.c
    for begin in range(0, len(wanted), _AT_A_TIME):
        some = wanted[begin : begin + _AT_A_TIME]
        rows = await connection.execute(
            select(table.correlation_id, table.chain_sequence, table.event_hash).where(
                tuple_(table.correlation_id, table.chain_sequence).in_(some)
            )
        )
        for row in rows:
            found[row.correlation_id, row.chain_sequence + 1] = row.event_hash or ""
    return found
