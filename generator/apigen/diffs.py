"""What changes in files, as unified diffs of bounded length."""

import difflib
import itertools
from collections.abc import Iterable, Iterator

from apigen.plan import Action, Change

_LINES_OF_A_FILE = 80
_LINES_IN_ALL = 1000
_LINES_TO_COMPARE = 20_000


def unified(folder: str, changes: Iterable[Change]) -> Iterator[str]:
    """Yield the lines of a diff of *changes*, cut where it gets long.

    The runtime, which is the same in every package, comes last. Control characters are shown as
    escapes, so that no text of a document steers a terminal.
    """
    left = _LINES_IN_ALL
    for change in sorted(changes, key=lambda change: change.path.startswith("_runtime/")):
        if change.action is Action.KEEP:
            continue
        if left <= 0:
            yield "... and further files"
            return
        lines = list(_of(folder, change))
        room = min(_LINES_OF_A_FILE, left)
        yield from (_visible(line) for line in lines[:room])
        if len(lines) > room:
            yield f"... {len(lines) - room} more lines of {change.path}"
        left -= len(lines[:room])


def _of(folder: str, change: Change) -> Iterator[str]:
    old, new = _lines(change.old), _lines(change.new)
    before = "/dev/null" if change.old is None else f"{folder}/{change.path}"
    after = "/dev/null" if change.new is None else f"{folder}/{change.path}"
    if (
        change.old is not None
        and change.new is not None
        and len(old) + len(new) > _LINES_TO_COMPARE
    ):
        return iter((f"--- {before}", f"+++ {after}", f"... {len(old)} lines become {len(new)}"))
    return difflib.unified_diff(old, new, before, after, lineterm="")


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", "backslashreplace").splitlines()


def _visible(line: str) -> str:
    return "".join(
        character if character.isprintable() or character == "\t" else ascii(character)[1:-1]
        for character in itertools.islice(line, 500)
    )
