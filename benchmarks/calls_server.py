"""The server of calls.py, in a process of its own: it answers canned bytes, and says its port."""

import json
import socket
import sys
import threading
from datetime import UTC, datetime
from uuid import UUID

from server_bodies import BATCH, event

NOW = datetime(2026, 11, 1, tzinfo=UTC).isoformat()


def _identity(number: int) -> str:
    return str(UUID(int=number, version=4))


def _answer(status: str, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return head.encode() + b"\r\n\r\n" + content


SINGLE = _answer(
    "201 Created", {"event_id": _identity(1), "event_timestamp": NOW, "message": "stored"}
)
MANY = _answer(
    "201 Created", {"event_ids": [_identity(n) for n in range(BATCH)], "message": "stored"}
)
PAGE = _answer(
    "200 OK",
    {
        "data": [
            {**event(n), "event_id": _identity(n), "event_date": NOW[:10]} for n in range(BATCH)
        ],
        "pagination": {"limit": BATCH, "offset": 0, "total": BATCH, "has_more": False},
    },
)


def _serve(connection: socket.socket) -> None:
    buffer = b""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        while b"\r\n\r\n" not in buffer:
            more = connection.recv(1 << 20)
            if not more:
                return
            buffer += more
        head, _, buffer = buffer.partition(b"\r\n\r\n")
        fields = head.lower().partition(b"content-length:")[2]
        length = int(fields.partition(b"\r\n")[0] or 0)
        while len(buffer) < length:
            buffer += connection.recv(1 << 20)
        buffer = buffer[length:]
        answer = PAGE if head.startswith(b"GET") else MANY if b"/batch" in head[:60] else SINGLE
        connection.sendall(answer)


def main() -> None:
    """Serve until the end of the standard input."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


main()
