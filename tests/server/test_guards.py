"""Guards: what the database itself refuses, whoever asks it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg
import pytest
from tests.server.databases import Postgres, disarm
from tests.server.holding import CASE, events, hold, release

from datastorage import DataStorage
from datastorage import models as m
from datastorage_server.databases import parse_database
from datastorage_server.events import Event, Link
from datastorage_server.holds import PlacedHold
from datastorage_server.sql.holds import SqlHolds
from datastorage_server.sql.opening import open_database
from datastorage_server.testing import running

Sql = Callable[..., list[list[tuple[Any, ...]]]]

NOW = datetime.now(UTC).replace(microsecond=0)
REFUSALS = (sqlite3.IntegrityError, asyncpg.RestrictViolationError)


@pytest.fixture
def ds(database_url: str) -> Generator[DataStorage]:
    with running(database_url) as url, DataStorage(url) as client:
        yield client


@pytest.fixture
def expired(event: Any) -> Callable[..., m.AuditEventRequest]:
    """Return a maker of events whose time of keeping is over."""

    def make(**changes: object) -> m.AuditEventRequest:
        long_ago = datetime.now(UTC) - timedelta(days=5)
        made: m.AuditEventRequest = event(
            correlation_id=CASE, event_timestamp=long_ago.isoformat(), retention_days=1, **changes
        )
        return made

    return make


def refused(sql: Sql, url: str, statement: str, words: str) -> None:
    with pytest.raises(REFUSALS, match=words):
        sql(url, statement)


COLUMNS = sorted(one.name for kind in (Event, Link) for one in fields(kind))


@pytest.mark.parametrize("held", [True, False], ids=["held", "free"])
def test_no_column_of_a_stored_event_can_be_changed(
    ds: DataStorage, event: Any, database_url: str, sql: Sql, *, held: bool
) -> None:
    ds.create_audit_event(event(correlation_id=CASE))
    if held:
        hold(ds)
    for column in [*COLUMNS, "event_date"]:
        statement = f"UPDATE audit_events SET {column} = {column}"
        refused(sql, database_url, statement, "a stored audit event cannot be changed")


def test_a_held_event_is_not_deleted_until_it_is_released(
    ds: DataStorage, expired: Any, database_url: str, sql: Sql
) -> None:
    ds.create_audit_event(expired())
    hold(ds)
    ds.create_audit_event(expired())
    removing = f"DELETE FROM audit_events WHERE correlation_id = '{CASE}'"
    refused(sql, database_url, removing, "a legal hold is on the audit event")
    assert len(events(ds)) == 2
    release(ds)
    sql(database_url, removing)
    assert events(ds) == []
    sql(database_url, "DELETE FROM event_identities")


def test_an_event_is_not_deleted_before_its_time_of_keeping_is_over(
    ds: DataStorage, event: Any, database_url: str, sql: Sql
) -> None:
    ds.create_audit_event(event(retention_days=1))
    refused(sql, database_url, "DELETE FROM audit_events", "the time of keeping .* is not over")
    identity = "the identity of a stored audit event cannot be changed or deleted"
    refused(sql, database_url, "DELETE FROM event_identities", identity)
    refused(sql, database_url, "UPDATE event_identities SET sequence = sequence", identity)


def test_a_hold_only_ends_and_is_never_forgotten(
    ds: DataStorage, event: Any, database_url: str, sql: Sql
) -> None:
    ds.create_audit_event(event(correlation_id=CASE))
    hold(ds)
    words = "a legal hold cannot be deleted, and changes only when it ends"
    ending = "released_at = placed_at, released_by = 'x', release_reason = 'y'"
    changes = [
        "DELETE FROM legal_holds",
        "UPDATE legal_holds SET reason = 'other'",
        "UPDATE legal_holds SET correlation_id = 'other'",
        f"UPDATE legal_holds SET {ending}, correlation_id = 'other'",
    ]
    for statement in changes:
        refused(sql, database_url, statement, words)
    untold = "UPDATE legal_holds SET released_at = placed_at"
    with pytest.raises((sqlite3.IntegrityError, asyncpg.CheckViolationError)):
        sql(database_url, untold)
    sql(database_url, f"UPDATE legal_holds SET {ending}")
    for again in (f"UPDATE legal_holds SET {ending}", "UPDATE legal_holds SET released_at = NULL"):
        refused(sql, database_url, again, words)


def test_sqlite_replaces_nothing_that_is_stored(tmp_path: Path, event: Any) -> None:
    file = tmp_path / "events.db"
    with running(f"sqlite:///{file}") as url, DataStorage(url) as ds:
        ds.create_audit_event(event(correlation_id=CASE))
        hold(ds)
    connection = sqlite3.connect(file, isolation_level=None)
    for table in ("audit_events", "event_identities", "legal_holds"):
        with pytest.raises(sqlite3.IntegrityError, match="what is stored cannot be replaced"):
            connection.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    with pytest.raises(sqlite3.IntegrityError, match="cannot be replaced"):
        connection.execute(
            "INSERT OR REPLACE INTO legal_holds (correlation_id, reason, placed_by, placed_at)"
            " SELECT correlation_id, 'other', placed_by, placed_at FROM legal_holds"
        )
    connection.close()


def test_a_server_warns_of_triggers_that_somebody_removed(
    database_url: str, sql: Sql, caplog: pytest.LogCaptureFixture
) -> None:
    def warnings() -> list[str]:  # the PostgreSQL of the tests is told of besides
        return [one for one in caplog.messages if "can be lost" not in one]

    with running(database_url):
        assert warnings() == []
    disarm(database_url, sql)
    with running(database_url) as url, DataStorage(url) as client:
        assert client.readiness_check().status == "ready"
    (told,) = warnings()
    assert told.startswith("SQL can change what is stored in audit_events, ")
    assert told.endswith("triggers are missing or disabled (docs/audit-proof.md)")


# PostgreSQL by itself


@pytest.fixture
def database(postgres_url: str) -> str:
    return postgres_url.rpartition("/")[2]


@pytest.fixture
def pg(postgres_url: str) -> Generator[DataStorage]:
    with running(postgres_url) as url, DataStorage(url) as client:
        yield client


def partitions(postgres: Postgres, database: str) -> list[str]:
    made = "SELECT inhrelid::regclass::text FROM pg_inherits"
    (rows,) = postgres.execute(database, f"{made} WHERE inhparent = 'audit_events'::regclass")
    return [str(name) for (name,) in rows]


def test_partitions_refuse_what_the_table_refuses(
    pg: DataStorage, expired: Any, postgres: Postgres, database: str
) -> None:
    pg.create_audit_event(expired())
    hold(pg)
    names = partitions(postgres, database)
    assert len(names) == 5
    for name in [*names, "audit_events", "event_identities CASCADE", "legal_holds"]:
        with pytest.raises(asyncpg.RestrictViolationError, match="cannot be truncated"):
            postgres.execute(database, f"TRUNCATE {name}")
    for name in names:
        (found,) = postgres.execute(database, f"SELECT 1 FROM {name}")
        for statement in (f"DELETE FROM {name}", f"UPDATE {name} SET severity = 'x'"):
            if found:
                with pytest.raises(asyncpg.RestrictViolationError):
                    postgres.execute(database, statement)
    assert len(events(pg)) == 1


def test_a_partition_that_is_made_later_is_guarded(
    postgres_url: str, postgres: Postgres, database: str
) -> None:
    later = datetime.now(UTC) + timedelta(days=300)
    before = partitions(postgres, database)
    with running(postgres_url, now=lambda: later) as url, DataStorage(url) as client:
        deadline = monotonic() + 10
        while partitions(postgres, database) == before and monotonic() < deadline:
            client.liveness_check()
    made = set(partitions(postgres, database)) - set(before)
    assert made
    for name in made:
        with pytest.raises(asyncpg.RestrictViolationError):
            postgres.execute(database, f"TRUNCATE {name}")


def test_the_documented_grants_are_enough_to_serve_and_no_more(
    postgres_url: str, postgres: Postgres, database: str, event: Any
) -> None:
    page = (Path(__file__).parents[2] / "docs/audit-proof.md").read_text("utf-8")
    grants = page.partition("```sql\nGRANT")[2].partition("```")[0]
    own = postgres_url.replace("tester", "datastorage")
    postgres.execute(database, "CREATE ROLE datastorage LOGIN")
    try:
        postgres.execute(database, *f"GRANT{grants}".strip().strip(";").split(";"))
        with running(own) as url, DataStorage(url) as client:
            assert client.readiness_check().status == "ready"
            client.create_audit_event(event(correlation_id=CASE), idempotency_key="k")
            client.create_audit_events_batch([event(correlation_id=CASE) for _ in range(10)])
            hold(client)
            hold(client, "Case 8")
            release(client)
            asked = m.VerifyChainRequest(correlation_id=CASE)
            assert client.verify_audit_chain(asked).verified_events == 11
        for statement in ("DROP TABLE audit_events", "DROP TRIGGER refuse_delete ON audit_events",
                          "DELETE FROM audit_events", "DROP FUNCTION refuse_delete CASCADE",
                          "SET session_replication_role = replica"):  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                postgres.execute(database, "SET ROLE datastorage", statement)
    finally:
        postgres.execute(database, "DROP OWNED BY datastorage", "DROP ROLE datastorage")


def test_a_table_of_the_session_does_not_stand_in_for_the_holds(
    pg: DataStorage, expired: Any, postgres: Postgres, database: str
) -> None:
    pg.create_audit_event(expired())
    hold(pg)
    with pytest.raises(asyncpg.RestrictViolationError, match="a legal hold"):
        postgres.execute(
            database,
            "CREATE TEMP TABLE legal_holds (LIKE public.legal_holds)",
            "SET search_path TO pg_temp, public",
            "DELETE FROM audit_events",
        )


@pytest.mark.parametrize("isolation", ["read_committed", "repeatable_read", "serializable"])
def test_who_deletes_waits_for_who_places_a_hold(
    pg: DataStorage, expired: Any, postgres_url: str, isolation: Any
) -> None:
    pg.create_audit_event(expired())

    async def main() -> None:
        placing = await asyncpg.connect(postgres_url)
        deleting = await asyncpg.connect(postgres_url)
        try:
            begun = deleting.transaction(isolation=isolation)
            await begun.start()
            await deleting.fetch("SELECT 1 FROM audit_events")  # its snapshot knows of no hold
            async with placing.transaction():
                await placing.execute("UPDATE chain_heads SET chain_sequence = chain_sequence")
                task = asyncio.create_task(deleting.execute("DELETE FROM audit_events"))
                await asyncio.sleep(0.1)
                await placing.execute(
                    "INSERT INTO legal_holds (correlation_id, reason, placed_by, placed_at)"
                    f" VALUES ('{CASE}', 'r', 'me', now())"
                )
            with pytest.raises((asyncpg.RestrictViolationError, asyncpg.SerializationError)):
                await task
            await begun.rollback()
        finally:
            await placing.close()
            await deleting.close()

    asyncio.run(main())
    assert len(events(pg)) == 1


def test_who_places_a_hold_waits_for_who_deletes(
    pg: DataStorage, expired: Any, postgres_url: str
) -> None:
    pg.create_audit_event(expired())

    async def main() -> PlacedHold | None:
        deleting = await asyncpg.connect(postgres_url)
        try:
            async with open_database(parse_database(postgres_url)) as database:
                async with deleting.transaction():
                    await deleting.execute("DELETE FROM audit_events")
                    placing = asyncio.create_task(SqlHolds(database).place(CASE, "r", "me", NOW))
                    await asyncio.sleep(0.1)
                    assert not placing.done()
                return await placing
        finally:
            await deleting.close()

    assert asyncio.run(main()) is None
