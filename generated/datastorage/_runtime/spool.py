"""Writing events down: any number of threads append, and share commits where they meet."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .spoolfile import (
    PAGE,
    OutboxClosed,
    OutboxError,
    OutboxFull,
    clear_errors,
    connect,
)

_INSERT: Final = "INSERT INTO events (appended, dated, grouped, payload) VALUES (?, ?, ?, ?)"


@dataclass(slots=True)
class Entry:
    """An event on its way into the spool.

    Attributes:
        dated: The time that its age is judged by, in seconds since 1970; None if it has none.
        grouped: What it has in common with those that it stays in order with.
        payload: Its JSON text.
        number: Its number in the spool, from 1; 0 until it is there.
        error: Why it is not there.

    """

    dated: float | None
    grouped: str | None
    payload: bytes
    number: int = 0
    error: OutboxError | None = None
    _turn: threading.Lock | None = None

    @property
    def settled(self) -> bool:
        """Whether it is in the spool, or known not to be."""
        return self.number > 0 or self.error is not None

    def wait(self) -> None:
        """Wait to be settled, or to be woken to do it for all."""
        if self._turn is not None:
            self._turn.acquire()

    def will_wait(self) -> None:
        """Say that somebody waits."""
        self._turn = threading.Lock()
        self._turn.acquire()

    def wake(self) -> bool:
        """Wake who waits, and return whether there is somebody."""
        if self._turn is None:
            return False
        self._turn.release()
        return True


class Spool:
    """The events that were taken and have not been sent, in a file.

    Args:
        path: The file. Several processes may append to one.
        power: Whether an event that was taken survives a loss of power, not only of the process.
        max_bytes: How large the file may become by appending.

    Raises:
        SpoolUnusable: The file cannot be opened, or is no spool.

    """

    def __init__(self, path: Path, *, power: bool, max_bytes: int) -> None:
        self.path = path
        self.lock = threading.Lock()
        """Held while this process writes: SQLite has one writer, and waits for it by polling."""
        self._power = power
        self._max_bytes = max_bytes
        self._connection = connect(path, power=power, max_bytes=max_bytes)
        self._pending: deque[Entry] = deque()
        self._mutex = threading.Lock()
        self._led = False
        self._together = 1
        self._process = os.getpid()
        self._refuses = self._closed = False

    def offer(self, entry: Entry) -> None:
        """Queue an entry; :meth:`settle` sees it through."""
        with self._mutex:
            self._pending.append(entry)

    def settle(self, entry: Entry) -> int:
        """Return the number of an entry that was offered, once it is in the spool.

        Whoever comes first commits for all who wait: one commit, and with *power* one flush of
        the disk, serves them together.

        Raises:
            OutboxFull: There is no room.
            OutboxClosed: The spool was closed before.
            SpoolUnusable: It could not be written.

        """
        if self._process != os.getpid():
            raise OutboxError("an outbox does not pass a fork: make it in the process that uses it")
        with self._mutex:
            leads = not self._led
            self._led = True
            if not leads and not entry.settled:
                entry.will_wait()
        entry.wait()
        if not entry.settled or leads:
            self._lead(entry)
        if entry.error is not None:
            raise entry.error
        return entry.number

    def _lead(self, own: Entry) -> None:
        """Commit for all who wait, wake them, and let the next of those who came since lead."""
        with self.lock:
            committed = [] if own.settled else self._commit()
        with self._mutex:
            self._led = False
            for entry in committed:
                if entry is not own:
                    entry.wake()
            self._led = any(entry.wake() for entry in self._pending)

    def append(self, entry: Entry) -> int:
        """Take an entry and return its number. As :meth:`settle`."""
        self.offer(entry)
        return self.settle(entry)

    def _commit(self) -> list[Entry]:
        if self._power and self._together > 1:
            self._gather()
        entries = [self._pending.popleft() for _ in range(len(self._pending))]
        self._together = len(entries)
        now = time.time()
        try:
            if self._refuses:
                raise OutboxClosed("the outbox is closed; the event was not taken")
            with clear_errors(self.path):
                numbers = self._insert(entries, now)
        except OutboxError as error:
            for entry in entries:
                entry.error = type(error)(*error.args)  # one each: they are raised in many threads
                entry.error.__cause__ = error.__cause__
            return entries
        for entry, number in zip(entries, numbers, strict=True):
            entry.number = number
        return entries

    def _gather(self) -> None:
        """Wait a moment for those who shared the last commit: they are about to come again."""
        until = time.perf_counter() + _GATHERING
        while len(self._pending) < self._together and time.perf_counter() < until:
            time.sleep(0.00002)

    def _insert(self, entries: list[Entry], now: float) -> list[int]:
        execute = self._connection.execute
        try:
            if len(entries) == 1:
                (entry,) = entries
                return [_number(execute(_INSERT, _row(entry, now)))]
            execute("BEGIN IMMEDIATE")
            numbers = [_number(execute(_INSERT, _row(entry, now))) for entry in entries]
            execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL and self._is_full(entries):
                raise OutboxFull(
                    f"spool {self.path}: it holds the {self._max_bytes} bytes that it may; "
                    "the event was not taken"
                ) from error
            raise
        return numbers

    def _is_full(self, entries: list[Entry]) -> bool:
        """Return whether it is the bound that was reached, and not the end of the disk."""
        ask = self._connection.execute
        used = ask("PRAGMA page_count").fetchone()[0] - ask("PRAGMA freelist_count").fetchone()[0]
        wanted = sum(len(entry.payload) // PAGE + 2 for entry in entries) + _MARGIN
        return bool(used + wanted > self._max_bytes // PAGE)

    def appended(self) -> int:
        """Return the number of the last event that was ever taken."""
        found = self._ask("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
        return found or 0

    def waits(self, last: int) -> bool:
        """Return whether an event with at most this number waits."""
        return bool(self._ask("SELECT EXISTS (SELECT 1 FROM events WHERE number <= ?)", last))

    def count(self, last: int) -> int:
        """Return how many events with at most this number wait."""
        return self._ask("SELECT count(*) FROM events WHERE number <= ?", last) or 0

    def total(self, name: str) -> int:
        """Return how many events were ever ``sent``, ``parked`` or ``removed``."""
        return self._ask("SELECT value FROM totals WHERE name = ?", name) or 0

    def figures(self) -> dict[str, Any]:
        """Return how many events were appended, sent and parked, and how many wait, how long."""
        oldest = self._ask("SELECT appended FROM events ORDER BY number LIMIT 1")
        return {
            "appended": (appended := self.appended()),
            "sent": self.total("sent"),
            "parked": self.total("parked"),
            "waiting": appended - self.total("removed"),
            "held": self._ask("SELECT count(*) FROM parked"),
            "oldest_age": 0.0 if oldest is None else max(time.time() - oldest, 0.0),
        }

    def _ask(self, statement: str, *values: object) -> Any:
        """Return the first column of the first row; None if there is none."""
        with self.lock, clear_errors(self.path):
            if self._closed:
                raise OutboxClosed("the outbox is closed")
            row = self._connection.execute(statement, values).fetchone()
            return row[0] if row else None

    @property
    def refuses(self) -> bool:
        """Whether no more events are taken."""
        return self._refuses

    def refuse(self) -> None:
        """Take no more events."""
        with self.lock:
            self._refuses = True

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._refuses = self._closed = True
            self._connection.close()


_GATHERING: Final = 0.0005
"""Seconds: about the time in which sixteen threads come round again."""

_MARGIN: Final = 8
"""Pages that a few events more may need inside the trees of the database."""


def _row(entry: Entry, now: float) -> tuple[object, ...]:
    return now, entry.dated, entry.grouped, entry.payload


def _number(cursor: sqlite3.Cursor) -> int:
    return cursor.lastrowid or 0
