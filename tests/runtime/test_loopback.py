"""Real sockets: what a client says when a server is slow, absent, or cuts the line."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import httpx2
import pytest

from apigen.runtime.clients import SyncClient
from apigen.runtime.media import Binary, Text
from apigen.runtime.operations import Body, Operation
from apigen.runtime.problems import (
    ConnectFailed,
    ConnectionLost,
    InvalidContent,
    NetworkError,
    TimedOut,
)
from apigen.runtime.retrying import NO_RETRY
from apigen.runtime.transport import CallOptions, Timeout

if TYPE_CHECKING:
    from .conftest import Driver

SAY: Operation[str] = Operation(
    id="say",
    method="POST",
    path="/say",
    body=Body((Binary(), Text())),
    success={"200": (Text(),)},
)
FINE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def _only_one_library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide httpx where the driver is for httpx2, as if that alone were installed."""
    if "driver" in request.fixturenames:
        driver: Driver = request.getfixturevalue("driver")
        if driver.library is httpx2:
            monkeypatch.setitem(sys.modules, "httpx", None)


def owned(driver: Driver, url: str, timeout: float | Timeout = 5.0, body: bytes = b"hi") -> str:
    """Call with a client that makes its own HTTP client."""
    return driver.carry_out(SAY.call(body=body), url, timeout=timeout, retry=NO_RETRY).value


@contextmanager
def server(behave: Callable[[socket.socket], None]) -> Generator[str]:
    """Serve one connection as told, and give the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    thread.join(timeout=60)


def request_of(connection: socket.socket) -> bytes:
    """Read a request with a body of two bytes."""
    received = b""
    while not received.endswith(b"hi"):
        received += connection.recv(65536)
    return received


def test_an_answer_comes_over_a_real_socket(driver: Driver) -> None:
    requests: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        requests.append(request_of(connection))
        connection.sendall(FINE)

    with server(behave) as url:
        assert owned(driver, url + "/base") == "ok"
    assert requests[0].startswith(b"POST /base/say HTTP/1.1\r\n")


def test_a_slow_answer_times_out_as_sent(driver: Driver) -> None:
    done = threading.Event()

    def behave(connection: socket.socket) -> None:
        request_of(connection)
        done.wait(5)

    with server(behave) as url:
        with pytest.raises(TimedOut, match=r"no answer within 0.2 s") as caught:
            owned(driver, url, Timeout(read=0.2))
        done.set()
    assert caught.value.sent is True
    assert caught.value.layer == "network"
    assert caught.value.operation == "say"
    assert str(caught.value.request) == f"POST {url}/say"


def test_a_body_that_is_not_taken_times_out_as_perhaps_sent(driver: Driver) -> None:
    done = threading.Event()

    def behave(connection: socket.socket) -> None:
        done.wait(5)

    with server(behave) as url:
        with pytest.raises(TimedOut, match="not taken") as caught:
            owned(driver, url, Timeout(write=0.2), b"x" * 30_000_000)
        done.set()
    assert caught.value.sent is True


def test_a_busy_pool_times_out_as_not_sent() -> None:
    done, taken = threading.Event(), threading.Event()

    def behave(connection: socket.socket) -> None:
        request_of(connection)
        taken.set()
        done.wait(5)
        connection.sendall(FINE)

    for library in (httpx, httpx2):
        done.clear()
        taken.clear()
        limits = library.Limits(max_connections=1)
        with server(behave) as url, library.Client(limits=limits, trust_env=False) as http:
            client = SyncClient(url, http=http, timeout=60.0)
            first = threading.Thread(target=lambda: client.send(SAY.call(body=b"hi")))  # noqa: B023 - joined below
            first.start()
            taken.wait(5)
            with pytest.raises(TimedOut, match="free connection") as caught:
                client.send(SAY.call(body=b"hi"), CallOptions(timeout=Timeout(pool=0.1)))
            done.set()
            first.join()
        assert caught.value.sent is False


def test_a_port_that_nobody_serves_is_a_failed_connection(driver: Driver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ConnectFailed, match="no connection") as caught:
        owned(driver, f"http://127.0.0.1:{port}")
    assert caught.value.sent is False


def test_a_name_that_does_not_exist_is_a_failed_connection(driver: Driver) -> None:
    with pytest.raises(ConnectFailed) as caught:
        owned(driver, "http://no-such-host.invalid")
    assert caught.value.sent is False


def test_speaking_tls_to_a_plain_server_is_a_failed_connection(driver: Driver) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(10)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with server(behave) as url, pytest.raises(ConnectFailed) as caught:
        owned(driver, url.replace("http", "https"))
    assert caught.value.sent is False


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200", FINE[:-1], FINE.replace(b"Length: 2", b"Length: 9"), b"SSH-2.0\r\n\r\n"],
    ids=["nothing", "half a line", "half a body", "less than promised", "another protocol"],
)
def test_a_cut_answer_is_a_lost_connection_after_sending(driver: Driver, answer: bytes) -> None:
    def behave(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)

    with server(behave) as url, pytest.raises(ConnectionLost) as caught:
        owned(driver, url)
    assert caught.value.sent is True


def test_a_body_that_is_not_what_its_coding_says_is_a_contract_error(driver: Driver) -> None:
    def behave(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(
            FINE.replace(b"Content-Length", b"Content-Encoding: gzip\r\nContent-Length")
        )

    with server(behave) as url, pytest.raises(InvalidContent, match="decoded"):
        owned(driver, url)


def test_a_client_of_its_own_names_itself_and_closes(driver: Driver) -> None:
    requests: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        requests.append(request_of(connection))
        connection.sendall(FINE)
        assert connection.recv(1) == b""  # closed with the client

    with server(behave) as url:
        assert driver.carry_out(SAY.call(body=b"hi"), url).value == "ok"
    assert b"user-agent: apigen-client\r\n" in requests[0].lower()


def test_without_a_library_it_is_said_which_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("httpx", "httpx2"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match="install httpx or httpx2"):
        SyncClient("http://h")


def test_one_client_serves_many_threads() -> None:
    answers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for _ in range(8):
                connection, _ = listening.accept()
                with connection:
                    request_of(connection)
                    connection.sendall(FINE.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))

        threading.Thread(target=serve, daemon=True).start()
        with SyncClient(f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
            threads = [
                threading.Thread(target=lambda: answers.append(client.send(SAY.call(body=b"hi"))))
                for _ in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert answers == ["ok"] * 8


def test_every_network_error_says_whether_it_was_sent() -> None:
    kinds: list[type[NetworkError]] = [NetworkError, *NetworkError.__subclasses__()]
    assert all(kind("x").sent is False for kind in kinds)
