"""Writing and finding events through both generated clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from datastorage import DataStorage
from datastorage import models as m
from datastorage.problems import BadRequest, Conflict, UnprocessableContent
from datastorage_server.testing import running


def ids(found: m.AuditEventsQueryResponse) -> list[UUID]:
    return [event.event_id for event in found.data]


def stored(receipt: object) -> UUID:
    assert isinstance(receipt, m.AuditEventResponse)
    return receipt.event_id


def batch(receipt: object) -> list[UUID]:
    assert isinstance(receipt, m.BatchAuditEventResponse)
    return receipt.event_ids


def test_an_event_is_found_after_its_receipt(ds: DataStorage, event: Any) -> None:
    sent = event()
    receipt = ds.create_audit_event(sent)
    assert isinstance(receipt, m.AuditEventResponse)
    assert receipt.event_timestamp == sent.event_timestamp
    assert ids(ds.query_audit_events(correlation_id=sent.correlation_id)) == [receipt.event_id]


def test_a_batch_is_answered_in_the_order_it_was_sent(ds: DataStorage, event: Any) -> None:
    correlations = [f"rr-{index}" for index in range(20)]
    received = batch(ds.create_audit_events_batch([event(correlation_id=c) for c in correlations]))
    found = {one.event_id: one.correlation_id for one in ds.query_audit_events().data}
    assert [found[identity] for identity in received] == correlations


def test_one_bad_event_keeps_the_whole_batch_out(ds: DataStorage, event: Any) -> None:
    orphan = event(parent_event_id=str(uuid4()))
    with pytest.raises(BadRequest) as refused:
        ds.create_audit_events_batch([event(), event(), orphan])
    assert refused.value.type == "https://kubernaut.ai/problems/validation-error"
    assert refused.value.field_errors == {"2.parent_event_id": "no such event"}
    assert ds.query_audit_events().pagination.total == 0


def test_a_parent_in_the_same_batch_is_not_looked_for(ds: DataStorage, event: Any) -> None:
    parent = str(uuid4())
    with pytest.raises(BadRequest) as refused:
        ds.create_audit_events_batch([event(event_id=parent), event(parent_event_id=parent)])
    assert refused.value.field_errors == {"1.parent_event_id": "no such event"}
    assert ds.query_audit_events().pagination.total == 0


def test_the_time_of_the_parent_is_looked_up(ds: DataStorage, event: Any) -> None:
    parent = event(correlation_id="rr-parent")
    child = event(
        correlation_id="rr-child",
        parent_event_id=str(stored(ds.create_audit_event(parent))),
        parent_event_date="2020-01-01T00:00:00Z",
    )
    ds.create_audit_event(child)
    (found,) = ds.query_audit_events(correlation_id="rr-child").data
    assert found.parent_event_date == parent.event_timestamp


def test_the_time_of_no_parent_is_not_kept(ds: DataStorage, event: Any) -> None:
    ds.create_audit_event(event(parent_event_date="2020-01-01T00:00:00Z"))
    assert ds.query_audit_events().data[0].parent_event_date is None


# Repetitions


def test_the_same_key_gets_the_first_answer_and_stores_nothing(ds: DataStorage, event: Any) -> None:
    sent = event()
    first = ds.create_audit_event(sent, idempotency_key="gateway-7c1b/000421")
    assert ds.create_audit_event(sent, idempotency_key="gateway-7c1b/000421") == first
    assert ds.query_audit_events().pagination.total == 1
    metrics = ds.get_metrics()
    assert 'write_total{operation="createAuditEvent",outcome="repeated"} 1' in metrics
    assert "datastorage_events_stored_total 1" in metrics


def test_the_same_key_repeats_a_batch(ds: DataStorage, event: Any) -> None:
    sent = [event(), event()]
    first = ds.create_audit_events_batch(sent, idempotency_key="k")
    assert ds.create_audit_events_batch(sent, idempotency_key="k") == first
    assert ds.query_audit_events().pagination.total == 2


def test_the_same_key_with_another_body_is_refused(ds: DataStorage, event: Any) -> None:
    sent = event()
    ds.create_audit_event(sent, idempotency_key="k")
    for other in (event(event_action="stopped"), event(correlation_id="rr-2")):
        with pytest.raises(UnprocessableContent) as refused:
            ds.create_audit_event(other, idempotency_key="k")
        assert refused.value.type.endswith("/idempotency-key-reused")
        assert set(refused.value.field_errors) == {"header.Idempotency-Key"}
    with pytest.raises(UnprocessableContent):
        ds.create_audit_events_batch([sent], idempotency_key="k")
    assert ds.query_audit_events().pagination.total == 1


def test_a_refused_write_leaves_its_key_unused(ds: DataStorage, event: Any) -> None:
    with pytest.raises(BadRequest):
        ds.create_audit_event(event(parent_event_id=str(uuid4())), idempotency_key="k")
    ds.create_audit_event(event(), idempotency_key="k")


def test_an_identity_that_the_producer_chose_is_kept(ds: DataStorage, event: Any) -> None:
    chosen = uuid4()
    sent = event(event_id=str(chosen))
    assert stored(ds.create_audit_event(sent)) == chosen
    assert stored(ds.create_audit_event(sent)) == chosen
    assert batch(ds.create_audit_events_batch([sent, sent])) == [chosen, chosen]
    assert ids(ds.query_audit_events()) == [chosen]


def test_the_identity_of_another_event_is_refused(ds: DataStorage, event: Any) -> None:
    chosen = str(uuid4())
    ds.create_audit_event(event(event_id=chosen))
    with pytest.raises(Conflict) as refused:
        ds.create_audit_event(event(event_id=chosen, event_action="stopped"))
    assert refused.value.field_errors == {"event_id": "belongs to another event"}
    assert chosen in refused.value.detail
    with pytest.raises(Conflict) as refused:
        ds.create_audit_events_batch([event(), event(event_id=chosen, event_action="stopped")])
    assert refused.value.field_errors == {"1.event_id": "belongs to another event"}
    assert ds.query_audit_events().pagination.total == 1


def test_a_repetition_may_come_weeks_later(
    event: Any, connect: Callable[[str], DataStorage]
) -> None:
    start = datetime(2026, 8, 22, 12, tzinfo=UTC)
    clock = [start]
    with running(now=lambda: clock[0]) as url:
        ds = connect(url)
        keyed = event(event_timestamp=start.isoformat())
        named = event(event_timestamp=start.isoformat(), event_id=str(uuid4()))
        first = ds.create_audit_event(keyed, idempotency_key="k")
        second = ds.create_audit_event(named)
        clock[0] += timedelta(days=30)
        assert ds.create_audit_event(keyed, idempotency_key="k") == first
        assert ds.create_audit_event(named) == second
        with pytest.raises(BadRequest):
            ds.create_audit_event(keyed, idempotency_key="another")


# Time


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (timedelta(days=-7, microseconds=-1), "must not be older than 7 days"),
        (timedelta(minutes=60, microseconds=1), "must not be more than 60 minutes in the future"),
    ],
)
def test_an_event_beyond_the_bounds_of_time_is_refused(
    away: timedelta, told: str, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    now = datetime(2026, 8, 22, 12, tzinfo=UTC)
    bad = event(event_timestamp=(now + away).isoformat())
    with running(now=lambda: now) as url:
        ds = connect(url)
        with pytest.raises(BadRequest) as refused:
            ds.create_audit_event(bad)
        assert refused.value.field_errors == {"event_timestamp": told}
        with pytest.raises(BadRequest) as refused:
            ds.create_audit_events_batch([event(event_timestamp=now.isoformat()), bad])
        assert refused.value.field_errors == {"1.event_timestamp": told}
        assert ds.query_audit_events().data == []


def test_the_bounds_of_time_are_within(event: Any, connect: Callable[[str], DataStorage]) -> None:
    now = datetime(2026, 8, 22, 12, tzinfo=UTC)
    with running(now=lambda: now) as url:
        ds = connect(url)
        for away in (timedelta(days=-7), timedelta(minutes=60)):
            ds.create_audit_event(event(event_timestamp=(now + away).isoformat()))


# Queries


def test_the_newest_comes_first_and_of_equals_the_greatest(ds: DataStorage, event: Any) -> None:
    now = datetime.now(UTC)
    low, high = "0" * 8 + "-0000-4000-8000-" + "0" * 12, "f" * 8 + "-ffff-4fff-bfff-" + "f" * 12
    for identity, age in ((low, 1), (high, 1), (str(uuid4()), 0), (str(uuid4()), 2)):
        at = (now - timedelta(minutes=age)).isoformat()
        ds.create_audit_event(event(event_id=identity, event_timestamp=at, event_action=f"{age}"))
    found = ds.query_audit_events().data
    assert [one.event_action for one in found] == ["0", "1", "1", "2"]
    assert [str(one.event_id) for one in found[1:3]] == [high, low]


def test_every_filter_restricts_alone_and_together(ds: DataStorage, event: Any) -> None:
    one = event(correlation_id="rr-1", severity="critical", event_outcome="failure")
    other = event("gateway.signal.received", correlation_id="rr-2", event_category="gateway")
    first, second = batch(ds.create_audit_events_batch([one, other]))
    assert ids(ds.query_audit_events(event_type="gateway.signal.received")) == [second]
    assert ids(ds.query_audit_events(event_category=m.EventCategory.GATEWAY)) == [second]
    assert ids(ds.query_audit_events(event_outcome=m.EventOutcome.FAILURE)) == [first]
    assert ids(ds.query_audit_events(severity="critical")) == [first]
    assert ids(ds.query_audit_events(correlation_id="rr-2")) == [second]
    assert ids(ds.query_audit_events(correlation_id="rr-2", severity="critical")) == []
    assert ids(ds.query_audit_events(correlation_id="rr-1", severity="critical")) == [first]


def test_since_and_until_are_inclusive(ds: DataStorage, event: Any) -> None:
    at = datetime.now(UTC) - timedelta(hours=2)
    identity = stored(ds.create_audit_event(event(event_timestamp=at.isoformat())))
    exact = at.isoformat().replace("+00:00", "Z")
    later = (at + timedelta(microseconds=1)).isoformat().replace("+00:00", "Z")
    assert ids(ds.query_audit_events(since=exact, until=exact)) == [identity]
    assert ids(ds.query_audit_events(since=later)) == []
    for since in ("1d", "3h", "1h90m", "1.5d", at.date().isoformat(), exact.rstrip("Z")):
        assert ids(ds.query_audit_events(since=since)) == [identity], since
    for until in ("1h", "90m", "1h30m"):
        assert ids(ds.query_audit_events(until=until)) == [identity], until
    assert ids(ds.query_audit_events(since="1h")) == []
    assert ids(ds.query_audit_events(until="1d")) == []


def test_a_time_that_is_in_no_calendar_is_refused(ds: DataStorage) -> None:
    with pytest.raises(BadRequest) as refused:
        ds.query_audit_events(since="2026-02-30", until="2026-04-31T12:00:00Z")
    assert set(refused.value.field_errors) == {"query.since", "query.until"}


def test_pages_are_counted(ds: DataStorage, event: Any) -> None:
    ds.create_audit_events_batch([event() for _ in range(5)])
    everything = ids(ds.query_audit_events())
    page = ds.query_audit_events(limit=2, offset=2)
    assert ids(page) == everything[2:4]
    assert (page.pagination.total, page.pagination.has_more) == (5, True)
    last = ds.query_audit_events(limit=2, offset=4)
    assert ids(last) == everything[4:]
    assert last.pagination.has_more is False
    beyond = ds.query_audit_events(offset=10**30)
    assert (beyond.data, beyond.pagination.total, beyond.pagination.has_more) == ([], 5, False)


def test_iteration_passes_over_every_page(
    url: str, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    ds = connect(url)
    received = batch(ds.create_audit_events_batch([event() for _ in range(7)]))
    assert {one.event_id for one in ds.iter_audit_events(limit=3)} == set(received)


def test_a_member_of_the_payload_is_found_by_its_text(
    ds: DataStorage, event: Any, payloads: Any
) -> None:
    texts = {
        "KubePod": "KubePod",
        "": "",
        "true": True,
        "12": 12,
        str(2**70): 2**70,
        "1.5": 1.5,
        "' OR 1=1 --": "' OR 1=1 --",
        '{"a":[1]}': {"a": [1]},
    }
    payload = payloads["workflowexecution.workflow.started"]
    nowhere = event(event_data={**payload, "inner": {"mark": "KubePod"}, "mark": None})
    marked = [event(event_data={**payload, "mark": value}) for value in texts.values()]
    received = batch(ds.create_audit_events_batch([*marked, nowhere]))
    for identity, text in zip(received, texts, strict=False):
        assert ids(ds.query_audit_events(detail_key="mark", detail_value=text)) == [identity], text
    assert ids(ds.query_audit_events(detail_key="mark", detail_value="null")) == []
    assert ids(ds.query_audit_events(detail_key="absent", detail_value="KubePod")) == []


def test_half_of_the_detail_filter_is_refused(ds: DataStorage) -> None:
    with pytest.raises(BadRequest) as refused:
        ds.query_audit_events(detail_key="a")
    assert refused.value.field_errors == {
        "query.detail_value": "is required when detail_key is given"
    }
    with pytest.raises(BadRequest) as refused:
        ds.query_audit_events(detail_value="a")
    assert refused.value.field_errors == {
        "query.detail_key": "is required when detail_value is given"
    }
