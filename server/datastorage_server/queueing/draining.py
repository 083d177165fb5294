"""Draining: queued writes go to the database, in their order, as soon as it takes them."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..events import Write
from ..notifications import Notification, NotificationExists, NotificationStore
from ..store import Refusal, Store, StoreError, StoreFailed
from .queue import Queue, Waiting

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
"""Seconds between tries while the database is away: twice as long after each."""

_AT_ONCE: Final = 20
_LAST_SECONDS: Final = 5.0
"""How long a server that stops tries to empty its queue; what is left waits for the next start."""

_OF_THE_WRITE: Final = ("22", "23", "54", "P0", "SQLITE_CONSTRAINT", "SQLITE_TOOBIG")
"""How codes begin that are about what is written, not about the state of the database."""

_LOG: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class Drain:
    """How a queue is emptied.

    Attributes:
        failure: What the last try to write to the database failed with, if it did.

    """

    queue: Queue
    events: Store
    notifications: NotificationStore
    now: Callable[[], datetime]
    failure: StoreError | None = None

    def fails(self, error: StoreError) -> None:
        """Take note that the database fails; it is logged once for each way in which it does."""
        if str(self.failure) != str(error):
            code = f" [{code}]" if (code := getattr(error, "code", "")) else ""
            _LOG.warning("%s%s: writes wait in %s", error, code, self.queue.path)
        self.failure = error

    async def keep(self) -> None:
        """Store what waits, for ever."""
        pause = FIRST_PAUSE
        while True:
            await self.queue.until(lambda: self.queue.pending > 0)
            try:
                progress = await self.once()
            except Exception:  # noqa: BLE001 - what waits must not wait for ever
                _LOG.exception("draining the queue %s failed", self.queue.path)
                progress = False
            if progress:
                pause = FIRST_PAUSE
                continue
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def once(self) -> bool:
        """Store the first writes; return whether there was progress."""
        try:
            done = await self._store(await self.queue.first(_AT_ONCE))
        except sqlite3.Error as error:
            # What was stored and not forgotten is stored again, which stores nothing twice.
            _LOG.warning("the queue %s fails: %s", self.queue.path, error)
            return False
        return done

    async def _store(self, waiting: Sequence[Waiting]) -> bool:
        stored: list[int] = []
        try:
            for one in waiting:
                if reason := await self._refused(one):
                    await self.queue.park(one.number, reason)
                else:
                    stored.append(one.number)
            self.failure = None
        except StoreError as error:
            self.fails(error)
            await self.queue.tell()
            return False
        finally:
            if stored:
                await self.queue.forget(stored)
        if waiting and not self.queue.pending:
            _LOG.warning("the queue %s is empty again", self.queue.path)
        return True

    async def _refused(self, one: Waiting) -> str:
        """Store a write; return why it will never be stored, or nothing if it is.

        Raises:
            StoreError: The database fails; the write may be stored later.

        """
        try:
            if isinstance(one.item, Notification):
                await self.notifications.record(one.item, self.now())
            else:
                await self.events.append(_with_identities(one.item))
        except NotificationExists as error:
            # It may be this one: the connection broke while it was committed.
            return "" if error.same else "another record of the notification is stored"
        except Refusal as error:
            return str(error)
        except StoreFailed as error:
            if not error.code.startswith(_OF_THE_WRITE) or type(error) is not StoreFailed:
                raise
            return f"{error} [{error.code}]"
        return ""


def _with_identities(write: Write) -> Write:
    """Return a write whose identities all count as chosen.

    The first try may have stored it, and told nobody: then it is a repetition.
    """
    return replace(write, chosen=frozenset(event.event_id for event in write.events))


@asynccontextmanager
async def drained(
    queue: Queue | None,
    events: Store,
    notifications: NotificationStore,
    now: Callable[[], datetime],
) -> AsyncGenerator[Drain | None]:
    """Drain a queue for as long as the context is open, and once more at its end."""
    if queue is None:
        yield None
        return
    drain = Drain(queue, events, notifications, now)
    keeping = asyncio.create_task(drain.keep())
    try:
        yield drain
    finally:
        await queue.until(lambda: not queue.pending or bool(drain.failure), _LAST_SECONDS)
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        if queue.pending:
            told = "%d writes wait in %s for the next start"
            _LOG.warning(told, queue.pending, queue.path)
