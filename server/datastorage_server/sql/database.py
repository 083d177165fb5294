"""The database: transactions that are whole, end in time, and fail in the terms of the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, Final, Literal, TypeVar, cast

from sqlalchemy import AsyncAdaptedQueuePool, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ..store import StoreError, StoreFailed, StoreUnavailable
from .failures import DRIVER_ERRORS, translate
from .schema import fault
from .sqlite import WRITING

T = TypeVar("T")

READING_SECONDS: Final = 35.0
"""How long a reading transaction may take: a little more than PostgreSQL gives one statement."""

WRITING_SECONDS: Final = 15.0
"""How long a writing transaction may take: a little more than it may wait for a lock."""

CHECKING_SECONDS: Final = 5.0
"""How long a health check may take."""


class Database:
    """A database and its connections.

    A transaction that has begun is brought to its end even if its caller is cancelled: whether it
    was committed is never left open, and a database in memory keeps its one connection.

    Attributes:
        dialect: Which database it is, for statements that differ.

    """

    dialect: Literal["sqlite", "postgresql"]

    def __init__(
        self, engine: AsyncEngine, revisions: Sequence[str], now: Callable[[], datetime]
    ) -> None:
        self.dialect = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        self._engine = engine
        self._revisions = revisions
        self._now = now
        self._line = asyncio.Lock()  # writers of this process wait in line, without polling
        self._running: set[asyncio.Task[Any]] = set()

    def reading(
        self, seconds: float = READING_SECONDS
    ) -> AbstractAsyncContextManager[AsyncConnection]:
        """Return a transaction that reads: one snapshot of the database, for *seconds* at most.

        Raises:
            StoreError: The database failed.

        """
        options: dict[str, Any] = {WRITING: False}
        if self.dialect == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return self._told(self._transaction(options, seconds))

    @asynccontextmanager
    async def writing(self, seconds: float = WRITING_SECONDS) -> AsyncGenerator[AsyncConnection]:
        """Commit what is done within, or nothing of it; it may take *seconds* at most.

        Raises:
            StoreError: The database failed; nothing was written, unless the connection broke
                while it was committed.

        """
        transaction = self._told(self._transaction({WRITING: True}, seconds))
        if self.dialect == "postgresql":
            async with transaction as connection:
                yield connection
            return
        async with self._line, transaction as connection:
            yield connection

    def pool(self) -> tuple[int, int]:
        """Return how many connections are in use, and how many may be."""
        pool = cast("AsyncAdaptedQueuePool", self._engine.pool)
        return pool.checkedout(), pool.size()

    async def to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what *work* returns; it runs to its end even if the caller is cancelled."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait for the work that has begun."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def ping(self) -> None:
        """Return if the database answers.

        Raises:
            StoreError: It does not.

        """
        await self.to_its_end(self._ping())

    async def check_schema(self) -> None:
        """Return if the database answers and has all that this version needs now.

        Raises:
            SchemaMissing: A table, a column or a migration is missing.
            PartitionMissing: Events that would be accepted now have no partition.
            StoreError: The database does not answer.

        """
        await self.to_its_end(self._check_schema())

    async def _ping(self) -> None:
        async with self.reading(CHECKING_SECONDS) as connection:
            await connection.execute(text("SELECT 1"))

    async def _check_schema(self) -> None:
        async with self.reading(CHECKING_SECONDS) as connection:
            found = await connection.run_sync(fault, self._revisions, self._now())
        if found is not None:
            raise found

    @asynccontextmanager
    async def _transaction(
        self, options: dict[str, Any], seconds: float
    ) -> AsyncGenerator[AsyncConnection]:
        async with self._engine.connect() as connected:
            connection = await connected.execution_options(**options)
            async with self._guarded(connection, seconds), connection.begin():
                yield connection

    @asynccontextmanager
    async def _guarded(self, connection: AsyncConnection, seconds: float) -> AsyncGenerator[None]:
        """Drop the connection when the time is over: a frozen database answers nobody else.

        Cancelling the statement would not do, for the driver then waits for the database to
        confirm it. SQLite runs in this process and needs none of this.
        """
        if self.dialect == "sqlite":
            yield
            return
        driver = cast("Any", (await connection.get_raw_connection()).driver_connection)
        timer = asyncio.get_running_loop().call_later(seconds, driver.terminate)
        try:
            yield
        except DRIVER_ERRORS as error:
            if timer.when() <= asyncio.get_running_loop().time():
                told = f"the database did not answer within {seconds:g} seconds"
                raise StoreUnavailable(told) from error
            raise
        finally:
            timer.cancel()

    @asynccontextmanager
    async def _told(
        self, transaction: AbstractAsyncContextManager[AsyncConnection]
    ) -> AsyncGenerator[AsyncConnection]:
        """Raise what fails within in the terms of the store."""
        try:
            async with transaction as connection:
                yield connection
        except DRIVER_ERRORS as error:
            raise await self._explained(translate(error)) from error

    async def _explained(self, failure: StoreError) -> StoreError:
        """Return the failure, named after what the schema lacks if that explains it."""
        if not isinstance(failure, StoreFailed) or failure.fields:
            return failure
        try:
            async with self._transaction({WRITING: False}, CHECKING_SECONDS) as connection:
                found = await connection.run_sync(fault, self._revisions, self._now())
        except (*DRIVER_ERRORS, StoreError):
            return failure
        if found is None:
            return failure
        found.code, found.words = failure.code, failure.words
        return found
