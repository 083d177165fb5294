"""Requests that the contract forbids and the server takes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from tests.drift.changes import (
    Edit,
    asking,
    default,
    ignoring,
    list_of,
    object_of,
    on,
    query,
    sending,
    sending_member,
)
from tests.drift.fault import Around, Fault, Witness
from tests.drift.lab import (
    BATCH,
    EVENTS,
    EXPORT,
    HISTORY,
    HOLDS,
    NOTIFICATIONS,
    WORKFLOWS,
    Lab,
    ago,
)
from tests.drift.messages import Change, Request

from datastorage import models as m

_FIND: Final = "GET /api/v1/audit/events"
_RECORD: Final = "POST /api/v1/audit/events"
_BATCH: Final = "POST /api/v1/audit/events/batch"
_NOTIFY: Final = "POST /api/v1/audit/notifications"
_HOLD: Final = "POST /api/v1/audit/legal-hold"
_EXPORT: Final = "GET /api/v1/audit/export"
_ADD: Final = "POST /api/v1/workflows"
_SEARCH: Final = "POST /api/v1/workflows/search"
_HISTORY: Final = "GET /api/v1/remediation-history/context"

_CATEGORIES: Final = frozenset(category.value for category in m.EventCategory)


def _fault(
    name: str,
    operation: str,
    drift: str,
    change: Change,
    witness: Witness,
    incident: str | None = None,
) -> Fault:
    return Fault(
        name=f"accepts-{name}",
        kind="request",
        operation=operation,
        drift=drift,
        install=Around(on(operation, change)),
        witness=witness,
        incident=incident,
    )


def _cut(length: int) -> Edit:
    return lambda text: text[:length] if isinstance(text, str) else text


def _at_most(count: int) -> Edit:
    return lambda sent: list_of(sent)[:count] if isinstance(sent, list) else sent


def _clamped(lowest: int, highest: int) -> Callable[[str], str]:
    def edit(text: str) -> str:
        try:
            return str(max(lowest, min(highest, int(text))))
        except ValueError:
            return text

    return edit


def _filled(**defaults: Any) -> Change:
    return sending(lambda sent: {**defaults, **object_of(sent)} if object_of(sent) else sent)


def _as_json(request: Request) -> Request:
    return request.with_header("content-type", "application/json")


def _never_checked(sent: Any) -> Any:
    """Return an event that passes, whatever was sent in its place."""
    given = object_of(sent)
    kept = {
        "version": "1.0",
        "event_timestamp": ago(seconds=1),
        "event_category": "gateway",
        "event_action": "received",
        "event_outcome": "success",
        "correlation_id": "none",
    }
    texts = {name: given[name] for name in kept if isinstance(given.get(name), str)}
    if texts.get("event_category") not in _CATEGORIES:
        texts.pop("event_category", None)
    if texts.get("event_outcome") not in ("success", "failure", "pending"):
        texts.pop("event_outcome", None)
    payload = {
        "event_type": "gateway.signal.received",
        "signal_type": "alert",
        "signal_name": "x",
        "namespace": "x",
        "fingerprint": "x",
    }
    return {**kept, **texts, "event_type": payload["event_type"], "event_data": payload}


def _validation_off(request: Request) -> Request:
    return _as_json(request.with_json(_never_checked(request.json())))


def _aligned(sent: Any) -> Any:
    """Return an event whose type is that of its payload."""
    event = object_of(sent)
    inner = object_of(event.get("event_data"))
    if not inner or not isinstance(event.get("event_type"), str):
        return sent
    return {**event, "event_type": inner.get("event_type", event["event_type"])}


def _recent(sent: Any) -> Any:
    """Return an event that is never too old: what is, is taken for one of now."""
    event = object_of(sent)
    time = event.get("event_timestamp")
    if isinstance(time, str) and time[:4].isdigit() and time < ago(days=6):
        return {**event, "event_timestamp": ago(seconds=1)}
    return sent


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _without_null(sent: Any) -> Any:
    event = object_of(sent)
    if event.get("actor_id", "") is None:
        return {name: value for name, value in event.items() if name != "actor_id"}
    return sent


def _hashed(sent: Any) -> Any:
    content = object_of(sent).get("content")
    if not isinstance(content, str):
        return sent
    return {**object_of(sent), "content_hash": hashlib.sha256(content.encode()).hexdigest()}


def _lone_value(request: Request) -> Request:
    pair = (request.parameter("detail_key"), request.parameter("detail_value"))
    return request if None not in pair else request.without("detail_key", "detail_value")


def _workflow(lab: Lab, **changes: Any) -> int:
    return lab.post(WORKFLOWS, lab.workflow(**changes)).status_code


def _labelled(sent: Any) -> Any:
    search = object_of(sent)
    filters = object_of(search.get("filters"))
    return {**search, "filters": {"environment": "production", **filters}} if filters else sent


def _history(lab: Lab) -> int:
    query = {"targetKind": "Pod", "targetName": lab.name, "currentSpecHash": "sha256:aa"}
    return lab.get(HISTORY, **query).status_code


def _blank(text: Any) -> Any:
    return text if text != "" else "none given"


def _plain_text(lab: Lab) -> bool:
    body = json.dumps(lab.event())
    headers = {"Content-Type": "text/plain"}
    return lab.http.post(EVENTS, content=body, headers=headers).status_code == 201


def _trailing_comma(lab: Lab) -> bool:
    lab.store()
    body = f'{{"correlation_id": "{lab.name}", "reason": "case 7",}}'
    headers = {"Content-Type": "application/json"}
    return lab.http.post(HOLDS, content=body, headers=headers).status_code == 200


FAULTS: Final = (
    _fault(
        "long-severity",
        _RECORD,
        "A `severity` of more than 20 characters is taken, and cut.",
        sending_member("severity", _cut(20)),
        lambda lab: lab.takes(severity="x" * 21) == 201,
    ),
    _fault(
        "outcome-in-capitals",
        _RECORD,
        "`event_outcome` is taken in any letter case.",
        sending_member("event_outcome", lambda v: v.lower() if isinstance(v, str) else v),
        lambda lab: lab.takes(event_outcome="SUCCESS") == 201,
    ),
    _fault(
        "great-limit",
        _FIND,
        "A `limit` above 1000 is taken, and clamped.",
        query("limit", _clamped(-(10**9), 1000)),
        lambda lab: lab.get(EVENTS, limit=1001).status_code == 200,
    ),
    _fault(
        "limit-of-zero",
        _FIND,
        "`limit=0` is taken, and means the default.",
        query("limit", lambda text: None if text == "0" else text),
        lambda lab: lab.get(EVENTS, limit=0).status_code == 200,
    ),
    _fault(
        "negative-offset",
        _FIND,
        "A negative `offset` is taken for 0.",
        query("offset", _clamped(0, 10**9)),
        lambda lab: lab.get(EVENTS, offset=-1).status_code == 200,
    ),
    _fault(
        "unknown-category",
        _FIND,
        "Any text is taken as `event_category`, and finds nothing.",
        query("event_category", lambda text: text if text in _CATEGORIES else "security"),
        lambda lab: lab.get(EVENTS, event_category="execution").status_code == 200,
        "I-4",
    ),
    _fault(
        "any-detail-key",
        _FIND,
        "The pattern of `detail_key` is not checked.",
        query("detail_key", lambda text: text if text.replace("_", "a").isalnum() else "none"),
        lambda lab: lab.get(EVENTS, detail_key="a-b", detail_value="x").status_code == 200,
    ),
    _fault(
        "lone-detail-value",
        _FIND,
        "One of `detail_key` and `detail_value` alone is taken, and forgotten.",
        asking(_lone_value),
        lambda lab: lab.get(EVENTS, detail_value="x").status_code == 200,
    ),
    _fault(
        "text-plain",
        _RECORD,
        "JSON is read whatever the media type says.",
        asking(_as_json),
        _plain_text,
    ),
    _fault(
        "too-many-in-a-batch",
        _BATCH,
        "A batch of more than 500 events is taken; what is over is dropped.",
        sending(_at_most(500)),
        lambda lab: lab.post(BATCH, [lab.event()] * 501).status_code == 201,
    ),
    _fault(
        "missing-action",
        _RECORD,
        "`event_action` may be left out; the server makes one up.",
        _filled(event_action="unknown"),
        lambda lab: lab.takes(event_action=...) == 201,
    ),
    _fault(
        "short-content-hash",
        _ADD,
        "`content_hash` is not checked; the server computes its own.",
        sending(_hashed),
        lambda lab: _workflow(lab, content_hash="abc") == 201,
    ),
    _fault(
        "hold-without-reason",
        _HOLD,
        "A legal hold is placed for an empty reason.",
        sending_member("reason", _blank),
        lambda lab: (
            bool(lab.store())
            and lab.post(HOLDS, {"correlation_id": lab.name, "reason": ""}).status_code == 200
        ),
    ),
    _fault(
        "channel-sms",
        _NOTIFY,
        "The channel `sms` is taken, which the contract does not have.",
        sending_member("channel", lambda v: "webhook" if v == "sms" else v),
        lambda lab: lab.post(NOTIFICATIONS, lab.notification(channel="sms")).status_code == 201,
        "I-10",
    ),
    _fault(
        "high-escalation",
        _NOTIFY,
        "`escalation_level` is taken up to 100, not 5.",
        sending_member(
            "escalation_level", lambda v: 5 if isinstance(v, int) and 5 < v < 101 else v
        ),
        lambda lab: (
            lab.post(NOTIFICATIONS, lab.notification(escalation_level=6)).status_code == 201
        ),
    ),
    _fault(
        "history-without-namespace",
        _HISTORY,
        "`targetNamespace` may be left out, though the contract requires it.",
        default("targetNamespace", ""),
        lambda lab: _history(lab) == 200,
        "I-29",
    ),
    _fault(
        "anything-as-an-event",
        _RECORD,
        "Requests are not validated at all: the server did not find its contract.",
        asking(_validation_off),
        lambda lab: lab.post(EVENTS, {"correlation_id": lab.name}).status_code == 201,
        "I-6",
    ),
    _fault(
        "two-event-types",
        _RECORD,
        "The type of the envelope may differ from that of the payload.",
        sending(_aligned),
        lambda lab: lab.takes(event_type="gateway.signal.deduplicated") == 201,
        "I-20",
    ),
    _fault(
        "old-event",
        _RECORD,
        "An event that is older than seven days is taken.",
        sending(_recent),
        lambda lab: lab.takes(event_timestamp=ago(days=30)) == 201,
    ),
    _fault(
        "duration-as-text",
        _RECORD,
        "`duration_ms` is taken as a text of digits.",
        sending_member("duration_ms", _number),
        lambda lab: lab.takes(duration_ms="12") == 201,
    ),
    _fault(
        "null-actor",
        _RECORD,
        "`actor_id` may be null, which the contract does not allow.",
        sending(_without_null),
        lambda lab: lab.takes(actor_id=None) == 201,
    ),
    _fault(
        "format-csv",
        _EXPORT,
        "Any `format` is taken; the answer is JSON all the same.",
        ignoring("format"),
        lambda lab: lab.get(EXPORT, format="csv").status_code == 200,
    ),
    _fault(
        "search-without-environment",
        _SEARCH,
        "The mandatory filter `environment` may be left out of a search.",
        sending(_labelled),
        lambda lab: (
            lab.post(
                WORKFLOWS + "/search",
                {"filters": {k: v for k, v in lab.labels().items() if k != "environment"}},
            ).status_code
            == 200
        ),
    ),
    _fault(
        "long-idempotency-key",
        _RECORD,
        "An `Idempotency-Key` of more than 255 characters is taken, and cut.",
        asking(
            lambda request: (
                request.with_header(
                    "idempotency-key", (request.header("idempotency-key") or "x")[:255]
                )
                if request.header("idempotency-key")
                else request
            )
        ),
        lambda lab: lab.post(EVENTS, lab.event(), Idempotency_Key=lab.name * 20).status_code == 201,
    ),
    _fault(
        "broken-json",
        _HOLD,
        "A comma too many in the JSON of a legal hold is forgiven.",
        asking(lambda request: replace(request, body=request.body.replace(b",}", b"}"))),
        _trailing_comma,
    ),
)
