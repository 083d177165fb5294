"""Errors in texts: a code by itself, a problem document, an excerpt of a log."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from apigen.meanings import exceptions, postgresql, postgresql_classes, sqlite, statuses
from apigen.meanings.core import Meaning

_LONGEST = 4000
"""Characters of a line that are read."""
_SQLSTATE = re.compile(
    r"""(?:SQLSTATE|sqlstate|sql_state|pgcode|error_code)["']?[\s:=(\[]*["']?([0-9A-Z]{5})\b"""
    r"""|\b(?:ERROR|FATAL|PANIC):\s+([0-9A-Z]{5}):"""
)
_SQLITE = re.compile(r"\bSQLITE_[A-Z]+(?:_[A-Z]+)*\b")
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        (r'column "[^"]{1,200}"(?: of relation "[^"]{1,200}")? does not exist', "42703"),
        (r'relation "[^"]{1,200}" does not exist', "42P01"),
        (r"function .{1,200} does not exist", "42883"),
        (r'database "[^"]{1,200}" does not exist', "3D000"),
        (r'role "[^"]{1,200}" does not exist', "28000"),
        (r"password authentication failed", "28P01"),
        (r"permission denied for", "42501"),
        (r"no partition of relation", "23514"),
        (r"violates check constraint", "23514"),
        (r"violates not-null constraint", "23502"),
        (r"violates foreign key constraint", "23503"),
        (r"violates unique constraint", "23505"),
        (r"value too long for type", "22001"),
        (r"invalid input syntax for type", "22P02"),
        (r"moving row to another partition", "0A000"),
        (r"the database system is (?:starting up|in recovery|shutting down)", "57P03"),
        (r"too many (?:clients|connections)|remaining connection slots", "53300"),
        (r"canceling statement due to", "57014"),
        (r"deadlock detected", "40P01"),
        (r"no space left on device", "53100"),
        (r"cannot execute .{1,60} in a read-only transaction", "25006"),
        (r"no such (?:table|column): ", "SQLITE_ERROR"),
        (r"database is locked", "SQLITE_BUSY"),
        (r"readonly database", "SQLITE_READONLY"),
        (r"unable to open database file", "SQLITE_CANTOPEN"),
        (r"queuepool limit|pool (?:is )?exhausted|pool timeout", "sqlalchemy.exc.TimeoutError"),
        (r"connection refused", "ConnectionRefusedError"),
        (r"name or service not known|temporary failure in name resolution", "gaierror"),
    )
)
_WORDS = (
    "cancel", "database", "deadlock", "denied", "error", "exception", "exist", "failed", "fatal",
    "gaierror", "http/", "input", "invalidcontent", "known", "no partition", "no space", "no such",
    "open", "panic", "pgcode", "pool", "readonly", "read-only", "refused", "remaining",
    "resolution", "row", "sql", "status", "timeout", "too long", "too many", "type", "undefined",
    "violates",
)  # fmt: skip
"""One of them stands in each line that speaks of an error: most lines need no closer look."""
_STATUS = re.compile(r'"status":\s*([1-5]\d\d)\b|\bHTTP/[\d.]+["\s]+([45]\d\d)\b')
_PROBLEM = re.compile(r'"type":\s*"([^"\s]{1,300})"')


@dataclass(frozen=True, slots=True)
class Hit:
    """An error that a text speaks of."""

    meaning: Meaning
    line: int
    """From 1."""
    text: str
    """The line, shortened."""
    count: int = 1


@cache
def _table() -> Mapping[str, Meaning]:
    every = (
        *postgresql_classes.CLASSES,
        *postgresql.CODES,
        *sqlite.CODES,
        *exceptions.CODES,
        *statuses.STATUSES,
        *statuses.PROBLEM_TYPES,
    )
    return {each.code: each for each in every}


def all_meanings() -> tuple[Meaning, ...]:
    """Return every error that is known, in the tables' order."""
    return tuple(_table().values())


def of_sqlstate(code: str) -> Meaning | None:
    """Return the meaning of a SQLSTATE: its own, or else that of its class."""
    code = code.upper()
    if not re.fullmatch(r"[0-9A-Z]{5}", code):
        return None
    if found := _table().get(code):
        return found
    family = _table().get(code[:2])
    return None if family is None else replace(family, code=code)


def lookup(name: str) -> Meaning | None:
    """Return what is known of a code, a class, an exception, a status or a problem type."""
    name = name.strip()
    if found := _table().get(name) or _table().get(name.upper()):
        return found
    if name.isascii() and name.isdecimal() and len(name) < 5:
        number = int(name)
        known = sqlite.EXTENDED.get(number) or sqlite.NUMBERS.get(number & 0xFF)
        return _sqlite(known) if known else None
    if name.upper().startswith("SQLITE_"):
        return _sqlite(name.upper())
    return of_sqlstate(name) or _exception(name) or _problem(name)


def _sqlite(name: str) -> Meaning | None:
    found = _table().get("_".join(name.split("_")[:2]))
    return None if found is None else replace(found, code=name)


def _exception(name: str) -> Meaning | None:
    """Find an exception by its name, with or without its module."""
    last = name.rpartition(".")[2]
    for each in exceptions.CODES:
        if each.code.rpartition(".")[2] == last:
            module, other = each.code.split(".")[0], name.split(".", maxsplit=1)[0]
            if "." not in name or "." not in each.code or module == other:
                return each
    return None


def _problem(uri: str) -> Meaning | None:
    return {each.code: each for each in statuses.PROBLEM_TYPES}.get(uri.rstrip("/").split("/")[-1])


def read(lines: Iterable[str]) -> tuple[Hit, ...]:
    """Return the errors that a text speaks of: the deepest layer first, then by line.

    The same error on many lines is one hit, with how often it came.
    """
    found: dict[str, Hit] = {}
    for number, line in enumerate(lines, start=1):
        for meaning in _in_line(line[:_LONGEST]):
            hit = found.get(meaning.code)
            if hit is None:
                found[meaning.code] = Hit(meaning, number, line.strip()[:300])
            else:
                found[meaning.code] = replace(hit, count=hit.count + 1)
    return tuple(sorted(found.values(), key=lambda hit: (-hit.meaning.layer.depth, hit.line)))


def _in_line(line: str) -> Iterator[Meaning]:
    codes: dict[str, Meaning] = {}
    lower = line.lower()
    if not any(word in lower for word in _WORDS):
        return
    for match in _SQLSTATE.finditer(line):
        if meaning := of_sqlstate(match[1] or match[2]):
            codes[meaning.code] = meaning
    for match in _SQLITE.finditer(line):
        if meaning := _sqlite(match[0]):
            codes[meaning.code] = meaning
    if not codes:  # a code says it better than the words beside it
        codes |= _by_words(line)
    for match in _STATUS.finditer(line):
        if meaning := _table().get(match[1] or match[2]):
            codes[meaning.code] = meaning
    for match in _PROBLEM.finditer(line):
        if meaning := _problem(match[1]):
            codes[meaning.code] = meaning
    yield from codes.values()


def _by_words(line: str) -> dict[str, Meaning]:
    codes: dict[str, Meaning] = {}
    for pattern, code in _PHRASES:
        if pattern.search(line):
            codes[code] = _table()[code]
            break
    for name in _names().findall(line):
        if not codes and (meaning := _exception(name)):
            codes[meaning.code] = meaning
    return codes


@cache
def _names() -> re.Pattern[str]:
    known = sorted({each.code.rpartition(".")[2] for each in exceptions.CODES})
    return re.compile(rf"(?<![\w.])(?:\w+\.)*(?:{'|'.join(map(re.escape, known))})\b")
