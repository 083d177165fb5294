"""Findings for people at a terminal: place, message, the line with an arrow, the hint."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

from apigen.diagnostics import Diagnostic, Place, Severity

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_WIDTH = 100
"""Columns of a source line that are shown."""
_BEFORE = 40
"""Columns that are shown before the place in a line that is too long."""
_TAB = 4
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that do not show, or that change how others show."""


def render(
    findings: Iterable[Diagnostic],
    sources: Callable[[str], str | None],
    *,
    colour: bool = False,
) -> str:
    """Return findings as text; colour is a matter of the terminal, so it must be asked for."""
    paint = _painted if colour else _plain

    @lru_cache(maxsize=8)
    def lines_of(name: str) -> tuple[str, ...]:
        text = sources(name)
        return () if text is None else tuple(_LINE_BREAK.split(text))

    return "".join(_finding(finding, lines_of, paint) for finding in findings)


_Lines = Callable[[str], tuple[str, ...]]
_Paint = Callable[[str, str], str]


def _finding(finding: Diagnostic, lines_of: _Lines, paint: _Paint) -> str:
    """Return one finding with its source line, related places and hint."""
    severity = paint(finding.severity.value, _COLOURS[finding.severity])
    place = "" if finding.place is None else paint(visible(str(finding.place)), "1") + "  "
    shown = [f"{place}{severity} {paint(finding.code.id, '1')}  {visible(finding.message)}"]
    if finding.place is not None:
        shown += _excerpt(finding.place, lines_of, paint, finding.severity)
    for related in finding.related:
        shown.append(f"      = see {visible(str(related))}")
    if finding.hint:
        shown.append(f"      = {paint('hint', '32')}: {visible(finding.hint)}")
    return "\n".join(shown) + "\n"


def _excerpt(place: Place, lines_of: _Lines, paint: _Paint, severity: Severity) -> tuple[str, ...]:
    """Return the source line and an arrow below it, if there is a source."""
    lines = lines_of(place.file)
    if not 0 < place.line <= len(lines):
        return ()
    line, at = _window(lines[place.line - 1], max(place.column - 1, 0))
    shown, offset = _columns(line, at)
    gutter = f"{place.line:>5} "
    arrow = paint("^", _COLOURS[severity])
    return (f"{gutter}| {shown}".rstrip(), f"{' ' * len(gutter)}| {' ' * offset}{arrow}")


def _window(line: str, at: int) -> tuple[str, int]:
    """Return the part of a line around a place, and the place in it."""
    start = 0 if at < _WIDTH - _BEFORE // 2 else at - _BEFORE
    part = line[start : start + _WIDTH]
    if start:
        part, at = "…" + part, at - start + 1
    return part + ("…" if start + _WIDTH < len(line) else ""), at


def _columns(line: str, at: int) -> tuple[str, int]:
    """Return a line as a terminal shows it, and the column of a character in it."""
    shown: list[str] = []
    column, offset = 0, 0
    for index, character in enumerate(line):
        if index == at:
            offset = column
        piece = " " * (_TAB - column % _TAB) if character == "\t" else visible(character)
        shown.append(piece)
        column += sum(map(_width, piece))
    return "".join(shown), column if at >= len(line) else offset


def _width(character: str) -> int:
    """Return how many columns a character takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def visible(text: str) -> str:
    r"""Return a text in which every control and format character shows as an escape.

    A document must not be able to move the cursor, to colour, or to turn the direction of writing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _HIDDEN
        else character
        for character in text
    )


def _plain(text: str, _code: str) -> str:
    return text


def _painted(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"
