"""Requests and answers as plain data, and a change of what passes between a client and an app."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request: the path is decoded, the query is not; names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Pairs
    body: bytes

    @property
    def parameters(self) -> Pairs:
        """Return the parameters of the query, decoded."""
        return tuple(parse_qsl(self.query, keep_blank_values=True))

    def parameter(self, name: str) -> str | None:
        """Return the first parameter of a name."""
        return next((value for key, value in self.parameters if key == name), None)

    def with_parameters(self, parameters: Sequence[tuple[str, str]]) -> Request:
        """Return the request with another query."""
        return replace(self, query=urlencode(list(parameters)))

    def without(self, *names: str) -> Request:
        """Return the request without some parameters; as it is if it has none of them."""
        kept = [(name, value) for name, value in self.parameters if name not in names]
        return self if len(kept) == len(self.parameters) else self.with_parameters(kept)

    def header(self, name: str) -> str | None:
        """Return the first header of a name."""
        return next((value for key, value in self.headers if key == name), None)

    def with_header(self, name: str, value: str | None) -> Request:
        """Return the request with one header of a name, or with none."""
        return replace(self, headers=_with(self.headers, name, value))

    def json(self) -> Any:
        """Return the body as JSON; None if it is none."""
        return _read(self.body)

    def with_json(self, value: Any) -> Request:
        """Return the request with another body."""
        return replace(self, body=json.dumps(value).encode())


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; names of headers are in lower case."""

    status: int
    headers: Pairs
    body: bytes

    @property
    def ok(self) -> bool:
        """Return whether the request succeeded."""
        return self.status < 300

    def header(self, name: str) -> str | None:
        """Return the first header of a name."""
        return next((value for key, value in self.headers if key == name), None)

    def with_header(self, name: str, value: str | None) -> Response:
        """Return the answer with one header of a name, or with none."""
        return replace(self, headers=_with(self.headers, name, value))

    def json(self) -> Any:
        """Return the body as JSON; None if it is none."""
        return _read(self.body)

    def with_json(self, value: Any) -> Response:
        """Return the answer with another body."""
        return replace(self, body=json.dumps(value).encode())


Ask = Callable[[Request], Awaitable[Response]]
Change = Callable[[Request, Ask], Awaitable[Response]]


def answer(status: int, value: Any, media_type: str = "application/json") -> Response:
    """Return an answer of one's own."""
    headers = (("content-type", media_type), ("x-request-id", "0f5c2a52-6c1d-4a3f-9f0e-2b7d1c9a"))
    return Response(status, headers, json.dumps(value).encode())


def problem(status: int, kind: str, title: str, **members: object) -> Response:
    """Return a problem in the form of the contract."""
    told = {"type": f"https://kubernaut.ai/problems/{kind}", "title": title, "status": status}
    return answer(status, {**told, **members}, "application/problem+json")


def changed(app: ASGIApp, change: Change) -> ASGIApp:
    """Return an application whose requests and answers pass through a change."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            return
        response = await change(_request(scope, body), lambda asked: _asked(app, scope, asked))
        await _tell(response, scope["method"], send)

    return serve


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _with(headers: Pairs, name: str, value: str | None) -> Pairs:
    kept = tuple(pair for pair in headers if pair[0] != name)
    return kept if value is None else (*kept, (name, value))


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body; None if the client went away."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _request(scope: Scope, body: bytes) -> Request:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    )
    query = scope["query_string"].decode("latin-1")
    return Request(scope["method"], scope["path"], query, headers, body)


def _scope(scope: Scope, asked: Request) -> Scope:
    headers = asked.headers
    if asked.header("content-length") is not None or asked.body:
        headers = _with(headers, "content-length", str(len(asked.body)))
        headers = _with(headers, "transfer-encoding", None)
    made = {
        **scope,
        "method": asked.method,
        "query_string": asked.query.encode("latin-1"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
    }
    if asked.path != scope["path"]:
        made |= {"path": asked.path, "raw_path": asked.path.encode()}
    return made


async def _asked(app: ASGIApp, scope: Scope, asked: Request) -> Response:
    """Return what the application answers."""
    waiting = [{"type": "http.request", "body": asked.body, "more_body": False}]
    told: list[Message] = []

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()  # a client that stays
        return waiting.pop()

    async def send(message: Message) -> None:
        told.append(message)

    await app(_scope(scope, asked), receive, send)
    start, *parts = told
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in start["headers"]
    )
    return Response(start["status"], headers, b"".join(part.get("body", b"") for part in parts))


async def _tell(response: Response, method: str, send: Send) -> None:
    headers = response.headers
    if method != "HEAD" and response.status != 204:
        headers = _with(headers, "content-length", str(len(response.body)))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else response.body})
