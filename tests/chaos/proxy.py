"""A proxy that does to connections what networks do: delays, resets, cuts, silence, lies."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

Kind = Literal[
    "clear",
    "latency",
    "reset request",
    "reset response",
    "cut response",
    "half open",
    "black hole",
    "says 500",
    "says 503",
    "stored, says 500",
    "slow answer",
]
KINDS: tuple[Kind, ...] = (
    "latency",
    "reset request",
    "reset response",
    "cut response",
    "half open",
    "black hole",
    "says 500",
    "says 503",
    "stored, says 500",
    "slow answer",
)
_LIES = {
    "says 500": b"HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\nOops",
    "stored, says 500": b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    "says 503": (
        b"HTTP/1.1 503 Busy\r\ncontent-type: application/problem+json\r\ncontent-length: 52\r\n\r\n"
        b'{"type":"about:blank","title":"Busy","status": 503 }'
    ),
}


@dataclass(frozen=True)
class Fault:
    """What happens to one connection.

    Attributes:
        kind: Which.
        at: After so many bytes of the request or of the answer.

    """

    kind: Kind = "clear"
    at: int = 0


CLEAR = Fault()


def storm(chance: random.Random, share: float = 0.5) -> Callable[[], Fault]:
    """Return a weather in which this share of the connections meets a fault."""

    def fault() -> Fault:
        if chance.random() >= share:
            return CLEAR
        kind = chance.choice(KINDS)
        # Anywhere: in the first line, in the header fields, deep in the body.
        reach = 400_000 if kind == "reset request" else 40_000
        return Fault(kind, int(reach ** chance.random()))

    return fault


class Proxy:
    """Forwards to a server on this machine, in a thread of its own.

    Attributes:
        weather: Gives the fault of each connection.
        seen: How many connections met which fault.

    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.weather: Callable[[], Fault] = lambda: CLEAR
        self.seen: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="chaos proxy")
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        opening = asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(5)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        fault = self.weather()
        self.seen[fault.kind] += 1
        try:
            await _serve(fault, self.target, reader, writer)
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


async def _serve(
    fault: Fault, target: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    if fault.kind == "black hole":
        await asyncio.sleep(30)
        return
    if fault.kind in ("says 500", "says 503"):
        await reader.read(1)
        writer.write(_LIES[fault.kind])
        await writer.drain()
        return
    upstream, downstream = await asyncio.open_connection("127.0.0.1", target)
    try:
        there = asyncio.ensure_future(_request(fault, reader, downstream))
        back = asyncio.ensure_future(_answer(fault, upstream, writer))
        done, rest = await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            task.result()
    finally:
        downstream.close()
        with contextlib.suppress(OSError):
            await downstream.wait_closed()


async def _request(fault: Fault, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    left = fault.at
    while data := await reader.read(65536):
        if fault.kind == "latency":
            await asyncio.sleep(fault.at % 50 / 1000)
        if fault.kind == "reset request":
            to.write(data[:left])
            await to.drain()
            left -= len(data)
            if left <= 0:
                _reset(to)
                raise ConnectionResetError
            continue
        to.write(data)
        await to.drain()


async def _answer(fault: Fault, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    left = fault.at
    while data := await reader.read(65536):
        if fault.kind == "half open":
            continue
        if fault.kind == "stored, says 500":
            to.write(_LIES[fault.kind])
            await to.drain()
            return
        if fault.kind == "slow answer":
            for at in range(0, len(data), 16):
                to.write(data[at : at + 16])
                await asyncio.sleep(0.002)
            continue
        if fault.kind in ("reset response", "cut response"):
            to.write(data[:left])
            await to.drain()
            left -= len(data)
            if left <= 0:
                if fault.kind == "reset response":
                    raise ConnectionResetError
                return
            continue
        to.write(data)
        await to.drain()
    if fault.kind == "half open":
        await asyncio.sleep(30)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with a reset, as after a crash."""
    held = writer.get_extra_info("socket")
    if held is not None:
        with contextlib.suppress(OSError):
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
