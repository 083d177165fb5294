"""Appending: what one writing transaction does to store events, all of them or none.

The order within is what keeps it right: the key is claimed before anything is looked at, so that
a repetition waits for the first; the heads of the chains are locked, in one order everywhere,
before sequence numbers are taken, so that the order of insertion and the order of each chain are
the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..chain import ChainKey, chained
from ..events import Event, Key, Receipt, Write
from ..store import IdentityTaken, KeyReused, ParentsMissing, StoreUnavailable
from . import appending_postgresql, appending_sqlite
from .tables import audit_events, event_identities, idempotency_keys


async def append(connection: AsyncConnection, write: Write, key: ChainKey | None) -> Receipt:
    """Store all events of a write, or none; a repetition stores nothing.

    Raises:
        Refusal: The write contradicts what is stored.

    """
    way = appending_postgresql if connection.dialect.name == "postgresql" else appending_sqlite
    identities = tuple(event.event_id for event in write.events)
    locked = await way.lock(connection, write)
    if locked is None:
        assert write.key is not None, "only a key can be claimed already"  # noqa: S101 - for the type checker
        first = await first_answer(connection, write.key)
        if first is None:  # its row is gone again: the next try finds out why
            raise StoreUnavailable("the idempotency key is being changed", code="40001")
        return first
    events = await _with_parents(connection, await _fresh(connection, write))
    if events:
        sequences = locked.sequences[: len(events)]
        links, ends = chained(events, sequences, locked.heads, key)
        await way.insert(connection, events, links, ends)
    return Receipt(identities, len(events))


async def first_answer(connection: AsyncConnection, key: Key) -> Receipt | None:
    """Return the receipt of the write that a key belongs to, or None if it belongs to none.

    Raises:
        KeyReused: The key belongs to another request.

    """
    table = idempotency_keys.c
    statement = select(table.fingerprint, table.event_ids).where(table.key == key.text)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    if row.fingerprint != key.fingerprint:
        raise KeyReused("the idempotency key belongs to another request")
    return Receipt(tuple(UUID(identity) for identity in json.loads(row.event_ids)), 0)


async def fingerprints(
    connection: AsyncConnection, identities: Iterable[UUID]
) -> Mapping[UUID, str]:
    """Return the fingerprints of the events that are stored under these identities."""
    wanted = list(identities)
    if not wanted:
        return {}
    events, known = audit_events.c, event_identities.c
    same = and_(events.sequence == known.sequence, events.event_date == known.event_date)
    statement = (
        select(known.event_id, events.fingerprint)
        .select_from(event_identities.join(audit_events, same))
        .where(known.event_id.in_(wanted))
    )
    return {row.event_id: row.fingerprint for row in await connection.execute(statement)}


async def _fresh(connection: AsyncConnection, write: Write) -> dict[int, Event]:
    """Return the events that are not stored yet, each once, by their indexes in the write.

    Raises:
        IdentityTaken: Another event is stored, or comes in the same write, under an identity.

    """
    known = dict(await fingerprints(connection, write.chosen))
    fresh: dict[int, Event] = {}
    taken: dict[int, UUID] = {}
    for index, event in enumerate(write.events):
        if event.event_id not in known:
            known[event.event_id] = event.fingerprint
            fresh[index] = event
        elif known[event.event_id] != event.fingerprint:
            taken[index] = event.event_id
    if taken:
        raise IdentityTaken(taken)
    return fresh


async def _with_parents(connection: AsyncConnection, events: Mapping[int, Event]) -> list[Event]:
    """Return events with the times of their parents.

    Raises:
        ParentsMissing: A parent is not stored.

    """
    wanted = {event.parent_event_id for event in events.values()} - {None}
    if not wanted:
        return list(events.values())
    table = event_identities.c
    statement = select(table.event_id, table.event_timestamp).where(table.event_id.in_(wanted))
    times = {row.event_id: row.event_timestamp for row in await connection.execute(statement)}
    orphans = [
        index
        for index, event in events.items()
        if event.parent_event_id is not None and event.parent_event_id not in times
    ]
    if orphans:
        raise ParentsMissing(orphans)
    return [
        replace(event, parent_event_date=times.get(event.parent_event_id))
        for event in events.values()
    ]
