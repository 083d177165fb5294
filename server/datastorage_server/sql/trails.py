"""The trails of remediations over SQLAlchemy Core.

Both statements walk an index that the migration ``remediations`` made, over these events only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, exists, func, literal, literal_column, select

from ..events import StoredEvent
from ..remediation.trail import ASSESSMENTS, ATTEMPT, PARTS, Attempts, Trail
from .database import Database
from .rows import EVENT_COLUMNS, from_row
from .tables import audit_events

TRAIL_TYPES: Final = tuple(dict.fromkeys((*PARTS, *ASSESSMENTS)))
"""The types in the index of trails: those that an index of this version has, in its order."""

TARGET_LENGTH: Final = 600
"""How much of a target is in the index: PostgreSQL takes no longer keys."""

_NEWEST: Final = (audit_events.c.event_timestamp.desc(), audit_events.c.sequence.desc())


class SqlTrails:
    """The events of remediations in an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def trails(
        self, correlations: Collection[str], types: Sequence[str], each: int
    ) -> Mapping[str, Trail]:
        """Return the newest *each* events of each type, for each correlation that has any."""
        return await self._database.to_its_end(self._trails(list(correlations), types, each))

    async def attempts(self, wanted: Attempts) -> Trail:
        """Return the events with which attempts to remedy a resource began, oldest first."""
        return await self._database.to_its_end(self._attempts(wanted))

    async def is_known(self, correlation_id: str) -> bool:
        """Return whether any event carries the correlation."""
        return await self._database.to_its_end(self._is_known(correlation_id))

    @staticmethod
    def trails_asked(correlations: list[str], types: Sequence[str], each: int) -> Select[Any]:
        """Return the statement that reads trails."""
        table = audit_events.c
        place = func.row_number().over(
            partition_by=(table.correlation_id, table.event_type), order_by=_NEWEST
        )
        ranked = (
            select(table.sequence, table.event_date, place.label("place"))
            .where(in_trails(), table.correlation_id.in_(correlations), _one_of(types))
            .subquery()
        )
        return (
            select(*EVENT_COLUMNS)
            .join(
                ranked,
                (ranked.c.sequence == table.sequence) & (ranked.c.event_date == table.event_date),
            )
            .where(ranked.c.place <= each)
            .order_by(table.event_timestamp, table.sequence)
        )

    @staticmethod
    def attempts_asked(wanted: Attempts) -> Select[Any]:
        """Return the statement that reads the beginnings of attempts."""
        table = audit_events.c
        target = table.event_data.op("->>", return_type=Text())(literal_column("'target_resource'"))
        head = func.substr(target, 1, literal_column(str(TARGET_LENGTH)))
        where: list[ColumnElement[bool]] = [
            table.event_type == literal_column(f"'{ATTEMPT}'"),
            head == literal(wanted.target[:TARGET_LENGTH], Text()),
            target == literal(wanted.target, Text()),
            table.event_timestamp > wanted.after,
            table.event_timestamp <= wanted.until,
        ]
        if wanted.cluster_id is not None:
            where.append(table.cluster_id == wanted.cluster_id)
        return select(*EVENT_COLUMNS).where(*where).order_by(*_NEWEST).limit(wanted.limit)

    async def _trails(
        self, correlations: list[str], types: Sequence[str], each: int
    ) -> Mapping[str, Trail]:
        asked = self.trails_asked(correlations, types, each)
        found: dict[str, list[StoredEvent]] = {}
        async with self._database.reading() as connection:
            for row in (await connection.execute(asked)).mappings():
                event = from_row(row)
                found.setdefault(event.event.correlation_id, []).append(event)
        return {name: tuple(events) for name, events in found.items()}

    async def _attempts(self, wanted: Attempts) -> Trail:
        asked = self.attempts_asked(wanted)
        async with self._database.reading() as connection:
            rows: Sequence[Any] = (await connection.execute(asked)).mappings().all()
        return tuple(from_row(row) for row in reversed(rows))

    async def _is_known(self, correlation_id: str) -> bool:
        asked = select(exists().where(audit_events.c.correlation_id == correlation_id))
        async with self._database.reading() as connection:
            return bool((await connection.execute(asked)).scalar_one())


def in_trails() -> ColumnElement[bool]:
    """Return the condition of the index of trails, letter by letter: so SQLite knows it again."""
    return _one_of(TRAIL_TYPES)


def _one_of(types: Sequence[str]) -> ColumnElement[bool]:
    return audit_events.c.event_type.in_([literal_column(f"'{one}'") for one in types])
