"""Logs: one line for each thing that is told, as text or as a JSON object.

Whatever a line repeats of a request or of the database cannot end the line, begin another one, or
steer the terminal that shows it. Bodies, tokens and URLs with passwords are never logged.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from .context import CURRENT

FIELDS: Final = "datastorage_fields"
"""Attribute of a record with more fields."""


def said(**fields: object) -> dict[str, Any]:
    """Return fields of a line, for the ``extra`` of a logger's method."""
    return {FIELDS: fields}


@contextmanager
def logged(log_format: str, level: str, stream: TextIO | None = None) -> Generator[None]:
    """Log to standard error while the context is open; ``auto`` is text on a terminal only."""
    target = stream or sys.stderr
    as_text = log_format == "text" or (log_format == "auto" and target.isatty())
    handler = logging.StreamHandler(target)
    handler.setFormatter(TextLines() if as_text else JsonLines())
    root, ours = logging.getLogger(), logging.getLogger("datastorage_server")
    before = (root.level, ours.level)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    ours.setLevel(level.upper())
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before[0])
        ours.setLevel(before[1])


def printable(text: str) -> str:
    """Return a text on one line, without what could steer a terminal."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    number = ord(char)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _fields(record: logging.LogRecord) -> Mapping[str, object]:
    current = CURRENT.get()
    more: Mapping[str, object] = getattr(record, FIELDS, {})
    return {**current.fields(), **more} if current else more


def _time(record: logging.LogRecord) -> str:
    told = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return f"{told[:-6]}Z"


class JsonLines(logging.Formatter):
    """A JSON object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        members: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            members["exception"] = self.formatException(record.exc_info)
        return json.dumps(members, default=str).replace("\x7f", "\\u007f")


class TextLines(logging.Formatter):
    """A line to read; a traceback follows on lines that begin with a bar."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        told = [_time(record), record.levelname, printable(record.getMessage())]
        told += [f"{name}={_value(value)}" for name, value in _fields(record).items()]
        line = " ".join(told)
        if record.exc_info:
            traceback = self.formatException(record.exc_info).split("\n")
            line += "".join(f"\n  | {printable(one)}" for one in traceback)
        return line


def _value(value: object) -> str:
    text = f"{value}"
    plain = text.isascii() and text.isprintable() and not set(text) & set(' "=\\')
    return text if plain and text else json.dumps(text).replace("\x7f", "\\u007f")
