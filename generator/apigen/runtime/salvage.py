"""What is left of a damaged spool, brought into a new one."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .filelock import FileLock
from .spoolfile import clear_errors, connect, unusable

_TABLES: Final = {
    "events": ("number", "appended", "dated", "grouped", "payload"),
    "batches": ("first", "last", "key", "attempts"),
    "parked": ("number", "appended", "dated", "grouped", "payload", "parked", "status", "reason",
               "problem"),
    "totals": ("name", "value"),
    "sqlite_sequence": ("name", "seq"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What came of it.

    Attributes:
        saved: How many events wait or are parked in the new spool.
        damaged: Where the old one is now.

    """

    saved: int
    damaged: Path


def salvage(path: Path) -> Salvaged:
    """Bring every row of a spool that can be read into a new one, and put that in its place.

    Batches keep their keys, so that what was sent before is not stored twice. To be called while
    no outbox uses the spool. The damaged file is moved aside, as it is, at the very end.

    Raises:
        SpoolUnusable: There is no such file, or an outbox uses it.

    """
    if not path.is_file():
        raise unusable(path, "there is no such file")
    lock = FileLock(path.with_name(path.name + ".lock"))
    stamp = time.time_ns()
    fresh = path.with_name(f"{path.name}.salvaged-{stamp}")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    with clear_errors(path):
        if not lock.acquire():
            raise unusable(path, "an outbox uses it; end that first")
        try:
            with closing(connect(fresh, power=True)) as new:
                _copy(path, new)
                asked = "SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM parked)"
                saved = new.execute(asked).fetchone()[0]
            for suffix in ("-wal", "-shm", ""):
                beside = path.with_name(path.name + suffix)
                if beside.exists():
                    beside.rename(aside.with_name(aside.name + suffix))
            fresh.rename(path)
        finally:
            lock.release()
    return Salvaged(saved, aside)


def _copy(damaged: Path, new: sqlite3.Connection) -> None:
    new.execute("BEGIN IMMEDIATE")
    for table, columns in _TABLES.items():
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        statement = f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - constants
        for row in _readable(damaged, table, columns):
            new.execute(statement, row)
    _recount(new)
    new.execute("COMMIT")


def _recount(new: sqlite3.Connection) -> None:
    """Make the counters agree with what was read, and no number be given twice."""
    highest = new.execute(
        "SELECT max(coalesce((SELECT max(number) FROM events), 0),"
        " coalesce((SELECT max(number) FROM parked), 0),"
        " coalesce((SELECT max(last) FROM batches), 0),"
        " coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'events'), 0))"
    ).fetchone()[0]
    new.execute("DELETE FROM sqlite_sequence")
    new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", (highest,))
    waiting = new.execute("SELECT count(*) FROM events").fetchone()[0]
    new.execute("UPDATE totals SET value = ? WHERE name = 'removed'", (highest - waiting,))


def _readable(damaged: Path, table: str, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table from both of its ends, up to what cannot be read."""
    names = ", ".join(columns)
    seen: set[Any] = set()
    for order in ("ASC", "DESC"):
        statement = f"SELECT {names} FROM {table} ORDER BY {columns[0]} {order}"  # noqa: S608 - constants
        # Read only, so that closing it does not write to it.
        address = f"{damaged.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as old:
                for row in old.execute(statement):
                    if row[0] in seen:
                        return
                    seen.add(row[0])
                    yield row
        except sqlite3.DatabaseError:
            continue
