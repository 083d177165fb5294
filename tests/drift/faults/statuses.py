"""Answers whose status, headers or media type are not what the contract says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from tests.drift.changes import answering, header, instead, list_of, object_of, of_status, refusals
from tests.drift.fault import Fault, Witness
from tests.drift.faults.planting import planted
from tests.drift.lab import BATCH, EVENTS, NOTIFICATIONS, WORKFLOWS, Lab, json_of, kind_of
from tests.drift.messages import Change, Request, Response, answer, problem

_FIND: Final = "GET /api/v1/audit/events"
_RECORD: Final = "POST /api/v1/audit/events"
_BATCH: Final = "POST /api/v1/audit/events/batch"
_NOTIFY: Final = "POST /api/v1/audit/notifications"
_EXPORT: Final = "GET /api/v1/audit/export"
_ADD: Final = "POST /api/v1/workflows"
_READ: Final = "GET /api/v1/workflows/{workflow_id}"
_UPDATE: Final = "PATCH /api/v1/workflows/{workflow_id}"
_METRICS: Final = "GET /metrics"
_HEALTH: Final = "GET /health"

_HTML: Final = b"<html><body><h1>Error</h1></body></html>"


def _fault(
    name: str,
    operation: str,
    drift: str,
    change: Change,
    witness: Witness,
    incident: str | None = None,
) -> Fault:
    return planted("response", name, operation, drift, change, witness, incident)


def _as_html(found: Response) -> Response:
    return replace(found.with_header("content-type", "text/html"), body=_HTML)


def _moved(found: Response) -> Response:
    place = found.header("location")
    return found.with_header("location", place.replace("/v1/", "/v2/")) if place else found


def _queued(told: dict[str, Any]) -> Change:
    """Return a change by which what is `pending` is queued, with a receipt of its own."""

    def tell(request: Request) -> Response | None:
        sent = request.json()
        events = list_of(sent) or [sent]
        pending = [object_of(one).get("event_outcome") == "pending" for one in events]
        return answer(202, told) if any(pending) else None

    return instead(tell)


def _failing(request: Request) -> Response | None:
    """Fail as if neither the database nor the queue could be written."""
    if object_of(request.json()).get("status") != "pending":
        return None
    return problem(500, "database-unavailable", "Database Unavailable")


def _fails_wrongly(lab: Lab) -> bool:
    told = lab.post(NOTIFICATIONS, lab.notification(status="pending"))
    return told.status_code == 500 and told.json()["type"].endswith("/database-unavailable")


def _created(lab: Lab) -> Any:
    return lab.post(WORKFLOWS, lab.workflow())


def _twice(lab: Lab) -> int:
    version = lab.workflow()
    lab.post(WORKFLOWS, version)
    return lab.post(WORKFLOWS, {**version, "description": "Another."}).status_code


def _unknown(lab: Lab) -> Any:
    return lab.get(f"{WORKFLOWS}/{uuid4()}")


def _lists_metrics(found: Response) -> Response:
    lines = [line for line in found.body.decode().splitlines() if not line.startswith("#")]
    told = found.with_header("content-type", "application/json")
    return told.with_json(dict(line.rsplit(" ", 1) for line in lines if " " in line))


FAULTS: Final = (
    _fault(
        "event-answered-with-200",
        _RECORD,
        "A stored event is answered with 200, not 201.",
        of_status(201, 200),
        lambda lab: lab.takes() == 200,
    ),
    _fault(
        "workflow-answered-with-200",
        _ADD,
        "A new workflow is answered with 200, not 201.",
        of_status(201, 200),
        lambda lab: _created(lab).status_code == 200,
    ),
    _fault(
        "undocumented-412",
        _ADD,
        "A workflow version that exists is answered with 412, which the contract does not have.",
        of_status(409, 412),
        lambda lab: _twice(lab) == 412,
        "I-14",
    ),
    _fault(
        "undocumented-206",
        _FIND,
        "A page of events is answered with 206, which the contract does not have.",
        of_status(200, 206),
        lambda lab: lab.get(EVENTS).status_code == 206,
    ),
    _fault(
        "invalid-answered-with-422",
        _UPDATE,
        "An invalid body is answered with 422, not 400.",
        of_status(400, 422),
        lambda lab: lab.http.patch(f"{WORKFLOWS}/{uuid4()}", json=[]).status_code == 422,
    ),
    _fault(
        "unknown-workflow-breaks",
        _READ,
        "A workflow that does not exist is answered with 500, not 404.",
        refusals(lambda _: problem(500, "internal-error", "Internal Server Error"), 404),
        lambda lab: _unknown(lab).status_code == 500,
        "I-26",
    ),
    _fault(
        "queued-event-receipt",
        _RECORD,
        "The receipt of 202 is one for a stored event, without `status`.",
        _queued({"event_id": str(uuid4()), "message": "queued"}),
        lambda lab: (
            (found := lab.post(EVENTS, lab.event(event_outcome="pending"))).status_code == 202
            and "status" not in found.json()
        ),
        "I-9",
    ),
    _fault(
        "queued-batch-receipt",
        _BATCH,
        "The receipt of 202 for a batch does not tell how many events are queued.",
        _queued({"status": "accepted", "message": "queued"}),
        lambda lab: (
            (found := lab.post(BATCH, [lab.event(event_outcome="pending")])).status_code == 202
            and "count" not in found.json()
        ),
        "I-15",
    ),
    _fault(
        "both-stores-down",
        _NOTIFY,
        "With both stores down the status is 500, the type that of a 503.",
        instead(_failing),
        _fails_wrongly,
        "I-24",
    ),
    _fault(
        "errors-in-html",
        _FIND,
        "Errors are pages of HTML.",
        refusals(_as_html),
        lambda lab: kind_of(lab.get(EVENTS, limit=0)) == "text/html",
    ),
    _fault(
        "problems-as-json",
        _RECORD,
        "Problems are sent as `application/json`.",
        refusals(lambda found: found.with_header("content-type", "application/json")),
        lambda lab: kind_of(lab.post(EVENTS, {})) == "application/json",
    ),
    _fault(
        "pages-as-text",
        _FIND,
        "A page of events is sent as `text/plain`.",
        header("content-type", "text/plain"),
        lambda lab: kind_of(lab.get(EVENTS)) == "text/plain",
    ),
    _fault(
        "metrics-as-json",
        _METRICS,
        "The metrics are sent as JSON.",
        answering(_lists_metrics),
        lambda lab: kind_of(lab.get("/metrics")) == "application/json",
    ),
    _fault(
        "health-as-text",
        _HEALTH,
        "Health is told as the plain text `OK`.",
        answering(
            lambda found: replace(found.with_header("content-type", "text/plain"), body=b"OK")
        ),
        lambda lab: lab.get("/health").text == "OK",
    ),
    _fault(
        "broken-json-answer",
        _EXPORT,
        "An export ends before its last bracket.",
        answering(lambda found: replace(found, body=found.body[:-1]) if found.ok else found),
        lambda lab: not json_of(lab.get("/api/v1/audit/export", correlation_id=lab.name)),
    ),
    _fault(
        "location-elsewhere",
        _ADD,
        "`Location` names a path that does not exist.",
        answering(_moved),
        lambda lab: lab.http.get(_created(lab).headers["location"]).status_code == 404,
    ),
    _fault(
        "location-left-out",
        _ADD,
        "A new workflow is told without `Location`.",
        header("location", None),
        lambda lab: "location" not in _created(lab).headers,
    ),
    _fault(
        "request-id-left-out",
        _FIND,
        "`X-Request-Id` is left out of answers.",
        header("x-request-id", None),
        lambda lab: "x-request-id" not in lab.get(EVENTS).headers,
    ),
    _fault(
        "request-id-not-repeated",
        _FIND,
        "`X-Request-Id` is not the one that the caller sent.",
        header("x-request-id", "the-same-for-all"),
        lambda lab: (
            lab.http.get(EVENTS, headers={"X-Request-Id": lab.name}).headers["x-request-id"]
            == "the-same-for-all"
        ),
    ),
    _fault(
        "empty-receipt",
        _BATCH,
        "A stored batch is answered with an empty body.",
        answering(lambda found: replace(found, body=b"") if found.status == 201 else found),
        lambda lab: not lab.post(BATCH, [lab.event()]).content,
    ),
)
