"""PostgreSQL while it misbehaves: what a transaction costs at most, and how one recovers."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import text

from datastorage import DatabaseError, DataStorage
from datastorage.problems import ServiceUnavailable
from datastorage_server.databases import PostgresqlDatabase, parse_database
from datastorage_server.errors import StartError
from datastorage_server.sql.database import Database
from datastorage_server.sql.opening import open_database
from datastorage_server.store import StoreUnavailable
from datastorage_server.testing import running

Sql = Callable[..., list[list[tuple[Any, ...]]]]


@pytest.fixture
def address(postgres_url: str) -> PostgresqlDatabase:
    found = parse_database(postgres_url)
    assert isinstance(found, PostgresqlDatabase)
    return found


async def scalar(connection: Any, statement: str) -> Any:
    return (await connection.execute(text(statement))).scalar_one()


def test_sessions_are_in_utc_and_bounded(address: PostgresqlDatabase, sql: Sql) -> None:
    name = address.dsn.rpartition("/")[2]
    sql(address.dsn, f"ALTER DATABASE {name} SET timezone = 'Pacific/Auckland'")

    async def main() -> dict[str, str]:
        async with open_database(address) as database, database.reading() as connection:
            names = (
                *("timezone", "statement_timeout", "lock_timeout", "application_name"),
                *("transaction_isolation", "transaction_read_only"),
            )
            return {one: await scalar(connection, f"SHOW {one}") for one in names}

    assert asyncio.run(main()) == {
        "timezone": "UTC",
        "statement_timeout": "30s",
        "lock_timeout": "10s",
        "application_name": "datastorage-server",
        "transaction_isolation": "repeatable read",
        "transaction_read_only": "on",
    }


async def failing(database: Database, statement: str) -> None:
    async with database.writing() as writer:
        await writer.execute(text(statement))
        raise RuntimeError


def test_a_reader_sees_one_snapshot_and_writers_commit_or_leave_nothing(
    address: PostgresqlDatabase,
) -> None:
    insert = "INSERT INTO chain_heads VALUES ('{}', 1, 'a')"
    count = "SELECT count(*) FROM chain_heads"

    async def main() -> None:
        async with open_database(address) as database:
            async with database.reading() as reader:
                before = await scalar(reader, count)
                async with database.writing() as writer:
                    await writer.execute(text(insert.format("one")))
                assert await scalar(reader, count) == before
            with pytest.raises(RuntimeError):
                await failing(database, insert.format("two"))
            async with database.reading() as reader:
                assert await scalar(reader, count) == before + 1

    asyncio.run(main())


async def frozen_within(transaction: Any, pids: list[int]) -> None:
    async with transaction(0.5) as connection:
        pids.append(await scalar(connection, "SELECT pg_backend_pid()"))
        os.kill(pids[-1], signal.SIGSTOP)
        await connection.execute(text("SELECT 1"))


def test_a_frozen_backend_holds_up_nobody_for_ever(address: PostgresqlDatabase) -> None:
    pids: list[int] = []

    async def main() -> None:
        async with open_database(address) as database:
            for transaction in (database.reading, database.writing):
                began = monotonic()
                with pytest.raises(StoreUnavailable, match=r"not answer within 0\.5 seconds"):
                    await frozen_within(transaction, pids)
                assert monotonic() - began < 30
                await database.ping()

    try:
        asyncio.run(main())
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    assert len(pids) == 2


def test_a_pool_that_is_used_up_is_told_in_time(address: PostgresqlDatabase) -> None:
    narrow = replace(address, connections=1, acquire_seconds=0.2)

    async def main() -> None:
        async with open_database(narrow) as database:
            async with database.reading():
                with pytest.raises(StoreUnavailable, match="all connections to the database are"):
                    await database.ping()
            await database.ping()

    asyncio.run(main())


def test_statements_and_locks_are_waited_for_in_bounds(address: PostgresqlDatabase) -> None:
    hasty = replace(address, statement_seconds=0.5, lock_seconds=0.2)

    async def main() -> None:
        async with open_database(hasty) as database:
            with pytest.raises(StoreUnavailable, match="the database took too long"):
                async with database.reading() as connection:
                    await connection.execute(text("SELECT pg_sleep(5)"))
            async with database.writing() as holder:
                await holder.execute(text("LOCK TABLE chain_heads"))
                with pytest.raises(StoreUnavailable, match="locked by another process"):
                    async with database.writing() as other:
                        await other.execute(text("LOCK TABLE chain_heads"))

    asyncio.run(main())


def test_connections_that_the_database_closed_are_replaced_unseen(
    postgres_url: str, sql: Sql, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    with running(postgres_url) as url:
        client = connect(url)
        for _ in range(3):
            client.create_audit_event(event())
            sql(
                postgres_url,
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            time.sleep(0.1)  # until the server has heard of it
        client.create_audit_event(event())
        assert client.query_audit_events().pagination.total == 4


def test_a_database_that_is_away_at_start_is_waited_for(
    caplog: pytest.LogCaptureFixture, connect: Callable[[str], DataStorage]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(f"postgresql://u:s3cret@127.0.0.1:{port}/db") as url:
        client = connect(url)
        assert client.liveness_check().status == "alive"
        with pytest.raises(ServiceUnavailable) as told:
            client.readiness_check()
        assert b'"reason":"database_unreachable"' in told.value.content
    assert "the database cannot be reached" in caplog.text
    assert "s3cret" not in caplog.text
    assert str(port) not in told.value.content.decode()


@pytest.mark.parametrize(
    ("database", "told"), [("no_such_database", "there is no such database: check the name")]
)
def test_a_database_that_will_never_be_there_is_told_at_start(
    postgres_url: str, database: str, told: str
) -> None:
    url = f"{postgres_url.rpartition('/')[0]}/{database}"

    async def main() -> None:
        async with open_database(parse_database(url)):
            pass

    with pytest.raises(StartError, match=told):
        asyncio.run(main())


def test_values_of_events_are_not_logged(
    postgres_url: str,
    sql: Sql,
    event: Any,
    connect: Callable[[str], DataStorage],
    caplog: pytest.LogCaptureFixture,
) -> None:
    sql(
        postgres_url,
        "ALTER TABLE audit_events DROP CONSTRAINT ck_audit_events_severity",
        "ALTER TABLE audit_events ADD CONSTRAINT ck_audit_events_severity"
        " CHECK (length(severity) <= 4)",
    )
    caplog.set_level(logging.DEBUG)
    with running(postgres_url) as url, pytest.raises(DatabaseError) as told:
        connect(url).create_audit_event(event(severity="critical", resource_id="card-4111"))
    assert told.value.status == 500
    assert told.value.field_errors == {"severity": "is not what the database takes"}
    assert "[23514]" in caplog.text
    assert "ck_audit_events_severity" in caplog.text
    assert "card-4111" not in caplog.text
