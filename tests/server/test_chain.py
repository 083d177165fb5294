"""The hash chain: it holds whatever the order of times, and no stored member can be changed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.databases import disarm, disarm_file

from datastorage import DataStorage
from datastorage import models as m
from datastorage_server.chain import ChainKey, Head, linked
from datastorage_server.databases import parse_database
from datastorage_server.events import Event, Hold, Key, Search, StoredEvent, Write
from datastorage_server.sql.opening import open_database
from datastorage_server.sql.store import SqlStore
from datastorage_server.sql.tables import audit_events
from datastorage_server.testing import running
from datastorage_server.verification import ChainCheck, ChainVerdict, verify

NOW = datetime.now(UTC).replace(microsecond=5)
Sql = Callable[..., list[list[tuple[object, ...]]]]
Run = Callable[..., Any]


def some(correlation: str = "rr-1", **changes: Any) -> Event:
    identity = uuid4()
    event = Event(
        event_id=identity,
        version="1.0",
        event_type="gateway.signal.received",
        event_timestamp=NOW,
        event_category="gateway",
        event_action="received",
        event_outcome="success",
        actor_type="service",
        actor_id="gateway-service",
        actor_ip="::1",
        resource_type="gateway",
        resource_id="rr-1",
        correlation_id=correlation,
        parent_event_id=None,
        parent_event_date=None,
        namespace="n",
        cluster_id="c",
        severity="info",
        duration_ms=5,
        error_code="E",
        error_message="words",
        retention_days=2555,
        is_sensitive=False,
        event_data='{"event_type":"gateway.signal.received","x":12345678901234567890.0}',
        extensions='{"trace":"00"}',
        fingerprint=identity.hex * 2,
    )
    return replace(event, **changes)


@pytest.fixture
def run(database_url: str) -> Run:
    """Return what runs a coroutine function over an open store."""

    def runs(use: Callable[[SqlStore], Awaitable[Any]], key: ChainKey | None = None) -> Any:
        async def main() -> Any:
            async with open_database(parse_database(database_url)) as database:
                return await use(SqlStore(database, key))

        return asyncio.run(main())

    return runs


async def stored(store: SqlStore, *events: Event) -> None:
    await store.append(Write(events))


def checked(run: Run, correlation: str = "rr-1", key: ChainKey | None = None) -> ChainVerdict:
    async def use(store: SqlStore) -> ChainVerdict:
        return await verify(store, correlation, key)

    verdict: ChainVerdict = run(use)
    return verdict


def test_a_chain_holds_whatever_the_times_of_its_events(run: Run) -> None:
    async def use(store: SqlStore) -> None:
        await stored(store, some(), some(), some("rr-2"), some())
        await stored(store, some(event_timestamp=NOW - timedelta(days=6)))
        await stored(store, *(some("rr-2") for _ in range(10)), some())

    run(use)
    assert checked(run) == ChainVerdict(5, 0, ())
    assert checked(run, "rr-2") == ChainVerdict(11, 0, ())
    assert checked(run, "rr-none") == ChainVerdict(0, 0, ())


def test_sequence_numbers_are_consecutive_however_many_write_at_once(run: Run) -> None:
    async def use(store: SqlStore) -> None:
        writes = [
            Write(tuple(some(f"rr-{(n + m) % 3}") for m in range(n % 7 + 1))) for n in range(30)
        ]
        await asyncio.gather(*(store.append(write) for write in writes))

    run(use)
    total = sum(checked(run, f"rr-{n}").total for n in range(3))
    assert total == sum(n % 7 + 1 for n in range(30))
    assert not any(checked(run, f"rr-{n}").findings for n in range(3))


def test_a_repetition_at_the_same_time_stores_nothing_twice(run: Run) -> None:
    events = (some(), some(), some())
    keyed = Write(events, key=Key("k", "f" * 64))
    chosen = Write(events[:2], frozenset(event.event_id for event in events[:2]))

    async def use(store: SqlStore) -> None:
        receipts = await asyncio.gather(*(store.append(keyed) for _ in range(8)))
        assert sum(receipt.stored for receipt in receipts) == 3
        assert {receipt.event_ids for receipt in receipts} == {tuple(e.event_id for e in events)}
        again = await asyncio.gather(*(store.append(chosen) for _ in range(8)))
        assert sum(receipt.stored for receipt in again) == 0
        fresh = (some(), some())
        new = Write(fresh, frozenset(event.event_id for event in fresh))
        first = await asyncio.gather(*(store.append(new) for _ in range(8)))
        assert sum(receipt.stored for receipt in first) == 2
        assert (await store.find(Search())).total == 5

    run(use)
    assert checked(run) == ChainVerdict(5, 0, ())


CHANGES = {
    "event_id": "'00000000000000000000000000000001'",
    "version": "'2'",
    "event_type": "'other'",
    "event_timestamp": None,
    "event_category": "'workflow'",
    "event_action": "'other'",
    "event_outcome": "'failure'",
    "actor_type": "'user'",
    "actor_id": "'other'",
    "actor_ip": "NULL",
    "resource_type": "'other'",
    "resource_id": "'other'",
    "correlation_id": "'rr-2'",
    "parent_event_id": "(SELECT event_id FROM event_identities ORDER BY event_id DESC LIMIT 1)",
    "parent_event_date": None,
    "namespace": "''",
    "cluster_id": "NULL",
    "severity": "'low'",
    "duration_ms": "6",
    "error_code": "'e'",
    "error_message": "'word'",
    "retention_days": "1",
    "is_sensitive": "TRUE",
    "event_data": """'{"event_type":"gateway.signal.received","x":12345678901234567890.00}'""",
    "extensions": "NULL",
    "fingerprint": "'x'",
    "sequence": "99",
    "chain_sequence": "7",
    "event_hash": "'x'",
    "previous_event_hash": "'x'",
    "hash_algorithm": "'md5'",
}


@pytest.mark.parametrize("column", CHANGES)
def test_no_stored_member_can_be_changed_unseen(
    run: Run, database_url: str, sql: Sql, column: str
) -> None:
    events = [some() for _ in range(5)]

    async def use(store: SqlStore) -> None:
        await stored(store, *events)

    run(use)
    disarm(database_url, sql)
    value = CHANGES[column]
    if value is None:
        moment = (NOW - timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
        value = f"'{moment}'"
    third = f"event_id = '{identity(events[2], database_url)}'"
    sql(database_url, f"UPDATE audit_events SET {column} = {value} WHERE {third}")
    verdict = checked(run)
    assert verdict.findings
    if column not in {"event_id", "correlation_id", "sequence"}:
        assert str(events[2].event_id) in verdict.tampered


def test_every_column_is_among_the_changes() -> None:
    assert set(CHANGES) == {column.name for column in audit_events.columns} - {"event_date"}


def test_the_date_of_an_event_is_always_that_of_its_time(
    run: Run, database_url: str, sql: Sql
) -> None:
    async def use(store: SqlStore) -> None:
        await stored(store, some())

    run(use)
    disarm(database_url, sql)
    with pytest.raises((sqlite3.IntegrityError, asyncpg.CheckViolationError), match="event_date"):
        sql(database_url, "UPDATE audit_events SET event_date = '2020-01-01'")


@pytest.mark.parametrize("which", [0, 2])
@pytest.mark.parametrize(
    "columns",
    [["event_hash"], ["hash_algorithm"], ["chain_sequence"], ["previous_event_hash"],
     ["event_hash", "hash_algorithm", "previous_event_hash", "chain_sequence"]],
    ids=["hash", "algorithm", "place", "previous", "all"],
)  # fmt: skip
def test_an_event_does_not_escape_by_having_no_hash(
    run: Run, database_url: str, sql: Sql, columns: list[str], which: int
) -> None:
    events = [some() for _ in range(3)]

    async def use(store: SqlStore) -> None:
        await stored(store, *events)

    run(use)
    disarm(database_url, sql)
    changes = ", ".join(f"{column} = NULL" for column in columns)
    name = identity(events[which], database_url)
    sql(
        database_url,
        f"UPDATE audit_events SET severity = 'low', {changes} WHERE event_id = '{name}'",
    )
    verdict = checked(run)
    assert verdict.findings
    if which or len(columns) == 1:
        assert str(events[which].event_id) in verdict.tampered


def test_what_is_no_event_at_all_is_told_of_it(tmp_path: Path) -> None:
    """SQLite keeps anything in any column; the rules can be turned off by whoever has the file."""
    file = tmp_path / "events.db"
    events = [some() for _ in range(3)]
    second = events[1].event_id
    odd = ("x'00ff'", "CAST(x'ff' AS TEXT)", "'odd'", "-1", "3", "1.5", "9e999")

    async def main() -> None:
        async with open_database(parse_database(f"sqlite:///{file}")) as database:
            store = SqlStore(database)
            await stored(store, *events)
            disarm_file(connection)
            for column, value in product(CHANGES.keys() - {"sequence"}, odd):
                change = f"UPDATE audit_events SET {column} = {value}"
                connection.execute(f"{change} WHERE event_id = '{second.hex}'")
                found = await verify(store, "rr-1", None)
                assert found.findings, (column, value)
                if column not in {"event_id", "correlation_id"}:
                    assert str(second) in found.tampered, (column, value)
                connection.execute("DELETE FROM audit_events")
                connection.execute("INSERT INTO audit_events SELECT * FROM kept")

    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        asyncio.run(main())


def identity(event: Event, url: str) -> str:
    return event.event_id.hex if url.startswith("sqlite") else str(event.event_id)


@pytest.mark.parametrize(
    ("which", "words"),
    [([0], "an event is missing before"), ([1, 2], "2 events are missing before"),
     ([4], "an event is missing at the end"), ([0, 1, 2, 3, 4], "5 events are missing at the end")],
)  # fmt: skip
def test_a_removed_event_is_missed(
    run: Run, database_url: str, sql: Sql, which: list[int], words: str
) -> None:
    events = [some() for _ in range(5)]

    async def use(store: SqlStore) -> None:
        await stored(store, *events)

    run(use)
    disarm(database_url, sql)
    for index in which:
        name = identity(events[index], database_url)
        sql(database_url, f"DELETE FROM audit_events WHERE event_id = '{name}'")
    verdict = checked(run)
    assert len(verdict.findings) == 1
    assert words in verdict.findings[0].messages[0]


def test_a_keyed_chain_holds_only_for_who_has_the_key(run: Run) -> None:
    key = ChainKey(b"secret")

    async def use(store: SqlStore) -> ChainVerdict:
        await stored(store, some(), some())
        return await verify(store, "rr-1", key)

    assert run(use, key) == ChainVerdict(2, 0, ())
    assert checked(run, key=ChainKey(b"other")).findings
    assert checked(run) == ChainVerdict(2, 2, ())
    assert "secret" not in repr(key)


def test_a_hash_without_the_key_proves_nothing_to_who_has_it(run: Run) -> None:
    key = ChainKey(b"secret")

    async def use(store: SqlStore) -> None:
        await stored(store, some())

    run(use)
    assert checked(run, key=key) == ChainVerdict(1, 1, ())
    run(use, key)
    assert checked(run, key=key) == ChainVerdict(2, 1, ())
    run(use)  # by a server that was not given the key, or by somebody who has none
    (finding,) = checked(run, key=key).findings
    assert finding.messages == (
        "it was hashed without the key, after others that were hashed with it",
    )


def test_the_documented_steps_give_the_hash() -> None:
    event = some()
    link = linked(event, 7, Head(2, "ab"), None)
    members = {
        "actor_id": "gateway-service", "actor_ip": "::1", "actor_type": "service",
        "chain_sequence": 3, "cluster_id": "c", "correlation_id": "rr-1",
        "duration_ms": 5, "error_code": "E", "error_message": "words",
        "event_action": "received", "event_category": "gateway",
        "event_data": event.event_data, "event_id": str(event.event_id),
        "event_outcome": "success",
        "event_timestamp": NOW.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "event_type": "gateway.signal.received", "extensions": '{"trace":"00"}',
        "fingerprint": event.fingerprint, "is_sensitive": False, "namespace": "n",
        "parent_event_date": None, "parent_event_id": None, "resource_id": "rr-1",
        "resource_type": "gateway", "retention_days": 2555, "sequence": 7, "severity": "info",
        "version": "1.0",
    }  # fmt: skip
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    assert link.event_hash == hashlib.sha256(b"ab" + text.encode()).hexdigest()


def chain_of(events: list[Event]) -> tuple[list[StoredEvent], Head]:
    head, found = Head(), list[StoredEvent]()
    for sequence, event in enumerate(events, start=10):
        link = linked(event, sequence, head, None)
        found.append(StoredEvent(event, link, Hold()))
        head = Head(link.chain_sequence or 0, link.event_hash or "")
    return found, head


def verdict_of(events: list[StoredEvent], head: Head) -> ChainVerdict:
    check = ChainCheck(None)
    check.take(events)
    return check.finish(head)


@given(st.integers(0, 8), st.data())
def test_any_subset_or_order_but_the_whole_is_found(count: int, data: st.DataObject) -> None:
    found, head = chain_of([some(event_id=UUID(int=n)) for n in range(count)])
    assert verdict_of(found, head) == ChainVerdict(count, 0, ())
    kept = data.draw(st.lists(st.sampled_from(found), max_size=10) if found else st.just([]))
    assert bool(verdict_of(kept, head).findings) == (kept != found)


def test_the_service_tells_what_is_amiss(database_url: str, sql: Sql, event: Any) -> None:
    with running(database_url) as url, DataStorage(url) as client:
        for _ in range(3):
            client.create_audit_event(event(correlation_id="rr-1"))
        asked = m.VerifyChainRequest(correlation_id="rr-1")
        whole = client.verify_audit_chain(asked)
        assert (whole.is_valid, whole.total_events, whole.verified_events) == (True, 3, 3)
        told = client.query_audit_events(correlation_id="rr-1").data
        assert [one.previous_event_hash for one in reversed(told)][1:] == [
            one.event_hash for one in reversed(told)
        ][:-1]
        disarm(database_url, sql)
        sql(database_url, "UPDATE audit_events SET severity = 'low' WHERE chain_sequence = 2")
        broken = client.verify_audit_chain(asked)
        assert (broken.is_valid, broken.total_events, broken.verified_events) == (False, 3, 2)
        (finding,) = broken.tampered_events or []
        assert finding.event_id == str(told[1].event_id)
        assert finding.message == "it is not as it was written"
        assert finding.expected_hash != finding.actual_hash == told[1].event_hash
