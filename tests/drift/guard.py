"""Tokens as the contract tells them, around a server that asks for none.

Every operation but those with ``security: []`` wants a bearer token; without a known one the answer
is 401, and 403 where the caller may not do what is asked.
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp
from tests.drift.messages import Ask, Request, Response, changed, problem

WRITER: Final = "token-of-a-writer"
READER: Final = "token-of-a-reader"
ROLES: Final = {WRITER: "writer", READER: "reader"}

_OPEN: Final = ("/health", "/health/ready", "/health/live", "/metrics")
_READING: Final = ("/api/v1/workflows/search", "/api/v1/audit/verify-chain")


def is_open(request: Request) -> bool:
    """Return whether the contract asks no token for it."""
    return request.path in _OPEN


def token_of(request: Request) -> str | None:
    """Return the bearer token of a request."""
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def unauthorized() -> Response:
    """Return the answer to a caller that is not known."""
    told = problem(401, "unauthorized", "Unauthorized", detail="send a bearer token")
    return told.with_header("www-authenticate", "Bearer")


def forbidden() -> Response:
    """Return the answer to a caller that may not do this."""
    return problem(403, "forbidden", "Forbidden", detail="the caller may only read")


def writes(request: Request) -> bool:
    """Return whether a request needs the role of a writer."""
    return request.method != "GET" and request.path not in _READING


def judged(request: Request) -> Response | None:
    """Return why a request is refused; None if it is not."""
    if is_open(request):
        return None
    role = ROLES.get(token_of(request) or "")
    if role is None:
        return unauthorized()
    return forbidden() if role == "reader" and writes(request) else None


def guarded(app: ASGIApp) -> ASGIApp:
    """Return an application that asks for tokens."""

    async def change(request: Request, ask: Ask) -> Response:
        return judged(request) or await ask(request)

    return changed(app, change)
