"""Writes: the way of events from a request into the store."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from datastorage.problems import ApiError

from .events import Receipt, Write
from .intake import Faults, Sent, faults, prefixes, untimely, write_of
from .metrics import EVENTS, WRITES, Counters
from .problems import invalid_event_data, log_failure, of_write, refused
from .queueing.detour import Queued, stored
from .queueing.draining import Drain
from .store import Refusal, Store, StoreError

_LOG: Final = logging.getLogger(__name__)


async def record(
    store: Store,
    counters: Counters,
    now: datetime,
    operation: str,
    sent: Sequence[Sent],
    key: str | None,
    *,
    batch: bool,
    drain: Drain | None = None,
) -> Receipt | Queued:
    """Store events, all or none, and count what became of them.

    *key* is the idempotency key of the request. With a queue to drain, they are queued while the
    database cannot be written.

    Raises:
        ApiError: The events are refused, or the database failed; nothing was written.

    """
    names = prefixes(len(sent), batch=batch)
    try:
        _check(faults(sent, names))
        receipt = await _append(store, write_of(operation, sent, key), now, names, drain)
    except StoreError as error:
        counters.add(WRITES, operation, "refused" if isinstance(error, Refusal) else "failed")
        log_failure(_LOG, operation, error)
        raise of_write(error, names) from error
    except ApiError:
        counters.add(WRITES, operation, "refused")
        raise
    if isinstance(receipt, Queued):
        counters.add(WRITES, operation, "queued")
        return receipt
    counters.add(WRITES, operation, "stored" if receipt.stored else "repeated")
    counters.add(EVENTS, amount=receipt.stored)
    return receipt


def _check(found: Faults) -> None:
    if found.fields:
        told = "an event breaks a rule; nothing was written"
        raise refused(told, {**found.fields, **found.data})
    if found.data:
        told = "the event_data of an event is too large or too deep; nothing was written"
        raise invalid_event_data(told, found.data)


async def _append(
    store: Store, write: Write, now: datetime, names: Mapping[int, str], drain: Drain | None
) -> Receipt | Queued:
    late = untimely(write, now, names)
    if not late:
        return await stored(drain, write, lambda: store.append(write))
    # A repetition may come at any time: the first one was timely.
    receipt = await store.recall(write)
    if receipt is None:
        raise refused("the time of an event is out of bounds; nothing was written", late)
    return receipt
