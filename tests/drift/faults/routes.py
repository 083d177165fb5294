"""Routes and methods that the server has and the contract does not, and the other way round."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tests.drift.changes import asking, instead, matches, on, refusals
from tests.drift.fault import Around, Fault, Witness
from tests.drift.lab import EVENTS, NOTIFICATIONS, WORKFLOWS, Lab
from tests.drift.messages import Ask, Change, Request, Response, answer, problem

_FIND: Final = "GET /api/v1/audit/events"


def _fault(
    name: str,
    operation: str,
    drift: str,
    change: Change,
    witness: Witness,
    incident: str | None = None,
) -> Fault:
    return Fault(
        name=name,
        kind="route",
        operation=operation,
        drift=drift,
        install=Around(change),
        witness=witness,
        incident=incident,
    )


def _route(operation: str, status: int, told: object) -> Change:
    """Return a change by which there is one more operation."""
    return instead(lambda request: answer(status, told) if matches(operation, request) else None)


def _is(operation: str, status: int) -> Witness:
    method, _, path = operation.partition(" ")
    return lambda lab: lab.http.request(method, path).status_code == status


def _extra(
    name: str, operation: str, told: object, incident: str | None = None, status: int = 200
) -> Fault:
    return _fault(
        name,
        operation,
        f"`{operation}` is served; the contract does not have it.",
        _route(operation, status, told),
        _is(operation.replace("{event_id}", "9b2d6c54-1f5e-4c8e-a1d7-3f0b8e6a4c21"), status),
        incident,
    )


def _at(pattern: str, path: str) -> Change:
    """Return a change by which other paths lead to one of the contract."""
    return asking(
        lambda request: replace(request, path=re.sub(pattern, path, request.path, count=1))
    )


async def _overriding(request: Request, ask: Ask) -> Response:
    method = request.header("x-http-method-override")
    return await ask(replace(request, method=method) if method else request)


def _sees_override(lab: Lab) -> bool:
    headers = {"X-HTTP-Method-Override": "GET"}
    return lab.http.post(EVENTS, headers=headers).status_code == 200


async def _headed(request: Request, ask: Ask) -> Response:
    """Answer HEAD of a path as if it were not there."""
    return (
        problem(404, "not-found", "Not Found") if request.method == "HEAD" else await ask(request)
    )


def _not_found(found: Response) -> Response:
    told = problem(404, "not-found", "Not Found")
    return told if found.status == 405 else found


FAULTS: Final = (
    _extra("undocumented-event-by-id", "GET /api/v1/audit/events/{event_id}", {"data": []}),
    _extra(
        "undocumented-notification-batch",
        "POST /api/v1/audit/notifications/batch",
        {"stored": 0},
        "I-5",
    ),
    _extra("undocumented-chain-status", "GET /api/v1/audit/verify-chain", {"chains": 0}, "I-21"),
    _extra("undocumented-debug", "GET /debug/vars", {"cmdline": ["datastorage-server"]}),
    _extra("undocumented-admin", "POST /admin/reset", {"status": "reset"}),
    _extra("undocumented-profile", "GET /debug/pprof", {"profiles": []}),
    _extra("undocumented-count", "GET /api/v1/audit/events/count", {"total": 0}),
    _extra("events-can-be-deleted", "DELETE /api/v1/audit/events", {"deleted": 0}),
    _extra("notifications-can-be-read", "GET /api/v1/audit/notifications", {"data": []}),
    _fault(
        "workflow-can-be-deleted",
        "DELETE /api/v1/workflows/{workflow_id}",
        "A workflow can be deleted; the contract has no such method.",
        _route("DELETE /api/v1/workflows/{workflow_id}", 200, {"status": "deleted"}),
        lambda lab: lab.http.delete(f"{WORKFLOWS}/{lab.add()['workflow_id']}").status_code == 200,
    ),
    _fault(
        "workflow-can-be-put",
        "PUT /api/v1/workflows/{workflow_id}",
        "A workflow can be replaced; the contract has no such method.",
        _route("PUT /api/v1/workflows/{workflow_id}", 200, {"status": "replaced"}),
        lambda lab: lab.http.put(f"{WORKFLOWS}/{lab.add()['workflow_id']}").status_code == 200,
    ),
    _fault(
        "version-two",
        "GET /api/v2/audit/events",
        "The whole service is found under `/api/v2`, too.",
        _at("^/api/v2/", "/api/v1/"),
        _is("GET /api/v2/audit/events", 200),
    ),
    _fault(
        "without-prefix",
        "GET /v1/audit/events",
        "The whole service is found without `/api`, too.",
        _at("^/v1/", "/api/v1/"),
        _is("GET /v1/audit/events", 200),
    ),
    _fault(
        "trailing-slash",
        _FIND,
        "Every path is found with a slash at its end, too.",
        _at("(?<=.)/$", ""),
        _is("GET /api/v1/audit/events/", 200),
    ),
    _fault(
        "paths-in-capitals",
        _FIND,
        "Paths are compared without regard to letter case.",
        asking(lambda request: replace(request, path=request.path.lower())),
        _is("GET /API/V1/Audit/Events", 200),
    ),
    _fault(
        "method-override",
        _FIND,
        "The header `X-HTTP-Method-Override` changes the method.",
        _overriding,
        _sees_override,
    ),
    _fault(
        "head-is-not-there",
        _FIND,
        "HEAD of a path of the contract is answered with 404, not 405.",
        _headed,
        lambda lab: lab.http.head(EVENTS).status_code == 404,
    ),
    _fault(
        "wrong-method-is-404",
        _FIND,
        "A method that a path does not have is answered with 404, not 405.",
        refusals(_not_found),
        lambda lab: lab.http.put(EVENTS).status_code == 404,
    ),
    _fault(
        "wrong-method-without-allow",
        _FIND,
        "An answer of 405 has no `Allow`.",
        refusals(lambda found: found.with_header("allow", None), 405),
        lambda lab: "allow" not in lab.http.put(EVENTS).headers,
    ),
    _fault(
        "allow-names-more",
        "DELETE /api/v1/audit/notifications",
        "`Allow` names DELETE for notifications, which neither the contract nor the server has.",
        refusals(
            lambda found: (
                found.with_header("allow", "POST, DELETE")
                if found.header("allow") == "POST"
                else found
            ),
            405,
        ),
        lambda lab: "DELETE" in lab.http.put(NOTIFICATIONS).headers["allow"],
    ),
    _fault(
        "liveness-is-not-there",
        "GET /health/live",
        "The contract has `/health/live`, the server has not.",
        on(
            "GET /health/live",
            instead(lambda _: problem(404, "not-found", "Not Found")),
        ),
        _is("GET /health/live", 404),
    ),
    _fault(
        "effectiveness-moved",
        "GET /api/v1/effectiveness/{correlation_id}",
        "The effectiveness of a remediation is found elsewhere than the contract says.",
        asking(
            lambda request: replace(
                request,
                path=request.path.replace("/api/v1/effectiveness/", "/api/v1/moved/").replace(
                    "/api/v1/scores/", "/api/v1/effectiveness/"
                ),
            )
        ),
        lambda lab: (
            lab.get("/api/v1/scores/none").json()["type"].endswith("/effectiveness-not-found")
        ),
    ),
    _fault(
        "release-by-post",
        "POST /api/v1/audit/legal-hold/{correlation_id}",
        "A hold is released by POST, too, as it was before there was DELETE.",
        on(
            "POST /api/v1/audit/legal-hold/{correlation_id}",
            asking(lambda request: replace(request, method="DELETE")),
        ),
        lambda lab: (
            lab.hold().status_code == 200
            and lab.post(
                f"/api/v1/audit/legal-hold/{lab.name}", {"release_reason": "closed"}
            ).status_code
            == 200
        ),
    ),
    _fault(
        "open-to-every-origin",
        "OPTIONS /api/v1/audit/events",
        "OPTIONS is answered for browsers of every origin; the contract has no such method.",
        instead(
            lambda request: (
                answer(200, {}).with_header("access-control-allow-origin", "*")
                if request.method == "OPTIONS"
                else None
            )
        ),
        _is("OPTIONS /api/v1/audit/events", 200),
    ),
)
