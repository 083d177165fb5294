"""Who may do what: servers that ask for tokens, and ask wrongly."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Final

import httpx
from tests.drift.changes import answering, asking, instead, object_of, on
from tests.drift.fault import Around, Fault, Witness
from tests.drift.guard import READER, ROLES, WRITER, is_open, token_of, unauthorized
from tests.drift.lab import EVENTS, EXPORT, HOLDS, WORKFLOWS, Lab
from tests.drift.messages import Change, Request, Response, answer, problem

_FIND: Final = "GET /api/v1/audit/events"
_RECORD: Final = "POST /api/v1/audit/events"
_HOLD: Final = "POST /api/v1/audit/legal-hold"
_EXPORT: Final = "GET /api/v1/audit/export"
_UPDATE: Final = "PATCH /api/v1/workflows/{workflow_id}"


def _fault(name: str, operation: str, drift: str, change: Change, witness: Witness) -> Fault:
    return Fault(
        name=name,
        kind="auth",
        operation=operation,
        drift=drift,
        install=Around(change),
        witness=witness,
        guarded=True,
    )


def _as_writer(request: Request) -> Request:
    return request.with_header("authorization", f"Bearer {WRITER}")


def _where_known(request: Request) -> Request:
    """Let everybody write who is known."""
    return _as_writer(request) if token_of(request) in ROLES else request


def _where_any(request: Request) -> Request:
    """Take any token for a good one."""
    return _as_writer(request) if token_of(request) else request


def _from_query(request: Request) -> Request:
    token = request.parameter("access_token")
    if token is None:
        return request
    return request.without("access_token").with_header("authorization", f"Bearer {token}")


def _from_cookie(request: Request) -> Request:
    name, _, token = (request.header("cookie") or "").partition("=")
    return request.with_header("authorization", f"Bearer {token}") if name == "token" else request


def _from_basic(request: Request) -> Request:
    scheme, _, told = (request.header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return request
    try:
        _, _, token = base64.b64decode(told).decode().partition(":")
    except ValueError:
        return request
    return request.with_header("authorization", f"Bearer {token}")


def _with_user(request: Request) -> Request:
    """Believe a header that only the proxy should set."""
    return _as_writer(request) if request.header("x-auth-request-user") else request


def _bare(request: Request) -> Request:
    told = request.header("authorization") or ""
    return request.with_header("authorization", f"Bearer {told}") if told in ROLES else request


def _prefixed(request: Request) -> Request:
    """Compare only the beginning of a token."""
    token = token_of(request) or ""
    return _as_writer(request) if token.startswith(WRITER) else request


def _capital(request: Request) -> Response | None:
    """Know the scheme in one spelling only (RFC 9110, 11.1 knows it in all)."""
    told = request.header("authorization") or ""
    return None if told.startswith("Bearer ") or is_open(request) else unauthorized()


def _swapped(found: Response, status: int, other: int, kind: str, title: str) -> Response:
    return problem(other, kind, title) if found.status == status else found


def _as_login(found: Response) -> Response:
    if found.status != 401:
        return found
    told = answer(302, {}).with_header("location", "/login")
    return replace(told.with_header("content-type", "text/html"), body=b"<html></html>")


def _plain(found: Response) -> Response:
    if found.status != 403:
        return found
    return found.with_json({"error": object_of(found.json()).get("title")})


def _closed(path: str) -> Change:
    return instead(
        lambda request: (
            unauthorized() if request.path == path and token_of(request) not in ROLES else None
        )
    )


def _asked(lab: Lab, method: str, path: str, told: str | None, **more: str) -> httpx.Response:
    """Ask with an Authorization of one's own, or none."""
    headers = {**more} if told is None else {"Authorization": told, **more}
    with httpx.Client(base_url=lab.http.base_url, trust_env=False, timeout=60) as client:
        return client.request(
            method, path, headers=headers, json=lab.event() if method == "POST" else None
        )


def _answers(method: str, path: str, told: str | None, status: int, **more: str) -> Witness:
    return lambda lab: _asked(lab, method, path, told, **more).status_code == status


_READING: Final = f"Bearer {READER}"
_UNKNOWN: Final = "Bearer nobody"

