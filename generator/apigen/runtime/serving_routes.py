"""The seam to Starlette: a route that matches by path alone, and the sending of answers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote, unquote
from uuid import uuid4

from starlette.datastructures import URLPath
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Message, Receive, Scope, Send

from .answers import Answer
from .bodies import Disconnected
from .routing import Paths, Place, raw_path

T = TypeVar("T")

_REQUEST: Final[ContextVar[Request]] = ContextVar("request")
_WELL_FORMED_ID: Final = re.compile(rb"[\x21-\x7e]{1,128}\Z")


def current_request() -> Request:
    """Return the request that is being answered; its ``state.request_id`` names it in the log.

    Raises:
        RuntimeError: No request is being answered.

    """
    try:
        return _REQUEST.get()
    except LookupError:
        raise RuntimeError("there is no request outside of the methods that answer one") from None


@contextmanager
def replayed(scope: Scope, content: bytes, receive: Receive) -> Generator[None, None, None]:
    """Make the request known as the current one, its body to be read again."""
    pending = [content]

    async def again() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    token = _REQUEST.set(Request(scope, again))
    try:
        yield
    finally:
        _REQUEST.reset(token)


class PathRoute(BaseRoute, Generic[T]):  # the one base class that Starlette asks for
    """A route for all paths of a table, whatever the method: wrong ones are answered here, too."""

    def __init__(
        self, table: Paths[T], serve: Callable[[Place[T], Scope, Receive], Awaitable[Answer]]
    ) -> None:
        self._table = table
        self._serve = serve

    @property
    def apigen_operations(self) -> tuple[tuple[str, str], ...]:
        """The method and the path template of all that is served, for ``apigen fuzz --app``."""
        return tuple(self._table.operations())

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return a full match for a path of the table, and none for all others."""
        place = self._find(scope)
        if place is None:
            return Match.NONE, {}
        return Match.FULL, {"endpoint": self._serve, "apigen.place": place}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that has matched."""
        place: Place[T] = scope["apigen.place"]
        await answer_request(lambda: self._serve(place, scope, receive), scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Refuse: paths are made by the generated client."""
        raise NoMatchFound(name, path_params)

    def _find(self, scope: Scope) -> Place[T] | None:
        raw = raw_path(scope) if scope["type"] == "http" else None
        return None if raw is None else self._table.find(raw)


async def answer_request(
    answer: Callable[[], Awaitable[Answer]], scope: Scope, receive: Receive, send: Send
) -> None:
    """Send an answer with the request's identifier: the one it came with, or a new one."""
    given = [value for name, value in scope["headers"] if name.lower() == b"x-request-id"]
    well_formed = len(given) == 1 and _WELL_FORMED_ID.match(given[0])
    request_id = given[0].decode("ascii") if well_formed else uuid4().hex
    scope.setdefault("state", {})["request_id"] = request_id
    try:
        found = await answer()
    except Disconnected:
        return
    content = b"" if scope["method"] == "HEAD" else found.content
    response = Response(content, found.status)
    for name, value in found.headers.items():
        response.headers[name] = value
    if scope["method"] == "HEAD" and found.content:
        response.headers["content-length"] = str(len(found.content))
    response.headers["x-request-id"] = request_id
    await response(scope, receive, send)


def request_path(scope: Scope) -> str:
    """Return the path of a request as a URI reference (RFC 3986, section 4.2)."""
    raw = scope.get("raw_path") or b""
    path = str(scope["path"])
    if unquote(raw.decode("latin-1")) != path:
        told = quote(path, safe="/")
    else:
        told = quote(raw, safe="/%:@!$&'()*+,;=-._~")
    # Two slashes at the start would name a host: "//api/v1" is "/v1" of the host "api".
    return f"/.{told}" if told.startswith("//") else told
