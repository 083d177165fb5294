"""Inputs that the server reads and the contract does not name."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import uuid4

from tests.drift.changes import object_of, on, selecting
from tests.drift.fault import Around, Fault
from tests.drift.lab import EVENTS, Lab, json_of
from tests.drift.messages import Ask, Change, Request, Response, answer

_FIND: Final = "GET /api/v1/audit/events"
_RECORD: Final = "POST /api/v1/audit/events"
_LIST: Final = "GET /api/v1/workflows"
_EXPORT: Final = "GET /api/v1/audit/export"


_KNOWN: Final = {
    _FIND: (
        "event_type event_category event_outcome severity correlation_id since until limit offset "
        "detail_key detail_value"
    ),
    _LIST: "status environment priority component limit offset",
    _EXPORT: (
        "start_time end_time correlation_id event_category format include_detached_signature "
        "offset limit redact_pii"
    ),
}


def _lenient(operation: str, change: Change) -> Around:
    """Return a change of a server that ignores the parameters it does not know, as most do."""

    def known(request: Request) -> Request:
        names = set(_KNOWN[operation].split())
        return request.without(*(name for name, _ in request.parameters if name not in names))

    async def made(request: Request, ask: Ask) -> Response:
        return await change(request, lambda asked: ask(known(asked)))

    return Around(on(operation, made))


def _filter(name: str) -> Fault:
    """Return the founding incident with one of its parameters."""

    def witness(lab: Lab) -> bool:
        lab.store(**{name: "one"})
        lab.store(**{name: "other"})
        return len(lab.found(**{name: "one"})) == 1

    return Fault(
        name=f"undocumented-filter-{name.replace('_', '-')}",
        kind="request",
        operation=_FIND,
        drift=f"The query parameter `{name}` restricts the answer; the contract has none.",
        install=_lenient(_FIND, selecting(name, lambda item, value: item.get(name) == value)),
        witness=witness,
        incident="I-1",
    )


async def _sorted(request: Request, ask: Ask) -> Response:
    found = await ask(request)
    body = found.json()
    if request.parameter("order") != "asc" or not found.ok:
        return found
    return found.with_json({**body, "data": body["data"][::-1]})


def _sees_order(lab: Lab) -> bool:
    lab.store()
    lab.store()
    plain = [one["event_id"] for one in lab.found()]
    return [one["event_id"] for one in lab.found(order="asc")] == plain[::-1]


async def _fields(request: Request, ask: Ask) -> Response:
    found = await ask(request)
    wanted, body = request.parameter("fields"), found.json()
    if wanted is None or not found.ok:
        return found
    names = wanted.split(",")
    cut = [{name: one[name] for name in names if name in one} for one in body["data"]]
    return found.with_json({**body, "data": cut})


def _sees_fields(lab: Lab) -> bool:
    lab.store()
    return [len(one) for one in lab.found(fields="event_id")] == [1]


async def _namespaced(request: Request, ask: Ask) -> Response:
    found = await ask(request)
    wanted, body = request.header("x-namespace"), found.json()
    if wanted is None or not found.ok:
        return found
    kept = [one for one in body["data"] if one.get("namespace") == wanted]
    return found.with_json({**body, "data": kept})


def _sees_namespace_header(lab: Lab) -> bool:
    lab.store(namespace="payments")
    query = {"correlation_id": lab.name}
    found = lab.http.get(EVENTS, params=query, headers={"X-Namespace": "other"}).json()
    return len(found["data"]) == 0


async def _dry_run(request: Request, ask: Ask) -> Response:
    sent = object_of(request.json())
    if sent.get("dry_run") is not True:
        return await ask(request)
    told = {
        "event_id": str(uuid4()),
        "event_timestamp": sent["event_timestamp"],
        "message": "checked",
    }
    return answer(201, told)


def _sees_dry_run(lab: Lab) -> bool:
    return lab.takes(dry_run=True) == 201 and not lab.found()


async def _preferring(request: Request, ask: Ask) -> Response:
    found = await ask(request)
    minimal = request.header("prefer") == "return=minimal" and found.status == 201
    return replace(found, status=204, body=b"") if minimal else found


def _sees_prefer(lab: Lab) -> bool:
    return lab.post(EVENTS, lab.event(), Prefer="return=minimal").status_code == 204


def _sees_name(lab: Lab) -> bool:
    name = lab.add()["workflow_name"]
    lab.add()
    return {one["workflow_name"] for one in lab.versions(workflow_name=name)} == {name}


async def _service(request: Request, ask: Ask) -> Response:
    """Read the retired name of a parameter as its present one."""
    retired = request.parameter("service")
    if retired is None or request.parameter("event_category") is not None:
        return await ask(request)
    pairs = [*request.without("service").parameters, ("event_category", retired)]
    return await ask(request.with_parameters(pairs))


def _sees_service(lab: Lab) -> bool:
    lab.store()
    return len(lab.found(service="gateway")) == 1 and not lab.found(service="approval")


async def _unsealed(request: Request, ask: Ask) -> Response:
    found = await ask(request)
    body = found.json()
    if request.parameter("include_hashes") != "false" or not found.ok:
        return found
    hashes = {"event_hash", "previous_event_hash"}
    events = [{k: v for k, v in one.items() if k not in hashes} for one in body["events"]]
    return found.with_json({**body, "events": events})


def _sees_unsealed(lab: Lab) -> bool:
    lab.store()
    query = {"correlation_id": lab.name, "include_hashes": "false"}
    found = json_of(lab.get("/api/v1/audit/export", **query)).get("events", [])
    return ["event_hash" in one for one in found] == [False]


async def _overriding(request: Request, ask: Ask) -> Response:
    sent = object_of(request.json())
    if isinstance(sent.get("actor_override"), str):
        request = request.with_json({**sent, "actor_id": sent["actor_override"]})
    return await ask(request)


def _sees_override(lab: Lab) -> bool:
    return bool(lab.kept(actor_id="one", actor_override="other")["actor_id"] == "other")


def _sees_owner(lab: Lab) -> bool:
    lab.add(owner="one")
    lab.add(owner="other")
    return [one["owner"] for one in lab.versions(owner="one")] == ["one"]


FAULTS: Final = (
    _filter("actor_id"),
    _filter("resource_type"),
    _filter("namespace"),
    _filter("cluster_id"),
    _filter("event_action"),
    Fault(
        name="undocumented-parameter-order",
        kind="request",
        operation=_FIND,
        drift="`order=asc` turns the events around; the contract has no such parameter.",
        install=_lenient(_FIND, _sorted),
        witness=_sees_order,
    ),
    Fault(
        name="undocumented-parameter-fields",
        kind="request",
        operation=_FIND,
        drift="`fields` leaves out members of events; the contract has no such parameter.",
        install=_lenient(_FIND, _fields),
        witness=_sees_fields,
    ),
    Fault(
        name="undocumented-header-x-namespace",
        kind="request",
        operation=_FIND,
        drift="The header `X-Namespace` restricts the answer; the contract has no such header.",
        install=_lenient(_FIND, _namespaced),
        witness=_sees_namespace_header,
    ),
    Fault(
        name="undocumented-member-dry-run",
        kind="request",
        operation=_RECORD,
        drift="With a member `dry_run` the event is answered with 201 and not stored.",
        install=Around(on(_RECORD, _dry_run)),
        witness=_sees_dry_run,
    ),
    Fault(
        name="undocumented-header-prefer",
        kind="request",
        operation=_RECORD,
        drift="The header `Prefer: return=minimal` makes the answer a 204 without a body.",
        install=Around(on(_RECORD, _preferring)),
        witness=_sees_prefer,
    ),
    Fault(
        name="undocumented-filter-workflow-name",
        kind="request",
        operation=_LIST,
        drift="The query parameter `workflow_name` restricts the list; the contract has none.",
        install=_lenient(
            _LIST,
            selecting("workflow_name", lambda one, v: one["workflow_name"] == v, "workflows"),
        ),
        witness=_sees_name,
    ),
    Fault(
        name="retired-parameter-still-read",
        kind="request",
        operation=_FIND,
        drift="`service`, the retired name of `event_category`, still restricts the answer.",
        install=_lenient(_FIND, _service),
        witness=_sees_service,
    ),
    Fault(
        name="undocumented-parameter-include-hashes",
        kind="request",
        operation=_EXPORT,
        drift="`include_hashes=false` leaves the hashes out of an export.",
        install=_lenient(_EXPORT, _unsealed),
        witness=_sees_unsealed,
    ),
    Fault(
        name="undocumented-member-actor-override",
        kind="request",
        operation=_RECORD,
        drift="A member `actor_override` takes the place of `actor_id` in what is stored.",
        install=Around(on(_RECORD, _overriding)),
        witness=_sees_override,
    ),
    Fault(
        name="undocumented-filter-workflow-owner",
        kind="request",
        operation=_LIST,
        drift="The query parameter `owner` restricts the list; the contract has none.",
        install=_lenient(
            _LIST, selecting("owner", lambda one, v: one.get("owner") == v, "workflows")
        ),
        witness=_sees_owner,
    ),
)