FAULTS: Final = (
    _fault(
        "export-without-token",
        _EXPORT,
        "An export is made for callers without a token.",
        on(_EXPORT, asking(_as_writer)),
        _answers("GET", EXPORT, None, 200),
    ),
    _fault(
        "events-read-without-token",
        _FIND,
        "Events are read by callers without a token.",
        on(_FIND, asking(_as_writer)),
        _answers("GET", EVENTS, None, 200),
    ),
    _fault(
        "any-token",
        _RECORD,
        "Any token is taken for a good one.",
        on(_RECORD, asking(_where_any)),
        _answers("POST", EVENTS, _UNKNOWN, 201),
    ),
    _fault(
        "role-ignored",
        _RECORD,
        "A caller who may only read writes events.",
        on(_RECORD, asking(_where_known)),
        _answers("POST", EVENTS, _READING, 201),
    ),
    _fault(
        "role-ignored-for-holds",
        _HOLD,
        "A caller who may only read places legal holds.",
        on(_HOLD, asking(_where_known)),
        lambda lab: (
            bool(lab.store())
            and lab.http.post(
                HOLDS,
                json={"correlation_id": lab.name, "reason": "case 7"},
                headers={"Authorization": _READING},
            ).status_code
            == 200
        ),
    ),
    _fault(
        "role-ignored-for-workflows",
        _UPDATE,
        "A caller who may only read changes workflows.",
        on(_UPDATE, asking(_where_known)),
        lambda lab: (
            lab.http.patch(
                f"{WORKFLOWS}/{lab.add()['workflow_id']}",
                json={"status": "archived"},
                headers={"Authorization": _READING},
            ).status_code
            == 200
        ),
    ),
    _fault(
        "unknown-caller-forbidden",
        _FIND,
        "A caller without a token is answered with 403, not 401.",
        on(_FIND, answering(lambda f: _swapped(f, 401, 403, "forbidden", "Forbidden"))),
        _answers("GET", EVENTS, None, 403),
    ),
    _fault(
        "forbidden-caller-unknown",
        _RECORD,
        "A caller who may only read is answered with 401, not 403.",
        on(_RECORD, answering(lambda f: _swapped(f, 403, 401, "unauthorized", "Unauthorized"))),
        _answers("POST", EVENTS, _READING, 401),
    ),
    _fault(
        "forbidden-is-not-found",
        _RECORD,
        "A caller who may only read is answered with 404, which the contract does not have.",
        on(_RECORD, answering(lambda f: _swapped(f, 403, 404, "not-found", "Not Found"))),
        _answers("POST", EVENTS, _READING, 404),
    ),
    _fault(
        "token-in-query",
        _FIND,
        "A token is taken from the query parameter `access_token`.",
        on(_FIND, asking(_from_query)),
        _answers("GET", f"{EVENTS}?access_token={READER}", None, 200),
    ),
    _fault(
        "token-in-cookie",
        _FIND,
        "A token is taken from the cookie `token`.",
        on(_FIND, asking(_from_cookie)),
        _answers("GET", EVENTS, None, 200, Cookie=f"token={READER}"),
    ),
    _fault(
        "token-as-password",
        _FIND,
        "A token is taken as the password of the scheme Basic.",
        on(_FIND, asking(_from_basic)),
        _answers("GET", EVENTS, f"Basic {base64.b64encode(f':{READER}'.encode()).decode()}", 200),
    ),
    _fault(
        "token-without-scheme",
        _FIND,
        "A token is taken without the word Bearer.",
        on(_FIND, asking(_bare)),
        _answers("GET", EVENTS, READER, 200),
    ),
    _fault(
        "longer-token",
        _FIND,
        "A token that only begins like a good one is taken.",
        on(_FIND, asking(_prefixed)),
        _answers("GET", EVENTS, f"Bearer {WRITER}-and-more", 200),
    ),
    _fault(
        "user-header-believed",
        _RECORD,
        "The header `X-Auth-Request-User` is believed without a token.",
        on(_RECORD, asking(_with_user)),
        _answers("POST", EVENTS, None, 201, **{"X-Auth-Request-User": "admin"}),
    ),
    _fault(
        "scheme-in-one-spelling",
        _FIND,
        "The scheme is known as `Bearer` only, not in other letter case.",
        on(_FIND, instead(_capital)),
        _answers("GET", EVENTS, f"bearer {READER}", 401),
    ),
    _fault(
        "login-page",
        _FIND,
        "A caller without a token is sent to a login page with 302.",
        on(_FIND, answering(_as_login)),
        _answers("GET", EVENTS, None, 302),
    ),
    _fault(
        "forbidden-without-problem",
        _RECORD,
        "The answer of 403 is no problem document.",
        on(_RECORD, answering(_plain)),
        lambda lab: "error" in _asked(lab, "POST", EVENTS, _READING).json(),
    ),
    _fault(
        "health-wants-a-token",
        "GET /health/ready",
        "Readiness wants a token; the contract asks none.",
        _closed("/health/ready"),
        _answers("GET", "/health/ready", None, 401),
    ),
    _fault(
        "metrics-want-a-token",
        "GET /metrics",
        "The metrics want a token; the contract asks none.",
        _closed("/metrics"),
        _answers("GET", "/metrics", None, 401),
    ),
)
