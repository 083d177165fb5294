"""Audits of notifications in an SQL database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from ..notifications import Notification, NotificationExists, Recorded
from ..store import KeyReused
from .database import Database
from .tables import notification_audit

_NAMES = tuple(field.name for field in fields(Notification))


class SqlNotifications:
    """Notifications in an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, notification: Notification, now: datetime) -> Recorded:
        """Store a notification durably; a repetition under its key returns the first record."""
        return await self._database.to_its_end(self._record(notification, now))

    async def _record(self, notification: Notification, now: datetime) -> Recorded:
        async with self._database.writing() as connection:
            row = {**asdict(notification), "created_at": now, "updated_at": now}
            # Whoever stores the same at the same time is waited for here.
            made = self._insert().values(row).returning(notification_audit.c.id)
            number = (await connection.execute(made)).scalar_one_or_none()
            if number is not None:
                return Recorded(number, notification, now, now)
            return await _first(connection, notification)

    def _insert(self) -> Any:
        if self._database.dialect == "postgresql":
            return postgresql.insert(notification_audit).on_conflict_do_nothing()
        return sqlite.insert(notification_audit).on_conflict_do_nothing()


async def _first(connection: AsyncConnection, again: Notification) -> Recorded:
    """Return the record that another one repeats.

    Raises:
        NotificationExists: It is no repetition under a key.
        KeyReused: The key belongs to another record.

    """
    table = notification_audit.c
    if again.idempotency_key is not None:
        asked = select(notification_audit).where(table.idempotency_key == again.idempotency_key)
        row = (await connection.execute(asked)).mappings().one_or_none()
        if row is not None and row["fingerprint"] != again.fingerprint:
            raise KeyReused("the idempotency key belongs to another request")
        if row is not None:
            return _recorded(row)
    asked = select(table.fingerprint).where(table.notification_id == again.notification_id)
    stored = (await connection.execute(asked)).scalar_one_or_none()
    raise NotificationExists(same=stored == again.fingerprint)


def _recorded(row: Mapping[Any, Any]) -> Recorded:
    notification = Notification(**{name: row[name] for name in _NAMES})
    return Recorded(row["id"], notification, row["created_at"], row["updated_at"])
