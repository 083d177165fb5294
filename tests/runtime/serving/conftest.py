"""A small API, written as the generator writes one, and ways to ask it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Required, cast

import pytest
import uvicorn
from pydantic import Field, TypeAdapter
from starlette.testclient import TestClient
from typing_extensions import TypedDict

from apigen.runtime.media import Binary, Form, Json, Media, Multipart, Text
from apigen.runtime.operations import Body, Operation, Parameter
from apigen.runtime.problems import Problem
from apigen.runtime.schema import ClosedModel, Model, Omissible, Timestamp
from apigen.runtime.serving import Contract, Reply, ServerOptions, Service, bind, current_request

# models.py


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Cat(Model):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=0, le=9)]


class Dog(Model):
    kind: Literal["dog"]
    name: str


class Thing(Model):
    name: Annotated[str, Field(max_length=10)]
    count: Omissible[int] = None
    ratio: Omissible[float] = None
    colour: Omissible[Colour] = None
    made: Omissible[Timestamp] = None
    pet: Omissible[Annotated[Cat | Dog, Field(discriminator="kind")]] = None
    tags: Omissible[list[str]] = None
    parts: Omissible[list[Thing]] = None


class Accepted(Model):
    ticket: str


class Closed(ClosedModel):
    a: int


class Fields(Model):
    name: str
    age: Omissible[int] = None
    agreed: Omissible[bool] = None
    tags: Omissible[list[int]] = None


class Upload(Model):
    title: str
    file: bytes


class Range(Model):
    low: Omissible[int] = None
    high: Omissible[int] = None


# operations.py

FIELDS: Media[Fields] = cast("Any", Form(Fields))
PARTS: Media[Upload] = cast("Any", Multipart(Upload))
PROBLEM = Json(Problem, "application/problem+json")
THINGS = (
    Parameter("limit", "limit", "query"),
    Parameter("colour", "colour", "query"),
    Parameter("since", "since", "query"),
    Parameter("day", "day", "query"),
    Parameter("deep", "deep", "query"),
    Parameter("ratio", "ratio", "query"),
    Parameter("tags", "tags", "query", style="form", explode=True, shape="array"),
    Parameter("ids", "ids", "query", style="form", explode=False, shape="array"),
    Parameter("piped", "piped", "query", style="pipeDelimited", explode=False, shape="array"),
    Parameter("spaced", "spaced", "query", style="spaceDelimited", explode=False, shape="array"),
    Parameter("range", "range_", "query", style="deepObject", explode=True, shape="object"),
    Parameter("flat", "flat", "query", explode=False, shape="object"),
    Parameter("filter", "filter_", "query", content="application/json"),
    Parameter("X-Trace", "x_trace", "header"),
    Parameter("X-Numbers", "x_numbers", "header", shape="array"),
    Parameter("session", "session", "cookie"),
)
LIST_THINGS = Operation[list[Thing]](
    id="listThings",
    method="GET",
    path="/things",
    parameters=THINGS,
    success={"200": (Json[list[Thing]](list[Thing]),)},
    errors={"400": (PROBLEM,)},
)
CREATE_THING = Operation[Thing | Accepted](
    id="createThing",
    method="POST",
    path="/things",
    parameters=(Parameter("Idempotency-Key", "idempotency_key", "header"),),
    body=Body((Json(Thing),)),
    success={"201": (Json(Thing),), "202": (Json(Accepted),)},
    errors={"400": (PROBLEM,), "409": (PROBLEM,), "503": (PROBLEM,)},
)
GET_THING = Operation[Thing](
    id="getThing",
    method="GET",
    path="/things/{id}",
    parameters=(Parameter("id", "id", "path", required=True),),
    success={"200": (Json(Thing),)},
    errors={"404": (PROBLEM,)},
)
DELETE_THING = Operation[None](
    id="deleteThing",
    method="DELETE",
    path="/things/{id}",
    parameters=(
        Parameter("id", "id", "path", required=True),
        Parameter("force", "force", "query"),
        Parameter("X-Why", "x_why", "header", required=True),
    ),
    success={"204": ()},
)
NEWEST_THING = Operation[Thing](
    id="newestThing", method="GET", path="/things/newest", success={"200": (Json(Thing),)}
)
HEAD_NOTES = Operation[None](id="headNotes", method="HEAD", path="/notes", success={"200": ()})
PUT_NOTES = Operation[str | Closed | bytes](
    id="putNotes",
    method="PUT",
    path="/notes",
    body=Body((Text(), Binary("image/*"), Json(Closed)), required=False),
    success={"200": (Text(), Json(Closed), Binary("image/png"))},
)
FILL_FORM = Operation[Fields](
    id="fillForm",
    method="POST",
    path="/forms",
    body=Body((FIELDS,)),
    success={"200": (Json(Fields),)},
)
UPLOAD = Operation[Thing](
    id="upload",
    method="POST",
    path="/uploads",
    body=Body((PARTS,)),
    success={"200": (Json(Thing),)},
)

# server.py


class ListThingsParameters(TypedDict, total=False):
    limit: Annotated[int, Field(ge=1)]
    colour: Colour
    since: Timestamp
    day: date
    deep: bool
    ratio: float
    tags: list[str]
    ids: list[int]
    piped: list[int]
    spaced: list[str]
    range_: Range
    flat: Range
    filter_: Range
    x_trace: Annotated[str, Field(max_length=20)]
    x_numbers: list[int]
    session: Annotated[str, Field(pattern="^[a-z]+$")]


class CreateThingParameters(TypedDict, total=False):
    idempotency_key: Annotated[str, Field(min_length=1, max_length=255)]


class GetThingParameters(TypedDict, total=False):
    id: Required[str]


class DeleteThingParameters(TypedDict, total=False):
    id: Required[int]
    force: bool
    x_why: Required[str]


@dataclass
class Things:
    """The methods: they remember what they were called with, and answer as told."""

    calls: list[tuple[str, tuple[object, ...], dict[str, Any]]] = field(
        default_factory=list[tuple[str, tuple[object, ...], dict[str, Any]]]
    )
    answer: object = None
    seen: list[Any] = field(default_factory=list[Any])

    async def _do(self, name: str, *body: object, **parameters: Any) -> Any:
        self.calls.append((name, body, parameters))
        request = current_request()
        self.seen.append((request.state.request_id, await request.body()))
        answer = self.answer
        if isinstance(answer, asyncio.Event):
            await answer.wait()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def list_things(self, **parameters: Any) -> Any:
        return await self._do("list_things", **parameters) or []

    async def create_thing(self, body: Thing, *, idempotency_key: str | None) -> Any:
        return await self._do("create_thing", body, idempotency_key=idempotency_key) or body

    async def get_thing(self, *, id: str) -> Any:  # noqa: A002 - the parameter's name
        return await self._do("get_thing", id=id) or Thing(name=id[:10])

    async def delete_thing(self, **parameters: Any) -> Any:
        return await self._do("delete_thing", **parameters)

    async def newest_thing(self) -> Any:
        return await self._do("newest_thing") or Thing(name="newest")

    async def head_notes(self) -> Any:
        return await self._do("head_notes")

    async def put_notes(self, body: object) -> Any:
        return await self._do("put_notes", body) or "noted"

    async def fill_form(self, body: Fields) -> Any:
        return await self._do("fill_form", body) or body

    async def upload(self, body: Upload) -> Any:
        return await self._do("upload", body) or Thing(name=body.title)


DOCUMENT = b'{"openapi":"3.1.0"}'
CONTRACT = Contract(DOCUMENT, hashlib.sha256(DOCUMENT).hexdigest())


def service(api: Things, *, options: ServerOptions | None = None) -> Service:
    """Return the service of the sample API, bound as generated code binds it."""
    return Service(
        CONTRACT,
        (
            bind(
                LIST_THINGS,
                api.list_things,
                parameters=TypeAdapter(ListThingsParameters),
                defaults={"limit": 50},
            ),
            bind(CREATE_THING, api.create_thing, parameters=TypeAdapter(CreateThingParameters)),
            bind(GET_THING, api.get_thing, parameters=TypeAdapter(GetThingParameters)),
            bind(DELETE_THING, api.delete_thing, parameters=TypeAdapter(DeleteThingParameters)),
            bind(NEWEST_THING, api.newest_thing, required_headers={"200": ("ETag",)}),
            bind(HEAD_NOTES, api.head_notes),
            bind(PUT_NOTES, api.put_notes),
            bind(FILL_FORM, api.fill_form),
            bind(UPLOAD, api.upload),
        ),
        options,
    )


@dataclass
class Wire:
    """The answer to a request that was written byte by byte."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    rest: bytes


