"""Upkeep: the partitions of the months to come are made while the server runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from ..store import StoreError
from .database import Database
from .migrations import lock_schema
from .partitions import make_partitions, missing_months

_DAY: Final = 86_400.0
_AGAIN: Final = 300.0
"""Seconds after which what failed is tried again."""

_LOCK_SECONDS: Final = 3
"""How long upkeep waits for a lock: while it waits, writers wait behind it."""

_UPKEEP_SECONDS: Final = 60.0

_LOG: Final = logging.getLogger(__name__)


@asynccontextmanager
async def partitions_kept(database: Database, now: Callable[[], datetime]) -> AsyncGenerator[None]:
    """Make partitions ahead, at once and then daily, for as long as the context is open."""
    if database.dialect == "sqlite":
        yield
        return
    keeping = asyncio.create_task(_keep(database, now))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def _keep(database: Database, now: Callable[[], datetime]) -> None:
    while True:
        try:
            made = await database.to_its_end(keep_partitions(database, now()))
        except StoreError as error:
            _LOG.warning("no partitions were made: %s", error)
            await asyncio.sleep(_AGAIN)
        else:
            if made:
                _LOG.info("partitions made: %s", ", ".join(made))
            await asyncio.sleep(_DAY)


async def keep_partitions(database: Database, now: datetime) -> list[str]:
    """Make the partitions that are missing at a time, and return their names.

    A database without the schema is left alone: its migrations make the partitions.

    Raises:
        StoreError: The database failed, or another process held its locks for too long.

    """
    async with database.reading() as connection:
        if not await connection.run_sync(_wanting, now):
            return []
    async with database.writing(_UPKEEP_SECONDS) as connection:
        return await connection.run_sync(_make, now)


def _wanting(connection: Connection, now: datetime) -> bool:
    there = connection.execute(text("SELECT to_regclass('audit_events') IS NOT NULL")).scalar_one()
    return bool(there) and bool(missing_months(connection, now))


def _make(connection: Connection, now: datetime) -> list[str]:
    lock_schema(connection, seconds=_LOCK_SECONDS)
    return make_partitions(connection, now)
