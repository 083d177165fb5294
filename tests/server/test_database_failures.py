"""A database that fails under a running server: what its callers are told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from datastorage import DatabaseError, DataStorage
from datastorage.problems import ServiceUnavailable
from datastorage_server.sql import sqlite
from datastorage_server.testing import running

BASE = "https://kubernaut.ai/problems/"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def client(file: Path, connect: Callable[[str], DataStorage]) -> Generator[DataStorage]:
    with running(f"sqlite:///{file}") as url:
        yield connect(url)


def execute(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_a_missing_table_is_told_in_writes_queries_and_readiness(
    client: DataStorage, file: Path, event: Any, caplog: pytest.LogCaptureFixture
) -> None:
    execute(file, "DROP TABLE idempotency_keys", "DROP TABLE audit_events")
    for failing in (
        lambda: client.create_audit_event(event()),
        lambda: client.create_audit_events_batch([event(), event()], idempotency_key="k"),
        client.query_audit_events,
    ):
        with pytest.raises(DatabaseError) as told:
            failing()
        assert told.value.layer == "database"
        assert told.value.status == 500
        assert told.value.type == f"{BASE}database-error"
        assert told.value.detail.startswith(
            "the table audit_events is missing: run 'datastorage-server migrate'; nothing was"
        )
    with pytest.raises(ServiceUnavailable) as unready:
        client.readiness_check()
    assert b'"reason":"schema_missing"' in unready.value.content
    assert b"the table audit_events is missing" in unready.value.content
    assert unready.value.headers["retry-after"] == "5"
    assert client.health_check().status == "healthy"  # it answers, it only lacks its tables
    assert client.liveness_check().status == "alive"
    assert "no such table" in caplog.text
    metrics = client.get_metrics()
    assert 'datastorage_write_total{operation="createAuditEvent",outcome="failed"} 1' in metrics
    assert 'datastorage_query_total{outcome="failed"} 1' in metrics


def test_a_limit_that_only_the_database_has_names_the_field(
    client: DataStorage, file: Path, event: Any
) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    (schema,) = connection.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'audit_events'"
    ).fetchone()
    connection.execute("DROP TABLE audit_events")
    connection.execute(schema.replace("length(severity) <= 20", "length(severity) <= 4"))
    connection.close()
    client.create_audit_event(event())
    with pytest.raises(DatabaseError) as told:
        client.create_audit_events_batch([event(), event(severity="critical")])
    assert told.value.type == f"{BASE}database-error"
    assert (
        told.value.detail == "the database does not take the event's severity; nothing was written"
    )
    assert told.value.field_errors == {"severity": "is not what the database takes"}
    assert client.query_audit_events().pagination.total == 1


def test_a_rule_of_the_database_never_stands_for_nothing(
    client: DataStorage, file: Path, event: Any, caplog: pytest.LogCaptureFixture
) -> None:
    refuse = "SELECT RAISE(ABORT, 'secret words of the database')"
    execute(file, f"CREATE TRIGGER no BEFORE INSERT ON audit_events BEGIN {refuse}; END")
    with pytest.raises(DatabaseError) as told:
        client.create_audit_event(event(resource_id="card-4111"))
    assert "a rule of the database does not take the event" in told.value.detail
    assert b"secret" not in told.value.content
    assert "secret words of the database" in caplog.text  # the log has what the caller has not
    assert "card-4111" not in caplog.text  # but no values


def fill(client: DataStorage, event: Any) -> None:
    for _ in range(1000):
        client.create_audit_event(event(error_message="x" * 10_000))


def test_a_full_disk_is_told_as_unavailable_and_keeps_what_was_stored(
    file: Path,
    event: Any,
    connect: Callable[[str], DataStorage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    narrow = (*sqlite._PRAGMAS, "PRAGMA max_page_count = 60")  # pyright: ignore[reportPrivateUsage] - a small disk
    monkeypatch.setattr(sqlite, "_PRAGMAS", narrow)
    with running(f"sqlite:///{file}") as url:
        client = connect(url)
        with pytest.raises(DatabaseError) as told:
            fill(client, event)
        assert told.value.status == 503
        assert told.value.type == f"{BASE}database-unavailable"
        assert told.value.headers["retry-after"] == "5"
        assert "the disk of the database is full; nothing was written" in told.value.detail
        assert client.query_audit_events().pagination.total > 0


def test_a_damaged_file_is_told_as_such(client: DataStorage, file: Path, event: Any) -> None:
    client.create_audit_event(event())
    execute(file, "PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as stream:
        stream.write(b"\xff" * 4096)
    with pytest.raises(DatabaseError) as told:
        client.query_audit_events()
    assert (
        told.value.detail
        == "the database file is no SQLite database, or is damaged; nothing was read"
    )
