"""The journal: the file behind the queue.

It is a SQLite database of its own in WAL mode with ``synchronous = FULL``: what is in it when a
method returns survives the end of the process and of the machine, and a transaction that was torn
off is not there at all. One process has it, by a lock that ends with the process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..errors import StartError

_APPLICATION: Final = 0x61706771
"""Marks the file as a queue (PRAGMA application_id)."""

_VERSION: Final = 1

_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 1000",
)
_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS queue (number INTEGER PRIMARY KEY,"
    " accepted_at TEXT NOT NULL, content TEXT NOT NULL, parked_at TEXT, reason TEXT)",
    "CREATE INDEX IF NOT EXISTS ix_queue_pending ON queue (number) WHERE parked_at IS NULL",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One queued text, with its place in the order and the time when it was accepted."""

    number: int
    accepted_at: datetime
    content: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The greatest number of a file, how many texts are set aside, and the bytes of all."""

    last: int
    parked: int
    size: int


class Journal:
    """The queued texts in one file. Its methods block; one thread at a time may call them.

    All of them may raise :class:`sqlite3.Error`.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            StartError: It belongs to another process, is damaged, or is no queue.

        """
        self.path = path
        if not path.parent.is_dir():
            raise StartError(f"the folder {path.parent} of the queue does not exist: create it")
        try:
            self._lock = _locked(path)
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        try:
            self._connection = _opened(path)
        except sqlite3.Error as error:
            self._lock.close()
            raise _unusable(path, error) from error
        except StartError:
            self._lock.close()
            raise

    def close(self) -> None:
        """Close the file and let other processes have it."""
        self._connection.close()
        self._lock.close()

    def add(self, entries: Sequence[Entry]) -> None:
        """Keep texts durably, all or none."""
        rows = [
            (one.number, one.accepted_at.astimezone(UTC).isoformat(), one.content)
            for one in entries
        ]
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT INTO queue (number, accepted_at, content) VALUES (?, ?, ?)", rows
            )

    def pending(self, after: int = 0, most: int = 100) -> list[Entry]:
        """Return the first texts after a number that are not parked, in their order."""
        rows = self._connection.execute(
            "SELECT number, accepted_at, content FROM queue"
            " WHERE parked_at IS NULL AND number > ? ORDER BY number LIMIT ?",
            (after, most),
        )
        return [Entry(number, datetime.fromisoformat(at), text) for number, at, text in rows]

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget texts: they are stored where they belong."""
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "DELETE FROM queue WHERE number = ?", [(number,) for number in numbers]
            )

    def park(self, number: int, reason: str, now: datetime) -> None:
        """Set a text aside, with the reason why it cannot be stored."""
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(
                "UPDATE queue SET parked_at = ?, reason = ? WHERE number = ?",
                (now.astimezone(UTC).isoformat(), reason, number),
            )

    def unpark(self, numbers: Sequence[int]) -> None:
        """Let texts that are set aside wait again, all or none.

        Raises:
            LookupError: One of them is not set aside.

        """
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            for number in numbers:
                changed = self._connection.execute(
                    "UPDATE queue SET parked_at = NULL, reason = NULL"
                    " WHERE number = ? AND parked_at IS NOT NULL",
                    (number,),
                )
                if not changed.rowcount:
                    raise LookupError(f"no write {number} is set aside")

    def summary(self) -> Summary:
        """Return what the file holds in all."""
        asked = (
            "SELECT coalesce(max(number), 0), count(parked_at),"
            " coalesce(sum(length(CAST(content AS BLOB))), 0) FROM queue"
        )
        return Summary(*self._connection.execute(asked).fetchone())


def _locked(path: Path) -> sqlite3.Connection:
    """Return a connection that holds the lock of a queue for as long as it is open.

    The lock is on a file of its own, so that people can read the queue while a server has it.
    """
    lock = sqlite3.connect(
        path.with_name(f"{path.name}.lock"),
        timeout=0,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        lock.close()
        raise
    return lock


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        check_queue(connection, path)
        for statement in (*_PRAGMAS, *_SCHEMA):
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def check_queue(connection: sqlite3.Connection, path: Path) -> None:
    """Return if a file may be used as a queue.

    Raises:
        StartError: It is something else, damaged, or of a later version.

    """
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if tables and application != _APPLICATION:
        raise StartError(f"{path} is another SQLite database, not a queue: name another file")
    if version > _VERSION:
        raise StartError(f"the queue {path} was made by a later version of the server")
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StartError(_DAMAGED.format(path=path))


_DAMAGED: Final = (
    "the queue {path} is damaged, and accepted writes are in it: keep a copy, let"
    " 'sqlite3 {path} .recover' save what can be read, and start with another file until then"
)


def _unusable(path: Path, error: sqlite3.Error) -> StartError:
    code = str(getattr(error, "sqlite_errorname", ""))
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StartError(
            f"the queue {path} belongs to another server process: each needs its own, name one;"
            " for 'parked retry' stop that server first"
        )
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StartError(_DAMAGED.format(path=path))
    return StartError(f"the queue {path} cannot be used: {error}")
