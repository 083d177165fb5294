"""The database fails under load: what is accepted is queued, and stored once when it is back."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server.databases import Postgres, cluster

from datastorage import DatabaseError, DataStorage
from datastorage import models as m
from datastorage.problems import Conflict, ServiceUnavailable, UnprocessableContent
from datastorage_server.databases import parse_database
from datastorage_server.sql import sqlite
from datastorage_server.sql.database import Database
from datastorage_server.sql.opening import migrate_at
from datastorage_server.testing import running

CORRELATION = "rr-payment-api-7f3a"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    return tmp_path / "events.queue"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = [one.replace("5000", "50") for one in sqlite._PRAGMAS]  # pyright: ignore[reportPrivateUsage] - a lock is waited for in short
    monkeypatch.setattr(sqlite, "_PRAGMAS", hasty)


@contextmanager
def locked(file: Path) -> Generator[sqlite3.Connection]:
    """Hold the write lock of a database, as another process would."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def until(found: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def gauge(client: DataStorage, name: str) -> float:
    lines = client.get_metrics().splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def pending(client: DataStorage) -> float:
    return gauge(client, 'datastorage_queue_writes{state="pending"}')


def parked(client: DataStorage) -> float:
    return gauge(client, 'datastorage_queue_writes{state="parked"}')


def total(client: DataStorage) -> int:
    return client.query_audit_events(correlation_id=CORRELATION).pagination.total


def is_queued(answer: object) -> bool:
    return isinstance(answer, m.AsyncAcceptanceResponse | m.BatchAcceptanceResponse)


def notification(**changes: Any) -> m.NotificationAudit:
    members: dict[str, Any] = {
        "remediation_id": "rr-1",
        "notification_id": "nr-1",
        "recipient": "#ops",
        "channel": m.Channel.SLACK,
        "message_summary": "Pods restart",
        "status": m.NotificationAuditStatus.SENT,
        "sent_at": datetime(2026, 8, 22, 12, tzinfo=UTC),
        **changes,
    }
    return m.NotificationAudit.model_validate(members)


