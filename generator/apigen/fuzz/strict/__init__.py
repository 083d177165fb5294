"""Strict mode: an ASGI application whose requests and answers are held against the contract.

It is for a service's own tests. Everything passes through unchanged, as it comes; what was seen is
judged afterwards::

    app = Strict(service, read(Path("openapi.yaml"), Report()))
    ... the tests send to app ...
    assert app.failing == ()

An exchange that raised an exception before it was answered is not judged.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from apigen.fuzz.drifts import Drift, Kind, distinct
from apigen.fuzz.operations import Contract
from apigen.fuzz.oracles.answers import Judge
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.strict.requests import Requests
from apigen.fuzz.traffic import REDACTED, Answer, Call, Exchange, Headers

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_MOST = 4 * 1024 * 1024
"""Bytes of a body that are kept; an answer with more is passed on and not judged."""
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


@dataclass(slots=True)
class _Seen:
    """One exchange, as far as it went."""

    sent: bytearray = field(default_factory=bytearray)
    status: int = 0
    headers: Headers = ()
    body: bytearray = field(default_factory=bytearray)
    is_cut: bool = False
    is_complete: bool = False

    def request(self, message: MutableMapping[str, Any]) -> None:
        """Take a message of the request."""
        if message["type"] == "http.request" and len(self.sent) <= _MOST:
            self.sent += message.get("body", b"")

    def answer(self, message: MutableMapping[str, Any]) -> None:
        """Take a message of the answer."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], _headers(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.is_complete = not message.get("more_body", False)
            if len(self.body) <= _MOST:
                self.body += message.get("body", b"")
        else:  # a file by its path, trailers: not to be read here
            self.is_cut = self.is_cut or message["type"] == "http.response.pathsend"


@dataclass(slots=True)
class Strict:
    """Wraps an application (ASGI 3); its lifespan and websockets pass through unseen."""

    application: Application
    contract: Contract
    found: list[Drift] = field(default_factory=list[Drift])
    _requests: Requests = field(init=False)
    _judge: Judge = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what judges."""
        schemas = Schemas(self.contract)
        self._requests = Requests(self.contract, schemas)
        self._judge = Judge(self.contract, schemas)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, and look on."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        seen = _Seen()

        async def received() -> MutableMapping[str, Any]:
            message = await receive()
            seen.request(message)
            return message

        async def sent(message: MutableMapping[str, Any]) -> None:
            seen.answer(message)
            await send(message)

        await self.application(scope, received, sent)
        if seen.status:
            self._look(scope, seen)

    @property
    def failing(self) -> tuple[Drift, ...]:
        """Return what was found, each difference once; without suspicions."""
        return tuple(each for each in distinct(self.found) if each.kind is not Kind.SUSPICION)

    def _look(self, scope: Scope, seen: _Seen) -> None:
        call = self._requests.identified(_call(scope, bytes(seen.sent)))
        coded = next((one for name, one in seen.headers if name.lower() == "content-encoding"), "")
        is_cut = seen.is_cut or not seen.is_complete or len(seen.body) > _MOST
        is_cut = is_cut or coded not in {"", "identity"}
        answer = Answer(seen.status, seen.headers, bytes(seen.body), is_cut=is_cut)
        exchange = Exchange(call, answer, source="strict")
        self.found += self._requests.judged(exchange)
        self.found += self._judge.judged(exchange)


def _call(scope: Scope, body: bytes) -> Call:
    headers = tuple(
        (name, REDACTED if name.lower() in _SECRET else value)
        for name, value in _headers(scope["headers"])
    )
    host = next((value for name, value in headers if name.lower() == "host"), "test")
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"")
    target = (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")
    return Call(scope["method"], f"{scope.get('scheme', 'http')}://{host}{target}", None, headers,
                body or None)  # fmt: skip


def _headers(raw: Any) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
