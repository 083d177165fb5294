"""Requests that are refused: as problems of registered types, field by field, and never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any, cast

import httpx
import pytest

from datastorage import DataStorage
from datastorage.problems import BadRequest
from datastorage_server.testing import running

EVENTS = "/api/v1/audit/events"
BASE = "https://kubernaut.ai/problems/"


@pytest.fixture(scope="module")
def http() -> Generator[httpx.Client]:
    headers = {"Content-Type": "application/json"}
    with (
        running() as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False) as client,
    ):
        yield client


def refused(answer: httpx.Response, status: int, slug: str) -> dict[str, str]:
    problem = answer.json()
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == BASE + slug
    assert problem["status"] == status
    assert problem["instance"] == answer.request.url.path
    return cast("dict[str, str]", problem.get("field_errors", {}))


def test_the_body_of_the_incident_names_all_that_it_lacks(http: httpx.Client) -> None:
    body = {
        "event_category": "workflow",
        "event_action": "test",
        "event_outcome": "success",
        "correlation_id": "test-1",
    }
    fields = refused(http.post(EVENTS, json=body), 400, "validation-error")
    assert set(fields) == {"version", "event_type", "event_timestamp", "event_data"}


def test_the_types_of_envelope_and_payload_must_be_equal(http: httpx.Client, members: Any) -> None:
    bad = members(event_type="gateway.signal.received") | {
        "event_data": members("gateway.crd.created")["event_data"]
    }
    fields = refused(http.post(EVENTS, json=bad), 400, "validation-error")
    assert fields == {"event_type": "must equal event_data.event_type"}
    answer = http.post(f"{EVENTS}/batch", json=[members(), bad])
    assert set(refused(answer, 400, "validation-error")) == {"1.event_type"}


@pytest.mark.parametrize(
    "timestamp", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z"]
)
def test_the_edges_of_the_calendar_are_out_of_bounds(
    http: httpx.Client, members: Any, timestamp: str
) -> None:
    answer = http.post(EVENTS, json=members(event_timestamp=timestamp))
    assert set(refused(answer, 400, "validation-error")) == {"event_timestamp"}


def nested(levels: int) -> Any:
    return {"a": nested(levels - 1)} if levels > 1 else {}


def test_a_payload_may_be_nested_ten_levels_deep(http: httpx.Client, members: Any) -> None:
    event = members()
    event["event_data"] |= {"more": nested(9)}
    assert http.post(EVENTS, json=event).status_code == 201
    event["event_data"] |= {"more": nested(10)}
    fields = refused(http.post(EVENTS, json=event), 400, "invalid-event-data")
    assert fields == {"event_data": "must not be nested deeper than 10 levels"}
    event["event_data"] |= {"more": [[[[[[[[[[]]]]]]]]]]}
    refused(http.post(EVENTS, json=event), 400, "invalid-event-data")


def test_a_payload_may_have_256_kibibytes(http: httpx.Client, members: Any) -> None:
    event = members()
    event["event_data"] |= {"more": ""}
    empty = len(json.dumps(event["event_data"], separators=(",", ":")))
    event["event_data"] |= {"more": "é" * ((262_144 - empty) // 2)}
    assert http.post(EVENTS, json=event).status_code == 201
    event["event_data"]["more"] += "éé"
    fields = refused(http.post(EVENTS, json=event), 400, "invalid-event-data")
    assert fields == {"event_data": "must not be larger than 262144 bytes"}


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (b"{", "invalid-request"),
        (b'{"a": 1, "a": 2}', "invalid-request"),
        (b'{"a": NaN}', "invalid-request"),
        (b'{"a": "\\u0000"}', "invalid-request"),
        (b'{"a": "\\ud800"}', "invalid-request"),
        (b"\xff", "invalid-request"),
        (b"", "validation-error"),
        (b"[]", "validation-error"),
    ],
)
def test_a_body_that_is_no_event_is_refused(http: httpx.Client, content: bytes, slug: str) -> None:
    refused(http.post(EVENTS, content=content), 400, slug)


def test_a_batch_has_one_to_500_events(http: httpx.Client, members: Any) -> None:
    batch = f"{EVENTS}/batch"
    refused(http.post(batch, json=[]), 400, "validation-error")
    refused(http.post(batch, json=members()), 400, "validation-error")
    refused(http.post(batch, json=[members()] * 501), 400, "validation-error")
    assert http.post(batch, json=[members()] * 500).status_code == 201


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "offset=-1",
        "limit=ten",
        "since=yesterday",
        "event_category=test",
        "event_outcome=banana",
        "service=gateway",
        "detail_key=a.b&detail_value=x",
        "limit=1&limit=2",
    ],
)
def test_a_query_that_the_contract_does_not_know_is_refused(http: httpx.Client, query: str) -> None:
    fields = refused(http.get(f"{EVENTS}?{query}"), 400, "validation-error")
    assert any(name.startswith("query.") and query.startswith(name[6:]) for name in fields)


def test_method_media_type_and_path_get_their_own_status(http: httpx.Client) -> None:
    answer = http.delete(EVENTS)
    refused(answer, 405, "method-not-allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "POST"}
    csv = {"Content-Type": "text/csv"}
    refused(http.post(EVENTS, content=b"a,b", headers=csv), 415, "unsupported-media-type")
    refused(http.get("/api/v1/incidents"), 404, "not-found")


def test_refusals_are_counted(url: str, members: Any) -> None:
    httpx.post(url + EVENTS, json=members(event_timestamp="2020-01-01T00:00:00Z"))
    httpx.get(f"{url}{EVENTS}?since=2026-02-30")
    metrics = httpx.get(f"{url}/metrics").text
    assert 'write_total{operation="createAuditEvent",outcome="refused"} 1' in metrics
    assert 'datastorage_query_total{outcome="refused"} 1' in metrics


def test_clients_raise_what_the_server_refuses(ds: DataStorage, event: Any) -> None:
    with pytest.raises(BadRequest) as told:
        ds.create_audit_event(event(event_timestamp="2020-01-01T00:00:00Z"))
    assert told.value.layer == "caller"
    assert told.value.title == "Validation Error"
    assert "event_timestamp: must not be older than 7 days" in str(told.value)
