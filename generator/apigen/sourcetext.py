"""Text with places: what a reader gets, and what every reader gives back."""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from apigen.diagnostics.core import Code, Diagnostic, Place, Report, Stop
from apigen.diagnostics.reading import DUPLICATE_KEY, ENCODING, FORBIDDEN_CHARACTER
from apigen.pointers import Tokens
from apigen.types import Json

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_LONGEST = 100
MOST_FAULTS = 100
"""After so many faults of one file its reader gives up: nobody reads on."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large one file may be once it is read."""

    max_depth: int = 200
    """Collections within collections."""
    max_nodes: int = 5_000_000
    """Scalars and collections, every alias counted as what it stands for."""


Marks: TypeAlias = "Mapping[str, Mark] | Sequence[Mark]"
"""Where the members of a collection stand, by name or by index."""
Mark: TypeAlias = int | tuple[int, Marks]
"""The offset of a member (of its key, in a mapping), and the marks of its own members."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of one file."""

    name: str
    """The file as the user named it."""
    text: str
    starts: tuple[int, ...]
    """The offset at which every line begins."""

    def place(self, offset: int, pointer: str = "") -> Place:
        """Return the place of an offset."""
        line = bisect_right(self.starts, offset)
        return Place(self.name, line, offset - self.starts[line - 1] + 1, pointer)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text that has been read."""

    source: SourceText
    value: Json
    marks: Callable[[], Mark]
    """Where everything stands; found on demand where finding it costs time."""

    def place(self, tokens: Tokens, pointer: str) -> Place:
        """Return the place of a value, or of the innermost one above it that exists."""
        mark = self.marks()
        for token in tokens:
            if isinstance(mark, int):
                break
            members = mark[1]
            try:
                mark = members[token] if isinstance(members, Mapping) else members[int(token)]
            except (LookupError, ValueError):
                break
        return self.source.place(mark if isinstance(mark, int) else mark[0], pointer)


def source_text(name: str, text: str) -> SourceText:
    """Return a text with its lines counted."""
    starts = (0, *(found.end() for found in _LINE_BREAK.finditer(text)))
    return SourceText(name, text, starts)


def decode(name: str, data: bytes, report: Report) -> SourceText:
    """Return the text of a file: UTF-8, with or without a byte order mark.

    Raises:
        Stop: it is no UTF-8, or holds characters that no text has.

    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            message = f"the file is {encoding}"
            raise stop(report, ENCODING.at(Place(name), message, hint="save it as UTF-8"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        start = data[: fault.start].decode("utf-8-sig")
        place = source_text(name, start).place(len(start))
        message = f"byte {data[fault.start]:#04x} is no UTF-8"
        raise stop(report, ENCODING.at(place, message, hint="save the file as UTF-8")) from None
    source = source_text(name, text)
    if found := _FORBIDDEN.search(text):
        message = f"the control character U+{ord(found[0]):04X} is not allowed here"
        hint = "remove it, or write it as an escape within double quotes"
        raise stop(report, FORBIDDEN_CHARACTER.at(source.place(found.start()), message, hint=hint))
    return source


def stop(report: Report, diagnostic: Diagnostic) -> Stop:
    """Report a finding and return the exception that ends the stage because of it."""
    report.add(diagnostic)
    return Stop(diagnostic)


def quoted(text: str) -> str:
    """Return a text of the document as messages show it: in quotes, and not too long."""
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


@dataclass(slots=True)
class Faults:
    """The faults of one file, all of which are reported before its reader gives up."""

    source: SourceText
    report: Report
    found: list[Diagnostic]

    def add(
        self,
        code: Code,
        offset: int,
        message: str,
        hint: str = "",
        related: tuple[Place, ...] = (),
    ) -> None:
        """Report one more fault.

        Raises:
            Stop: it is one too many.

        """
        self.found.append(code.at(self.source.place(offset), message, hint=hint, related=related))
        self.report.add(self.found[-1])
        if len(self.found) >= MOST_FAULTS:
            self.check()

    def duplicate(self, key: str, offset: int, first: Mark) -> None:
        """Report a key that a mapping has already."""
        before = self.source.place(first if isinstance(first, int) else first[0])
        self.add(
            DUPLICATE_KEY,
            offset,
            f"the key {quoted(key)} stands here for the second time (first in line {before.line})",
            "remove or rename one of the two",
            (before,),
        )

    def check(self) -> None:
        """Give up if there was any.

        Raises:
            Stop: there was.

        """
        if self.found:
            raise Stop(self.found[0])
