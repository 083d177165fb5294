"""The spool's file: an SQLite database in WAL mode, and what can be wrong with it.

Events leave ``events`` only when they were sent or parked. A batch is a range of their numbers with
the idempotency key that it goes out under; since numbers are never used twice, nothing that comes
later can fall into the range.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_APPLICATION: Final = 0x61706F78  # "apox", so that no other database is taken for a spool
_VERSION: Final = 1
PAGE: Final = 4096
"""Bytes of a page: the grain of the bound on the file's size."""

_SCHEMA: Final = """
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    appended REAL NOT NULL,
    dated REAL,
    grouped TEXT,
    payload BLOB NOT NULL
);
CREATE TABLE batches (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    key TEXT NOT NULL UNIQUE,
    attempts INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE parked (
    number INTEGER PRIMARY KEY,
    appended REAL NOT NULL,
    dated REAL,
    grouped TEXT,
    payload BLOB NOT NULL,
    parked REAL NOT NULL,
    status INTEGER,
    reason TEXT NOT NULL,
    problem BLOB
);
CREATE TABLE totals (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO totals VALUES ('sent', 0), ('parked', 0), ('removed', 0);
"""


class OutboxError(Exception):
    """Something kept an outbox from its work."""


class OutboxFull(OutboxError):  # noqa: N818 - named after what happened, as the other errors are
    """The outbox holds as much as it may; the event was not taken."""


class OutboxClosed(OutboxError):  # noqa: N818 - as above
    """The outbox was closed before; the event was not taken."""


class SpoolUnusable(OutboxError):  # noqa: N818 - as above
    """The spool's file cannot be read or written; the event, if it was about one, was not taken."""


def unusable(path: Path, reason: str) -> SpoolUnusable:
    """Return that a spool cannot be used, and why."""
    return SpoolUnusable(f"spool {path}: {reason}")


def connect(path: Path, *, power: bool, max_bytes: int | None = None) -> sqlite3.Connection:
    """Open a spool, making it if there is none.

    Args:
        path: Its file, on a disk of this machine.
        power: Whether each commit reaches the disk before it returns, rather than the system.
        max_bytes: How large the file may become through this connection.

    Raises:
        SpoolUnusable: It cannot be opened, or is none.

    """
    with clear_errors(path):
        _touch(path)
        connection = sqlite3.connect(
            path, timeout=10, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, path)
            connection.execute(f"PRAGMA synchronous={'FULL' if power else 'NORMAL'}")
            if max_bytes is not None:
                connection.execute(f"PRAGMA max_page_count={max_bytes // PAGE}")
                # Copying the log into the file is left to who empties it, unless nobody does.
                connection.execute("PRAGMA wal_autocheckpoint=8192")
        except BaseException:
            connection.close()
            raise
    return connection


def _touch(path: Path) -> None:
    """Make the file, for the eyes of its owner only."""
    if not path.parent.is_dir():
        raise unusable(path, f"there is no folder {path.parent}; make it first")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """See that the file is a spool, or make an empty one into it."""
    for _ in range(100):  # while another process is at it, SQLite may not wait by itself
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    else:
        raise unusable(path, "another process holds it")
    if mode != "wal":
        raise unusable(path, "the file system has no shared memory for SQLite: use a local disk")
    if not _is_spool(connection, path):
        connection.execute("BEGIN IMMEDIATE")
        if not _is_spool(connection, path):
            for statement in _SCHEMA.split(";")[:-1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={_APPLICATION}")
            connection.execute(f"PRAGMA user_version={_VERSION}")
        connection.execute("COMMIT")


def _is_spool(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether the file is a spool; False for one that is empty."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application == _APPLICATION and version == _VERSION:
        return True
    if application == _APPLICATION:
        raise unusable(path, f"it has the format {version}, and this version knows {_VERSION}")
    if application or connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        raise unusable(path, "it is a database of something else; choose another file")
    return False


_HINTS: Final = {
    sqlite3.SQLITE_NOTADB: "it is no SQLite database; it was left as it is: move it away",
    sqlite3.SQLITE_CORRUPT: (
        "it is damaged and was left as it is; 'salvage' of the outbox's command moves it away "
        "and brings what can be read into a new one"
    ),
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written",
    sqlite3.SQLITE_PERM: "it may not be written",
    sqlite3.SQLITE_CANTOPEN: "it, or a file beside it, cannot be opened",
    sqlite3.SQLITE_BUSY: "another process did not let go of it within 10 s",
}


@contextmanager
def clear_errors(path: Path) -> Generator[None]:
    """Turn what SQLite and the system say into what it means.

    Raises:
        SpoolUnusable: What is wrong with the file.

    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        reason = _HINTS.get(code, "SQLite failed")
        raise unusable(path, f"{reason} ({error})") from error
    except OSError as error:
        raise unusable(path, error.strerror or str(error)) from error
