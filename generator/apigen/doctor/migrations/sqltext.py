"""SQL text cut into statements, as PostgreSQL reads it and as line-based tools cut it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_DOLLAR = re.compile(r"\$(?:[A-Za-z_]\w*)?\$")
_MARKER = re.compile(
    r"^[ \t]*--[ \t]*(?:\+goose[ \t]+(?P<goose>Up|Down|StatementBegin|StatementEnd|NO TRANSACTION)"
    r"|\+migrate[ \t]+(?P<rubenv>Up|Down|StatementBegin|StatementEnd)"
    r"|migrate:(?P<dbmate>up|down))\b(?P<rest>[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A comment that a migration tool obeys."""

    tool: str
    word: str
    """In lower case: ``up``, ``down``, ``statementbegin``, ``statementend``, ``no transaction``."""
    start: int
    line: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement: its text without comments, its offsets, and where a naive splitter cuts it."""

    text: str
    start: int
    line: int
    cut_at: int


@dataclass(slots=True)
class Scan:
    """All statements of a text, and the line of a quote that is never closed."""

    pieces: list[Piece] = field(default_factory=list[Piece])
    unclosed: int = 0


def markers(text: str) -> Iterator[Marker]:
    """Give the markers of migration tools."""
    for match in _MARKER.finditer(text):
        if word := match["goose"] or match["rubenv"]:
            tool = "goose"
        else:
            word, tool = match["dbmate"], "dbmate"
        line = text.count("\n", 0, match.start()) + 1
        rest = match["rest"].lower()
        yield Marker(tool, word.lower(), match.start(), line)
        if tool == "dbmate" and "transaction:false" in rest:
            yield Marker(tool, "no transaction", match.start(), line)


def scan(text: str, breaks: "tuple[int, ...]" = ()) -> Scan:
    """Cut a text at the semicolons that end statements.

    A statement also ends at each offset of *breaks*: no statement reaches over a marker's half.
    """
    found = Scan()
    begun = at = 0
    parts: list[str] = []
    cut = 0
    ends = iter([*sorted(breaks), len(text) + 1])
    following = next(ends)

    def finish(end: int) -> None:
        nonlocal begun, cut
        plain = " ".join("".join(parts).split())
        if plain:
            first = begun + _blank(text, begun)
            line = text.count("\n", 0, first) + 1
            found.pieces.append(Piece(plain, first, line, cut))
        parts.clear()
        begun, cut = end, 0

    while at < len(text):
        if at >= following:
            finish(at)
            following = next(ends)
        end = _quoted(text, at)
        if end is None:
            if text[at] == ";":
                finish(at + 1)
            else:
                parts.append(text[at])
            at += 1
            continue
        if end < 0:
            found.unclosed = found.unclosed or text.count("\n", 0, at) + 1
            end = len(text)
        piece = text[at:end]
        comment = piece.startswith(("--", "/*"))
        parts.append(" " if comment else piece)
        if piece.startswith("$") and not cut:
            cut = _semicolon_line(text, at, end)
        at = end
    finish(len(text))
    return found


def _blank(text: str, at: int) -> int:
    """Return how many characters of blanks and comments come before a statement."""
    begun = at
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith(("--", "/*"), at):
            end = _quoted(text, at)
            if end is None or end < 0:
                break
            at = end
        else:
            break
    return at - begun


def _quoted(text: str, at: int) -> int | None:
    """Return the end of the quote or comment that begins here; None if none does, -1 if open."""
    character = text[at]
    if character == "-" and text.startswith("--", at):
        end = text.find("\n", at)
        return len(text) if end < 0 else end
    if character == "/" and text.startswith("/*", at):
        return _comment_end(text, at)
    if character == "'":
        escapes = at > 0 and text[at - 1] in "eE" and not text[max(at - 2, 0)].isalnum()
        return _string_end(text, at, escapes=escapes)
    if character == '"':
        end = text.find('"', at + 1)
        return -1 if end < 0 else end + 1
    if character == "$" and (match := _DOLLAR.match(text, at)):
        end = text.find(match[0], match.end())
        return -1 if end < 0 else end + len(match[0])
    return None


def _comment_end(text: str, at: int) -> int:
    """Return the end of a comment; PostgreSQL's nest."""
    depth, here = 1, at + 2
    while depth:
        opened, closed = text.find("/*", here), text.find("*/", here)
        if closed < 0:
            return -1
        if 0 <= opened < closed:
            depth, here = depth + 1, opened + 2
        else:
            depth, here = depth - 1, closed + 2
    return here


def _string_end(text: str, at: int, *, escapes: bool) -> int:
    here = at + 1
    while here < len(text):
        if text[here] == "\\" and escapes:
            here += 2
        elif text[here] == "'":
            if not text.startswith("''", here):
                return here + 1
            here += 2
        else:
            here += 1
    return -1


def _semicolon_line(text: str, start: int, end: int) -> int:
    """Return the first line of a quote that ends with a semicolon: where line-based tools cut."""
    match = re.compile(r";[ \t]*(?:--[^\n]*)?$", re.MULTILINE).search(text, start, end)
    return text.count("\n", 0, match.start()) + 1 if match else 0
