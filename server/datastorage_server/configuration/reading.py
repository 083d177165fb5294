"""Reading values: from the text of a setting to its value, or the reason why it has none."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Read: TypeAlias = Callable[[str], object]
"""Returns the value of a text; raises ValueError, whose message says what would be one."""


def anything(text: str) -> str:
    """Return a text as it is: what uses it checks it."""
    return _not_empty(text)


def path(text: str) -> Path:
    """Return a file's name."""
    return Path(_not_empty(text))


def switch(text: str) -> bool:
    """Return whether something is on."""
    known = {"true": True, "false": False}
    if text.lower() not in known:
        raise ValueError(f"{text!r} is neither true nor false")
    return known[text.lower()]


def choice(*allowed: str) -> Read:
    """Return what reads one of some words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{text!r} is none of {', '.join(allowed)}")
        return text

    return read


def whole(least: int, most: int, what: str = "whole number") -> Read:
    """Return what reads a whole number between bounds."""

    def read(text: str) -> int:
        plain = text.isascii() and text.isdecimal() and len(text) <= 20
        if not plain or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is no {what}: give a number from {least} to {most}")
        return int(text)

    return read


def seconds(least: float, most: float) -> Read:
    """Return what reads a time in seconds between bounds."""

    def read(text: str) -> float:
        try:
            value = float(text) if text.isascii() and "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            told = f"{text!r} is no time in seconds: give a number"
            raise ValueError(f"{told} from {least:g} to {most:g}")
        return value

    return read


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    if "\0" in text:
        raise ValueError("it holds the character U+0000")
    return text
