"""Pages at offsets are those of sorting and counting everything, whatever is remembered."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.server.test_store import NOW, some

from datastorage_server.databases import parse_database
from datastorage_server.events import Event, Search, StoredEvent, Write
from datastorage_server.sql import paging
from datastorage_server.sql.database import Database
from datastorage_server.sql.marks import Marks, Seen
from datastorage_server.sql.opening import open_database
from datastorage_server.sql.paging import Pager
from datastorage_server.sql.store import SqlStore

Use = Callable[[SqlStore, Database], Awaitable[None]]


@pytest.fixture
def run(database_url: str) -> Callable[[Use], None]:
    """Return what runs a coroutine function over a store that remembers from the first event."""

    def runs(use: Use) -> None:
        async def main() -> None:
            async with open_database(parse_database(database_url)) as database:
                store = SqlStore(database)
                store._pager = Pager(large=1, behind=7)  # pyright: ignore[reportPrivateUsage] - small
                await use(store, database)

        asyncio.run(main())

    return runs


def at(minutes: int, **changes: Any) -> Event:
    return some(event_timestamp=NOW - timedelta(minutes=minutes), **changes)


def newest_first(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda one: (one.event_timestamp, one.event_id), reverse=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pages_are_exact_while_events_come_in_any_order(
    run: Callable[[Use], None], seed: int
) -> None:
    chance = random.Random(seed)
    searches = [Search(), Search(severity="high"), Search(since=NOW - timedelta(minutes=30))]

    async def use(store: SqlStore, _: Database) -> None:
        there: list[Event] = []
        for _step in range(60):
            if chance.random() < 0.4:
                new = [
                    at(chance.randrange(60), severity=chance.choice(("high", "low")))
                    for _ in range(chance.randrange(1, 4))
                ]
                await store.append(Write(tuple(new)))
                there += new
            search = chance.choice(searches)
            offset, limit = chance.randrange(len(there) + 2), chance.choice((1, 3, 10))
            found = await store.find(replace(search, offset=offset, limit=limit))
            fitting = newest_first([one for one in there if fits(one, search)])
            assert found.total == len(fitting)
            assert [one.event for one in found.events] == fitting[offset : offset + limit]

    run(use)


def fits(event: Event, search: Search) -> bool:
    return (search.severity in {None, event.severity}) and (
        search.since is None or event.event_timestamp >= search.since
    )


def test_a_walk_over_all_pages_skips_none_of_what_was_there(run: Callable[[Use], None]) -> None:
    async def use(store: SqlStore, _: Database) -> None:
        events = [at(index) for index in range(40)]
        await store.append(Write(tuple(events)))
        seen: list[Event] = []
        while len(seen) < 40:
            page = await store.find(Search(limit=4, offset=len(seen)))
            assert page.total == 40
            seen += [one.event for one in page.events]
        assert seen == newest_first(events)

    run(use)


def test_a_page_behind_a_known_place_starts_there(
    run: Callable[[Use], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It skips no rows, however great its offset is."""
    skipped: list[int] = []
    rows = paging.rows

    async def told(connection: Any, where: Any, limit: int, offset: int) -> list[StoredEvent]:
        skipped.append(offset)
        return await rows(connection, where, limit, offset)

    monkeypatch.setattr(paging, "rows", told)

    async def use(store: SqlStore, _: Database) -> None:
        await store.append(Write(tuple(at(index) for index in range(60))))
        for offset in (0, 0, 0, 10, 20, 30, 40, 55):
            await store.find(Search(limit=10, offset=offset))
        assert skipped == [0, 0, 0, 0, 0, 0, 0, 5]
        await store.append(Write((at(0), at(25), at(70))))  # two of them before the page
        await store.find(Search(limit=10, offset=50))
        assert skipped[-1] <= 10

    run(use)


def test_a_number_that_may_still_appear_is_below_no_mark(postgres_url: str) -> None:
    """A writer takes its number, and commits only after later ones have committed."""

    async def main() -> None:
        async with open_database(parse_database(postgres_url)) as database:
            store = SqlStore(database)
            store._pager = Pager(large=1)  # pyright: ignore[reportPrivateUsage] - small
            await store.append(Write((at(0),)))
            async with database.writing() as slow:
                take = "INSERT INTO chain_heads VALUES ('slow', 1, ''); "
                await slow.execute(text(take.rstrip("; ")))
                number = (await slow.execute(text("SELECT nextval('event_sequence')"))).scalar_one()
                for index in range(1, 5):
                    await store.append(Write((at(index, correlation_id=f"c{index}"),)))
                    assert (await store.find(Search())).total == index + 1
                mark = store._pager._marks.newest  # pyright: ignore[reportPrivateUsage]
                assert mark is None or mark.sequence < number
            for _ in range(4):
                await store.find(Search())
            mark = store._pager._marks.newest  # pyright: ignore[reportPrivateUsage]
            assert mark is not None
            assert mark.sequence > number

    asyncio.run(main())


def test_a_mark_waits_for_a_transaction_that_began_after_it_was_read() -> None:
    marks = Marks()
    marks.see(Seen(last=10, low=100, high=105, began=1.0, read=2.0))
    marks.see(Seen(last=12, low=100, high=106, began=1.5, read=3.0))  # began before the reading
    assert marks.newest is None
    marks.see(Seen(last=14, low=106, high=108, began=4.0, read=5.0))
    assert marks.newest is None  # 106 and 107 run
    marks.see(Seen(last=15, low=108, high=109, began=6.0, read=7.0))
    assert marks.newest is not None
    assert (marks.newest.sequence, marks.newest.until) == (10, 108)
