"""Logs: what a line says of a request, and that nobody but the server begins a line."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sqlite3
from collections.abc import Callable, Generator
from typing import Any

import httpx
import pytest

from datastorage_server.observing.logs import logged
from datastorage_server.testing import running

HOSTILE = 'a\n{"level":"error"}\r\x1b[31m\x9b2J\u2028\u202e\x7f"b'


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def set_up() -> Generator[Callable[..., None]]:
    with contextlib.ExitStack() as stack:
        yield lambda *given: stack.enter_context(logged(*given))


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_request_has_a_line(
    stream: io.StringIO, set_up: Callable[..., None], members: Any
) -> None:
    set_up("auto", "info", stream)  # a stream is no terminal
    with running() as url, httpx.Client(base_url=url) as client:
        sent = client.post("/api/v1/audit/events", json=members(correlation_id="rr-1"))
        client.get("/api/v1/audit/events?correlation_id=rr%2F2", headers={"x-request-id": "mine"})
        client.get("/api/v1/audit/legal-hold/rr-3")
        client.get("/no/such/path", headers={"x-request-id": "bad id"})
        client.get("/health/live")
    told = [one for one in lines(stream) if one["message"] == "request answered"]
    assert [(one["operation"], one["status"], one.get("correlation_id")) for one in told] == [
        ("createAuditEvent", 201, "rr-1"),
        ("queryAuditEvents", 200, "rr/2"),
        ("unknown", 405, None),
        ("unknown", 404, None),
    ]
    assert told[0]["request_id"] == sent.headers["x-request-id"]
    assert told[1]["request_id"] == "mine"
    assert told[3]["request_id"] != "bad id"
    assert all(one["duration_ms"] > 0 and one["level"] == "info" for one in told)


def test_no_body_and_no_token_is_logged(
    stream: io.StringIO, set_up: Callable[..., None], members: Any
) -> None:
    set_up("json", "debug", stream)
    with running() as url, httpx.Client(base_url=url) as client:
        token = {"authorization": "Bearer t0ken"}
        client.post("/api/v1/audit/events", json=members(event_action="b0dy"), headers=token)
        client.post("/api/v1/audit/events", json={"event_action": "b0dy"}, headers=token)
    assert '"status": 201' in stream.getvalue()
    assert '"status": 400' in stream.getvalue()
    assert "t0ken" not in stream.getvalue()
    assert "b0dy" not in stream.getvalue()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nothing_that_is_sent_begins_a_line(
    stream: io.StringIO, set_up: Callable[..., None], log_format: str, members: Any
) -> None:
    set_up(log_format, "debug", stream)
    with running() as url, httpx.Client(base_url=url) as client:
        query = {"correlation_id": HOSTILE}
        assert client.get("/api/v1/audit/events", params=query).status_code == 200
        client.post("/api/v1/audit/events", json=members(correlation_id=HOSTILE))
    log = logging.getLogger("datastorage_server.test")
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        log.exception("failed with %s", HOSTILE)
    written = stream.getvalue()
    assert "correlation_id" in written
    assert written.isascii()
    assert all(char.isprintable() or char == "\n" for char in written)
    if log_format == "json":
        assert all(one["message"] for one in lines(stream))
    else:
        begun = [line for line in written.splitlines() if not line.startswith("  | ")]
        assert len(begun) == 3
        assert all(line[:2] == "20" and line[23] == "Z" for line in begun)


def test_what_is_logged_within_a_request_bears_its_identity(
    stream: io.StringIO, set_up: Callable[..., None], tmp_path: Any, members: Any
) -> None:
    set_up("json", "info", stream)
    database = f"sqlite:///{tmp_path / 'a.db'}"
    with running(database) as url, httpx.Client(base_url=url) as client:
        with contextlib.closing(sqlite3.connect(tmp_path / "a.db")) as connection:
            connection.execute("DROP TABLE audit_events")
        sent = members(correlation_id="rr-7")
        headers = {"x-request-id": "seven"}
        answer = client.post("/api/v1/audit/events", json=sent, headers=headers)
        assert answer.status_code >= 500
    told = [one for one in lines(stream) if one.get("request_id") == "seven"]
    assert len(told) >= 2
    assert {one["correlation_id"] for one in told} == {"rr-7"}
    assert {one["operation"] for one in told} == {"createAuditEvent"}
    assert told[-1]["level"] == "warning"
