"""The engine of a database, whichever it is."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from ..databases import Address, SqliteDatabase
from .postgresql import postgresql_engine
from .sqlite import sqlite_engine


def engine_of(address: Address) -> AsyncEngine:
    """Return the engine of a database; nothing is connected yet.

    Raises:
        StartError: The database cannot be used.

    """
    if isinstance(address, SqliteDatabase):
        return sqlite_engine(address)
    return postgresql_engine(address)
