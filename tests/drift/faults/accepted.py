"""Requests that the contract forbids and the server takes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from tests.drift.changes import (
    asking,
    default,
    ignoring,
    object_of,
    on,
    query,
    sending,
    sending_member,
)
from tests.drift.fault import Around, Fault, Witness
from tests.drift.faults.forgiving import (
    CATEGORIES,
    aligned,
    as_json,
    at_most,
    blank,
    clamped,
    cut,
    filled,
    hashed,
    lone_value,
    number,
    recent,
    validation_off,
    without_null,
)
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
from tests.drift.messages import Change

_FIND: Final = "GET /api/v1/audit/events"
_RECORD: Final = "POST /api/v1/audit/events"
_BATCH: Final = "POST /api/v1/audit/events/batch"
_NOTIFY: Final = "POST /api/v1/audit/notifications"
_HOLD: Final = "POST /api/v1/audit/legal-hold"
_EXPORT: Final = "GET /api/v1/audit/export"
_ADD: Final = "POST /api/v1/workflows"
_SEARCH: Final = "POST /api/v1/workflows/search"
_HISTORY: Final = "GET /api/v1/remediation-history/context"


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


def _workflow(lab: Lab, **changes: Any) -> int:
    return lab.post(WORKFLOWS, lab.workflow(**changes)).status_code


def _labelled(sent: Any) -> Any:
    search = object_of(sent)
    filters = object_of(search.get("filters"))
    return {**search, "filters": {"environment": "production", **filters}} if filters else sent


def _history(lab: Lab) -> int:
    query = {"targetKind": "Pod", "targetName": lab.name, "currentSpecHash": "sha256:aa"}
    return lab.get(HISTORY, **query).status_code


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
        sending_member("severity", cut(20)),
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
        query("limit", clamped(-(10**9), 1000)),
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
        query("offset", clamped(0, 10**9)),
        lambda lab: lab.get(EVENTS, offset=-1).status_code == 200,
    ),
    _fault(
        "unknown-category",
        _FIND,
        "Any text is taken as `event_category`, and finds nothing.",
        query("event_category", lambda text: text if text in CATEGORIES else "security"),
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
        asking(lone_value),
        lambda lab: lab.get(EVENTS, detail_value="x").status_code == 200,
    ),
    _fault(
        "text-plain",
        _RECORD,
        "JSON is read whatever the media type says.",
        asking(as_json),
        _plain_text,
    ),
    _fault(
        "too-many-in-a-batch",
        _BATCH,
        "A batch of more than 500 events is taken; what is over is dropped.",
        sending(at_most(500)),
        lambda lab: lab.post(BATCH, [lab.event()] * 501).status_code == 201,
    ),
    _fault(
        "missing-action",
        _RECORD,
        "`event_action` may be left out; the server makes one up.",
        filled(event_action="unknown"),
        lambda lab: lab.takes(event_action=...) == 201,
    ),
    _fault(
        "short-content-hash",
        _ADD,
        "`content_hash` is not checked; the server computes its own.",
        sending(hashed),
        lambda lab: _workflow(lab, content_hash="abc") == 201,
    ),
    _fault(
        "hold-without-reason",
        _HOLD,
        "A legal hold is placed for an empty reason.",
        sending_member("reason", blank),
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
        asking(validation_off),
        lambda lab: lab.post(EVENTS, {"correlation_id": lab.name}).status_code == 201,
        "I-6",
    ),
    _fault(
        "two-event-types",
        _RECORD,
        "The type of the envelope may differ from that of the payload.",
        sending(aligned),
        lambda lab: lab.takes(event_type="gateway.signal.deduplicated") == 201,
        "I-20",
    ),
    _fault(
        "old-event",
        _RECORD,
        "An event that is older than seven days is taken.",
        sending(recent),
        lambda lab: lab.takes(event_timestamp=ago(days=30)) == 201,
    ),
    _fault(
        "duration-as-text",
        _RECORD,
        "`duration_ms` is taken as a text of digits.",
        sending_member("duration_ms", number),
        lambda lab: lab.takes(duration_ms="12") == 201,
    ),
    _fault(
        "null-actor",
        _RECORD,
        "`actor_id` may be null, which the contract does not allow.",
        sending(without_null),
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
