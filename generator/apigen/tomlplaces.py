"""Where things stand in a TOML file; the standard library reads values and keeps no positions."""

import re
from collections.abc import Mapping
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""``("tool", "apigen", "contract", 0, "spec")``."""

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]")
_KEY = re.compile(rf"(\s*)({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_TOKEN = re.compile(
    r"\"\"\"(?:[^\\]|\\.)*?\"\"\"|"
    + r"'''.*?'''|"
    + r'"(?:[^"\\\n]|\\.)*"|'
    + r"'[^'\n]*'|#[^\n]*|[\[\]{}\n]",
    re.DOTALL,
)


def positions(text: str) -> Mapping[KeyPath, tuple[int, int]]:
    """Return line and column (from 1) of each table header and key of valid TOML.

    Keys inside inline tables and arrays have no entry of their own.
    """
    found: dict[KeyPath, tuple[int, int]] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in _statements(text):
        if header := _HEADER.match(line):
            table = _resolve(_parts(header[2]), counts)
            if header[1] == "[[":
                index = counts.get(table, 0)
                counts[table] = index + 1
                table = (*table, index)
            for end in range(1, len(table) + 1):
                found.setdefault(table[:end], (number, header.start(1) + 1))
        elif key := _KEY.match(line):
            found.setdefault((*table, *_parts(key[2])), (number, key.start(2) + 1))
    return found


def _statements(text: str) -> list[tuple[int, str]]:
    """Return the lines on which a statement starts: not those inside a string or an array."""
    lines = text.split("\n")
    starts: list[tuple[int, str]] = [(1, lines[0])]
    depth, number = 0, 1
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word == "\n":
            number += 1
            if depth <= 0:
                depth = 0
                starts.append((number, lines[number - 1]))
        elif word in "[{":
            depth += 1
        elif word in "]}":
            depth -= 1
        else:
            number += word.count("\n")
    return starts


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _resolve(parts: KeyPath, counts: Mapping[KeyPath, int]) -> KeyPath:
    """Return *parts* with the index of the latest table after each name of an array of tables."""
    path: KeyPath = ()
    for position, part in enumerate(parts):
        path = (*path, part)
        if path in counts and position < len(parts) - 1:
            path = (*path, counts[path] - 1)
    return path
