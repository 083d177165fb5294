"""The detour: a write goes to the database, or into the queue while that takes none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from ..store import StoreFailed, StoreUnavailable
from .draining import Drain
from .items import Item
from .queue import QueueFull

R = TypeVar("R")

_BUSY: Final = "earlier writes still wait for the database"
_PATIENCE: Final = 2.0
"""Seconds that a write waits for those before it while the queue is being emptied."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A write is in the queue, durably, and will be stored."""


async def stored(drain: Drain | None, item: Item, store: Callable[[], Awaitable[R]]) -> R | Queued:
    """Return what storing returns, or that the item is queued.

    Nothing overtakes what is queued: what a write refers to, and what came under its key before,
    is in the database when the write gets there. While the database fails nobody waits for it.

    Raises:
        StoreError: The item is neither stored nor queued.
        NotificationExists: A record of the notification is stored, or queued.

    """
    if drain is None:
        return await store()
    if drain.queue.pending and not await _empty(drain):
        if isinstance(drain.failure, StoreFailed):
            raise drain.failure  # waiting would not help
        await _put(drain, item)
        return Queued()
    try:
        return await store()
    except StoreUnavailable as error:
        drain.fails(error)
        await _put(drain, item)
        return Queued()


async def _put(drain: Drain, item: Item) -> None:
    try:
        await drain.queue.put(item)
    except QueueFull as error:
        raise StoreUnavailable(f"{drain.failure or _BUSY}, and {error}") from error


async def _empty(drain: Drain) -> bool:
    """Wait a little for the queue to be emptied; not if the database fails."""
    queue = drain.queue
    await queue.until(lambda: bool(drain.failure) or not queue.pending, _PATIENCE)
    return not queue.pending
