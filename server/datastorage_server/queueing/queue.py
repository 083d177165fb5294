"""The queue: where writes wait that were accepted while the database could not be written."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from ..grouping import Grouped
from ..notifications import NotificationExists
from ..store import Refusal
from .items import Damaged, Item, decode, encode
from .journal import Entry, Journal, Summary
from .pending import Pending

T = TypeVar("T")

DEFAULT_BYTES: Final = 256 * 1024 * 1024
"""How much waits at most, unless something else is said."""

_AT_ONCE: Final = 256
_LOG: Final = logging.getLogger(__name__)


class QueueFull(Exception):  # noqa: N818 - named after what happened, as the store's errors are
    """The queue takes no more; the message says why. Nothing was queued."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A write that waits: its number in the order, and what it is."""

    number: int
    item: Item


class Queue:
    """Writes on disk, in the order in which they were accepted.

    What was put in is durable when :meth:`put` returns. It leaves in two ways only: forgotten once
    it is stored, or set aside as unacceptable, and then it stays in the file.
    """

    def __init__(
        self,
        journal: Journal,
        max_bytes: int,
        now: Callable[[], datetime],
        worker: ThreadPoolExecutor,
    ) -> None:
        self._journal = journal
        self._max_bytes = max_bytes
        self._now = now
        self._worker = worker
        self._add = Grouped[Item, bool](self._put, _AT_ONCE)
        self._pending = Pending()
        self._summary = Summary(0, 0, 0)
        self._changed = asyncio.Condition()

    @property
    def path(self) -> Path:
        """Where the queue is."""
        return self._journal.path

    @property
    def pending(self) -> int:
        """How many writes wait."""
        return len(self._pending)

    @property
    def parked(self) -> int:
        """How many writes are set aside, because the database will never take them."""
        return self._summary.parked

    @property
    def size(self) -> int:
        """How many bytes all writes of the queue have, those that are set aside included."""
        return self._summary.size

    @property
    def age(self) -> float:
        """How many seconds the oldest write has waited; 0 if none waits."""
        oldest = self._pending.oldest()
        return max(0.0, (self._now() - oldest).total_seconds()) if oldest else 0.0

    async def put(self, item: Item) -> None:
        """Queue a write durably; one that waits already is not queued again.

        Raises:
            QueueFull: It is not queued.
            Refusal: What waits contradicts it.
            NotificationExists: A notification with its identity waits.

        """
        await self._add(item)

    async def first(self, most: int) -> Sequence[Waiting]:
        """Return the writes that have waited longest; what is damaged is set aside.

        Raises:
            sqlite3.Error: The file cannot be read.

        """
        entries = await self._do(lambda: self._journal.pending(most=most))
        found: list[Waiting] = []
        for entry in entries:
            try:
                found.append(Waiting(entry.number, decode(entry.content)))
            except Damaged as error:
                await self.park(entry.number, str(error))
        return found

    async def forget(self, numbers: Sequence[int]) -> None:
        """Take writes out: they are stored.

        Raises:
            sqlite3.Error: The file cannot be written.

        """
        await self._do(lambda: self._journal.remove(numbers))
        freed = sum(self._pending.remove(number) for number in numbers)
        self._summary = replace(self._summary, size=self._summary.size - freed)
        await self.tell()

    async def park(self, number: int, reason: str) -> None:
        """Set a write aside for people to look at; it stays in the file.

        Raises:
            sqlite3.Error: The file cannot be written.

        """
        await self._do(lambda: self._journal.park(number, reason, self._now()))
        self._pending.remove(number)
        self._summary = replace(self._summary, parked=self._summary.parked + 1)
        _LOG.error(
            "the queued write %d is set aside: %s; it stays in %s", number, reason, self.path
        )
        await self.tell()

    async def until(self, found: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until something is found when the queue changes; return whether it was in time."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(found)
        except TimeoutError:
            return False
        return True

    async def load(self) -> None:
        """Read what waits from the file.

        Raises:
            sqlite3.Error: The file cannot be read.

        """
        self._summary = await self._do(self._journal.summary)
        after = 0
        while entries := await self._do(partial(self._journal.pending, after)):
            for entry in entries:
                await self._load(entry)
            after = entries[-1].number

    async def settle(self) -> None:
        """Wait for what is being put in."""
        await self._add.settle()

    async def _load(self, entry: Entry) -> None:
        try:
            item = decode(entry.content)
        except Damaged as error:
            await self.park(entry.number, str(error))
            return
        self._pending.add(entry.number, item, entry.accepted_at, len(entry.content.encode()))

    async def _put(self, items: Sequence[Item]) -> Sequence[bool | Exception]:
        """Put many in with one sync of the disk."""
        results: list[bool | Exception] = [False] * len(items)
        taken: dict[int, Entry] = {}
        for index, item in enumerate(items):
            try:
                if not self._pending.is_repeated(item):
                    taken[index] = self._taken(item)
            except (QueueFull, Refusal, NotificationExists) as error:
                results[index] = error
        try:
            if taken:
                await self._do(lambda: self._journal.add(list(taken.values())))
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorname", "")
            _LOG.error("the queue %s cannot be written: %s [%s]", self.path, error, code)
            self._give_back(taken.values())
            return [QueueFull(_why(error))] * len(items)
        for index in taken:
            results[index] = True
        await self.tell()
        return results

    def _taken(self, item: Item) -> Entry:
        """Return an entry for an item, with a place in the order.

        Raises:
            QueueFull: There is no room for it.

        """
        content = encode(item)
        size = len(content.encode())
        last, whole = self._summary.last + 1, self._summary.size + size
        if whole > self._max_bytes:
            raise QueueFull("the queue is full")
        entry = Entry(last, self._now(), content)
        self._pending.add(last, item, entry.accepted_at, size)
        self._summary = replace(self._summary, last=last, size=whole)
        return entry

    def _give_back(self, entries: Iterable[Entry]) -> None:
        freed = sum(self._pending.remove(entry.number) for entry in entries)
        self._summary = replace(self._summary, size=self._summary.size - freed)

    async def tell(self) -> None:
        """Wake those who wait until something is found."""
        async with self._changed:
            self._changed.notify_all()

    async def _do(self, work: Callable[[], T]) -> T:
        """Do something with the file in its thread, to its end."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._worker, work))


def _why(error: sqlite3.Error) -> str:
    full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
    return "the disk of the queue is full" if full else "the queue cannot be written"


@asynccontextmanager
async def open_queue(
    path: Path | None, now: Callable[[], datetime], max_bytes: int = DEFAULT_BYTES
) -> AsyncGenerator[Queue | None]:
    """Open the queue in a file and close it at the end; without a path there is none.

    It takes *max_bytes* of writes, those that are set aside included.

    Raises:
        StartError: The file belongs to another process, is damaged, or is no queue.

    """
    if path is None:
        yield None
        return
    with ThreadPoolExecutor(1, "datastorage-queue") as worker:
        running = asyncio.get_running_loop().run_in_executor(worker, Journal, path)
        journal = await running
        try:
            queue = Queue(journal, max_bytes, now, worker)
            await queue.load()
            yield queue
            await queue.settle()
        finally:
            worker.submit(journal.close).result()
