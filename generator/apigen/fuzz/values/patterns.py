"""Texts that match a regular expression, made from how Python parses it."""

import random
import re
from importlib import import_module
from typing import Any

_parser: Any = import_module("re._parser")  # what re itself uses; it has no public name
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ANY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
_CATEGORIES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": f"{_LETTERS}0123456789_",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": _LETTERS,
    "CATEGORY_NOT_WORD": "-. ",
    "CATEGORY_NOT_SPACE": f"{_LETTERS}0123456789",
}
_MOST_REPEATS = 6
_ATTEMPTS = 60


def matching(
    pattern: str, chance: random.Random, least: int = 0, most: int | None = None
) -> str | None:
    """Return a text that a pattern matches, within bounds of length; None if none is found.

    A pattern may match anywhere in a text (JSON Schema, ``pattern``), so one without anchors is
    matched by the shortest text that it describes.
    """
    try:
        compiled = re.compile(pattern)
        parsed = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
    for attempt in range(_ATTEMPTS):
        made = _Maker(chance, min(attempt % 12, _MOST_REPEATS), {}).of(parsed)
        if len(made) < least and not pattern.endswith("$"):
            made += "".join(chance.choice(_LETTERS) for _ in range(least - len(made)))
        if compiled.search(made) and len(made) >= least and (most is None or len(made) <= most):
            return made
    return None


class _Maker:
    """Writes a text along a parsed pattern."""

    def __init__(self, chance: random.Random, more: int, groups: dict[int, str]) -> None:
        self.chance = chance
        self.more = more
        self.groups = groups

    def of(self, parsed: Any) -> str:
        return "".join(self.step(str(kind), argument) for kind, argument in parsed)

    def step(self, kind: str, argument: Any) -> str:
        match kind:
            case "LITERAL":
                return chr(argument)
            case "NOT_LITERAL":
                return next(letter for letter in _ANY if ord(letter) != argument)
            case "ANY":
                return self.chance.choice(_ANY)
            case "IN":
                return self.chance.choice(_letters(argument) or _LETTERS)
            case "BRANCH":
                return self.of(self.chance.choice(argument[1]))
            case "SUBPATTERN":
                made = self.of(argument[-1])
                if argument[0] is not None:
                    self.groups[argument[0]] = made
                return made
            case "GROUPREF":
                return self.groups.get(argument, "")
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = argument
                times = self.chance.randint(least, max(least, min(int(most), least + self.more)))
                return "".join(self.of(inner) for _ in range(times))
            case "ATOMIC_GROUP":
                return self.of(argument)
            case _:
                return ""  # an anchor or an assertion: the match is tried afterwards


def _letters(items: Any) -> str:
    """Return the letters of a class, printable ones of ASCII where there are any."""
    allowed: set[str] = set()
    negated = False
    for kind, argument in items:
        match str(kind):
            case "NEGATE":
                negated = True
            case "LITERAL":
                allowed.add(chr(argument))
            case "RANGE":
                low, high = argument
                allowed.update(chr(code) for code in range(low, min(high, low + 300) + 1))
            case _:
                allowed.update(_CATEGORIES.get(str(argument), ""))
    if negated:
        return "".join(letter for letter in _ANY if letter not in allowed)
    plain = sorted(letter for letter in allowed if letter.isascii() and letter.isprintable())
    return "".join(plain or sorted(allowed))
