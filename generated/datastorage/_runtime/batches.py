"""Taking events out of the spool: as batches whose keys are on the disk before they are used."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from .asides import Asides
from .delivery import Delivery
from .spoolfile import clear_errors, connect

_CHUNK: Final = 64
"""So many events are looked at together when a batch is formed."""
_CHUNKS: Final = 64
"""So many times at most, lest a transaction that only parks keeps others from appending."""
_NO_END: Final = 2**63 - 1
"""Larger than the number of any event."""
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

    def next(self, asides: Asides, now: float) -> Batch | None:
        """Return the batch to send now; None if nothing waits that may be sent.

        It is the first, in the order of appending. Batches that are set aside are passed until they
        are due, and events wait that stay in order with theirs.

        Args:
            asides: Which they are.
            now: The time that they are due by.

        """
        resting = asides.resting(now)
        while True:
            with clear_errors(self._path):
                found, held = self._eligible(resting)
                if found is not None or (held is not None and asides.is_full):
                    return found
                if not self._any("events"):
                    return None
            with self._writing():
                if not self._form(held):
                    return None

    def attempted(self, batch: Batch) -> None:
        """Count an attempt that failed."""
        with self._writing() as execute:
            execute("UPDATE batches SET attempts = attempts + 1 WHERE first = ?", (batch.first,))

    def sent(self, batch: Batch) -> None:
        """Remove what the server has taken, and form the next batch in the same commit."""
        with self._writing() as execute:
            self._remove(batch)
            execute(
                "UPDATE totals SET value = value + ? WHERE name = 'sent'", (len(batch.payloads),)
            )
            if not self._any("batches"):
                self._form(None)

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

    def _eligible(self, resting: frozenset[str]) -> tuple[Batch | None, frozenset[str] | None]:
        """Return the first batch that may be sent, and the groups of those before it that rest.

        None for the groups means that no batch rests.
        """
        nobody: frozenset[str] = frozenset()
        held: frozenset[str] | None = None
        rows = self._connection.execute(
            "SELECT first, last, key, attempts FROM batches ORDER BY first"
        )
        for row in rows.fetchall() if resting else rows.fetchmany(1):
            if not resting:
                return self._read(row), None
            groups = self._groups(*row[:2])
            if row[2] not in resting and not (held and groups & held):
                return self._read(row), held
            held = groups | (held or nobody)
        return None, held

    def _read(self, row: tuple[int, int, str, int]) -> Batch:
        payloads = self._connection.execute(
            "SELECT payload FROM events WHERE number BETWEEN ? AND ? ORDER BY number", row[:2]
        ).fetchall()
        return Batch(*row, tuple(payload for (payload,) in payloads))

    def _groups(self, first: int, last: int) -> frozenset[str]:
        """Return the groups of a batch; events of none are a group as well."""
        asked = "SELECT DISTINCT coalesce(grouped, '') FROM events WHERE number BETWEEN ? AND ?"
        return frozenset(group for (group,) in self._connection.execute(asked, (first, last)))

    def _free(self, held: frozenset[str]) -> tuple[int, int] | None:
        """Return the first events that are in no batch and wait for none: from and up to where."""
        waits = (
            "(coalesce(grouped, '') IN (SELECT value FROM json_each(?)) OR EXISTS"
            " (SELECT 1 FROM batches WHERE events.number BETWEEN first AND last))"
        )
        groups = json.dumps(sorted(held))
        ask = self._connection.execute
        (start,) = ask(
            f"SELECT min(number) FROM events WHERE NOT {waits}",  # noqa: S608 - constant
            (groups,),
        ).fetchone()
        if start is None:
            return None
        (end,) = ask(
            f"SELECT min(number) FROM events WHERE number > ? AND {waits}",  # noqa: S608 - constant
            (start, groups),
        ).fetchone()
        return start, _NO_END if end is None else end

    def _form(self, held: frozenset[str] | None) -> bool:
        """Make a batch of the first events that may be sent, those that are too old parked.

        Return whether there were any. With groups that are *held* a batch ends where one of them
        begins: it is a range of numbers.
        """
        found = (1, _NO_END) if held is None else self._free(held)
        if found is None:
            return False
        start, end = found
        young: list[tuple[Any, ...]] = []
        after, fitting = start - 1, 0
        for _ in range(_CHUNKS):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM events WHERE number > ? AND number < ?"  # noqa: S608 - constant
                " ORDER BY number LIMIT ?",
                (after, end, _CHUNK),
            ).fetchall()
            young += self._without_old(rows)
            fitting = self._delivery.fitting([len(row[-1]) for row in young])
            if fitting < len(young) or len(rows) < _CHUNK or fitting == self._delivery.max_items:
                break
            after = rows[-1][0]
        if young:
            self._store(young[0][0], young[fitting - 1][0])
        return True

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
