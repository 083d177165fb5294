"""Notebooks as Python: each line of code where it stands in the file (nbformat 4)."""

import ast
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from apigen.guard.languages import shell
from apigen.guard.languages.asked import Asked

_MAGIC = re.compile(r"^(\s*)%(?:time|timeit|prun|memit|lprun|capture)\s+(?:-\S+\s+)*")
_SHELLS = frozenset({"bash", "sh", "script", "!"})
_AS_PYTHON = frozenset({"time", "timeit", "capture", "prun", "python", "python3"})
_SETTING = re.compile(r"(?m)^([A-Za-z_]\w*)\s*=\s*['\"]([^'\"{}\n]*)['\"]\s*$")


@dataclass(frozen=True, slots=True)
class Notebook:
    """What a notebook runs."""

    python: str
    """Its Python; lines are the file's."""
    asked: tuple[Asked, ...]
    """What its shell lines ask for."""


def read(source: str) -> Notebook | None:
    """Return what a notebook runs; None if it is none."""
    try:
        document: Any = json.loads(source)
        cells = [
            (str(each.get("cell_type")), _lines(each.get("source"))) for each in document["cells"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    python, commands = dict[int, str](), list[tuple[int, str]]()
    known: dict[str, str] = {}
    for kind, lines in _placed(cells, source.split("\n")):
        if kind == "code":
            code, own = _cell(lines)
            if _parses("\n".join(text for _, text in code)):
                python.update(code)
            known.update(_SETTING.findall("\n".join(text for _, text in code)))
            commands += own
    last = max(python, default=0)
    text = "\n".join(python.get(number, "") for number in range(1, last + 1))
    asked = [one for line, command in commands for one in shell.asked(command, known, line)]
    return Notebook(text + "\n", tuple(asked))


def _lines(source: Any) -> list[str]:
    whole = source if isinstance(source, str) else "".join(str(each) for each in source)
    return whole.split("\n")


Placed = list[tuple[int, str]]


def _placed(
    cells: Sequence[tuple[str, list[str]]], raw: Sequence[str]
) -> Iterator[tuple[str, Placed]]:
    """Yield the lines of each cell, with the number of the line of the file that holds them.

    A file that is not written line by line is numbered as if it were.
    """
    at, running = 0, 0
    bare = [_bare(each) for each in raw]
    for kind, lines in cells:
        placed: Placed = []
        for index, line in enumerate(lines):
            ended = line + ("\n" if index + 1 < len(lines) else "")
            forms = {json.dumps(ended), json.dumps(ended, ensure_ascii=False)}
            found = (
                next((n for n in range(at, len(bare)) if bare[n] in forms), None) if line else None
            )
            if found is None:
                running += 1
            else:
                running, at = found + 1, found + 1
            placed.append((running, line))
        yield kind, placed


def _bare(line: str) -> str:
    return line.strip().removesuffix(",").removeprefix('"source": [').removesuffix("]").strip()


def _cell(lines: Placed) -> tuple[Placed, Placed]:
    """Return the Python of a cell, and its lines of shell."""
    first = next((text for _, text in lines if text.strip()), "").strip()
    if first.startswith("%%"):
        name = (first[2:].split() or [""])[0]
        rest = [(number, text) for number, text in lines if not text.startswith("%%")]
        if name in _SHELLS and rest:
            return [], [(rest[0][0], "\n".join(text for _, text in rest))]
        if name not in _AS_PYTHON:
            return [], []
        lines = rest
    python: Placed = []
    commands: Placed = []
    for number, text in lines:
        bare = text.lstrip()
        name, equals, command = bare.partition("=")
        if bare.startswith("!"):
            commands.append((number, _braced(bare.lstrip("!"))))
            python.append((number, text[: len(text) - len(bare)] + "pass"))
        elif equals and command.lstrip().startswith("!") and name.strip().isidentifier():
            commands.append((number, _braced(command.lstrip()[1:])))
            python.append((number, f"{name}= []"))
        elif _MAGIC.match(text):
            python.append((number, _MAGIC.sub(r"\1", text)))
        elif bare.startswith("%") or bare.rstrip().endswith("?"):
            python.append((number, text[: len(text) - len(bare)] + "pass"))
        else:
            python.append((number, text))
    return python, commands


def _braced(command: str) -> str:
    """Return a command with Python's variables as the shell's."""
    return re.sub(r"(?<!\$)\{(\w+)\}", r"${\1}", command)


def _parses(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
