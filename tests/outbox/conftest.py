"""What the tests of the outbox share: a small contract, a server in a function, and outboxes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from apigen.runtime.clients import SyncClient
from apigen.runtime.delivery import Delivery
from apigen.runtime.filelock import FileLock
from apigen.runtime.media import Json
from apigen.runtime.operations import Body, Operation, Parameter
from apigen.runtime.outbox import Outbox
from apigen.runtime.schema import Model, Omissible, Timestamp, Uuid


class Event(Model):
    group: str
    n: int
    at: Omissible[Timestamp] = None
    event_id: Omissible[Uuid] = None
    text: Omissible[str] = None


WRITE: Operation[Any] = Operation(
    id="writeEvents",
    method="POST",
    path="/events",
    parameters=(Parameter("Idempotency-Key", "idempotency_key", "header"),),
    body=Body((Json(list[Event]),)),
    success={"201": (Json(dict[str, int]),), "202": (Json(dict[str, int]),)},
    errors={
        **{
            str(status): (Json(dict[str, Any], "application/problem+json"),)
            for status in (400, 401, 403, 413, 422, 429, 500, 503)
        },
    },
)

DELIVERY: Delivery[Event] = Delivery(
    operation=WRITE,
    key="idempotency_key",
    item=Json(Event),
    max_items=500,
    max_bytes=256 * 1024,
    grouped=lambda event: event.group,
    dated=lambda event: event.at,
    max_age=7 * 86400,
)


class Events(Outbox[Event]):
    delivery = DELIVERY
    client = SyncClient


class Identified(Outbox[Event]):
    delivery = Delivery(
        operation=WRITE,
        key="idempotency_key",
        item=Json(Event),
        identity="event_id",
        identified=lambda event: event.event_id,
    )
    client = SyncClient


Answer = tuple[int, Mapping[str, str], bytes]


def taken(count: int) -> Answer:
    return 201, {"content-type": "application/json"}, b'{"count": %d}' % count


def problem(status: int, type_: str = "about:blank", **headers: str) -> Answer:
    content = json.dumps({"type": type_, "title": "No", "status": status}).encode()
    return status, {"content-type": "application/problem+json", **headers}, content


@dataclass
class Server:
    """Stores batches, each key once, and answers as it is told to before that."""

    stored: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    requests: list[tuple[str, list[dict[str, Any]]]] = field(
        default_factory=list[tuple[str, list[dict[str, Any]]]]
    )
    says: Callable[[list[dict[str, Any]]], Answer | Exception | None] = lambda _: None
    """What is answered instead of storing; None to store."""
    loses: int = 0
    """So many answers are lost after the batch was stored."""
    bodies: dict[str, bytes] = field(default_factory=dict[str, bytes])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, request: httpx.Request) -> httpx.Response:
        events = json.loads(request.content)
        key = request.headers["idempotency-key"]
        with self._lock:
            self.requests.append((key, events))
            said = self.says(events)
            if isinstance(said, Exception):
                raise said
            if said is None:
                if self.bodies.setdefault(key, request.content) != request.content:
                    said = problem(422, "https://x.test/idempotency-key-reused")
                else:
                    if sum(key == k for k in self.bodies) and key not in self._done:
                        self._done.add(key)
                        self.stored += events
                    if self.loses:
                        self.loses -= 1
                        raise httpx.ReadError("the connection was lost")
                    said = taken(len(events))
        status, headers, content = said
        return httpx.Response(status, headers=headers, content=content)

    def __post_init__(self) -> None:
        self._done: set[str] = set()

    @property
    def numbers(self) -> list[int]:
        return [event["n"] for event in self.stored]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "events.spool"


@pytest.fixture
def client(server: Server) -> Generator[SyncClient]:
    with httpx.Client(transport=httpx.MockTransport(server.handle)) as http:
        yield SyncClient("http://service.test", http=http)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apigen.runtime.draining.BASE", 0.01)
    monkeypatch.setattr("apigen.runtime.draining.CAP", 0.05)
    monkeypatch.setattr("apigen.runtime.draining.POLL", 0.02)


def held(spool: Path) -> FileLock:
    """Keep outboxes that are made now from sending, until this is released."""
    lock = FileLock(spool.with_name(spool.name + ".lock"))
    assert lock.acquire()
    return lock


def event(n: int, group: str = "a", **more: Any) -> Event:
    return Event(group=group, n=n, **more)


def now() -> datetime:
    return datetime.now(UTC)
