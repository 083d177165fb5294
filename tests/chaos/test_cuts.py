"""The connection is cut after every byte of a request, and after every byte of its answer.

A server of its own reads only as much as a cut lets through, or answers with only so much; then the
connection is reset. Whatever the position, an event is stored once, and the call says what is true.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from apigen.runtime.clients import SyncClient
from apigen.runtime.media import Json
from apigen.runtime.operations import Body, Call, Operation, Parameter
from apigen.runtime.problems import ConnectFailed, ConnectionLost
from apigen.runtime.retrying import NO_RETRY, Retry

WRITE: Operation[Any] = Operation(
    id="write",
    method="POST",
    path="/events",
    parameters=(Parameter("Idempotency-Key", "key", "header"),),
    body=Body((Json(dict[str, int]),)),
    success={"201": (Json(dict[str, int]),)},
)
BODY = b'{"stored":1}'
ANSWER = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)
NEVER = 1 << 30


@dataclass
class Cutting:
    """A server that resets its next connection after so many bytes of the request, or the answer.

    A request that came whole is stored, each key once, before it is answered.
    """

    request: int = NEVER
    answer: int = NEVER
    stored: dict[str, int] = field(default_factory=dict[str, int])
    received: int = 0
    """Bytes of the last whole request."""

    def serve(self, connection: socket.socket) -> None:
        """Serve the one request of a connection; those after the next are not cut."""
        (most, self.request), (cut, self.answer) = (self.request, NEVER), (self.answer, NEVER)
        whole = self._read(connection, most)
        if whole is not None:
            self.received = len(whole)
            head, _, content = whole.partition(b"\r\n\r\n")
            key = head.lower().partition(b"idempotency-key: ")[2].partition(b"\r\n")[0].decode()
            self.stored.setdefault(key, json.loads(content)["n"])
            connection.sendall(ANSWER[:cut])
        if whole is None or cut < len(ANSWER):
            reset(connection)

    @staticmethod
    def _read(connection: socket.socket, most: int) -> bytes | None:
        """Return a whole request; None if the cut or the end came before."""
        got = b""
        while len(got) < most:
            more = connection.recv(min(most - len(got), 1 << 16))
            if not more:
                return None
            got += more
            head, ended, content = got.partition(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if ended and len(content) == int(length):
                return got
        return None


def reset(connection: socket.socket) -> None:
    """Close with a reset (RST) rather than in good order."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextmanager
def serving(server: Cutting) -> Generator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:  # closed: the end
                    return
                with connection:
                    server.serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def call(number: int) -> Call[dict[str, int]]:
    return WRITE.call(body={"n": 1000 + number}, key=f"key {number:04}")


def each(server: Cutting, url: str) -> Iterator[tuple[str, int]]:
    """Set a cut before every byte of the request and of the answer, one after the other."""
    with SyncClient(url, retry=NO_RETRY, timeout=60.0) as client:
        client.send(call(0))
    whole = server.received
    assert whole > 200
    for number in range(whole):
        server.request = number
        yield "request", number + 1
    for number in range(len(ANSWER)):
        server.answer = number
        yield "answer", whole + number + 1


def test_after_a_cut_anywhere_the_next_attempt_stores_once() -> None:
    server, retry, number = Cutting(), Retry(base=0.0, cap=0.0), 0
    with (
        serving(server) as url,
        SyncClient(url, retry=retry, breaker=False, timeout=60.0) as client,
    ):
        for _, number in each(server, url):
            assert client.send(call(number)) == {"stored": 1}
    assert list(server.stored.values()) == list(range(1000, 1001 + number))
    assert number > 250


def test_without_a_second_attempt_a_call_says_that_it_may_have_arrived() -> None:
    server = Cutting()
    with (
        serving(server) as url,
        SyncClient(url, retry=NO_RETRY, breaker=False, timeout=60.0) as client,
    ):
        for where, number in each(server, url):
            with pytest.raises((ConnectionLost, ConnectFailed)) as lost:
                client.send(call(number))
            if isinstance(lost.value, ConnectFailed):  # reset before connecting was over
                assert where == "request"
            else:
                assert lost.value.sent
            assert (f"key {number:04}" in server.stored) == (where == "answer"), (where, number)