def test_what_a_locked_database_does_not_take_is_queued_and_stored_in_order(
    file: Path,
    queue: Path,
    event: Any,
    connect: Callable[[str], DataStorage],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with running(f"sqlite:///{file}", queue=queue) as url:
        client = connect(url)
        client.create_audit_event(event(event_action="first"))
        with locked(file):
            one = client.create_audit_event(event(event_action="a"), idempotency_key="k")
            batch = [event(event_action="b"), event(event_action="c")]
            many = client.create_audit_events_batch(batch)
            told = client.create_notification_audit(notification(), idempotency_key="n")
            assert is_queued(one)
            assert isinstance(many, m.BatchAcceptanceResponse)
            assert many.count == 2
            assert is_queued(told)
            assert pending(client) == 3
            state = client.readiness_check().queue
            assert state is not None
            assert (state.pending_writes, state.parked_writes) == (3, 0)
            assert total(client) == 1  # what is queued cannot be queried yet
        until(lambda: pending(client) == 0)
        assert "the database is locked by another process [SQLITE_BUSY]: writes wait" in caplog.text
        found = client.query_audit_events(correlation_id=CORRELATION).data
        actions = sorted((one.event_action for one in found), key=lambda one: one)
        assert actions == ["a", "b", "c", "first"]
        with closing(sqlite3.connect(file)) as other:
            rows = other.execute("SELECT event_action FROM audit_events ORDER BY sequence")
            assert [action for (action,) in rows] == ["first", "a", "b", "c"]
        checked = client.verify_audit_chain(m.VerifyChainRequest(correlation_id=CORRELATION))
        assert checked.is_valid
        assert 'operation="createAuditEvent",outcome="queued"} 1' in client.get_metrics()


def test_keys_hold_through_the_queue(
    file: Path, queue: Path, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    one, chosen = event(), event(event_id="01890a5d-ac96-774b-bcce-b302099a8057")
    with running(f"sqlite:///{file}", queue=queue) as url:
        client = connect(url)
        with locked(file):
            for _ in range(3):
                assert is_queued(client.create_audit_event(one, idempotency_key="k"))
                assert is_queued(client.create_audit_event(chosen))
            with pytest.raises(UnprocessableContent):
                client.create_audit_event(event(), idempotency_key="k")
            other = event(event_id=chosen.event_id, severity="critical")
            with pytest.raises(Conflict):
                client.create_audit_event(other)
    with running(f"sqlite:///{file}", queue=queue) as url:  # it was not drained before
        client = connect(url)
        until(lambda: pending(client) == 0)
        again = client.create_audit_event(one, idempotency_key="k")
        assert isinstance(again, m.AuditEventResponse)
        assert client.create_audit_event(one, idempotency_key="k") == again
        with pytest.raises(UnprocessableContent):
            client.create_audit_event(event(), idempotency_key="k")
        assert total(client) == 2


def test_a_child_finds_its_queued_parent(
    file: Path, queue: Path, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    parent = "01890a5d-ac96-774b-bcce-b302099a8057"
    with running(f"sqlite:///{file}", queue=queue) as url:
        client = connect(url)
        with locked(file):
            assert is_queued(client.create_audit_event(event(event_id=parent)))
        client.create_audit_event(event(parent_event_id=parent))  # follows it, stored or queued
        until(lambda: pending(client) == 0)
        assert total(client) == 2
        assert parked(client) == 0


def test_what_turns_out_to_be_unacceptable_is_set_aside_and_holds_up_nothing(
    file: Path,
    queue: Path,
    event: Any,
    connect: Callable[[str], DataStorage],
    caplog: pytest.LogCaptureFixture,
) -> None:
    orphan = event(parent_event_id="01890a5d-ac96-774b-bcce-b302099a8057")
    with running(f"sqlite:///{file}", queue=queue) as url:
        client = connect(url)
        client.create_audit_event(event(), idempotency_key="used")
        client.create_notification_audit(notification())
        with locked(file):
            assert is_queued(client.create_audit_event(orphan))
            assert is_queued(client.create_audit_event(event(), idempotency_key="used"))
            other = notification(recipient="else")
            assert is_queued(client.create_notification_audit(other))
            assert is_queued(client.create_audit_event(event()))
        until(lambda: pending(client) == 0)
        assert parked(client) == 3
        assert total(client) == 2
        state = client.readiness_check().queue
        assert state is not None
        assert state.parked_writes == 3
    for told in ("parent event is not stored", "key belongs to another", "another record of the"):
        assert told in caplog.text
    with closing(sqlite3.connect(queue)) as opened:
        assert opened.execute("SELECT count(*) FROM queue WHERE parked_at > ''").fetchone() == (3,)


def test_a_full_queue_is_told_and_drops_nothing(
    file: Path, queue: Path, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    accepted = 0
    with running(f"sqlite:///{file}", queue=queue, queue_bytes=20_000) as url:
        client = connect(url)
        with locked(file):
            while gauge(client, "datastorage_queue_bytes") < 18_000:
                assert is_queued(client.create_audit_event(event()))
                accepted += 1
            with pytest.raises(DatabaseError) as told:
                client.create_audit_event(event(error_message="x" * 5_000))
            assert told.value.status == 503
            assert told.value.headers["retry-after"] == "5"
            assert told.value.type == "https://kubernaut.ai/problems/database-unavailable"
            assert "locked by another process, and the queue is full" in told.value.detail
            assert pending(client) == accepted
        until(lambda: total(client) == accepted)
        client.create_audit_event(event())


def test_a_permanent_failure_is_never_queued(
    file: Path, queue: Path, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    """Neither at once, nor when it is found out while the queue is drained."""
    with running(f"sqlite:///{file}", queue=queue) as url:
        client = connect(url)
        with locked(file):
            assert is_queued(client.create_audit_event(event()))
        until(lambda: pending(client) == 0)
        with locked(file) as other:
            assert is_queued(client.create_audit_event(event()))
            other.execute("ALTER TABLE audit_events RENAME TO elsewhere")
            other.execute("COMMIT")
        until(lambda: refused(url, event) == 500)
        assert pending(client) == 1  # accepted: it waits for the table
        with closing(sqlite3.connect(file)) as other:
            other.execute("ALTER TABLE elsewhere RENAME TO audit_events")
        until(lambda: pending(client) == 0)
        assert total(client) == 2


def refused(url: str, event: Any) -> int:
    """Return the status of an event that is stored, queued or refused."""
    content = event().model_dump_json(exclude_unset=True)
    headers = {"Content-Type": "application/json", "Idempotency-Key": "again"}
    answer = httpx.post(f"{url}/api/v1/audit/events", content=content, headers=headers)
    if answer.status_code == 500:
        assert "the table audit_events is missing" in answer.json()["detail"]
    return answer.status_code


def test_a_full_disk_of_the_database_queues_and_nothing_is_lost(
    file: Path,
    queue: Path,
    event: Any,
    connect: Callable[[str], DataStorage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    narrow = (*sqlite._PRAGMAS, "PRAGMA max_page_count = 75")  # pyright: ignore[reportPrivateUsage] - a small disk
    with monkeypatch.context() as patched:
        patched.setattr(sqlite, "_PRAGMAS", narrow)
        with running(f"sqlite:///{file}", queue=queue) as url:
            client = connect(url)
            large = event(error_message="x" * 10_000)
            answers = [client.create_audit_event(large) for _ in range(40)]
            assert {is_queued(answer) for answer in answers} == {True, False}
            assert total(client) + pending(client) == 40
    with running(f"sqlite:///{file}", queue=queue) as url:
        client = connect(url)
        until(lambda: pending(client) == 0)
        assert total(client) == 40


# PostgreSQL


@pytest.fixture(scope="module")
def own() -> Generator[Postgres]:
    """A PostgreSQL that may be stopped: it belongs to this module."""
    with cluster(synchronous_commit="on") as found:  # it is killed, and must not lose
        found.execute("postgres", "CREATE DATABASE audit")
        asyncio.run(migrate_at(parse_database(found.url("audit"))))
        yield found


def test_a_postgresql_that_is_stopped_and_started_again_gets_all_of_it(
    own: Postgres, queue: Path, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    with running(own.url("audit"), queue=queue) as url:
        client = connect(url)
        before = total(client)
        assert not is_queued(client.create_audit_event(event()))
        own.control("stop", "--mode", "immediate")
        try:
            answers = [client.create_audit_events_batch([event(), event()]) for _ in range(5)]
            assert all(is_queued(answer) for answer in answers)
            with pytest.raises(ServiceUnavailable) as unready:
                client.readiness_check()
            assert b'"pending_writes":5' in unready.value.content
        finally:
            own.control("start", "--wait", "--log", str(own.folder / "log"))
        until(lambda: pending(client) == 0)
        assert total(client) == before + 11
        assert not is_queued(client.create_audit_event(event()))
        checked = client.verify_audit_chain(m.VerifyChainRequest(correlation_id=CORRELATION))
        assert checked.is_valid


def backends(own: Postgres) -> list[int]:
    (rows,) = own.execute(
        "postgres", "SELECT pid FROM pg_stat_activity WHERE application_name = 'datastorage-server'"
    )
    return [int(str(pid)) for (pid,) in rows]


def test_a_frozen_postgresql_makes_nobody_wait_for_long(
    own: Postgres,
    queue: Path,
    event: Any,
    connect: Callable[[str], DataStorage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writing = Database.writing

    def hasty(one: Database, seconds: float = 1.0) -> AbstractAsyncContextManager[Any]:
        return writing(one, min(seconds, 1.0))

    monkeypatch.setattr(Database, "writing", hasty)
    with running(own.url("audit"), queue=queue) as url:
        client = connect(url)
        client.create_audit_event(event())
        before = total(client)
        frozen = backends(own)
        postmaster = int((own.folder / "data" / "postmaster.pid").read_text().split()[0])
        for pid in (*frozen, postmaster):
            os.kill(pid, signal.SIGSTOP)
        try:
            assert is_queued(client.create_audit_event(event()))  # waits once
            began = time.monotonic()
            for _ in range(20):
                assert is_queued(client.create_audit_event(event()))
            assert time.monotonic() - began < 15  # twenty waits would take longer
        finally:
            for pid in (*frozen, postmaster):
                os.kill(pid, signal.SIGCONT)
        until(lambda: pending(client) == 0, 30)
        assert total(client) == before + 21
