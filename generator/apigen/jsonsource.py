"""JSON (RFC 8259) into values, with the place of each.

The values come from the standard library at C speed; places are found by a small scanner, and only
when somebody asks or something is wrong.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from math import isfinite

from apigen.diagnostics.core import Diagnostic, Report
from apigen.diagnostics.reading import (
    FORBIDDEN_CHARACTER,
    NOT_JSON,
    SYNTAX,
    TOO_DEEP,
    TOO_LARGE,
)
from apigen.sourcetext import Bounds, Faults, Mark, Parsed, SourceText, stop
from apigen.types import Json

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_MOST_DIGITS = 4300
"""The bound of Python on the digits of an integer, which keeps reading linear."""


@dataclass(slots=True)
class _Suspicions:
    """What the fast reader noticed without knowing where."""

    any: bool = False

    def members(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        """Return an object; notice duplicate keys."""
        members = dict(pairs)
        if len(members) != len(pairs):
            self.any = True
        return members

    def number(self, text: str) -> float:
        """Return a number with a fraction or an exponent; notice one out of range."""
        value = float(text)
        if not isfinite(value):
            self.any = True
        return value

    def constant(self, _text: str) -> None:
        """Notice NaN and Infinity, which Python reads and JSON does not have."""
        self.any = True


def read(source: SourceText, bounds: Bounds, report: Report) -> Parsed:
    """Read a JSON text.

    Raises:
        Stop: it is no JSON; the report says why and where.

    """
    noticed = _Suspicions()
    try:
        value: Json = json.loads(
            source.text,
            object_pairs_hook=noticed.members,
            parse_float=noticed.number,
            parse_constant=noticed.constant,
        )
    except json.JSONDecodeError as fault:
        raise stop(report, _told(fault, source)) from None
    except RecursionError:
        raise stop(report, TOO_DEEP.at(source.place(0), _too_deep(bounds))) from None
    except ValueError:
        noticed.any = True  # an integer of too many digits: the scanner finds it
        value = None
    _measure(value, source, bounds, report)
    if noticed.any or _SURROGATE.search(source.text):
        scan = _Scan(Faults(source, report, []), checks=True)
        scan.run()
        scan.faults.check()
    return Parsed(source, value, cache(lambda: _Scan(Faults(source, Report(), [])).run()))


def _told(fault: json.JSONDecodeError, source: SourceText) -> Diagnostic:
    """Say what the standard library found, with the same words and place on every Python."""
    near = fault.doc[fault.pos : fault.pos + 1]
    before = fault.doc[: fault.pos].rstrip()
    if near == ",":  # Python 3.13 points at a trailing comma, older ones at what follows it
        before, near = fault.doc[: fault.pos + 1], fault.doc[fault.pos + 1 :].lstrip()[:1]
    if near and near in "}]" and before.endswith(","):
        message = "this is no JSON: a comma with nothing behind it"
        return SYNTAX.at(source.place(len(before) - 1), message, hint="remove the comma")
    hint = (
        "JSON quotes with double quotes"
        if near == "'"
        else "check commas, quotes and brackets before this place"
    )
    return SYNTAX.at(source.place(fault.pos), f"this is no JSON: {fault.msg}", hint=hint)


def _too_deep(bounds: Bounds) -> str:
    return f"collections are nested more than {bounds.max_depth} deep"


def _measure(value: Json, source: SourceText, bounds: Bounds, report: Report) -> None:
    """Hold a value against the bounds.

    Raises:
        Stop: it is too deep or too large.

    """
    nodes, depth, level = 1, 0, [value]
    while level:
        inner: list[Json] = []
        for node in level:
            if isinstance(node, (dict, list)):
                nodes += len(node)
                members = node.values() if isinstance(node, dict) else node
                inner += [child for child in members if isinstance(child, (dict, list))]
        if nodes > bounds.max_nodes:
            message = f"the document has more than {bounds.max_nodes:,} values"
            raise stop(report, TOO_LARGE.at(source.place(0), message))
        depth += 1
        if inner and depth >= bounds.max_depth:
            raise stop(report, TOO_DEEP.at(source.place(0), _too_deep(bounds)))
        level = inner


@dataclass(slots=True)
class _Frame:
    """A collection that is open while its members are marked."""

    start: int
    items: list[Mark] | None
    members: dict[str, Mark] = field(default_factory=dict[str, Mark])
    key: tuple[str, int] | None = None


@dataclass(slots=True)
class _Scan:
    """Marks where everything stands in a text that is JSON already."""

    faults: Faults
    checks: bool = False
    stack: list[_Frame] = field(default_factory=list[_Frame])
    root: Mark = 0

    def run(self) -> Mark:
        """Go through the text and return the marks."""
        for found in _TOKEN.finditer(self.faults.source.text):
            token, at = found[0], found.start()
            match token[0]:
                case "{":
                    self.stack.append(_Frame(at, None))
                case "[":
                    self.stack.append(_Frame(at, []))
                case "}" | "]":
                    frame = self.stack.pop()
                    inside = frame.members if frame.items is None else frame.items
                    self.put((frame.start, inside))
                case "," | ":":
                    pass
                case _:
                    self.scalar(token, at)
        return self.root

    def scalar(self, token: str, at: int) -> None:
        """Take a key or a scalar value."""
        if self.checks:
            self.check(token, at)
        frame = self.stack[-1] if self.stack else None
        if frame is None or frame.items is not None or frame.key is not None:
            self.put(at)
            return
        key = json.loads(token) if "\\" in token else token[1:-1]
        first = frame.members.get(key)
        if first is not None and self.checks:
            self.faults.duplicate(key, at, first)
        frame.key = (key, at)

    def put(self, mark: Mark) -> None:
        """Note where a value stands."""
        if not self.stack:
            self.root = mark
            return
        frame = self.stack[-1]
        if frame.items is not None:
            frame.items.append(mark)
        elif frame.key is not None:
            key, at = frame.key
            frame.key = None
            frame.members[key] = at if isinstance(mark, int) else (at, mark[1])

    def check(self, token: str, at: int) -> None:
        """Report a scalar that Python reads and JSON does not have."""
        if token[0] == '"':
            if _SURROGATE.search(token) and not _encodable(json.loads(token)):
                message = "half of a surrogate pair stands alone"
                hint = "write both halves, or the character itself"
                self.faults.add(FORBIDDEN_CHARACTER, at, message, hint)
        elif token in {"NaN", "Infinity", "-Infinity"} or (
            token[0] not in "tfn" and not isfinite(float(token)) and not token.lstrip("-").isdigit()
        ):
            message = f"{token[:40]} is no JSON number"
            self.faults.add(NOT_JSON, at, message, "write a finite number")
        elif token.lstrip("-").isdigit() and len(token) > _MOST_DIGITS:
            message = f"a number of {len(token):,} digits"
            self.faults.add(NOT_JSON, at, message, "write a shorter number, or a text")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
