"""The way into an outbox, step by step: a blocking and an awaited ``append`` wait in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from uuid import uuid4

from pydantic import ValidationError

from .delivery import Delivery
from .details import misfits
from .problems import InvalidArgument
from .spool import Entry, Spool
from .spoolfile import OutboxError, OutboxFull

T = TypeVar("T")


class Intake(Generic[T]):
    """Writes events as JSON and sees them into the spool.

    Args:
        delivery: How events are written.
        spool: Where to.
        blocks: Whether an event waits for room in a full spool.
        woken: Is called when an event is in the spool, or has no room in it.

    """

    def __init__(
        self, delivery: Delivery[Any], spool: Spool, *, blocks: bool, woken: Callable[[], None]
    ) -> None:
        self._delivery = delivery
        self._spool = spool
        self._blocks = blocks
        self._woken = woken
        self.refused = 0
        """How many events were not taken."""

    def entry(self, event: T) -> Entry:
        """Write an event as JSON, and offer it to the spool.

        Raises:
            InvalidArgument: The event does not fit the contract.

        """
        delivery: Delivery[T] = self._delivery
        try:
            payload = delivery.item.write(event)
            if delivery.identity and delivery.identified(event) is None:
                name, identity = delivery.identity.encode(), str(uuid4()).encode()
                payload = b'%s,"%s":"%s"}' % (payload[:-1], name, identity)
            dated, grouped = delivery.dated(event), delivery.grouped(event)
            entry = Entry(
                None if dated is None else dated.timestamp(),
                None if grouped is None else str(grouped),
                payload,
            )
        except (ValueError, AttributeError, OverflowError, RecursionError) as error:
            self.refused += 1
            told = f"the event does not fit the contract: {_reason(error)}"
            raise InvalidArgument(told) from None
        self._spool.offer(entry)
        return entry

    def take(self, entry: Entry) -> int:
        """Return the number of an entry once it is in the spool. As :meth:`Spool.settle`."""
        try:
            number = self._spool.settle(entry)
        except OutboxFull:
            raise  # may be tried again
        except OutboxError:
            self.refused += 1
            raise
        self._woken()
        return number

    def gives_up(self, deadline: float | None) -> bool:
        """Return whether an event that has no room is not taken."""
        self._woken()
        if self._blocks and (deadline is None or time.monotonic() < deadline):
            return False
        self.refused += 1
        return True

    def again(self, entry: Entry) -> Entry:
        """Offer an entry once more that had no room."""
        fresh = Entry(entry.dated, entry.grouped, entry.payload)
        self._spool.offer(fresh)
        return fresh


def _reason(error: Exception) -> str:
    """Return what the serialiser found, without the value: that may be a secret."""
    if isinstance(error, ValidationError):
        return misfits(error)
    return str(error).partition("input_value=")[0]
