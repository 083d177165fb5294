"""The command that looks into a spool: what waits, what is parked, and what to do with it."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TextIO

from .details import one_line
from .salvage import salvage
from .spoolfile import OutboxError, clear_errors, connect, unusable

_EPILOG: Final = """\
examples:
  %(prog)s status /var/lib/gateway/audit.spool
  %(prog)s list /var/lib/gateway/audit.spool
  %(prog)s show /var/lib/gateway/audit.spool 4711
  %(prog)s retry /var/lib/gateway/audit.spool 4711 4712
  %(prog)s export /var/lib/gateway/audit.spool --to parked.jsonl --remove

A spool may be in use meanwhile. Numbers are those of "list"; none means all that are parked.

exit codes:
  0  done; for list: nothing is parked
  1  for list: something is parked
  2  the spool cannot be used, a number is not parked, or a wrong argument
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        if given.command == "salvage":
            return _salvage(given.spool)
        if not given.spool.is_file():
            raise unusable(given.spool, "there is no such file")
        with clear_errors(given.spool), closing(connect(given.spool, power=True)) as connection:
            return _COMMANDS[given.command](connection, given)
    except OutboxError as error:
        sys.stderr.write(f"outbox: {error}\n")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


def _parser() -> argparse.ArgumentParser:
    package = (__package__ or "").partition(".")[0]
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}.outbox",
        description="Looks into the spool of an outbox, and handles the events that are parked.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "command",
        choices=("status", "list", "show", "retry", "export", "salvage"),
        help="status: counters, and what waits; list: what is parked, and why; show: one of them"
        " whole; retry: send them again; export: write them as JSON Lines; salvage: bring what a"
        " damaged spool still has into a new one",
    )
    parser.add_argument("spool", type=Path, help="the spool's file")
    parser.add_argument("numbers", nargs="*", type=int, help="events that are parked")
    parser.add_argument("--to", type=Path, help="of export: the file (default: standard output)")
    parser.add_argument("--remove", action="store_true", help="of export: take them out")
    parser.add_argument("--json", action="store_true", help="of status and list: as JSON")
    return parser


def _status(connection: sqlite3.Connection, given: argparse.Namespace) -> int:
    ask = connection.execute
    totals = dict(ask("SELECT name, value FROM totals").fetchall())
    appended = ask("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    oldest = ask("SELECT appended FROM events ORDER BY number LIMIT 1").fetchone()
    batch = ask("SELECT key, attempts FROM batches ORDER BY first LIMIT 1").fetchone()
    figures = {
        "appended": appended[0] if appended else 0,
        "sent": totals["sent"],
        "parked": totals["parked"],
        "waiting": ask("SELECT count(*) FROM events").fetchone()[0],
        "held": ask("SELECT count(*) FROM parked").fetchone()[0],
        "oldest_age": round(time.time() - oldest[0], 1) if oldest else 0.0,
        "key": batch[0] if batch else None,
        "attempts": batch[1] if batch else 0,
    }
    if given.json:
        _say(json.dumps(figures))
    else:
        for name, value in figures.items():
            _say(f"{name:<11}{'-' if value is None else value}")
    return 0


def _list(connection: sqlite3.Connection, given: argparse.Namespace) -> int:
    found = False
    for row in _parked(connection, given.numbers):
        found = True
        if given.json:
            _say(json.dumps({name: row[name] for name in _SHOWN}))
        else:
            when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(row["parked"]))
            group = one_line(row["grouped"] or "-", 60)
            _say(f"{row['number']:>8}  {when}  {row['status'] or '-':>3}  {group}  {row['reason']}")
    return 1 if found else 0


def _show(connection: sqlite3.Connection, given: argparse.Namespace) -> int:
    for row in _parked(connection, given.numbers):
        _say(json.dumps(_whole(row), indent=2))
    return 0


def _retry(connection: sqlite3.Connection, given: argparse.Namespace) -> int:
    with _writing(connection):
        numbers = [row["number"] for row in _parked(connection, given.numbers)]
        for number in numbers:
            connection.execute(
                "INSERT INTO events (appended, dated, grouped, payload)"
                " SELECT ?, dated, grouped, payload FROM parked WHERE number = ?",
                (time.time(), number),
            )
            connection.execute("DELETE FROM parked WHERE number = ?", (number,))
    _say(f"{len(numbers)} will be sent again")
    return 0


def _export(connection: sqlite3.Connection, given: argparse.Namespace) -> int:
    with _writing(connection):
        rows = list(_parked(connection, given.numbers))
        with _target(given.to) as stream:
            for row in rows:
                stream.write(json.dumps(_whole(row)) + "\n")
            stream.flush()
            if given.to is not None:
                os.fsync(stream.fileno())
        if given.remove:
            removed = [(row["number"],) for row in rows]
            connection.executemany("DELETE FROM parked WHERE number = ?", removed)
    sys.stderr.write(f"{len(rows)} exported{', and removed' if given.remove else ''}\n")
    return 0


def _salvage(path: Path) -> int:
    done = salvage(path)
    _say(f"{done.saved} events were saved; the damaged spool is now {done.damaged}")
    return 0


_COMMANDS: Final[Mapping[str, Callable[[sqlite3.Connection, argparse.Namespace], int]]] = (
    MappingProxyType(
        {"status": _status, "list": _list, "show": _show, "retry": _retry, "export": _export}
    )
)
_SHOWN: Final = ("number", "appended", "parked", "grouped", "status", "reason")


def _parked(connection: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[sqlite3.Row]:
    """Yield what is parked: those of the numbers, or all.

    Raises:
        OutboxError: One of the numbers is not parked.

    """
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    if not numbers:
        yield from cursor.execute("SELECT * FROM parked ORDER BY number").fetchall()
    for number in numbers:
        row = cursor.execute("SELECT * FROM parked WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise OutboxError(f"event {number} is not parked; 'list' tells which are")
        yield row


def _whole(row: sqlite3.Row) -> dict[str, Any]:
    problem = row["problem"]
    return {
        **{name: row[name] for name in _SHOWN},
        "problem": None if problem is None else _read(problem),
        "event": _read(row["payload"]),
    }


def _read(content: bytes) -> Any:
    """Return JSON as what it is, anything else as text."""
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


@contextmanager
def _writing(connection: sqlite3.Connection) -> Generator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def _target(path: Path | None) -> Generator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        yield stream


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
