"""Appending on PostgreSQL: few statements for many rows, on the driver's own connection."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from ..chain import Head, Locked
from ..events import Event, Link, Write
from .rows import LINKED_COLUMNS, linked_row

# A head that is not there is made, and one that is there is locked by being written as it is: a
# statement that only reads would not see what another transaction has just committed. The names
# come sorted, so that no two writers wait for each other. The numbers are taken after the locks:
# an aggregate is not there before all of its rows are.
_HEADS: Final = """
heads AS (
  INSERT INTO chain_heads (correlation_id, chain_sequence, event_hash)
  SELECT name, 0, '' FROM unnest($1::text[]) AS wanted(name) {condition}
  ON CONFLICT (correlation_id) DO UPDATE SET chain_sequence = chain_heads.chain_sequence
  RETURNING correlation_id, chain_sequence, event_hash)
SELECT array_agg(correlation_id), array_agg(chain_sequence), array_agg(event_hash),
  CASE WHEN count(*) > 0 THEN
    ARRAY(SELECT nextval('event_sequence') FROM generate_series(1, $2::int)) END
FROM heads
"""
_LOCK: Final = f"WITH {_HEADS.format(condition='')}"
_CLAIM_AND_LOCK: Final = f"""
WITH claimed AS (
  INSERT INTO idempotency_keys (key, fingerprint, event_ids, created_at)
  VALUES ($3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1),
{_HEADS.format(condition="WHERE EXISTS (SELECT FROM claimed)")}
"""  # noqa: S608 - our own words
_INSERT: Final = """
WITH moved AS (
  UPDATE chain_heads SET chain_sequence = ends.number, event_hash = ends.hash
  FROM unnest($1::text[], $2::bigint[], $3::text[]) AS ends(name, number, hash)
  WHERE correlation_id = ends.name)
INSERT INTO event_identities (event_id, sequence, event_date, event_timestamp)
SELECT * FROM unnest($4::uuid[], $5::bigint[], $6::date[], $7::timestamptz[])
"""
_INSERT_ONE: Final = (
    f"INSERT INTO audit_events ({', '.join(LINKED_COLUMNS)})"  # noqa: S608 - our own names
    f" VALUES ({', '.join(f'${number}' for number, _ in enumerate(LINKED_COLUMNS, 1))})"
)
_ONE_BY_ONE: Final = 2
"""So many rows are inserted one by one: COPY costs more to begin."""


async def lock(connection: AsyncConnection, write: Write) -> Locked | None:
    """Claim the key of a write and lock its chains; None if the key is claimed already.

    Who claims the same key at the same time is waited for.
    """
    names = sorted({event.correlation_id for event in write.events})
    values: tuple[Any, ...] = (names, len(write.events))
    if write.key is None:
        found = await connection.exec_driver_sql(_LOCK, values)
    else:
        told = json.dumps([str(event.event_id) for event in write.events])
        claim = (write.key.text, write.key.fingerprint, told, datetime.now(UTC))
        found = await connection.exec_driver_sql(_CLAIM_AND_LOCK, (*values, *claim))
    row: Any = found.one()
    correlations, numbers, hashes, sequences = row
    if sequences is None:
        return None
    heads = map(Head, numbers, hashes)
    return Locked(dict(zip(correlations, heads, strict=True)), sequences)


async def insert(
    connection: AsyncConnection,
    events: Sequence[Event],
    links: Sequence[Link],
    ends: Mapping[str, Head],
) -> None:
    """Insert events with their links, and move the ends of their chains."""
    days = [event.event_timestamp.date() for event in events]
    values = (
        list(ends),
        [end.chain_sequence for end in ends.values()],
        [end.event_hash for end in ends.values()],
        [event.event_id for event in events],
        [link.sequence for link in links],
        days,
        [event.event_timestamp for event in events],
    )
    await connection.exec_driver_sql(_INSERT, values)
    records = list(map(linked_row, events, links, days))
    if len(records) <= _ONE_BY_ONE:
        for record in records:
            await connection.exec_driver_sql(_INSERT_ONE, record)
        return
    # The transaction has begun: what the driver does now is part of it.
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None, "the transaction has begun"  # noqa: S101 - for the type checker
    await driver.copy_records_to_table("audit_events", records=records, columns=LINKED_COLUMNS)
