"""Taking events out of the spool: as batches whose keys are on the disk before they are used."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from .delivery import Delivery
from .spoolfile import clear_errors, connect

_CHUNK: Final = 64
"""So many events are looked at together when a batch is formed."""
_CHUNKS: Final = 64
"""So many times at most, lest a transaction that only parks keeps others from appending."""
_COLUMNS: Final = "number, appended, dated, grouped, payload"


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that go out in one request.

    Attributes:
        first: The number of the first.
        last: The number of the last; none between them belongs to another batch.
        key: The idempotency key, which is on the disk.
        attempts: How often it was sent.
        payloads: The JSON text of each event.

    """

    first: int
    last: int
    key: str
    attempts: int
    payloads: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an event is parked.

    Attributes:
        reason: In words, for people.
        status: The status of the answer, None if it was not sent.
        problem: The body of the answer.

    """

    reason: str
    status: int | None = None
    problem: bytes | None = None


class Batches:
    """The way out of a spool. Whoever uses it holds the drainer's lock.

    Every commit reaches the disk, however durable appending is: a key that a loss of power could
    take away would let its batch be stored a second time under another one.
    """

    def __init__(self, path: Path, lock: threading.Lock, delivery: Delivery[Any]) -> None:
        self._path = path
        self._lock = lock
        self._delivery = delivery
        self._connection = connect(path, power=True)

    def next(self) -> Batch | None:
        """Return the batch to send now, in the order of appending; None if nothing waits."""
        while True:
            with clear_errors(self._path):
                found = self._stored()
                if found is not None or not self._any("events"):
                    return found
            with self._writing():
                self._form()

    def attempted(self, batch: Batch) -> None:
        """Count an attempt that failed."""
        with self._writing() as execute:
            execute("UPDATE batches SET attempts = attempts + 1 WHERE first = ?", (batch.first,))

    def sent(self, batch: Batch) -> Batch | None:
        """Remove what the server has taken, and return the next batch."""
        with self._writing() as execute:
            self._remove(batch)
            execute(
                "UPDATE totals SET value = value + ? WHERE name = 'sent'", (len(batch.payloads),)
            )
            if not self._any("batches"):
                self._form()
        with clear_errors(self._path):
            return self._stored()

    def divide(self, batch: Batch, count: int) -> None:
        """Make two batches of one that was refused: its first *count* events, and the others.

        Those that became too old are parked instead: they may be the reason, and one answer
        tells of them all.
        """
        with self._writing() as execute:
            execute("DELETE FROM batches WHERE first = ?", (batch.first,))
            rows = execute(
                f"SELECT {_COLUMNS} FROM events WHERE number BETWEEN ? AND ?",  # noqa: S608 - constant
                (batch.first, batch.last),
            ).fetchall()
            young = self._without_old(rows)
            halves = [young[:count], young[count:]] if len(young) == len(rows) else [young]
            for half in filter(None, halves):
                self._store(half[0][0], half[-1][0])

    def renew(self, batch: Batch) -> None:
        """Give a batch another key."""
        with self._writing() as execute:
            execute("UPDATE batches SET key = ? WHERE first = ?", (uuid4().hex, batch.first))

    def park(self, batch: Batch, fault: Fault) -> None:
        """Put the events of a batch aside, with what is wrong with them."""
        with self._writing() as execute:
            execute("DELETE FROM batches WHERE first = ?", (batch.first,))
            self._park("number BETWEEN ? AND ?", (batch.first, batch.last), fault)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _writing(self) -> Generator[Callable[..., sqlite3.Cursor]]:
        """Give what executes statements in one transaction."""
        execute = self._connection.execute
        with clear_errors(self._path), self._lock:
            execute("BEGIN IMMEDIATE")
            try:
                yield execute
                execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    execute("ROLLBACK")
                raise

    def _any(self, table: str) -> bool:
        asked = self._connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")  # noqa: S608 - constant
        return bool(asked.fetchone()[0])

    def _stored(self) -> Batch | None:
        row = self._connection.execute(
            "SELECT first, last, key, attempts FROM batches ORDER BY first LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        payloads = self._connection.execute(
            "SELECT payload FROM events WHERE number BETWEEN ? AND ? ORDER BY number", row[:2]
        ).fetchall()
        first, last, key, attempts = row
        return Batch(first, last, key, attempts, tuple(payload for (payload,) in payloads))

    def _form(self) -> None:
        """Make a batch of the first events, those that are too old parked."""
        young: list[tuple[Any, ...]] = []
        after = fitting = 0
        for _ in range(_CHUNKS):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM events WHERE number > ? ORDER BY number LIMIT ?",  # noqa: S608 - constant
                (after, _CHUNK),
            ).fetchall()
            young += self._without_old(rows)
            fitting = self._delivery.fitting([len(row[-1]) for row in young])
            if fitting < len(young) or len(rows) < _CHUNK or fitting == self._delivery.max_items:
                break
            after = rows[-1][0]
        if young:
            self._store(young[0][0], young[fitting - 1][0])

    def _without_old(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Park the events that are too old, and return the others."""
        now = time.time()
        too_old = {row[0] for row in rows if self._delivery.is_too_old(row[2], now)}
        if too_old:
            days = (self._delivery.max_age or 0) / 86400
            fault = Fault(f"older than the {days:g} days that the server takes; it was not stored")
            for number in too_old:
                self._park("number = ?", (number,), fault)
        return [row for row in rows if row[0] not in too_old]

    def _store(self, first: int, last: int) -> None:
        self._connection.execute(
            "INSERT INTO batches (first, last, key) VALUES (?, ?, ?)", (first, last, uuid4().hex)
        )

    def _remove(self, batch: Batch) -> None:
        execute = self._connection.execute
        execute("DELETE FROM batches WHERE first = ?", (batch.first,))
        gone = execute("DELETE FROM events WHERE number BETWEEN ? AND ?", (batch.first, batch.last))
        execute("UPDATE totals SET value = value + ? WHERE name = 'removed'", (gone.rowcount,))

    def _park(self, where: str, values: tuple[object, ...], fault: Fault) -> None:
        execute = self._connection.execute
        execute(
            f"INSERT INTO parked ({_COLUMNS}, parked, status, reason, problem)"  # noqa: S608 - constants
            f" SELECT {_COLUMNS}, ?, ?, ?, ? FROM events WHERE {where}",
            (time.time(), fault.status, fault.reason, fault.problem, *values),
        )
        gone = execute(f"DELETE FROM events WHERE {where}", values)  # noqa: S608 - constants
        for name in ("parked", "removed"):
            execute("UPDATE totals SET value = value + ? WHERE name = ?", (gone.rowcount, name))
