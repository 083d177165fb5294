"""The load of server_writes.py, in a process of its own: server_load.py URL EVENTS CONNECTIONS."""

import asyncio
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

from server_bodies import batches

PATH = "/api/v1/audit/events/batch"


async def send(host: str, port: int, bodies: Iterator[bytes]) -> None:
    """Send bodies one after the other on one connection."""
    reader, writer = await asyncio.open_connection(host, port)
    for body in bodies:
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: {uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answered = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if not answered.startswith("http/1.1 201"):
            raise SystemExit(answered)
        length = int(answered.partition("content-length:")[2].partition("\r\n")[0])
        await reader.readexactly(length)
    writer.close()


async def main(url: str, events: int, connections: int) -> None:
    """Say when all is prepared, wait for a line, send, and say that it is done."""
    bodies = iter(batches(events))
    prepared = iter(list(bodies))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    await asyncio.gather(*(send(host, port, prepared) for _ in range(connections)))
    sys.stdout.write("done\n")
    sys.stdout.flush()
    sys.stdin.read()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
