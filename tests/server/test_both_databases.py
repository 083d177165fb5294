"""The core of the contract end to end, on each database."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.server.databases import disarm

from datastorage import DataStorage
from datastorage import models as m
from datastorage.problems import BadRequest, ServiceUnavailable, UnprocessableContent
from datastorage_server.testing import running

Sql = Callable[..., list[list[tuple[Any, ...]]]]


@pytest.fixture
def client(database_url: str, connect: Callable[[str], DataStorage]) -> Generator[DataStorage]:
    with running(database_url) as url:
        yield connect(url)


def created(answer: object) -> m.AuditEventResponse:
    assert isinstance(answer, m.AuditEventResponse)
    return answer


def test_events_are_stored_and_found(client: DataStorage, event: Any) -> None:
    assert client.readiness_check().status == "ready"
    first = created(client.create_audit_event(event(correlation_id="rr-1")))
    client.create_audit_events_batch([event(correlation_id="rr-2", severity="high"), event()])
    assert client.query_audit_events().pagination.total == 3
    (found,) = client.query_audit_events(correlation_id="rr-1").data
    assert found.event_id == first.event_id
    assert client.query_audit_events(severity="high").pagination.total == 1
    assert client.query_audit_events(since="1h", limit=2).pagination.has_more


def test_what_is_said_twice_is_stored_once(client: DataStorage, event: Any) -> None:
    one = event()
    first = created(client.create_audit_event(one, idempotency_key="k"))
    again = created(client.create_audit_event(one, idempotency_key="k"))
    assert again.event_id == first.event_id
    with pytest.raises(UnprocessableContent):
        client.create_audit_event(event(severity="high"), idempotency_key="k")
    chosen = event(event_id=str(uuid4()))
    for _ in range(2):
        client.create_audit_event(chosen)
    assert client.query_audit_events().pagination.total == 2


def test_payloads_are_searched_alike(client: DataStorage, members: Any, event: Any) -> None:
    data = members()["event_data"]
    details = {"word": "x y", "flag": True, "count": 10, "null": None, "list": [1, "a"]}
    client.create_audit_event(event(event_data={**data, **details}))
    client.create_audit_event(event())
    for key, value in (("word", "x y"), ("flag", "true"), ("count", "10"), ("list", '[1,"a"]')):
        found = client.query_audit_events(detail_key=key, detail_value=value)
        assert found.pagination.total == 1, key
    for key, value in (("flag", "1"), ("null", "null"), ("word", "x"), ("no", "")):
        found = client.query_audit_events(detail_key=key, detail_value=value)
        assert found.pagination.total == 0, key


def test_parents_must_be_stored(client: DataStorage, event: Any) -> None:
    parent = created(client.create_audit_event(event()))
    client.create_audit_event(event(parent_event_id=str(parent.event_id)))
    with pytest.raises(BadRequest) as refused:
        client.create_audit_event(event(parent_event_id=str(uuid4())))
    assert refused.value.field_errors == {"parent_event_id": "no such event"}
    assert client.query_audit_events().pagination.total == 2


def test_parents_are_a_rule_of_the_database_too(
    client: DataStorage, event: Any, database_url: str, sql: Sql
) -> None:
    client.create_audit_event(event())
    disarm(database_url, sql)
    keys = "PRAGMA foreign_keys = ON" if database_url.startswith("sqlite") else "SELECT 1"
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        sql(database_url, keys, f"UPDATE audit_events SET parent_event_id = '{uuid4().hex}'")


def keep_trying(ask: Callable[[], object]) -> None:
    """Ask until the server is ready: the partitions of its clock's month may not be made yet."""
    for _ in range(200):
        with contextlib.suppress(ServiceUnavailable):
            ask()
            return
        time.sleep(0.05)
    raise AssertionError


@pytest.mark.parametrize("offset", [-11, 0, 14])
def test_an_event_at_the_border_of_a_month_has_its_date_in_utc(
    database_url: str, event: Any, connect: Callable[[str], DataStorage], offset: int, sql: Sql
) -> None:
    border = datetime(2026, 12, 1, tzinfo=UTC)
    hours = f"{offset:+03d}:00"
    with running(database_url, now=lambda: border) as url:
        client = connect(url)
        keep_trying(client.readiness_check)
        for moment in (border - timedelta(microseconds=1), border):
            local = (moment + timedelta(hours=offset)).replace(tzinfo=None)
            stamp = local.isoformat(timespec="microseconds") + hours
            client.create_audit_event(event(event_timestamp=stamp))
        last, first = client.query_audit_events().data
    assert [first.event_date, last.event_date] == [date(2026, 11, 30), date(2026, 12, 1)]
    (rows,) = sql(database_url, "SELECT event_date FROM audit_events ORDER BY event_timestamp")
    assert [str(day) for (day,) in rows] == ["2026-11-30", "2026-12-01"]
