"""What the server's tests share: a running server, both clients, and events to send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Protocol, cast

import pytest
from tests.server.databases import (
    bare_postgres_url,
    database_url,
    postgres,
    postgres_template,
    postgres_url,
    sql,
)

from datastorage import NO_RETRY, AsyncDataStorage, DataStorage
from datastorage import models as m
from datastorage_server.testing import running

__all__ = [  # what pytest finds here
    "bare_postgres_url",
    "database_url",
    "postgres",
    "postgres_template",
    "postgres_url",
    "sql",
]

Json = dict[str, Any]


class MakeEvent(Protocol):
    def __call__(self, event_type: str = ..., **changes: object) -> m.AuditEventRequest: ...


class MakeMembers(Protocol):
    def __call__(self, event_type: str = ..., **changes: object) -> Json: ...


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def url() -> Generator[str]:
    with running() as base_url:
        yield base_url


class Blocking:
    """The awaited client behind the methods of the blocking one."""

    def __init__(self, base_url: str, runner: asyncio.Runner) -> None:
        self._client = AsyncDataStorage(base_url, timeout=60)
        self._runner = runner

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._client, name)
        return lambda *given, **named: self._runner.run(method(*given, **named))


@pytest.fixture
def connect() -> Generator[Callable[[str], DataStorage]]:
    """Return a client of any server, closed at the end; it asks once: each answer counts."""
    clients: list[DataStorage] = []

    def to(base_url: str) -> DataStorage:
        clients.append(DataStorage(base_url, retry=NO_RETRY, timeout=60))
        return clients[-1]

    yield to
    for client in clients:
        client.close()


@pytest.fixture(params=["blocking", "awaited"])
def ds(url: str, request: pytest.FixtureRequest) -> Generator[DataStorage]:
    """Each of the generated clients in turn, connected to a server of its own."""
    if request.param == "blocking":
        with DataStorage(url, timeout=60) as client:
            yield client
        return
    with asyncio.Runner() as runner:
        client = cast("DataStorage", Blocking(url, runner))
        yield client
        client.close()


@pytest.fixture(scope="session")
def contract() -> Json:
    return cast("Json", json.loads(files("datastorage").joinpath("openapi.json").read_bytes()))


@pytest.fixture(scope="session")
def payloads(contract: Json) -> Mapping[str, Json]:
    """The smallest payload of each event type, made of what its schema requires."""
    schemas: Mapping[str, Json] = contract["components"]["schemas"]
    mapping: Mapping[str, str] = schemas["EventData"]["discriminator"]["mapping"]
    return {
        event_type: {**_smallest({"$ref": ref}, schemas), "event_type": event_type}
        for event_type, ref in mapping.items()
    }


def _smallest(schema: Json, schemas: Mapping[str, Json]) -> Any:
    """Return the smallest value that a schema allows."""
    if "$ref" in schema:
        return _smallest(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if "allOf" in schema:
        parts = [_smallest(part, schemas) for part in schema["allOf"]]
        return {name: value for part in parts for name, value in part.items()}
    if "oneOf" in schema or "anyOf" in schema:
        return _smallest((schema.get("oneOf") or schema["anyOf"])[0], schemas)
    match schema.get("type"):
        case "object" | None:
            properties = schema.get("properties", {})
            return {
                name: _smallest(properties[name], schemas) for name in schema.get("required", ())
            }
        case "array":
            return [_smallest(schema["items"], schemas)] * schema.get("minItems", 0)
        case "boolean":
            return False
        case "integer" | "number":
            return schema.get("minimum", 0)
        case _:
            return _text(schema)


def _text(schema: Json) -> str:
    formats = {
        "date-time": "2026-08-22T11:40:03.512874Z",
        "date": "2026-08-22",
        "uuid": "9b2d6c54-1f5e-4c8e-a1d7-3f0b8e6a4c21",
        "email": "someone@example.com",
    }
    if known := formats.get(schema.get("format", "")):
        return known
    if schema.get("pattern") == "^[a-f0-9]{64}$":
        return "0123456789abcdef" * 4
    length: int = schema.get("minLength", 1)
    return "x" * length


@pytest.fixture
def members(payloads: Mapping[str, Json]) -> MakeMembers:
    """Return a maker of events as plain JSON."""

    def make(event_type: str = "workflowexecution.workflow.started", **changes: object) -> Json:
        return {
            "version": "1.0",
            "event_type": event_type,
            "event_timestamp": datetime.now(UTC).isoformat(),
            "event_category": "workflowexecution",
            "event_action": "started",
            "event_outcome": "success",
            "correlation_id": "rr-payment-api-7f3a",
            "event_data": deepcopy(payloads[event_type]),
            **changes,
        }

    return make


@pytest.fixture
def event(members: MakeMembers) -> MakeEvent:
    """Return a maker of events as the clients take them."""

    def make(
        event_type: str = "workflowexecution.workflow.started", **changes: object
    ) -> m.AuditEventRequest:
        text = json.dumps(members(event_type, **changes), default=str)
        return m.AuditEventRequest.model_validate_json(text)

    return make
