"""The outbox: events are written down before ``append`` returns, and sent until they are taken."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final, Generic, Literal, Self, TypeAlias, TypeVar

from .clients import SyncClient
from .delivery import Delivery
from .draining import Drainer
from .operations import Call
from .outbox_intake import Intake
from .problems import InvalidArgument
from .retrying import NO_RETRY
from .spool import Spool
from .spoolfile import OutboxClosed, OutboxError, OutboxFull, SpoolUnusable, unusable
from .transport import CallOptions

T = TypeVar("T")

Durability: TypeAlias = Literal["process", "power"]
WhenFull: TypeAlias = Literal["raise", "block"]

_LEAST_BYTES: Final = 1024 * 1024
_ROOM: Final = 0.05
"""Seconds between two looks for room in a full outbox."""


_ONCE: Final = CallOptions(retry=NO_RETRY)


def _once(client: SyncClient) -> Callable[[Call[Any]], object]:
    """Return what sends without trying again: when to do that is the outbox's own business."""
    return lambda call: client.send(call, _ONCE)


@dataclass(frozen=True, slots=True)
class Stats:
    """Counters and gauges of an outbox. Those of the spool are shared by all who use it.

    Attributes:
        appended: Events that were taken since the spool was made.
        sent: Events that the server has taken.
        parked: Events that were parked.
        waiting: Events that wait to be sent, now.
        held: Events that are parked, now.
        oldest_age: Seconds since the first of those that wait was appended; 0 if none waits.
        refused: Events that this object did not take, since it was full or unusable.

    """

    appended: int
    sent: int
    parked: int
    waiting: int
    held: int
    oldest_age: float
    refused: int


@dataclass(frozen=True, slots=True)
class Flushed:
    """What became of the events that were appended before a flush; true if all were sent.

    Attributes:
        waiting: How many still wait.
        parked: How many were parked since the last flush, or since the outbox was opened.

    """

    waiting: int
    parked: int

    def __bool__(self) -> bool:
        return not self.waiting and not self.parked


class Outbox(Generic[T]):
    """Takes events that are sent later, and surely.

    Args:
        target: The base URL, or a client, which brings its own authentication and timeouts.
        spool: The file that keeps the events: on a local disk, in a folder that exists. Processes
            of one machine may share it.
        durability: What an event survives once ``append`` has returned: the end of the process,
            however it ends, or (``"power"``) that of the machine too.
        max_bytes: How large the file may become by appending; its log comes to it.
        when_full: Whether ``append`` raises :class:`OutboxFull` then, or waits for room.
        linger: Seconds to wait for more events before a batch that is not full is sent.

    One outbox may be shared by threads, not by processes: after a fork each makes its own.

    Raises:
        InvalidBaseUrl: Nothing can be sent to *target*.
        InvalidArgument: Another argument cannot be used.
        SpoolUnusable: The file cannot be used.

    """

    delivery: ClassVar[Delivery[Any]]
    """What the contract says of sending."""
    client: ClassVar[type[SyncClient]]
    """What a client of its own is made of."""

    def __init__(
        self,
        target: str | SyncClient,
        spool: str | PathLike[str],
        *,
        durability: Durability = "process",
        max_bytes: int = 1024 * 1024 * 1024,
        when_full: WhenFull = "raise",
        linger: float = 0.1,
    ) -> None:
        _check(durability, max_bytes, when_full, linger)
        self._log = logging.getLogger(type(self).__module__)
        self._own = self.client(target) if isinstance(target, str) else None
        client = self._own or target
        if not isinstance(client, SyncClient):
            raise InvalidArgument("target must be a base URL or a blocking client")
        self._client = client
        self._closed = Flushed(0, 0)
        path = Path(spool).absolute()
        if path.is_dir():
            raise unusable(path, "it is a folder; name a file in it")
        try:
            self._spool = Spool(path, power=durability == "power", max_bytes=max_bytes)
            self._drainer = Drainer(
                path, self._spool.lock, self.delivery, _once(client), self._log, linger
            )
            self._parked = self._spool.total("parked")
            self.intake: Intake[T] = Intake(
                self.delivery,
                self._spool,
                blocks=when_full == "block",
                woken=self._drainer.wake,
            )
            """The steps of appending."""
            self._greet(durability, max_bytes, when_full)
        except BaseException:
            self._close_client()
            raise
        self._drainer.start()

    def append(self, event: T, *, timeout: float | None = None) -> int:
        """Take an event, and return its number in the spool.

        Args:
            event: The event; it must not be changed any more.
            timeout: Seconds to wait for room, where the outbox does so; None waits for ever.

        Raises:
            InvalidArgument: The event does not fit the contract.
            OutboxFull: There is no room; the event was not taken.
            OutboxClosed: The outbox was closed; the event was not taken.
            SpoolUnusable: The file cannot be written; the event was not taken.

        """
        deadline = None if timeout is None else time.monotonic() + timeout
        entry = self.intake.entry(event)
        while True:
            try:
                return self.intake.take(entry)
            except OutboxFull:
                if self.intake.gives_up(deadline):
                    raise
                time.sleep(_ROOM)
                entry = self.intake.again(entry)

    def flush(self, timeout: float) -> Flushed:
        """Send what was appended until now, and return what became of it within *timeout* seconds.

        Events that another process has appended to the same spool count too.

        Raises:
            OutboxClosed: The outbox was closed.
            SpoolUnusable: The file cannot be read.

        """
        deadline = time.monotonic() + timeout
        last = self._spool.appended()
        while (waiting := self._spool.waits(last)) and time.monotonic() < deadline:
            self._drainer.hurry()
            time.sleep(min(0.02, max(deadline - time.monotonic(), 0.0)))
        before, self._parked = self._parked, self._spool.total("parked")
        return Flushed(self._spool.count(last) if waiting else 0, self._parked - before)

    def stats(self) -> Stats:
        """Return the counters and gauges.

        Raises:
            OutboxClosed: The outbox was closed.
            SpoolUnusable: The file cannot be read.

        """
        return Stats(**self._spool.figures(), refused=self.intake.refused)

    def close(self, timeout: float = 5.0) -> Flushed:
        """Send what can be sent within *timeout* seconds, and end.

        What was not sent stays in the spool, and is sent by the next outbox that opens it.
        Closing twice does nothing, and returns the same.

        Raises:
            SpoolUnusable: The file cannot be read; the outbox is closed nevertheless.

        """
        if self._spool.refuses:
            return self._closed
        begun = time.monotonic()
        self._spool.refuse()
        try:
            self._closed = self.flush(timeout)
            self._say("closed")
        finally:
            left = max(begun + timeout - time.monotonic(), 1.0)
            if not self._drainer.stop(left):
                self._close_client()  # the request under way ends with its connection
                self._drainer.stop(1.0)
            self._spool.close()
            self._close_client()
        return self._closed

    def _close_client(self) -> None:
        if self._own is not None:
            self._own.close()

    def _greet(self, durability: str, max_bytes: int, when_full: str) -> None:
        figures = self._spool.figures()
        self._log.info(
            "outbox %s sends to %s, timeout %s; survives the end of the %s; at most %d bytes, then"
            " %s; batches of at most %d events and %d bytes; %d wait, the oldest for %.0f s",
            *(self._spool.path, self._client.origin.shown_url, self._client.origin.timeout),
            *(durability, max_bytes, when_full),
            *(self.delivery.max_items, self.delivery.max_bytes),
            *(figures["waiting"], figures["oldest_age"]),
        )

    def _say(self, told: str) -> None:
        figures = ", ".join(f"{name} {n:.0f}" for name, n in self._spool.figures().items())
        self._log.info("%s: %s", told, figures)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._client!r}, {str(self._spool.path)!r})"


