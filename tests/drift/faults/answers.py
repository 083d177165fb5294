"""Answers whose members are not what the contract says."""

from __future__ import annotations

from typing import Any, Final

from tests.drift.changes import Edit, object_of, refusals, told, told_member
from tests.drift.fault import Fault, Witness
from tests.drift.faults.planting import planted
from tests.drift.lab import (
    BATCH,
    EFFECTIVENESS,
    EVENTS,
    EXPORT,
    HOLDS,
    NOTIFICATIONS,
    VERIFY,
    WORKFLOWS,
    Lab,
    json_of,
)
from tests.drift.messages import Change

_FIND: Final = "GET /api/v1/audit/events"
_RECORD: Final = "POST /api/v1/audit/events"
_BATCH: Final = "POST /api/v1/audit/events/batch"
_NOTIFY: Final = "POST /api/v1/audit/notifications"
_HOLDS: Final = "GET /api/v1/audit/legal-hold"
_EXPORT: Final = "GET /api/v1/audit/export"
_VERIFY: Final = "POST /api/v1/audit/verify-chain"
_SCORE: Final = "GET /api/v1/effectiveness/{correlation_id}"
_LIST: Final = "GET /api/v1/workflows"
_ADD: Final = "POST /api/v1/workflows"
_READ: Final = "GET /api/v1/workflows/{workflow_id}"
_SEARCH: Final = "POST /api/v1/workflows/search"


def _renamed(old: str, new: str) -> Edit:
    def edit(found: Any) -> Any:
        return {new if name == old else name: value for name, value in object_of(found).items()}

    return edit


def _counted(found: Any) -> Any:
    """Return a page as it was told before there was `pagination`."""
    page = object_of(found)
    return {"data": page["data"], "total_count": page["pagination"]["total"]}


def _without(path: str) -> Change:
    return told_member(path, lambda _: ...)


def _first_event(lab: Lab) -> dict[str, Any]:
    lab.store()
    return lab.found()[0]


def _receipt(lab: Lab) -> dict[str, Any]:
    return json_of(lab.post(EVENTS, lab.event()))


def _verified(lab: Lab) -> dict[str, Any]:
    lab.store()
    return json_of(lab.post(VERIFY, {"correlation_id": lab.name}))


def _score(lab: Lab) -> dict[str, Any]:
    payload = {
        "event_type": "effectiveness.health.assessed",
        "correlation_id": lab.name,
        "namespace": "payments",
        "component": "health",
    }
    changes = {"event_type": payload["event_type"], "event_category": "effectiveness"}
    lab.store(event_data=payload, **changes)
    return json_of(lab.get(f"{EFFECTIVENESS}/{lab.name}"))


def _version(lab: Lab) -> dict[str, Any]:
    return json_of(lab.get(f"{WORKFLOWS}/{lab.add()['workflow_id']}"))


def _notified(lab: Lab) -> dict[str, Any]:
    return json_of(lab.post(NOTIFICATIONS, lab.notification()))


def _exported(lab: Lab) -> dict[str, Any]:
    lab.store()
    return json_of(lab.get(EXPORT, correlation_id=lab.name))


def _found_one(lab: Lab) -> dict[str, Any]:
    lab.add()
    return object_of(lab.searched()["workflows"][0])


def _problem(lab: Lab) -> dict[str, Any]:
    return json_of(lab.get(EVENTS, limit=0))


def _fault(
    name: str,
    operation: str,
    drift: str,
    change: Change,
    witness: Witness,
    incident: str | None = None,
) -> Fault:
    return planted("response", name, operation, drift, change, witness, incident)


def _problems(edit: Edit) -> Change:
    return refusals(lambda found: found.with_json(edit(object_of(found.json()))))


def _member(name: str, edit: Edit) -> Change:
    return _problems(lambda body: {**body, name: edit(body.get(name))})


