"""Appending on SQLite: the transaction has the only write lock there is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy import insert as insert_into
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from ..chain import Head, Locked
from ..events import Event, Link, Write
from .rows import LINKED_COLUMNS, linked_row
from .tables import audit_events, chain_heads, event_identities, idempotency_keys

_IDENTITY: Final = ("event_id", "sequence", "event_date", "event_timestamp")


async def lock(connection: AsyncConnection, write: Write) -> Locked | None:
    """Claim the key of a write, and read the ends of its chains; None if the key is claimed."""
    if write.key is not None:
        row = {
            "key": write.key.text,
            "fingerprint": write.key.fingerprint,
            "event_ids": json.dumps([str(event.event_id) for event in write.events]),
            "created_at": datetime.now(UTC),
        }
        claiming = insert_or(idempotency_keys).values(row).on_conflict_do_nothing()
        claimed = await connection.execute(claiming.returning(idempotency_keys.c.key))
        if claimed.scalar_one_or_none() is None:
            return None
    wanted = {event.correlation_id for event in write.events}
    asked = select(chain_heads).where(chain_heads.c.correlation_id.in_(wanted))
    heads = {
        row.correlation_id: Head(row.chain_sequence, row.event_hash)
        for row in await connection.execute(asked)
    }
    last = select(func.coalesce(func.max(audit_events.c.sequence), 0))
    first = (await connection.execute(last)).scalar_one() + 1
    return Locked(heads, range(first, first + len(write.events)))


async def insert(
    connection: AsyncConnection,
    events: Sequence[Event],
    links: Sequence[Link],
    ends: Mapping[str, Head],
) -> None:
    """Insert events with their links, and move the ends of their chains."""
    days = [event.event_timestamp.date() for event in events]
    values = map(linked_row, events, links, days)
    rows = [dict(zip(LINKED_COLUMNS, row, strict=True)) for row in values]
    identities = [{name: row[name] for name in _IDENTITY} for row in rows]
    await connection.execute(insert_into(event_identities), identities)
    await connection.execute(insert_into(audit_events), rows)
    setting = insert_or(chain_heads)
    fresh = setting.excluded
    changed = {"chain_sequence": fresh.chain_sequence, "event_hash": fresh.event_hash}
    moved = [{"correlation_id": name, **asdict(end)} for name, end in ends.items()]
    await connection.execute(
        setting.on_conflict_do_update([chain_heads.c.correlation_id], set_=changed), moved
    )
