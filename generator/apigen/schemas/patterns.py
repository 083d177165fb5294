r"""Patterns: regular expressions of ECMA-262, as the engines at hand know them.

A pattern is written for two engines: the validator's own, which takes linear time and knows no
lookaround, and Python's for all that the first can't read. Where the three read one text
differently (``&&`` in a class, ``$`` before a last line feed), it is rewritten to mean the same.
"""

import re
from collections.abc import Iterator
from functools import cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

_PART = re.compile(r"\\.|\[\^?\]?|\]|\(\?<(?![=!])|.", re.DOTALL)
_SHORTHANDS = frozenset(("\\d", "\\D", "\\w", "\\W", "\\s", "\\S"))
_IN_CLASS = {"[": r"\[", "&": r"\&", "~": r"\~"}
_WHOLE_CLASSES = {"[^]": r"[\s\S]", "[]": r"[^\s\S]"}
_MOST = 5_000


@cache
def portable(pattern: str) -> str:
    r"""Return a pattern whose classes mean the same to all engines.

    ``[``, ``&&``, ``--`` and ``~~`` in a class are operators to some; a hyphen beside ``\w`` is a
    broken range to others.
    """
    return "".join(_portable(pattern))


def _portable(pattern: str) -> Iterator[str]:
    parts: list[str] = _PART.findall(pattern)
    inside = False
    for index, part in enumerate(parts):
        if not inside:
            inside = part in {"[", "[^"}
            yield _WHOLE_CLASSES.get(part, part)
        elif part.startswith("[") and len(part) > 1:
            inside = not part.endswith("]")
            yield "\\" + part
        elif part == "-" and _is_literal_hyphen(parts, index):
            yield r"\-"
        else:
            inside = part != "]"
            yield _IN_CLASS.get(part, part)


def _is_literal_hyphen(parts: list[str], index: int) -> bool:
    """Return whether a hyphen in a class can't be the middle of a range."""
    before, after = parts[index - 1], (parts[index + 1 : index + 2] or [""])[0]
    if before in {"[", "[^"} or after in {"", "]"}:
        return False  # at an edge it is literal to all engines
    return not {before, after}.isdisjoint(_SHORTHANDS | {"-"})


@cache
def in_python(pattern: str) -> str:
    """Return a pattern as Python's engine has to read it."""
    found: list[str] = []
    inside = False
    for part in _PART.findall(portable(pattern)):
        if part == "(?<" and not inside:
            found.append("(?P<")
        elif part == "$" and not inside:
            found.append(r"\Z")
        else:
            found.append(part)
            inside = part != "]" if inside else part in {"[", "[^"}
    return "".join(found)


@cache
def is_native(pattern: str) -> bool:
    """Return whether the validator's own engine, which takes linear time, knows the pattern."""
    try:
        SchemaValidator(core_schema.str_schema(pattern=portable(pattern)))
    except SchemaError:
        return False
    return True


@cache
def is_known(pattern: str) -> bool:
    """Return whether any engine at hand knows the pattern."""
    if len(pattern) > _MOST:
        return False
    if is_native(pattern):
        return True
    try:
        re.compile(in_python(pattern), re.ASCII)
    except (re.error, RecursionError, OverflowError, MemoryError):
        return False
    return True


def both(first: str, second: str) -> str | None:
    """Return the pattern of texts that match both; None if there is no writing it."""
    if first == second:
        return first
    if re.search(r"\\[1-9]|\(\?<\w|\(\?P", first + second):
        return None  # groups would be counted anew, or named twice
    return rf"^(?=[\s\S]*?(?:{first}))(?=[\s\S]*?(?:{second}))"