@dataclass
class Sample:
    """What tests take from here, since test directories import nothing from each other."""

    models: Any
    things: Things
    make: Callable[..., Service]
    reply: type[Reply[Any]] = Reply

    def client(self, options: ServerOptions | None = None, **settings: Any) -> TestClient:
        """Return a client of the whole application; a bug in it is a bug in the test."""
        return TestClient(self.make(self.things, options=options).app(), **settings)


class _Models:
    Thing, Accepted, Closed, Fields, Range, Cat, Dog = (
        Thing,
        Accepted,
        Closed,
        Fields,
        Range,
        Cat,
        Dog,
    )
    Colour = Colour


@pytest.fixture
def sample() -> Sample:
    return Sample(_Models, Things(), service)


@pytest.fixture
def served() -> Generator[Callable[..., int]]:
    """Return a function that serves an application on a socket and returns its port."""
    with contextlib.ExitStack() as stack:

        def serve(application: Any, **settings: Any) -> int:
            return stack.enter_context(_running(application, settings))

        yield serve


@contextlib.contextmanager
def _running(application: Any, settings: dict[str, Any]) -> Generator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, log_level="warning", timeout_graceful_shutdown=1, **settings
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def ask() -> Callable[..., list[Wire]]:
    """Return a function that sends bytes to a port and reads the answers until the end."""
    return _ask


def _ask(
    port: int, *pieces: bytes, pause: float = 0.0, answers: int = 1, end: bool = False
) -> list[Wire]:
    found: list[Wire] = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for piece in pieces:
            with contextlib.suppress(ConnectionError):
                connection.sendall(piece)
            time.sleep(pause)
        if end:
            connection.shutdown(socket.SHUT_WR)
        content = b""
        while len(found) < answers:
            while b"\r\n\r\n" not in content:
                more = connection.recv(65536)
                if not more:
                    return found
                content += more
            head, _, content = content.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): text for name, _, text in (li.partition(": ") for li in lines)}
            length = int(headers.get("content-length", "0"))
            while len(content) < length and (more := connection.recv(65536)):
                content += more
            found.append(Wire(int(first.split()[1]), headers, content[:length], content[length:]))
            content = content[length:]
    return found
