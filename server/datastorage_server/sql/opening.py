"""Opening a database: its place, its engine, and its schema if that is to be made."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from sqlalchemy import Connection

from ..databases import Address, PostgresqlDatabase
from ..errors import StartError
from ..store import StoreError, StoreFailed, StoreUnavailable
from .database import WRITING_SECONDS, Database
from .durability import weaknesses
from .engine import engine_of
from .guards import unguarded
from .migrations import known_revisions, upgrade
from .schema import columns, version_fault
from .sqlite import BUSY_TIMEOUT

MIGRATION_SECONDS: Final = 900.0
"""How long migrations may take, the wait for those of another process included."""

_LOG: Final = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the time by this machine's clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_database(
    address: Address,
    *,
    migrate: bool | None = None,
    now: Callable[[], datetime] = utc_now,
) -> AsyncGenerator[Database]:
    """Open a database, and close it at the end.

    A PostgreSQL that cannot be reached now is opened nevertheless: it may come later.

    Args:
        address: Where it is.
        migrate: Whether its schema is brought up to date before; None means only that of a
            SQLite database that is missing or empty.
        now: The clock that says which partitions are needed, in UTC.

    Raises:
        StartError: The database cannot be used.

    """
    async with _connected(address, now) as database:
        try:
            await _prepare_or_say(database, address, migrate=migrate)
        except _NotNowError as error:
            if migrate:
                raise
            _LOG.warning("%s; the server is not ready until it can be used", error)
        await database.to_its_end(_warn_of_gaps(database))
        await database.to_its_end(_warn_of_losses(database))
        yield database


async def _warn_of_gaps(database: Database) -> None:
    """Tell of tables whose triggers somebody removed; a schema that is not whole is told of later.

    The server serves nevertheless: events that are not stored at all would be worse.
    """
    try:
        await database.check_schema()
        async with database.reading() as connection:
            open_tables = await connection.run_sync(unguarded)
    except StoreError:
        return
    if open_tables:
        _LOG.warning(
            "SQL can change what is stored in %s: triggers are missing or disabled"
            " (docs/audit-proof.md)",
            ", ".join(open_tables),
        )


async def _warn_of_losses(database: Database) -> None:
    """Tell of settings by which the database loses what it has committed.

    The server serves nevertheless: test databases are set so, and what is lost is for their owner
    to decide.
    """
    try:
        async with database.reading() as connection:
            found = await connection.run_sync(weaknesses)
    except StoreError:
        return  # it is away, which was told
    for weakness in found:
        _LOG.warning("events that were answered with 201 can be lost: %s", weakness)


async def migrate_at(address: Address) -> tuple[str, ...]:
    """Bring the schema of a database up to date, and return the revisions that were applied.

    Raises:
        StartError: The database cannot be used, or no migration can help it.

    """
    async with _connected(address, utc_now) as database:
        return await _prepare_or_say(database, address, migrate=True)


@asynccontextmanager
async def _connected(address: Address, now: Callable[[], datetime]) -> AsyncGenerator[Database]:
    engine = engine_of(address)
    try:
        database = Database(engine, known_revisions(), now)
        try:
            yield database
        finally:
            await database.settle()
    finally:
        await engine.dispose()


class _NotNowError(StartError):
    """A PostgreSQL that may be usable later."""


async def migrated(database: Database) -> tuple[str, ...]:
    """Bring the schema up to date, and return the revisions that were applied, oldest first.

    Raises:
        StoreFailed: No migration can: the message says why, and what to do.
        StoreUnavailable: The database cannot be used now.

    """
    return await database.to_its_end(_prepare(database, migrate=True))


async def _prepare_or_say(
    database: Database, address: Address, *, migrate: bool | None
) -> tuple[str, ...]:
    """Prepare the database; where SQLite does not wait for a lock by itself, wait for it here.

    When two processes change a new file to the WAL at once, one is refused without waiting.
    """
    deadline = monotonic() + BUSY_TIMEOUT / 1000
    while True:
        try:
            return await _prepare(database, migrate=migrate)
        except StoreFailed as error:
            raise StartError(f"{error}: {address}") from error
        except StoreUnavailable as error:
            if isinstance(address, PostgresqlDatabase):
                raise _NotNowError(f"{error}: {address}") from error
            if not error.code.startswith("SQLITE_BUSY") or monotonic() > deadline:
                raise StartError(f"{error}: {address}") from error
        await asyncio.sleep(0.05)


async def _prepare(database: Database, *, migrate: bool | None) -> tuple[str, ...]:
    revisions = known_revisions()

    def prepare(connection: Connection) -> tuple[str, ...]:
        found = columns(connection)
        if fault := version_fault(connection, found, revisions):
            raise StoreFailed(fault)
        fresh = database.dialect == "sqlite" and not found
        return upgrade(connection) if migrate or (migrate is None and fresh) else ()

    async with database.writing(MIGRATION_SECONDS if migrate else WRITING_SECONDS) as connection:
        return await connection.run_sync(prepare)
