"""The header fields of a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final


class Headers(Mapping[str, str]):
    """Header fields by name, whatever its case (RFC 9110, section 5.1).

    A :class:`~collections.abc.Mapping`, so that ``get``, ``in`` and ``dict()`` work as expected.
    Iteration gives the names in lower case.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields = {name.lower(): value for name, value in fields}

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({', '.join(self._fields)})"  # names only: values may be secrets


NO_HEADERS: Final = Headers()


def check_field(name: str, value: str) -> None:
    """Raise ValueError, without quoting *value*, unless HTTP can carry this header field.

    The grammar is that of RFC 9110, sections 5.1 and 5.5: a name is a token; a value is of
    Latin-1 characters without controls, and neither starts nor ends with white space.
    """
    check_name(name)
    check_value(value)


def check_name(name: str) -> None:
    """Raise ValueError unless *name* is a token (RFC 9110, section 5.6.2)."""
    if not name or not all(char.isascii() and (char.isalnum() or char in _MARKS) for char in name):
        raise ValueError(f"{name!r} is no name of a header field")


def check_value(value: str) -> None:
    """Raise ValueError, without quoting it, unless a header field can have this value."""
    if not value.isascii():
        try:
            value.encode("latin-1")
        except UnicodeEncodeError:
            raise ValueError("a header cannot carry characters beyond Latin-1") from None
    if not value.isprintable() and any(
        (char < " " and char != "\t") or char == "\x7f" for char in value
    ):
        raise ValueError("a header cannot carry line breaks or other control characters")
    if value[:1] in _BLANKS or value[-1:] in _BLANKS:
        raise ValueError("a header cannot start or end with white space")


_MARKS: Final = frozenset("!#$%&'*+-.^_`|~")
_BLANKS: Final = frozenset(" \t")
