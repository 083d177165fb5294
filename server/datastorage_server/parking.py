"""The command ``datastorage-server parked``: what the queue has set aside, for people to mend."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .errors import StartError
from .queueing.parked import Parked, exported, parked_in, retry, shown

USAGE: Final = "parked [list | show NUMBER... | retry NUMBER... | export [NUMBER...]]"
"""What may follow the name of the server's command."""


def parked(queue: Path | None, arguments: Sequence[str]) -> str:
    """Do what is asked with the writes that a queue has set aside, and return what to print.

    Args:
        queue: The file of the queue; None if there is none.
        arguments: What stands after ``parked``: an action, then numbers of writes.

    Raises:
        StartError: It cannot be done: no such action, no such write, a queue that is in use.

    """
    action, numbers = arguments[0] if arguments else "list", _numbers(arguments[1:])
    if action not in {"list", "show", "retry", "export"} or (action == "list" and numbers):
        raise StartError(f"'{' '.join(arguments)}' is no action on parked writes: {USAGE}")
    if action in {"show", "retry"} and not numbers:
        raise StartError(f"parked {action}: name the numbers of writes, which 'parked' lists")
    if queue is None:
        raise StartError("this server has no queue: name a file by --queue")
    if action == "retry":
        retry(queue, numbers)
        return f"the next start tries again: {', '.join(map(str, numbers))}\n"
    found = _chosen(queue, parked_in(queue), numbers)
    if action == "list":
        return "".join(f"{one.line()}\n" for one in found) or f"nothing is set aside in {queue}\n"
    return shown(found) if action == "show" else exported(found)


def _chosen(queue: Path, found: Sequence[Parked], numbers: Sequence[int]) -> Sequence[Parked]:
    """Return the writes of these numbers, or all without any."""
    by_number = {one.number: one for one in found}
    for number in numbers:
        if number not in by_number:
            raise StartError(f"no write {number} is set aside in {queue}")
    return [by_number[number] for number in numbers] if numbers else found


def _numbers(texts: Sequence[str]) -> Sequence[int]:
    for text in texts:
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise StartError(f"'{text}' is no number of a parked write: 'parked' lists them")
    return list(dict.fromkeys(int(text) for text in texts))
