"""An event of each of the 142 types, stored and read back through the class of its payload."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import httpx

from datastorage import DataStorage
from datastorage import models as m


def test_each_type_comes_back_in_its_own_class(
    ds: DataStorage, event: Any, payloads: Mapping[str, Any], contract: Any
) -> None:
    mapping = contract["components"]["schemas"]["EventData"]["discriminator"]["mapping"]
    assert len(payloads) == 142
    for event_type, payload in payloads.items():
        receipt = ds.create_audit_event(event(event_type))
        assert isinstance(receipt, m.AuditEventResponse)
        found = ds.query_audit_events(event_type=event_type)
        (stored,) = found.data
        assert stored.event_id == receipt.event_id
        assert type(stored.event_data).__name__ == mapping[event_type].rpartition("/")[2]
        sent_back = json.loads(stored.model_dump_json(by_alias=True, exclude_unset=True))
        assert sent_back["event_data"] == payload


def test_all_types_in_one_batch(ds: DataStorage, event: Any, payloads: Mapping[str, Any]) -> None:
    receipt = ds.create_audit_events_batch([event(event_type) for event_type in payloads])
    assert isinstance(receipt, m.BatchAuditEventResponse)
    found = {one.event_id: one for one in ds.query_audit_events(limit=1000).data}
    assert [found[identity].event_type for identity in receipt.event_ids] == list(payloads)


def test_a_payload_comes_back_to_the_letter(url: str, members: Any) -> None:
    """What Python's own types would round stays as it was sent: in the payload, it is not ours."""
    sent = members(
        event_data={
            **members()["event_data"],
            "started_at": "2026-08-22T11:40:03.123456789+02:00",
            "unknown": {
                "big": 2**70,
                "tiny": 1e-300,
                "float": 1.0,
                "null": None,
                "text": "é\u2028😀",
            },
        }
    )
    stored = _round_trip(url, json.dumps(sent))
    assert stored["event_data"] == sent["event_data"]
    assert isinstance(stored["event_data"]["unknown"]["float"], float)


def test_members_that_the_contract_does_not_name_are_kept(url: str, members: Any) -> None:
    sent = members(trace="00-4bf9", cls=1, _fields_set=["x"], self="me", legal_hold=True)
    stored = _round_trip(url, json.dumps(sent))
    for name in ("trace", "cls", "_fields_set", "self"):
        assert stored[name] == sent[name]
    assert stored["legal_hold"] is False  # the service's own, whatever a producer says


def test_absent_members_have_the_contracts_defaults(url: str, members: Any) -> None:
    stored = _round_trip(url, json.dumps(members(severity=None, retention_days=None)))
    assert stored["actor_type"] == "service"
    assert stored["actor_id"] == "workflowexecution-service"
    assert stored["resource_type"] == "workflowexecution"
    assert stored["resource_id"] == "rr-payment-api-7f3a"
    assert stored["severity"] == "info"
    assert stored["retention_days"] == 2555
    assert stored["is_sensitive"] is False
    assert stored["parent_event_id"] is None
    assert "namespace" not in stored
    assert "duration_ms" not in stored


def test_given_members_are_kept_even_if_they_are_empty(url: str, members: Any) -> None:
    given = {
        "actor_type": "",
        "actor_id": "a",
        "actor_ip": "::1",
        "resource_type": "Pod",
        "resource_id": "",
        "namespace": "payments",
        "cluster_id": "prod-eu-1",
        "severity": "critical",
        "duration_ms": 0,
        "error_code": "E1",
        "error_message": "",
        "retention_days": 1,
        "is_sensitive": True,
    }
    stored = _round_trip(url, json.dumps(members(**given)))
    assert {name: stored[name] for name in given} == given


def test_timestamps_are_kept_in_utc_with_microseconds(url: str, members: Any) -> None:
    now = datetime.now(UTC).replace(microsecond=123_456)
    local = now.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()
    stored = _round_trip(url, json.dumps(members(event_timestamp=local.replace("+", "789+"))))
    assert stored["event_timestamp"] == now.isoformat().replace("+00:00", "Z")
    assert stored["event_date"] == now.date().isoformat()


def _round_trip(url: str, content: str) -> dict[str, Any]:
    with httpx.Client(base_url=url) as http:
        headers = {"Content-Type": "application/json"}
        answer = http.post("/api/v1/audit/events", content=content, headers=headers)
        assert answer.status_code == 201, answer.text
        found = http.get("/api/v1/audit/events")
        assert found.status_code == 200, found.text
        (stored,) = found.json()["data"]
        return cast("dict[str, Any]", stored)