def _check(durability: str, max_bytes: int, when_full: str, linger: float) -> None:
    if durability not in ("process", "power"):
        raise InvalidArgument(f"durability is 'process' or 'power', not {durability!r}")
    if when_full not in ("raise", "block"):
        raise InvalidArgument(f"when_full is 'raise' or 'block', not {when_full!r}")
    if not max_bytes >= _LEAST_BYTES:
        raise InvalidArgument(f"max_bytes must be at least {_LEAST_BYTES}, not {max_bytes!r}")
    if not linger >= 0:
        raise InvalidArgument(f"linger must be 0 s or more, not {linger!r}")


Blocking = TypeVar("Blocking", bound=Outbox[Any])


class AsyncOutbox(Generic[T]):
    """An outbox whose methods are awaited and do not hold up the event loop; else as the other.

    Args:
        target: The base URL, or a *blocking* client: it is used in a thread.
        spool: As of :class:`Outbox`.
        durability: As of :class:`Outbox`.
        max_bytes: As of :class:`Outbox`.
        when_full: As of :class:`Outbox`.
        linger: As of :class:`Outbox`.

    Raises:
        InvalidBaseUrl: Nothing can be sent to *target*.
        InvalidArgument: Another argument cannot be used.
        SpoolUnusable: The file cannot be used.

    """

    outbox: ClassVar[Callable[..., Outbox[Any]]]
    """The class of the outbox beneath."""

    def __init__(
        self,
        target: str | SyncClient,
        spool: str | PathLike[str],
        *,
        durability: Durability = "process",
        max_bytes: int = 1024 * 1024 * 1024,
        when_full: WhenFull = "raise",
        linger: float = 0.1,
    ) -> None:
        self._blocking: Outbox[T] = type(self).outbox(
            target,
            spool,
            durability=durability,
            max_bytes=max_bytes,
            when_full=when_full,
            linger=linger,
        )
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="outbox writer")

    async def append(self, event: T, *, timeout: float | None = None) -> int:
        """Take an event, and return its number in the spool. See :meth:`Outbox.append`.

        If the awaiting task is cancelled meanwhile, the event may have been taken or not.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        loop, intake = asyncio.get_running_loop(), self._blocking.intake
        entry = intake.entry(event)
        while True:
            try:
                return await loop.run_in_executor(self._writer, intake.take, entry)
            except OutboxFull:
                if intake.gives_up(deadline):
                    raise
                await asyncio.sleep(_ROOM)
                entry = intake.again(entry)

    async def flush(self, timeout: float) -> Flushed:
        """Send what was appended until now. See :meth:`Outbox.flush`."""
        return await asyncio.to_thread(self._blocking.flush, timeout)

    async def stats(self) -> Stats:
        """Return the counters and gauges. See :meth:`Outbox.stats`."""
        return await asyncio.to_thread(self._blocking.stats)

    async def close(self, timeout: float = 5.0) -> Flushed:
        """Send what can be sent within *timeout* seconds, and end. See :meth:`Outbox.close`."""
        try:
            return await asyncio.to_thread(self._blocking.close, timeout)
        finally:
            self._writer.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"Async{self._blocking!r}"


__all__ = [
    "AsyncOutbox",
    "Flushed",
    "Outbox",
    "OutboxClosed",
    "OutboxError",
    "OutboxFull",
    "SpoolUnusable",
    "Stats",
]
