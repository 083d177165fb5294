"""What log files say: known errors, and lines that tell of a check that was skipped."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from apigen.meanings import Hit, read

_MOST_LINES = 1_000_000
_MOST_BYTES = 256 * 1024 * 1024
_SILENT = re.compile(
    r"(?P<validation>validat\w+ (?:is )?(?:disabled|skipped|off)|without (?:request )?validation|"
    r"could not (?:find|load) (?:the )?(?:open)?api)|(?P<panic>\bpanic: |segmentation fault|"
    r"traceback \(most recent call last\))|(?P<migration>migrat\w+[^\n]{0,80}(?:fail|error|skipp))"
    r"|(?P<killed>exit(?:ed)?(?: with)?(?: code)? 137|oom-?kill|sigkill)",
    re.IGNORECASE,
)
_WORDS = ("valid", "api", "panic", "fault", "traceback", "migrat", "exit", "oom", "sigkill")
_TOLD = {
    "validation": "requests are not validated",
    "panic": "a crash",
    "migration": "a migration failed or was skipped",
    "killed": "the process was killed",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """A line that tells of trouble without a code."""

    what: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Log:
    """What one log says."""

    name: str
    hits: tuple[Hit, ...] = ()
    remarks: tuple[Remark, ...] = ()
    error: str = ""
    """Why it could not be read."""


def gather(paths: Iterable[Path]) -> tuple[Log, ...]:
    """Read log files; ``-`` is standard input."""
    return tuple(_log(path) for path in paths)


def _log(path: Path) -> Log:
    name = "standard input" if str(path) == "-" else str(path)
    remarks: dict[str, Remark] = {}
    try:
        hits = read(_noted(_lines(path), remarks))
    except OSError as error:
        return Log(name, error=error.strerror or str(error))
    return Log(name, hits, tuple(remarks.values()))


def _noted(lines: Iterable[str], remarks: dict[str, Remark]) -> Iterator[str]:
    """Give the lines on, and keep the first remark of each kind."""
    for number, line in enumerate(lines, start=1):
        lower = line[:4000].lower()
        if not any(word in lower for word in _WORDS):
            yield line
            continue
        if match := _SILENT.search(line[:4000]):
            what = _TOLD[match.lastgroup or "panic"]
            remarks.setdefault(what, Remark(what, number, line.strip()[:300]))
        yield line


def _lines(path: Path) -> Iterator[str]:
    if str(path) == "-":
        for line in islice(sys.stdin.buffer, _MOST_LINES):
            yield line.decode("utf-8", "replace")
        return
    with path.open("rb") as stream:
        size = path.stat().st_size
        if size > _MOST_BYTES:  # the end of a log is the news
            stream.seek(size - _MOST_BYTES)
        for line in islice(stream, _MOST_LINES):
            yield line.decode("utf-8", "replace")
