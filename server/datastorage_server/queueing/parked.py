"""What the queue has set aside, for people: listing it, showing it, letting it be tried again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from ..errors import StartError
from .items import Damaged, members
from .journal import Journal, check_queue

_ASKED: Final = (
    "SELECT number, accepted_at, parked_at, coalesce(reason, ''), content FROM queue"
    " WHERE parked_at IS NOT NULL ORDER BY number"
)


@dataclass(frozen=True, slots=True)
class Parked:
    """A write that is set aside.

    Attributes:
        number: Its place in the order.
        accepted_at: When it was answered with 202, in UTC (ISO 8601).
        parked_at: When it was set aside, in UTC (ISO 8601).
        reason: Why it cannot be stored.
        content: What was asked to be stored, as the file has it.

    """

    number: int
    accepted_at: str
    parked_at: str
    reason: str
    content: str

    def line(self) -> str:
        """Return it in one line that cannot steer a terminal."""
        told = f"{self.number}  {self.accepted_at}  {_kind(self.content)}: {self.reason}"
        return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in told)

    def document(self) -> dict[str, Any]:
        """Return it with what it is: ``write``, or the text as it is if that is ``damaged``."""
        told: dict[str, Any] = {
            "number": self.number,
            "accepted_at": self.accepted_at,
            "parked_at": self.parked_at,
            "reason": self.reason,
        }
        try:
            return {**told, "write": members(self.content)}
        except Damaged:
            return {**told, "damaged": self.content}


def parked_in(path: Path) -> Sequence[Parked]:
    """Return what a queue has set aside, in its order; a server may be using it.

    Raises:
        StartError: The file cannot be read, or is no queue.

    """
    _check_there(path)
    try:
        # Read only: looking at a queue never makes or changes one.
        opened = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5)
        with closing(opened) as connection:
            check_queue(connection, path)
            return [Parked(*row) for row in connection.execute(_ASKED)]
    except sqlite3.Error as error:
        raise StartError(f"the queue {path} cannot be read: {error}") from error


def retry(path: Path, numbers: Sequence[int]) -> None:
    """Let the next server that uses a queue try writes again that are set aside; all or none.

    Raises:
        StartError: A server is using the queue, or one of them is not set aside.

    """
    _check_there(path)
    journal = Journal(path)
    try:
        journal.unpark(numbers)
    except LookupError as error:
        raise StartError(f"{error} in {path}") from error
    except sqlite3.Error as error:
        raise StartError(f"the queue {path} cannot be written: {error}") from error
    finally:
        journal.close()


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise StartError(f"there is no queue {path}: name the server's by --queue")


def _kind(content: str) -> str:
    try:
        found = members(content)
    except Damaged:
        return "damaged"
    if "notification" in found:
        return "notification"
    types = dict.fromkeys(str(event["event_type"]) for event in found["events"])
    return f"{len(found['events'])} x {', '.join(types)}"


def exported(found: Sequence[Parked]) -> str:
    """Return writes as lines of JSON, one for each."""
    return "".join(f"{json.dumps(one.document())}\n" for one in found)


def shown(found: Sequence[Parked]) -> str:
    """Return writes as indented JSON."""
    return "".join(f"{json.dumps(one.document(), indent=2)}\n" for one in found)
