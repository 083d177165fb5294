"""Migrations: what they make, who waits for whom, and which databases they cannot help."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from datastorage import DatabaseError, DataStorage
from datastorage.problems import ServiceUnavailable
from datastorage_server.__main__ import main
from datastorage_server.databases import Address, SqliteDatabase, parse_database
from datastorage_server.errors import StartError
from datastorage_server.sql.migrations import known_revisions
from datastorage_server.sql.opening import migrate_at, open_database
from datastorage_server.sql.tables import TABLES, audit_events, metadata
from datastorage_server.store import SchemaMissing
from datastorage_server.testing import running

Sql = Callable[..., list[list[tuple[Any, ...]]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a schema: each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.db'}"
    url: str = request.getfixturevalue("bare_postgres_url")
    return url


def checked(address: Address) -> None:
    """Return if the schema of a database is whole; it is not migrated before."""

    async def main() -> None:
        async with open_database(address, migrate=False) as database:
            await database.check_schema()

    asyncio.run(main())


def test_migrations_make_all_that_the_statements_name(bare_url: str) -> None:
    address = parse_database(bare_url)
    assert asyncio.run(migrate_at(address)) == known_revisions()
    checked(address)
    assert asyncio.run(migrate_at(address)) == ()
    checked(address)


def test_processes_that_migrate_at_once_apply_each_migration_once(bare_url: str) -> None:
    async def both() -> list[tuple[str, ...]]:
        return list(await asyncio.gather(*(migrate_at(parse_database(bare_url)) for _ in range(4))))

    applied = asyncio.run(both())
    assert sorted(applied, key=len) == [(), (), (), known_revisions()]


def test_every_table_that_is_missing_is_named(database_url: str, sql: Sql) -> None:
    cascade = "" if database_url.startswith("sqlite") else "CASCADE"
    sql(database_url, f"DROP TABLE audit_events {cascade}")
    told = r"^the table audit_events is missing: run 'datastorage-server migrate'$"
    with pytest.raises(SchemaMissing, match=told):
        checked(parse_database(database_url))


def test_a_column_that_is_missing_is_named(database_url: str, sql: Sql) -> None:
    sql(database_url, "ALTER TABLE chain_heads DROP COLUMN event_hash")
    with pytest.raises(SchemaMissing, match=r"^the column chain_heads\.event_hash is missing: run"):
        checked(parse_database(database_url))


def test_a_migration_that_was_not_applied_is_named(database_url: str, sql: Sql) -> None:
    sql(database_url, "DELETE FROM alembic_version")
    with pytest.raises(SchemaMissing, match=r"^the migration 0001_events is not applied: run"):
        checked(parse_database(database_url))


def test_a_database_of_a_newer_version_is_not_opened(database_url: str, sql: Sql) -> None:
    sql(database_url, "UPDATE alembic_version SET version_num = '9999_later'")
    for migrate in (None, True, False):
        with pytest.raises(StartError, match=r"9999_later, .* newer version .*; use that one"):
            asyncio.run(opened(parse_database(database_url), migrate=migrate))


def test_a_database_from_before_migrations_is_not_opened(database_url: str, sql: Sql) -> None:
    sql(database_url, "DROP TABLE alembic_version")
    for migrate in (None, True, False):
        with pytest.raises(StartError, match=r"no record of migrations .* use another database"):
            asyncio.run(opened(parse_database(database_url), migrate=migrate))


async def opened(address: Address, *, migrate: bool | None) -> None:
    async with open_database(address, migrate=migrate):
        pass


def test_a_new_file_is_migrated_unless_told_otherwise(tmp_path: Path) -> None:
    for migrate, made in ((None, True), (True, True), (False, False)):
        address = SqliteDatabase(tmp_path / f"{migrate}.db")
        asyncio.run(opened(address, migrate=migrate))
        if made:
            checked(address)
        else:
            with pytest.raises(SchemaMissing):
                checked(address)


def test_a_file_with_other_tables_is_not_migrated_unasked(tmp_path: Path, sql: Sql) -> None:
    address = SqliteDatabase(tmp_path / "a.db")
    sql(str(address), "CREATE TABLE other (a)")
    asyncio.run(opened(address, migrate=None))
    with pytest.raises(SchemaMissing):
        checked(address)
    asyncio.run(opened(address, migrate=True))
    checked(address)


def test_postgresql_is_migrated_only_when_told(bare_postgres_url: str) -> None:
    address = parse_database(bare_postgres_url)
    asyncio.run(opened(address, migrate=None))
    with pytest.raises(SchemaMissing):
        checked(address)
    asyncio.run(opened(address, migrate=True))
    checked(address)


def test_what_is_missing_is_looked_for_in_all_tables() -> None:
    assert set(TABLES) == set(metadata.tables.values())
    assert TABLES[0] is audit_events, "it is what a writer misses, and what it is told of first"


def test_tables_have_no_column_that_no_statement_names(database_url: str, sql: Sql) -> None:
    for table in metadata.tables.values():
        if database_url.startswith("sqlite"):
            (rows,) = sql(database_url, f"SELECT name FROM pragma_table_info('{table.name}')")
        else:
            (rows,) = sql(
                database_url,
                "SELECT attname FROM pg_attribute"
                f" WHERE attrelid = '{table.name}'::regclass AND attnum > 0 AND NOT attisdropped",
            )
        assert {str(name) for (name,) in rows} == {column.name for column in table.columns}


# The limits of the contract


def limits(contract: Mapping[str, Any]) -> dict[str, int]:
    """Return how long the contract lets the texts of an event be."""
    schemas = contract["components"]["schemas"]
    found: dict[str, int] = {}
    for name, schema in schemas["AuditEventRequest"]["properties"].items():
        parts = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
        lengths = [part["maxLength"] for part in parts if "maxLength" in part]
        if lengths and name in audit_events.columns:
            found[name] = lengths[0]
    return found


def test_the_database_has_the_lengths_and_the_values_of_the_contract(
    database_url: str, sql: Sql, contract: Mapping[str, Any]
) -> None:
    sqlite = database_url.startswith("sqlite")
    asked = (
        "SELECT sql FROM sqlite_master WHERE name = 'audit_events'"
        if sqlite
        else "SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint"
        " WHERE conrelid = 'audit_events'::regclass AND contype = 'c'"
    )
    ((told,),) = sql(database_url, asked)[0]
    lengths = limits(contract)
    assert len(lengths) > 5
    for name, length in lengths.items():
        assert f"length({name}) <= {length})" in str(told)
    schemas = contract["components"]["schemas"]
    for name in ("EventCategory", "EventOutcome"):
        for value in schemas[name]["enum"]:
            assert f"'{value}'" in str(told)


# The night of 18 December: a healthy server over a database that nobody had migrated


def refused(client: DataStorage, event: Any) -> None:
    """Assert that a write says what is missing, and what to do."""
    for write in (
        lambda: client.create_audit_event(event()),
        lambda: client.create_audit_events_batch([event(), event()]),
    ):
        with pytest.raises(DatabaseError) as told:
            write()
        assert told.value.status == 500
        assert told.value.detail == (
            "the table audit_events is missing: run 'datastorage-server migrate';"
            " nothing was written"
        )


def test_an_unmigrated_database_is_never_ready_until_it_is_migrated(
    bare_url: str,
    event: Any,
    connect: Callable[[str], DataStorage],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with running(bare_url, migrate=False) as url:
        client = connect(url)
        refused(client, event)
        with pytest.raises(ServiceUnavailable) as unready:
            client.readiness_check()
        assert b'"reason":"schema_missing"' in unready.value.content
        assert b"the table audit_events is missing" in unready.value.content
        assert b"datastorage-server migrate" in unready.value.content

        monkeypatch.setenv("DATASTORAGE_DATABASE_URL", bare_url)
        assert main(["migrate"]) == 0
        assert capsys.readouterr().out.startswith("applied 0001_events")
        assert client.readiness_check().status == "ready"
        client.create_audit_event(event())
        client.create_audit_events_batch([event(), event()])
        assert client.query_audit_events().pagination.total == 3
        assert main(["migrate"]) == 0
        assert capsys.readouterr().out.startswith("there was nothing to apply")
