"""Legal holds over SQLAlchemy Core."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Text,
    any_,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from ..events import Hold, StoredEvent
from ..holds import PlacedHold
from .database import Database
from .tables import audit_events, chain_heads, legal_holds

_REPLACED: Final = "replaced by another hold"
_HOLD: Final = legal_holds.c
_STORED: Final = (
    select(func.count())
    .select_from(audit_events)
    .where(audit_events.c.correlation_id == _HOLD.correlation_id)
    .correlate(legal_holds)
    .scalar_subquery()
)
_IN_FORCE: Final = select(
    _HOLD.correlation_id, _HOLD.reason, _HOLD.placed_by, _HOLD.placed_at, _STORED.label("events")
).where(_HOLD.released_at.is_(None))


class SqlHolds:
    """Legal holds in an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def place(
        self, correlation_id: str, reason: str, user: str, now: datetime
    ) -> PlacedHold | None:
        """Place a hold, or replace the one in force; None if the correlation has no events."""
        wanted = PlacedHold(
            correlation_id=correlation_id, reason=reason, placed_by=user, placed_at=now, events=0
        )
        return await self._database.to_its_end(self._place(wanted))

    async def release(
        self, correlation_id: str, reason: str, user: str, now: datetime
    ) -> int | None:
        """End the hold in force and return how many events are free; None if there is none."""
        return await self._database.to_its_end(self._release(correlation_id, reason, user, now))

    async def in_force(self) -> Sequence[PlacedHold]:
        """Return all holds in force, the newest first."""
        return await self._database.to_its_end(self._in_force())

    async def _place(self, wanted: PlacedHold) -> PlacedHold | None:
        async with self._database.writing() as connection:
            await _lock(connection, wanted.correlation_id)
            counting = select(func.count()).select_from(audit_events)
            mine = audit_events.c.correlation_id == wanted.correlation_id
            events: int = (await connection.execute(counting.where(mine))).scalar_one()
            if not events:
                return None
            standing = await _standing(connection, wanted.correlation_id)
            if standing and _same(standing, wanted):
                return standing
            if standing:
                await _end(
                    connection,
                    wanted.correlation_id,
                    reason=_REPLACED,
                    user=wanted.placed_by,
                    now=wanted.placed_at,
                )
            names = ("correlation_id", "reason", "placed_by", "placed_at")
            values = {name: getattr(wanted, name) for name in names}
            await connection.execute(insert(legal_holds).values(values))
            return replace(wanted, events=events)

    async def _release(
        self, correlation_id: str, reason: str, user: str, now: datetime
    ) -> int | None:
        async with self._database.writing() as connection:
            await _lock(connection, correlation_id)
            standing = await _standing(connection, correlation_id)
            if standing is None:
                return None
            await _end(connection, correlation_id, reason=reason, user=user, now=now)
            return standing.events

    async def _in_force(self) -> Sequence[PlacedHold]:
        async with self._database.reading() as connection:
            rows = await connection.execute(_IN_FORCE.order_by(_HOLD.sequence.desc()))
            return [PlacedHold(**row) for row in rows.mappings()]


async def _lock(connection: AsyncConnection, correlation_id: str) -> None:
    """Wait for whoever places, releases, or deletes what would be held.

    The row is written, though not changed: whoever deletes in an older snapshot then fails.
    """
    head = chain_heads.c
    same = {"chain_sequence": head.chain_sequence}
    mine = head.correlation_id == correlation_id
    await connection.execute(update(chain_heads).where(mine).values(same))


async def _standing(connection: AsyncConnection, correlation_id: str) -> PlacedHold | None:
    asked = _IN_FORCE.where(_HOLD.correlation_id == correlation_id)
    row = (await connection.execute(asked)).mappings().one_or_none()
    return None if row is None else PlacedHold(**row)


async def _end(
    connection: AsyncConnection, correlation_id: str, *, reason: str, user: str, now: datetime
) -> None:
    mine = (_HOLD.correlation_id == correlation_id, _HOLD.released_at.is_(None))
    ending = {"released_at": now, "released_by": user, "release_reason": reason}
    await connection.execute(update(legal_holds).where(*mine).values(ending))


def _same(standing: PlacedHold, wanted: PlacedHold) -> bool:
    return (standing.reason, standing.placed_by) == (wanted.reason, wanted.placed_by)


async def with_holds(
    connection: AsyncConnection, events: Sequence[StoredEvent]
) -> list[StoredEvent]:
    """Return events with the last hold that there was on each."""
    holds = await _last_holds(connection, {found.event.correlation_id for found in events})
    if not holds:
        return list(events)
    none = Hold()
    return [replace(found, hold=holds.get(found.event.correlation_id, none)) for found in events]


async def _last_holds(
    connection: AsyncConnection, correlations: Iterable[str]
) -> Mapping[str, Hold]:
    last = (
        select(func.max(_HOLD.sequence))
        .where(_among(list(correlations), connection.dialect.name))
        .group_by(_HOLD.correlation_id)
    )
    rows = await connection.execute(select(legal_holds).where(_HOLD.sequence.in_(last)))
    return {row.correlation_id: _hold(row) for row in rows}


def _among(correlations: Sequence[str], dialect: str) -> ColumnElement[bool]:
    """Return a condition that is one parameter, however many correlations there are."""
    if dialect == "postgresql":
        return _HOLD.correlation_id == any_(literal(correlations, ARRAY(Text)))
    names = func.json_each(json.dumps(correlations)).table_valued("value")
    return _HOLD.correlation_id.in_(select(names.c.value))


def _hold(row: Row[Any]) -> Hold:
    released = f" [Released: {row.release_reason}]" if row.released_at else ""
    return Hold(
        legal_hold=row.released_at is None,
        legal_hold_reason=f"{row.reason}{released}",
        legal_hold_placed_by=row.placed_by,
        legal_hold_placed_at=row.placed_at,
    )
