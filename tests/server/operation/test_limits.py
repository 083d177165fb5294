"""Limits: what goes beyond one is refused with a problem document, and the server serves on."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from datastorage import DataStorage
from datastorage.problems import ApiError
from datastorage_server.bounds import bounded
from datastorage_server.settings import Limits
from datastorage_server.testing import running

BASE = "https://kubernaut.ai/problems/"
EVENTS = "/api/v1/audit/events"


def connected(url: str) -> socket.socket:
    place = urlsplit(url)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=60)


def read(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """Return status and problem of an answer after which the server closes."""
    content = b""
    while chunk := connection.recv(65536):
        content += chunk
    header, _, body = content.partition(b"\r\n\r\n")
    assert b"application/problem+json" in header
    assert b"x-request-id: " in header.lower()
    return int(header.split()[1]), json.loads(body)


def test_a_larger_body_is_refused() -> None:
    with running(limits=Limits(max_body_bytes=1024)) as url, httpx.Client(base_url=url) as client:
        sent = {"content-type": "application/json"}
        answer = client.post(EVENTS, content=b" " * 1025, headers=sent)
        assert (answer.status_code, answer.json()["type"]) == (413, f"{BASE}request-too-large")
        assert client.post(EVENTS, content=b" " * 1024, headers=sent).status_code == 400


def test_a_larger_batch_is_refused(event: Any, connect: Callable[[str], DataStorage]) -> None:
    with running(limits=Limits(max_batch_items=3)) as url:
        client = connect(url)
        client.create_audit_events_batch([event() for _ in range(3)])
        with pytest.raises(ApiError) as refused:
            client.create_audit_events_batch([event() for _ in range(4)])
        assert refused.value.status == 400
        assert refused.value.problem is not None
        assert refused.value.problem.type == f"{BASE}batch-size-exceeded"
        assert len(client.query_audit_events().data) == 3
        assert 'outcome="refused"} 1' in client.get_metrics()


def test_deeper_json_is_refused(members: Any) -> None:
    with running(limits=Limits(max_depth=12)) as url, httpx.Client(base_url=url) as client:
        deep: Any = 1
        for _ in range(12):
            deep = {"a": deep}
        answer = client.post(EVENTS, json=members(more=deep))
        assert answer.status_code == 400
        assert "12" in answer.json()["detail"]


def test_a_larger_header_is_refused() -> None:
    with running(limits=Limits(max_header_bytes=1024)) as url, connected(url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 2000)
        status, told = read(connection)
        assert (status, told["status"]) == (431, 431)


@pytest.mark.parametrize("before", [b"", b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_a_slow_header_is_refused(before: bytes) -> None:
    limits = Limits(header_timeout=0.5, idle_timeout=60)
    with running(limits=limits) as url, connected(url) as connection:
        if before:
            connection.sendall(before)
            assert b"200 OK" in connection.recv(65536)
        connection.sendall(b"GET / HTTP/1.1\r\nHost:")
        status, told = read(connection)
        assert (status, told["title"]) == (408, "Request Timeout")


def test_a_slow_body_is_refused() -> None:
    with running(limits=Limits(body_timeout=0.2)) as url, connected(url) as connection:
        connection.sendall(
            f"POST {EVENTS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            "Content-Length: 10\r\n\r\n{".encode()
        )
        status, told = read(connection)
        assert (status, told["status"]) == (408, 408)


def test_one_connection_more_is_refused() -> None:
    limits = Limits(max_connections=1, header_timeout=600)
    with running(limits=limits) as url:
        with connected(url) as first:
            first.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n")
            with connected(url) as second:  # connections are taken in the order of their coming
                status, told = read(second)
            assert (status, told["type"]) == (503, f"{BASE}service-unavailable")
            first.sendall(b"\r\n")
            assert b"200 OK" in first.recv(65536)
        assert _served_again(url)


def _served_again(url: str) -> bool:
    """Return once the server has seen that the first connection is closed."""
    for _ in range(600):
        with httpx.Client(base_url=url) as client:
            if client.get("/health/live").status_code == 200:
                return True
        time.sleep(0.1)
    return False


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(3600)


async def begun(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await asyncio.sleep(0.1)
    await send({"type": "http.response.body", "body": b"whole"})


def test_a_request_that_takes_too_long_is_given_up() -> None:
    async def ask(app: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=bounded(app, 0.01))
        async with httpx.AsyncClient(transport=transport, base_url="http://a") as client:
            return await client.get("/health/live")

    answer = asyncio.run(ask(slow))
    assert (answer.status_code, answer.json()["type"]) == (503, f"{BASE}service-unavailable")
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["x-request-id"]
    assert asyncio.run(ask(begun)).text == "whole"
