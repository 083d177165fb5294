"""Paging: the total of a search, and the page at an offset, without counting what was counted.

The contract pages by offset. What lies below a mark is final (see :mod:`.marks`): how many events
match there is counted once, and so is how many come before the end of a page that was served. The
page after it begins behind that event, by the index; only what was stored since is counted anew.
The answers are those of counting everything.

An event leaves only when its time of keeping is over and somebody deletes it: what is remembered
is forgotten after some minutes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ..events import Search, StoredEvent
from .marks import Mark, Marks, Seen, seen
from .rows import EVENT_COLUMNS, NEWEST_FIRST, conditions, from_row
from .tables import audit_events

LARGE: Final = 2_000
"""So many matches are worth remembering; fewer are counted each time."""

_SECONDS: Final = 300.0
_SEARCHES: Final = 128
_PLACES: Final = 512
_BEHIND: Final = 10_000
"""So far a mark may lie behind before what was counted is moved up to the newest."""

Key = tuple[datetime, UUID]
Where = Sequence[ColumnElement[bool]]

_TABLE: Final = audit_events.c
_KEY: Final = tuple_(_TABLE.event_timestamp, _TABLE.event_id)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted for a search below a mark.

    Attributes:
        total: How many events match.
        places: Of pages that were served: how many matches come no later than an event, and its
            key; in this order.
        until: When it is to be forgotten.

    """

    mark: Mark
    total: int
    until: float
    places: list[tuple[int, Key]] = field(default_factory=list[tuple[int, "Key"]])


class Pager:
    """Pages of searches on one database, and what is remembered of them."""

    def __init__(self, large: int = LARGE, behind: int = _BEHIND) -> None:
        self._large = large
        self._behind = behind
        self._marks = Marks()
        self._tallies: OrderedDict[Search, Tally] = OrderedDict()

    async def page(
        self, connection: AsyncConnection, search: Search, began: float
    ) -> tuple[list[StoredEvent], int]:
        """Return the events of a page, and how many match in all.

        *began* is a time, by the monotonic clock, at which the transaction had not begun.
        """
        where = conditions(search, connection.dialect.name)
        now = await seen(connection, began)
        self._marks.see(now)
        tally = await self._tally(connection, search, where, now)
        if tally is None:
            total = await _count(connection, where)
            if search.offset >= total:  # an offset may be beyond the integers of a database
                return [], total
            return await rows(connection, where, search.limit, search.offset), total
        fresh = _TABLE.sequence > tally.mark.sequence
        added = await _count(connection, [*where, fresh])
        total = tally.total + added
        if search.offset >= total:
            return [], total
        found = await self._from_place(connection, search, where, tally, added)
        if found:
            end = search.offset + len(found)
            last = found[-1].event
            key = (last.event_timestamp, last.event_id)
            later = await _before(connection, [*where, fresh], key) if added else 0
            _remember(tally, end - later, key)
        return found, total

    async def _from_place(
        self, connection: AsyncConnection, search: Search, where: Where, tally: Tally, added: int
    ) -> list[StoredEvent]:
        """Return the events of a page, from the nearest place that is known to be before it."""
        index = bisect_right(tally.places, search.offset - added, key=lambda place: place[0])
        if not index:
            return await rows(connection, where, search.limit, search.offset)
        before, key = tally.places[index - 1]
        if added:
            fresh = _TABLE.sequence > tally.mark.sequence
            before += await _before(connection, [*where, fresh], key)
        behind = _bound(key) > _KEY
        return await rows(connection, [*where, behind], search.limit, search.offset - before)

    async def _tally(
        self, connection: AsyncConnection, search: Search, where: Where, now: Seen
    ) -> Tally | None:
        """Return what was counted for a search; None if nothing was, or it is not worth it."""
        name = replace(search, limit=0, offset=0)
        tally = self._tallies.get(name)
        if tally is not None and (tally.until < monotonic() or not now.has(tally.mark)):
            tally = None
        mark = self._marks.newest
        if mark is None or not now.has(mark):
            return tally
        if tally is None:
            # Counted all, an index is enough; what lies above the mark is little.
            total = await _count(connection, where)
            if total < self._large:
                return None
            above = await _count(connection, [*where, _TABLE.sequence > mark.sequence])
            tally = Tally(mark, total - above, monotonic() + _SECONDS)
        elif now.last - tally.mark.sequence > self._behind:
            tally = await _moved(connection, where, tally, mark)
        self._tallies[name] = tally
        self._tallies.move_to_end(name)
        while len(self._tallies) > _SEARCHES:
            self._tallies.popitem(last=False)
        return tally


async def _moved(connection: AsyncConnection, where: Where, tally: Tally, mark: Mark) -> Tally:
    """Return what was counted, moved up to another mark."""
    if mark.sequence <= tally.mark.sequence:
        return tally
    between = (_TABLE.sequence > tally.mark.sequence, _TABLE.sequence <= mark.sequence)
    asked = select(_TABLE.event_timestamp, _TABLE.event_id).where(*where, *between)
    keys = sorted((row[0], row[1]) for row in await connection.execute(asked))
    places = [(before + len(keys) - bisect_left(keys, key), key) for before, key in tally.places]
    return Tally(mark, tally.total + len(keys), tally.until, places)


def _remember(tally: Tally, before: int, key: Key) -> None:
    index = bisect_right(tally.places, before, key=lambda place: place[0])
    if index and tally.places[index - 1][0] == before:
        return
    insort(tally.places, (before, key), key=lambda place: place[0])
    if len(tally.places) > _PLACES:
        del tally.places[::2]  # the others are near enough


def _bound(key: Key) -> ColumnElement[Any]:
    moment, identity = key
    return tuple_(
        literal(moment, _TABLE.event_timestamp.type), literal(identity, _TABLE.event_id.type)
    )


async def _before(connection: AsyncConnection, where: Where, key: Key) -> int:
    """Return how many matches come no later than the event of a key."""
    return await _count(connection, [*where, _bound(key) <= _KEY])


async def _count(connection: AsyncConnection, where: Where) -> int:
    counting = select(func.count()).select_from(audit_events).where(*where)
    return int((await connection.execute(counting)).scalar_one())


async def rows(
    connection: AsyncConnection, where: Where, limit: int, offset: int
) -> list[StoredEvent]:
    """Return the newest events that fit, after skipping *offset* of them."""
    asked = select(*EVENT_COLUMNS).where(*where).order_by(*NEWEST_FIRST).limit(limit)
    found = await connection.execute(asked.offset(offset) if offset else asked)
    return [from_row(row) for row in found.mappings()]
