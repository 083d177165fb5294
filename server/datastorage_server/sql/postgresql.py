"""PostgreSQL: connections over asyncpg that never wait for ever."""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ..databases import PostgresqlDatabase


def postgresql_engine(database: PostgresqlDatabase) -> AsyncEngine:
    """Return an engine with a bounded pool; its sessions are in UTC and have timeouts."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            database.dsn,
            timeout=database.connect_seconds,
            server_settings={
                "application_name": database.application_name,
                "timezone": "UTC",
                "statement_timeout": _milliseconds(database.statement_seconds),
                "lock_timeout": _milliseconds(database.lock_seconds),
                # A client that vanished within a transaction keeps its locks no longer than this.
                "idle_in_transaction_session_timeout": _milliseconds(database.statement_seconds),
            },
        )

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=database.connections,
        max_overflow=0,
        pool_timeout=database.acquire_seconds,
        json_deserializer=str,  # a JSON column is read as the text it holds, as on SQLite
        hide_parameters=True,  # events may hold secrets, and failures are logged
    )
    event.listen(engine.sync_engine, "checkout", _on_checkout)
    return engine


def _on_checkout(connection: Any, record: Any, proxy: Any) -> None:
    """Replace a pooled connection whose server has gone, before a request meets it."""
    del record, proxy
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))
