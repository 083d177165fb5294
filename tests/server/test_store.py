"""The store by itself, over a file and over memory."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.event import listen

from datastorage_server.databases import Address, SqliteDatabase, parse_database
from datastorage_server.errors import StartError
from datastorage_server.events import Event, Key, Page, Receipt, Search, Write
from datastorage_server.sql import sqlite
from datastorage_server.sql.opening import open_database
from datastorage_server.sql.store import SqlStore
from datastorage_server.store import (
    IdentityTaken,
    KeyReused,
    ParentsMissing,
    StoreFailed,
    StoreUnavailable,
)

NOW = datetime.now(UTC).replace(microsecond=123_456)

EVENT = Event(
    event_id=UUID(int=1),
    version="1.0",
    event_type="gateway.signal.received",
    event_timestamp=NOW,
    event_category="gateway",
    event_action="received",
    event_outcome="success",
    actor_type="service",
    actor_id="gateway-service",
    actor_ip=None,
    resource_type="gateway",
    resource_id="rr-1",
    correlation_id="rr-1",
    parent_event_id=None,
    parent_event_date=None,
    namespace=None,
    cluster_id=None,
    severity="info",
    duration_ms=None,
    error_code=None,
    error_message=None,
    retention_days=2555,
    is_sensitive=False,
    event_data='{"event_type":"gateway.signal.received"}',
    extensions=None,
    fingerprint="0" * 64,
)


def some(**changes: Any) -> Event:
    identity = uuid4()
    return replace(EVENT, event_id=identity, fingerprint=identity.hex * 2, **changes)


def plain(page: Page) -> tuple[Event, ...]:
    return tuple(stored.event for stored in page.events)


def chosen(*events: Event) -> Write:
    return Write(events, frozenset(event.event_id for event in events))


@pytest.fixture(params=["file", "memory", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    if request.param == "postgresql":
        return parse_database(request.getfixturevalue("postgres_url"))
    return SqliteDatabase(tmp_path / "events.db" if request.param == "file" else None)


Run = Callable[[Callable[[SqlStore], Awaitable[Any]]], Any]


@pytest.fixture
def run(database: Address) -> Run:
    """Return what runs a coroutine function over an open store."""

    def runs(use: Callable[[SqlStore], Awaitable[Any]]) -> Any:
        async def main() -> Any:
            async with open_database(database) as opened:
                return await use(SqlStore(opened))

        return asyncio.run(main())

    return runs


def test_what_is_stored_is_found_unchanged(run: Run) -> None:
    event = some(
        actor_ip="::1",
        namespace="payments",
        cluster_id="prod",
        duration_ms=2**31 - 1,
        error_code="E",
        error_message="é" * 100_000,
        is_sensitive=True,
        extensions='{"trace":"00"}',
    )

    async def use(store: SqlStore) -> None:
        assert await store.append(Write((event,))) == Receipt((event.event_id,), 1)
        page = await store.find(Search())
        assert plain(page) == (event,)
        assert page.total == 1

    run(use)


def test_a_refused_write_leaves_nothing(run: Run) -> None:
    orphan = some(parent_event_id=uuid4())

    async def use(store: SqlStore) -> None:
        with pytest.raises(ParentsMissing) as missing:
            await store.append(Write((some(), orphan), key=Key("k", "a" * 64)))
        assert missing.value.indexes == (1,)
        assert (await store.find(Search())).total == 0
        assert (await store.append(Write((some(),), key=Key("k", "b" * 64)))).stored == 1

    run(use)


def test_a_key_belongs_to_one_request(run: Run) -> None:
    write = Write((some(), some()), key=Key("k", "a" * 64))

    async def use(store: SqlStore) -> None:
        assert await store.recall(write) is None
        first = await store.append(write)
        again = Write((some(), some()), key=Key("k", "a" * 64))  # identities are made up anew
        assert await store.append(again) == replace(first, stored=0)
        assert await store.recall(again) == replace(first, stored=0)
        for ask in (store.append, store.recall):
            with pytest.raises(KeyReused):
                await ask(replace(write, key=Key("k", "b" * 64)))
        assert (await store.find(Search())).total == 2

    run(use)


def test_an_identity_belongs_to_one_event(run: Run) -> None:
    first, second = some(), some()
    other = replace(first, fingerprint="f" * 64)

    async def use(store: SqlStore) -> None:
        await store.append(chosen(first))
        assert (await store.append(chosen(second, first, second))).stored == 1
        assert await store.recall(chosen(second, first)) is not None
        assert await store.recall(chosen(second, some())) is None
        assert await store.recall(chosen(other)) is None
        with pytest.raises(IdentityTaken) as taken:
            await store.append(chosen(some(), other))
        assert taken.value.identities == {1: first.event_id}
        third = some()
        with pytest.raises(IdentityTaken):
            await store.append(chosen(third, replace(third, fingerprint="e" * 64)))
        assert (await store.find(Search())).total == 2

    run(use)


def test_writers_at_once_lose_nothing(run: Run) -> None:
    async def use(store: SqlStore) -> None:
        writes = [Write((some(), some()), key=Key(f"k{index}", "a" * 64)) for index in range(50)]
        searches = [store.find(Search(limit=1000)) for _ in range(50)]
        appends = [store.append(write) for write in [*writes, *writes]]
        answers = await asyncio.gather(*appends, *searches)
        assert sum(one.stored for one in answers if isinstance(one, Receipt)) == 100
        assert (await store.find(Search())).total == 100

    run(use)


def test_what_comes_together_is_synced_together_and_refused_alone(tmp_path: Path) -> None:
    begun: list[str] = []

    async def main() -> None:
        async with opened(tmp_path / "a.db") as store:
            engine = store._database._engine.sync_engine  # pyright: ignore[reportPrivateUsage]

            def committed(connection: object) -> None:
                begun.append("commit")

            listen(engine, "commit", committed)
            first = chosen(some())
            good = [Write((some(),), key=Key(f"k{index}", "a" * 64)) for index in range(40)]
            answers = await asyncio.gather(*(store.append(write) for write in [first, *good]))
            assert [one.stored for one in answers] == [1] * 41
            assert len(begun) < 5
            taken = chosen(replace(first.events[0], fingerprint="c" * 64))
            orphan = Write((some(parent_event_id=uuid4()),))
            more: list[Any] = [Write((some(),)), taken, Write((some(),)), orphan, good[0]]
            told = await asyncio.gather(
                *(store.append(write) for write in more), return_exceptions=True
            )
            kinds = [type(one) for one in told]
            assert kinds == [Receipt, IdentityTaken, Receipt, ParentsMissing, Receipt]
            assert told[4] == Receipt((good[0].events[0].event_id,), 0)
            assert (await store.find(Search())).total == 43

    asyncio.run(main())


def test_a_cancelled_writer_leaves_a_whole_transaction(run: Run) -> None:
    async def use(store: SqlStore) -> None:
        for _ in range(20):
            task = asyncio.create_task(store.append(Write((some(), some()))))
            await asyncio.sleep(0.001)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await store._database.settle()  # pyright: ignore[reportPrivateUsage] - as at the end
        assert (await store.find(Search())).total % 2 == 0
        await store.append(Write((some(),)))  # the database is still there

    run(use)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("version", "v" * 21),
        ("event_category", "test"),
        ("event_outcome", "banana"),
        ("severity", "s" * 21),
        ("retention_days", 0),
        ("duration_ms", -1),
    ],
)
def test_the_database_holds_the_limits_of_the_contract(run: Run, member: str, value: Any) -> None:
    async def use(store: SqlStore) -> None:
        with pytest.raises(StoreFailed) as failed:
            await store.append(Write((some(), some(**{member: value}))))
        assert set(failed.value.fields) == {member}
        assert (await store.find(Search())).total == 0

    run(use)


# Files


@asynccontextmanager
async def opened(path: Path) -> AsyncGenerator[SqlStore]:
    async with open_database(SqliteDatabase(path)) as database:
        yield SqlStore(database)


def other_connection(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_a_file_keeps_its_events(tmp_path: Path) -> None:
    event = some()

    async def main() -> None:
        async with opened(tmp_path / "a.db") as store:
            await store.append(Write((event,)))
        async with opened(tmp_path / "a.db") as store:
            assert plain(await store.find(Search())) == (event,)

    asyncio.run(main())


def test_each_connection_is_durable_and_checks_foreign_keys(tmp_path: Path) -> None:
    async def main() -> None:
        address = SqliteDatabase(tmp_path / "a.db")
        async with open_database(address) as database, database.reading() as connection:
            found: dict[str, Any] = {}
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
                asked = await connection.exec_driver_sql(f"PRAGMA {name}")
                found[name] = asked.scalar_one()
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
        assert found == wanted

    asyncio.run(main())


def test_two_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    async def use() -> None:
        async with opened(tmp_path / "a.db") as store:
            await store.append(Write((some(),)))

    async def main() -> None:
        await asyncio.gather(*(use() for _ in range(8)))
        async with opened(tmp_path / "a.db") as store:
            assert (await store.find(Search())).total == 8

    asyncio.run(main())


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path / "a.db") as store:
            await store.check_schema()
            with other_connection(tmp_path / "a.db") as other:
                other.execute("DROP TABLE audit_events")
            other.close()
            for ask in (store.append(Write((some(),))), store.find(Search()), store.check_schema()):
                with pytest.raises(StoreFailed, match="the table audit_events is missing"):
                    await ask
            await store.ping()

    asyncio.run(main())


def test_a_database_of_another_version_is_not_opened(tmp_path: Path) -> None:
    with other_connection(tmp_path / "a.db") as other:
        other.execute("CREATE TABLE audit_events (event_id TEXT)")
    other.close()

    async def main() -> None:
        async with opened(tmp_path / "a.db"):
            pass

    with pytest.raises(StartError, match="no record of migrations"):
        asyncio.run(main())


def test_a_lock_that_stays_makes_the_store_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patched = ("PRAGMA busy_timeout = 50", *sqlite._PRAGMAS[1:])  # pyright: ignore[reportPrivateUsage] - to wait less
    monkeypatch.setattr(sqlite, "_PRAGMAS", patched)

    async def main() -> None:
        async with opened(tmp_path / "a.db") as store:
            other = other_connection(tmp_path / "a.db")
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="locked by another process"):
                await store.append(Write((some(),)))
            assert (await store.find(Search())).total == 0  # readers do not wait for writers
            other.execute("ROLLBACK")
            other.close()
            await store.append(Write((some(),)))

    asyncio.run(main())


def test_order_does_not_depend_on_when_an_event_came(run: Run) -> None:
    late = some(event_timestamp=NOW - timedelta(days=1))
    soon = some(event_timestamp=NOW)

    async def use(store: SqlStore) -> None:
        await store.append(Write((soon,)))
        await store.append(Write((late,)))
        assert plain(await store.find(Search())) == (soon, late)

    run(use)
