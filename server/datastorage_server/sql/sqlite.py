"""SQLite: connections that lose nothing that was acknowledged."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from ..databases import SqliteDatabase
from ..errors import StartError

WRITING: Final = "datastorage_writing"
"""Option of a connection: its transactions write, and take the write lock when they begin."""

BUSY_TIMEOUT: Final = 5_000
"""Milliseconds that a connection waits for the locks of other processes."""

_OLDEST_SQLITE: Final = (3, 38, 0)
"""The first release with the operator ``->``."""

_PRAGMAS: Final = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
)
"""What each connection is told: in this order, for changing the journal may need to wait."""


def sqlite_engine(database: SqliteDatabase) -> AsyncEngine:
    """Return an engine whose writing transactions take the write lock when they begin.

    Beginning with a read and writing later can fail at once when two processes do so. A database
    in memory belongs to its one connection; who else needs it waits.

    Raises:
        StartError: SQLite is too old, or the file cannot be there.

    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        needed = ".".join(map(str, _OLDEST_SQLITE))
        raise StartError(f"SQLite {needed} or later is needed, not {sqlite3.sqlite_version}")
    _check_place(database)
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(database.path or ":memory:")),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=5 if database.path else 1,
        max_overflow=0,
        hide_parameters=True,  # events may hold secrets, and failures are logged
        # SQLAlchemy says when transactions begin, not the driver.
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT / 1000},
    )
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)
    return engine


def _check_place(database: SqliteDatabase) -> None:
    """Raise StartError where SQLite would only say that it cannot open the file."""
    path = database.path
    if path is None:
        return
    if path.is_dir():
        raise StartError(f"{path} is a folder: name a file in it")
    if not path.parent.is_dir():
        raise StartError(f"the folder {path.parent} does not exist: create it first")


def _on_connect(connection: Any, record: Any) -> None:
    del record
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