FAULTS: Final = (
    _fault(
        "total-count-at-the-top",
        _FIND,
        "A page has `total_count` at its top and no `pagination`.",
        told(_counted),
        lambda lab: "pagination" not in lab.page(),
        "I-2",
    ),
    _fault(
        "has-more-left-out",
        _FIND,
        "`pagination.has_more`, which is required, is left out.",
        _without("pagination.has_more"),
        lambda lab: "has_more" not in lab.page()["pagination"],
    ),
    _fault(
        "total-as-text",
        _FIND,
        "`pagination.total` is a text of digits.",
        told_member("pagination.total", str),
        lambda lab: isinstance(lab.page()["pagination"]["total"], str),
    ),
    _fault(
        "no-events-are-null",
        _FIND,
        "`data` is null where nothing was found.",
        told_member("data", lambda data: data or None),
        lambda lab: lab.page()["data"] is None,
    ),
    _fault(
        "event-date-with-time",
        _FIND,
        "`event_date` is a date with a time.",
        told_member("data.*.event_date", lambda day: f"{day}T00:00:00Z"),
        lambda lab: "T" in _first_event(lab)["event_date"],
        "I-31",
    ),
    _fault(
        "timestamp-as-number",
        _FIND,
        "`event_timestamp` is a number of seconds.",
        told_member("data.*.event_timestamp", lambda _: 1795000000),
        lambda lab: isinstance(_first_event(lab)["event_timestamp"], int),
    ),
    _fault(
        "timestamp-without-zone",
        _FIND,
        "`event_timestamp` has no offset.",
        told_member("data.*.event_timestamp", lambda text: str(text).rstrip("Z")),
        lambda lab: not _first_event(lab)["event_timestamp"].endswith("Z"),
    ),
    _fault(
        "event-data-as-text",
        _FIND,
        "`event_data` is JSON inside a text.",
        told_member("data.*.event_data", str),
        lambda lab: isinstance(_first_event(lab)["event_data"], str),
    ),
    _fault(
        "outcome-in-capitals",
        _FIND,
        "`event_outcome` is told in capitals.",
        told_member("data.*.event_outcome", lambda text: str(text).upper()),
        lambda lab: _first_event(lab)["event_outcome"] == "SUCCESS",
    ),
    _fault(
        "correlation-left-out",
        _FIND,
        "`correlation_id`, which is required, is left out of events.",
        _without("data.*.correlation_id"),
        lambda lab: "correlation_id" not in _first_event(lab),
    ),
    _fault(
        "message-is-null",
        _RECORD,
        "`message` is null in a receipt.",
        told_member("message", lambda _: None),
        lambda lab: _receipt(lab)["message"] is None,
    ),
    _fault(
        "receipt-renamed",
        _RECORD,
        "`event_id` is called `id` in a receipt.",
        told(_renamed("event_id", "id")),
        lambda lab: "id" in _receipt(lab),
    ),
    _fault(
        "event-id-no-uuid",
        _RECORD,
        "`event_id` is told in a form that is no UUID.",
        told_member("event_id", lambda text: f"evt_{text}"),
        lambda lab: _receipt(lab)["event_id"].startswith("evt_"),
    ),
    _fault(
        "batch-receipt-with-objects",
        _BATCH,
        "`event_ids` holds objects, not texts.",
        told_member("event_ids.*", lambda text: {"id": text}),
        lambda lab: isinstance(json_of(lab.post(BATCH, [lab.event()]))["event_ids"][0], dict),
    ),
    _fault(
        "undocumented-member-of-verification",
        _VERIFY,
        "The answer has `skipped_legacy`, which the contract does not name.",
        told(lambda found: {**object_of(found), "skipped_legacy": 0}),
        lambda lab: "skipped_legacy" in _verified(lab),
        "I-28",
    ),
    _fault(
        "verification-time-left-out",
        _VERIFY,
        "`verification_time`, which is required, is left out.",
        _without("verification_time"),
        lambda lab: "verification_time" not in _verified(lab),
    ),
    _fault(
        "is-valid-as-text",
        _VERIFY,
        "`is_valid` is a text.",
        told_member("is_valid", lambda value: str(value).lower()),
        lambda lab: _verified(lab)["is_valid"] == "true",
    ),
    _fault(
        "unknown-assessment-status",
        _SCORE,
        "`assessment_status` has a value that the contract does not list.",
        told_member("assessment_status", lambda _: "Investigating"),
        lambda lab: _score(lab)["assessment_status"] == "Investigating",
        "I-27",
    ),
    _fault(
        "unknown-workflow-status",
        _LIST,
        "A workflow's `status` has a value that the contract does not list.",
        told_member("workflows.*.status", lambda _: "pending"),
        lambda lab: bool(lab.add()) and lab.versions()[0]["status"] == "pending",
        "I-17",
    ),
    _fault(
        "unknown-label-severity",
        _READ,
        "`labels.severity` has a value that the contract does not list.",
        told_member("labels.severity", lambda _: "sev1"),
        lambda lab: _version(lab)["labels"]["severity"] == "sev1",
        "I-16",
    ),
    _fault(
        "workflow-member-renamed",
        _READ,
        "`workflow_name` is called `workflowName`.",
        told(_renamed("workflow_name", "workflowName")),
        lambda lab: "workflowName" in _version(lab),
    ),
    _fault(
        "score-above-one",
        _SEARCH,
        "`final_score` is told in percent, not from 0 to 1.",
        told_member("workflows.*.final_score", lambda score: score * 100 + 2),
        lambda lab: _found_one(lab)["final_score"] > 1,
    ),
    _fault(
        "rank-from-zero",
        _SEARCH,
        "`rank` counts from 0.",
        told_member("workflows.*.rank", lambda rank: rank - 1),
        lambda lab: _found_one(lab)["rank"] == 0,
    ),
    _fault(
        "notification-id-as-text",
        _NOTIFY,
        "The `id` of a notification is a text.",
        told_member("id", str),
        lambda lab: isinstance(_notified(lab)["id"], str),
    ),
    _fault(
        "notification-channel-in-capitals",
        _NOTIFY,
        "The `channel` of a notification is told with a capital letter.",
        told_member("channel", lambda text: str(text).capitalize()),
        lambda lab: _notified(lab)["channel"] == "Slack",
    ),
    _fault(
        "holds-as-object",
        _HOLDS,
        "`holds` is an object by correlation, not an array.",
        told_member("holds", lambda holds: {one["correlation_id"]: one for one in holds}),
        lambda lab: isinstance(json_of(lab.get(HOLDS))["holds"], dict),
    ),
    _fault(
        "export-unsigned",
        _EXPORT,
        "An export carries no signature.",
        _without("export_metadata.signature"),
        lambda lab: "signature" not in _exported(lab)["export_metadata"],
    ),
    _fault(
        "export-without-verification",
        _EXPORT,
        "`hash_chain_verification`, which is required, is left out of an export.",
        _without("hash_chain_verification"),
        lambda lab: "hash_chain_verification" not in _exported(lab),
    ),
    _fault(
        "undocumented-member-of-a-workflow",
        _ADD,
        "A new workflow is told with `internal_id`, which the contract does not name.",
        told(lambda found: {**object_of(found), "internal_id": 7}),
        lambda lab: "internal_id" in lab.add(),
    ),
    _fault(
        "problem-without-type",
        _FIND,
        "A problem has no `type`.",
        _problems(lambda body: {name: v for name, v in body.items() if name != "type"}),
        lambda lab: "type" not in _problem(lab),
    ),
    _fault(
        "problem-with-another-status",
        _FIND,
        "The `status` of a problem is not that of the answer.",
        _member("status", lambda _: 422),
        lambda lab: _problem(lab)["status"] == 422,
    ),
    _fault(
        "problem-base",
        _FIND,
        "The types of problems lie under another base than the contract's.",
        _member("type", lambda text: str(text).replace("/problems/", "/errors/")),
        lambda lab: "/errors/" in _problem(lab)["type"],
        "I-13",
    ),
    _fault(
        "problem-type-unregistered",
        _FIND,
        "The `type` of a problem is one that the contract does not register.",
        _member("type", lambda _: "https://kubernaut.ai/problems/bad-filter"),
        lambda lab: _problem(lab)["type"].endswith("/bad-filter"),
        "I-22",
    ),
    _fault(
        "problem-status-as-text",
        _FIND,
        "The `status` of a problem is a text.",
        _member("status", str),
        lambda lab: _problem(lab)["status"] == "400",
    ),
    _fault(
        "field-errors-as-list",
        _RECORD,
        "`field_errors` is an array, not an object.",
        _member("field_errors", lambda errors: list(object_of(errors))),
        lambda lab: isinstance(
            json_of(lab.post(EVENTS, lab.event(event_outcome="no")))["field_errors"], list
        ),
    ),
)
