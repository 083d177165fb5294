"""Failures of the database, in the terms of the store.

Told apart by SQLSTATE (PostgreSQL's appendix A) and by SQLite's result codes
(sqlite.org/rescode.html), never by the words of a message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..store import StoreError, StoreFailed, StoreUnavailable
from .tables import metadata

DRIVER_ERRORS: Final = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that died in the middle of an operation
    sqlite3.Error,
    OSError,  # a refused or a lost connection, and TimeoutError
)
"""All that a database may raise: SQLAlchemy does not translate what opening a connection raises."""

_NO_CONNECTION: Final = "the database cannot be reached"
_LOCKED: Final = "the database is locked by another process"
_RULE: Final = "a rule of the database does not take the event"
_UNKNOWN: Final = "the database refused the statement"

_UNAVAILABLE: Final[Mapping[str, str]] = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_PROTOCOL": _LOCKED,
    "SQLITE_FULL": "the disk of the database is full",
    "SQLITE_IOERR": "the disk of the database fails",
    "SQLITE_CANTOPEN": "the database file cannot be opened",
    "SQLITE_NOMEM": "the database is out of memory",
    "08": "the connection to the database is broken",
    "25P03": "the connection to the database is broken",
    "40": "the database had to choose between writes that excluded each other",
    "53": "the database is out of resources",
    "53100": "the disk of the database is full",
    "53200": "the database is out of memory",
    "53300": "the database takes no more connections",
    "55": "what is written is locked by another process",
    "57": "the database stopped the statement",
    "57014": "the database took too long",
    "57P01": "the database is shutting down",
    "57P02": "the database is restarting after a crash",
    "57P03": "the database is starting",
    "58": "the disk of the database fails",
}
_FAILED: Final[Mapping[str, str]] = {
    "SQLITE_READONLY": "the database is read-only",
    "SQLITE_PERM": "the database file may not be used",
    "SQLITE_CORRUPT": "the database file is damaged",
    "SQLITE_NOTADB": "the database file is no SQLite database, or is damaged",
    "SQLITE_CONSTRAINT": _RULE,
    "SQLITE_TOOBIG": "the event is too large for the database",
    "22": "the database does not take a value of the event",
    "23": _RULE,
    "23514": _RULE,
    "25006": "the database is read-only",
    "28": "the database does not let the server in: check the user and the password of its URL",
    "3D": "there is no such database: check the name in its URL, or create it",
    "42": "the database does not understand the statement: its schema is of another version",
    "42501": "the server's user may not do this in the database: grant it",
    "54": "the event is too large for the database",
    "P0": _RULE,
    "XX": "the database is damaged",
}
"""Reasons by SQLSTATE, by its class, and by SQLite's result code."""

_TOLD: Final = "is not what the database takes"
_NEEDED: Final = "is needed by the database"


def translate(error: BaseException) -> StoreError:
    """Return what a failure means; its message has neither values nor addresses."""
    if isinstance(error, PoolTimeout):
        return StoreUnavailable("all connections to the database are in use")
    original = _original(error)
    if isinstance(original, sqlite3.Error):
        return _sqlite(original)
    if isinstance(original, asyncpg.PostgresError):
        return _postgresql(original)
    if isinstance(original, TimeoutError):
        return StoreUnavailable("the database did not answer in time")
    if isinstance(original, OSError | asyncpg.InternalClientError):
        return StoreUnavailable(_NO_CONNECTION, words=type(original).__name__)
    if isinstance(original, asyncpg.InterfaceError):
        return StoreUnavailable(_NO_CONNECTION, words=type(original).__name__)
    return StoreFailed(_UNKNOWN, words=type(original).__name__)


def result_code(error: BaseException) -> str:
    """Return the name of SQLite's extended result code, or nothing if it was not SQLite."""
    return str(getattr(_original(error), "sqlite_errorname", ""))


def _original(error: BaseException) -> BaseException:
    """Return what the driver raised: SQLAlchemy keeps it, and its asyncpg adapter once more."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    adapted = isinstance(error.__cause__, DRIVER_ERRORS)
    known = isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | sqlite3.Error)
    return error.__cause__ if adapted and not known and error.__cause__ is not None else error


def _postgresql(error: Any) -> StoreError:
    code = str(error.sqlstate or "")
    # What a value looked like is told by class 22 only; all else names columns and rules.
    words = "" if code.startswith("22") else str(error.args[0])
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return StoreUnavailable("the schema of the database was just changed", code=code)
    if reason := _by_code(_UNAVAILABLE, code):
        return StoreUnavailable(reason, code=code, words=words)
    reason = _by_code(_FAILED, code) or _UNKNOWN
    if code == "23502" and error.column_name:
        return _field(error.table_name, error.column_name, _NEEDED, code, words)
    if code == "23514" and error.constraint_name is None and error.table_name:
        reason = f"the table {error.table_name} has no partition for the event's time"
    named = str(error.constraint_name or "")
    if code in {"23503", "23514"} and (found := _member(named)):
        return _field(*found, "no such event" if code == "23503" else _TOLD, code, words)
    return StoreFailed(reason, code=code, words=words)


def _by_code(reasons: Mapping[str, str], code: str) -> str:
    return reasons.get(code) or reasons.get(code[:2]) or ""


def _sqlite(error: sqlite3.Error) -> StoreError:
    code = str(getattr(error, "sqlite_errorname", ""))
    kind = "_".join(code.split("_")[:2])  # SQLITE_IOERR_FSYNC is a SQLITE_IOERR
    words = str(error)
    if kind in _UNAVAILABLE:
        return StoreUnavailable(_UNAVAILABLE[kind], code=code, words=words)
    # All that SQLite tells of a constraint is its name, or its table and column.
    _, _, named = words.rpartition(": ")
    if code == "SQLITE_CONSTRAINT_CHECK" and (found := _member(named)):
        return _field(*found, _TOLD, code, words)
    if code == "SQLITE_CONSTRAINT_NOTNULL":
        table, _, column = named.partition(".")
        return _field(table, column, _NEEDED, code, words)
    return StoreFailed(_FAILED.get(kind, _UNKNOWN), code=code, words=words)


def _member(constraint: str) -> tuple[str, str] | None:
    """Return the table and the member that a constraint is named after: ``ck_TABLE_MEMBER``."""
    for table in metadata.tables:
        for kind in ("ck", "fk"):
            if constraint.startswith(prefix := f"{kind}_{table}_"):
                return table, constraint.removeprefix(prefix)
    return None


def _field(table: str | None, member: str, told: str, code: str, words: str) -> StoreFailed:
    owner = "the event's " if table in {None, "audit_events"} else ""
    reason = f"the database does not take {owner}{member}"
    return StoreFailed(reason, {member: told}, code=code, words=words)
