"""Shutdown: what was acknowledged is stored, what has begun ends, and the end comes in time."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from tests.server.kills import serving
from tests.server.test_command import started

from datastorage import DataStorage
from datastorage_server.testing import running

EVENTS = "/api/v1/audit/events"
PATIENCE = 60.0


def until(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def is_refused(url: str) -> bool:
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname or "", place.port or 0), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


def test_no_acknowledged_event_is_lost_under_load(
    database_url: str, tmp_path: Path, members: Any, connect: Callable[[str], DataStorage]
) -> None:
    acknowledged: list[str] = []

    def write(url: str) -> None:
        with contextlib.suppress(httpx.TransportError), httpx.Client(base_url=url) as client:
            while True:
                event_id = str(uuid4())
                answer = client.post(EVENTS, json=members(event_id=event_id), timeout=PATIENCE)
                assert answer.status_code in {201, 202}
                acknowledged.append(event_id)

    with serving(tmp_path, database_url, free_port()) as server:
        threads = [threading.Thread(target=write, args=(server.url,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(acknowledged) >= 40)
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE) == 0
        for thread in threads:
            thread.join(PATIENCE)
        assert is_refused(server.url)
    with running(database_url, queue=tmp_path / "writes.queue") as url:
        client = connect(url)
        until(lambda: '"pending"} 0' in client.get_metrics())
        stored = {str(one.event_id) for one in client.iter_audit_events()}
    assert set(acknowledged) <= stored


def test_a_request_that_has_begun_is_answered(tmp_path: Path, members: Any) -> None:
    with started(tmp_path) as (process, url):
        body = httpx.Request("POST", url, json=members()).content
        place = urlsplit(url)
        with socket.create_connection((place.hostname or "", place.port or 0)) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(
                f"POST {EVENTS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
            )
            assert b"100" in connection.recv(65536)  # the server waits for the body
            process.send_signal(signal.SIGTERM)
            until(lambda: is_refused(url))
            assert process.poll() is None
            connection.sendall(body)
            assert b"201 Created" in connection.recv(65536)
        assert process.wait(PATIENCE) == 0


def test_a_request_that_never_ends_is_cut(tmp_path: Path) -> None:
    arguments = ("--shutdown-timeout", "1", "--body-timeout", "86400")
    with started(tmp_path, *arguments) as (process, url):
        place = urlsplit(url)
        with socket.create_connection((place.hostname or "", place.port or 0)) as connection:
            connection.sendall(
                f"POST {EVENTS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n".encode()
            )
            assert b"100" in connection.recv(65536)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0


def test_readiness_ends_before_accepting_does(
    tmp_path: Path, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    with started(tmp_path, "--shutdown-delay", "600") as (process, url):
        process.send_signal(signal.SIGTERM)

        def told() -> bool:
            answer = httpx.get(f"{url}/health/ready", timeout=PATIENCE)
            return answer.status_code == 503 and answer.json()["reason"] == "shutting_down"

        until(told)
        connect(url).create_audit_event(event())
        process.send_signal(signal.SIGINT)  # the second signal ends the wait
        assert process.wait(PATIENCE) == 0
