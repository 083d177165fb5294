"""Writes whose effects are not what the contract says."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from tests.drift.changes import (
    asking,
    instead,
    list_of,
    matches,
    object_of,
    on,
    sending,
    sending_member,
    told,
    told_member,
)
from tests.drift.fault import Fault, Remembering, Witness
from tests.drift.faults.planting import planted
from tests.drift.lab import (
    BATCH,
    EVENTS,
    HOLDS,
    NOTIFICATIONS,
    VERIFY,
    WORKFLOWS,
    Json,
    Lab,
    json_of,
)
from tests.drift.messages import Ask, Change, Request, Response, answer, problem

_RECORD: Final = "POST /api/v1/audit/events"
_BATCH: Final = "POST /api/v1/audit/events/batch"
_NOTIFY: Final = "POST /api/v1/audit/notifications"
_HOLD: Final = "POST /api/v1/audit/legal-hold"
_HOLDS: Final = "GET /api/v1/audit/legal-hold"
_RELEASE: Final = "DELETE /api/v1/audit/legal-hold/{correlation_id}"
_VERIFY: Final = "POST /api/v1/audit/verify-chain"
_SCORE: Final = "GET /api/v1/effectiveness/{correlation_id}"
_ADD: Final = "POST /api/v1/workflows"
_UPDATE: Final = "PATCH /api/v1/workflows/{workflow_id}"
_DISABLE: Final = "PATCH /api/v1/workflows/{workflow_id}/disable"


def _fault(name: str, operation: str, drift: str, change: Change, witness: Witness) -> Fault:
    return planted("semantics", name, operation, drift, change, witness)


async def _one_by_one(request: Request, ask: Ask) -> Response:
    """Store the events of a refused batch that can be stored."""
    whole = await ask(request)
    sent = list_of(request.json())
    if whole.status == 400 and 1 < len(sent) <= 500:
        for one in sent:
            await ask(replace(request.with_json(one), path=EVENTS))
    return whole


def _sees_half_a_batch(lab: Lab) -> bool:
    events = [lab.event(), lab.event(event_outcome="no")]
    return lab.post(BATCH, events).status_code == 400 and len(lab.found()) == 1


def _sees_turned_receipt(lab: Lab) -> bool:
    events = [lab.event(), lab.event()]
    told = lab.post(BATCH, events).json()["event_ids"]
    return bool(told == [one["event_id"] for one in events][::-1])


def _renewed(sent: Any) -> Any:
    event = object_of(sent)
    return {**event, "event_id": str(uuid4())} if "event_id" in event else sent


def _sees_duplicate(lab: Lab) -> bool:
    event = lab.event()
    lab.post(EVENTS, event)
    lab.post(EVENTS, event)
    return len(lab.found()) == 2


def _keyless(request: Request) -> Request:
    return request.with_header("idempotency-key", None)


def _sees_key_ignored(lab: Lab) -> bool:
    event = lab.event(event_id=...)
    for _ in range(2):
        lab.post(EVENTS, event, Idempotency_Key=lab.name)
    return len(lab.found()) == 2


async def _first_answer(request: Request, ask: Ask) -> Response:
    """Answer a reused key with success, though the body is another."""
    found = await ask(request)
    if found.status != 422:
        return found
    told = {"event_id": str(uuid4()), "event_timestamp": "2026-11-26T00:00:00Z", "message": "ok"}
    return answer(201, told)


def _sees_reuse(lab: Lab) -> bool:
    lab.post(EVENTS, lab.event(), Idempotency_Key=lab.name)
    return lab.post(EVENTS, lab.event(), Idempotency_Key=lab.name).status_code == 201


def _sticky() -> Change:
    """Return a change by which a released hold stays on the list."""
    released: list[Json] = []

    async def change(request: Request, ask: Ask) -> Response:
        if matches(_RELEASE, request):
            before = await ask(replace(request, method="GET", path=HOLDS, body=b""))
            found = await ask(request)
            name = request.path.rpartition("/")[2]
            holds = object_of(before.json()).get("holds", [])
            released.extend(one for one in holds if found.ok and one["correlation_id"] == name)
            return found
        found = await ask(request)
        if not (matches(_HOLDS, request) and found.ok):
            return found
        holds = [*object_of(found.json())["holds"], *released]
        return found.with_json({"holds": holds, "total": len(holds)})

    return change


def _sees_sticky(lab: Lab) -> bool:
    return lab.hold().status_code == 200 and lab.release().status_code == 200 and lab.held()


def _not_placed(request: Request) -> Response | None:
    sent = object_of(request.json())
    reason, name = sent.get("reason"), sent.get("correlation_id")
    if not (isinstance(reason, str) and reason.strip() and isinstance(name, str) and name):
        return None
    told = {"correlation_id": name, "events_affected": 1, "placed_by": "anonymous"}
    return answer(200, {**told, "placed_at": "2026-11-26T00:00:00Z", "reason": reason})


async def _released_anyway(request: Request, ask: Ask) -> Response:
    found = await ask(request)
    if found.status != 404:
        return found
    told = {"correlation_id": request.path.rpartition("/")[2], "events_released": 0}
    return answer(200, {**told, "released_by": "anonymous", "released_at": "2026-11-26T00:00:00Z"})


def _unread(found: Any) -> Any:
    return {**object_of(found), "is_valid": True, "total_events": 0, "verified_events": 0}


def _sees_unread(lab: Lab) -> bool:
    lab.store()
    return bool(json_of(lab.post(VERIFY, {"correlation_id": lab.name}))["total_events"] == 0)


def _parentless(sent: Any) -> Any:
    event = object_of(sent)
    return {**event, "parent_event_id": None} if event.get("parent_event_id") else sent


def _notified_twice(lab: Lab) -> bool:
    note = lab.notification()
    lab.post(NOTIFICATIONS, note)
    again = lab.post(NOTIFICATIONS, {**note, "message_summary": "again"})
    return again.status_code == 201


async def _also_twice(request: Request, ask: Ask) -> Response:
    found = await ask(request)
    if found.status != 409:
        return found
    return await ask(
        request.with_json({**object_of(request.json()), "notification_id": uuid4().hex})
    )


def _added_twice(lab: Lab) -> bool:
    version = lab.workflow()
    lab.post(WORKFLOWS, version)
    return lab.post(WORKFLOWS, {**version, "description": "Another."}).status_code == 201


async def _add_anyway(request: Request, ask: Ask) -> Response:
    found = await ask(request)
    if found.status != 409:
        return found
    sent = object_of(request.json())
    return await ask(request.with_json({**sent, "version": f"{sent['version']}+1"[:50]}))


async def _only_told(request: Request, ask: Ask) -> Response:
    """Tell the change of a workflow and do not make it."""
    status = object_of(request.json()).get("status", "disabled")
    found = await ask(replace(request, method="GET", path=request.path.removesuffix("/disable")))
    return found.with_json({**object_of(found.json()), "status": status}) if found.ok else found


def _sees_still_active(lab: Lab) -> bool:
    path = f"{WORKFLOWS}/{lab.add()['workflow_id']}"
    lab.http.patch(f"{path}/disable", json={"reason": "superseded"})
    return bool(lab.get(path).json()["status"] == "active")


def _sees_unchanged(lab: Lab) -> bool:
    path = f"{WORKFLOWS}/{lab.add()['workflow_id']}"
    lab.http.patch(path, json={"status": "deprecated"})
    return bool(lab.get(path).json()["status"] == "active")


def _scoreless(request: Request) -> Response | None:
    name = request.path.rpartition("/")[2]
    told: Json = {"correlation_id": name, "components": {}, "assessment_status": "no_data"}
    return answer(200, {**told, "score": None, "computed_at": "2026-11-26T00:00:00Z"})


def _one_of_many() -> Change:
    """Return a change by which some writes time out, as if the pool leaked."""
    count = itertools.count(1)

    async def change(request: Request, ask: Ask) -> Response:
        if next(count) % 5:
            return await ask(request)
        return problem(503, "service-unavailable", "Service Unavailable")

    return on(_RECORD, change)


FAULTS: Final = (
    _fault(
        "half-a-batch",
        _BATCH,
        "Of a refused batch the events that can be stored are stored.",
        _one_by_one,
        _sees_half_a_batch,
    ),
    _fault(
        "batch-receipt-turned-around",
        _BATCH,
        "`event_ids` are not in the order in which the events were sent.",
        told_member("event_ids", lambda found: found[::-1]),
        _sees_turned_receipt,
    ),
    _fault(
        "event-stored-twice",
        _RECORD,
        "An event that is sent twice under one `event_id` is stored twice.",
        sending(_renewed),
        _sees_duplicate,
    ),
    _fault(
        "idempotency-key-ignored",
        _RECORD,
        "`Idempotency-Key` is ignored.",
        asking(_keyless),
        _sees_key_ignored,
    ),
    _fault(
        "reused-key-succeeds",
        _RECORD,
        "A key that was used with another body is answered with 201, and nothing is stored.",
        _first_answer,
        _sees_reuse,
    ),
    Fault(
        name="released-hold-still-listed",
        kind="semantics",
        operation=_HOLDS,
        drift="A hold that was released is still listed.",
        install=Remembering(_sticky),
        witness=_sees_sticky,
    ),
    _fault(
        "hold-not-placed",
        _HOLD,
        "Placing a hold is answered with success and places none.",
        instead(_not_placed),
        lambda lab: lab.hold().status_code == 200 and not lab.held(),
    ),
    _fault(
        "hold-affects-nothing",
        _HOLD,
        "`events_affected` is always 0.",
        told_member("events_affected", lambda _: 0),
        lambda lab: lab.hold().json()["events_affected"] == 0,
    ),
    _fault(
        "release-of-nothing",
        _RELEASE,
        "Releasing a hold that does not exist is answered with 200, not 404.",
        _released_anyway,
        lambda lab: lab.release().status_code == 200,
    ),
    _fault(
        "chain-not-read",
        _VERIFY,
        "Every chain is said to be valid, without being read.",
        told(_unread),
        _sees_unread,
    ),
    _fault(
        "parent-not-looked-up",
        _RECORD,
        "An event whose parent is not stored is taken, and its parent forgotten.",
        sending(_parentless),
        lambda lab: lab.takes(parent_event_id=str(uuid4())) == 201,
    ),
    _fault(
        "notification-recorded-twice",
        _NOTIFY,
        "A second record of one notification is taken, not refused with 409.",
        _also_twice,
        _notified_twice,
    ),
    _fault(
        "version-added-twice",
        _ADD,
        "A workflow version that exists is taken again under another number.",
        _add_anyway,
        _added_twice,
    ),
    _fault(
        "disable-does-nothing",
        _DISABLE,
        "Disabling a workflow is told and not done.",
        _only_told,
        _sees_still_active,
    ),
    _fault(
        "update-does-nothing",
        _UPDATE,
        "The new standing of a workflow is told and not stored.",
        _only_told,
        _sees_unchanged,
    ),
    _fault(
        "score-of-nothing",
        _SCORE,
        "A correlation without events has a score of its own, not 404.",
        instead(_scoreless),
        lambda lab: lab.get(f"/api/v1/effectiveness/{lab.name}").status_code == 200,
    ),
    _fault(
        "sent-status-forgotten",
        _ADD,
        "A new workflow is active, whatever `status` was sent.",
        sending_member("status", lambda _: "active"),
        lambda lab: lab.add(status="deprecated")["status"] == "active",
    ),
    Fault(
        name="every-fifth-write-fails",
        kind="semantics",
        operation=_RECORD,
        drift="Every fifth write is answered with 503 on a healthy server.",
        install=Remembering(_one_of_many),
        witness=lambda lab: 503 in [lab.takes() for _ in range(5)],
    ),
)
