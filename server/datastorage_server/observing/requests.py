"""Requests, observed: each is logged, measured and traced under its operation."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs, unquote
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from datastorage import operations
from datastorage._runtime.operations import Operation
from datastorage._runtime.routing import Paths, paths, raw_path

from ..metrics import Durations
from .context import CURRENT, LONGEST, RequestContext
from .logs import said
from .tracing import Spans

UNKNOWN: Final = "unknown"
"""What requests of no operation are counted under, whatever their path is."""

CONTRACT: Final = "contract"
_QUIET: Final = frozenset({"healthCheck", "readinessCheck", "livenessCheck", "getMetrics"})
"""Operations that supervisors call all the time."""

_GONE: Final = 499
"""What is told of a request whose caller went before it was answered."""

_ID: Final = re.compile(rb"[\x21-\x7e]{1,128}\Z")
_LOG: Final = logging.getLogger(__name__)
_Known: TypeAlias = tuple[str, str]


def known_operations() -> Mapping[str, Operation[Any]]:
    """Return the operations of the contract by their ids."""
    members: Mapping[str, Any] = vars(operations)
    kinds: type[Any] = Operation
    return {one.id: one for one in members.values() if isinstance(one, kinds)}


def observed(app: ASGIApp, durations: Durations, spans: Spans | None = None) -> ASGIApp:
    """Return an application whose requests are logged, measured and, with *spans*, traced."""
    targets = [(one.method, one.path, (one.id, one.path)) for one in known_operations().values()]
    table = paths([*targets, ("GET", "/openapi.json", (CONTRACT, "/openapi.json"))])

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        (operation, route), correlation = _known(table, scope)
        context = RequestContext(_identified(scope), operation, correlation)
        scope.setdefault("state", {})["request_id"] = context.request_id
        token = CURRENT.set(context)
        try:
            with _span(spans, context, route, scope) as ended:
                await _measured(app, context, durations, ended, scope, receive, send)
        finally:
            CURRENT.reset(token)

    return answer


async def _measured(
    app: ASGIApp,
    context: RequestContext,
    durations: Durations,
    ended: Callable[[int], None],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Answer a request, and tell what came of it."""
    status = _GONE
    began = perf_counter()

    async def note(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    durations.in_flight += 1
    try:
        await app(scope, receive, note)
    except Exception:
        status = 500
        raise
    finally:
        seconds = perf_counter() - began
        durations.in_flight -= 1
        durations.add(context.operation, f"{status // 100}xx", seconds)
        ended(status)
        _tell(context, status, seconds)


def _tell(context: RequestContext, status: int, seconds: float) -> None:
    level = logging.INFO
    if status >= 500:
        level = logging.WARNING
    elif context.operation in _QUIET:
        level = logging.DEBUG
    more = said(status=status, duration_ms=round(seconds * 1000, 3))
    _LOG.log(level, "request answered", extra=more)


def _known(table: Paths[_Known], scope: Scope) -> tuple[_Known, str]:
    """Return operation and route of a request, and the correlation that its URL names."""
    raw = raw_path(scope)
    place = table.find(raw) if raw else None
    found = place.target(scope["method"]) if place else None
    if found is None:
        return (UNKNOWN, ""), ""
    known, values = found
    return known, _correlation(values, scope["query_string"])


def _correlation(values: Mapping[str, str], query: bytes) -> str:
    if name := values.get("correlation_id"):
        return unquote(name)[:LONGEST]
    if b"correlation_id=" not in query:
        return ""
    try:
        given = parse_qs(query.decode("latin-1"), max_num_fields=50)
    except ValueError:
        return ""
    found = given.get("correlation_id", [])
    return found[0][:LONGEST] if len(found) == 1 else ""


def _identified(scope: Scope) -> str:
    """Return the identity of a request, and see to it that all that follow take the same."""
    headers = scope["headers"]
    given = [value for name, value in headers if name.lower() == b"x-request-id"]
    if len(given) == 1 and _ID.match(given[0]):
        return str(given[0].decode("ascii"))
    made = uuid4().hex
    others = [(name, value) for name, value in headers if name.lower() != b"x-request-id"]
    scope["headers"] = [*others, (b"x-request-id", made.encode())]
    return made


def _span(
    spans: Spans | None, context: RequestContext, route: str, scope: Scope
) -> AbstractContextManager[Callable[[int], None]]:
    return (spans or Spans()).span(context, route, scope)
