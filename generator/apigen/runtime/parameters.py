"""Parameters: how a value is written into a path, a query, a header or a cookie.

The styles are those of OpenAPI (3.0 and 3.1, "Style Values"), which are RFC 6570 with a few
additions. What RFC 6570 leaves undefined or what could not be read back is refused, never guessed.
Errors name the reason, not the value: that may be a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast
from urllib.parse import quote

from pydantic import BaseModel

from .headers import check_name, check_value
from .scalars import as_json, plain, text

Location: TypeAlias = Literal["path", "query", "header", "cookie"]
Style: TypeAlias = Literal[
    "", "simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject"
]
Shape: TypeAlias = Literal["value", "array", "object"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation.

    Attributes:
        name: Its name on the wire.
        keyword: Its name in Python.
        location: Where it is sent.
        required: Whether it must be given.
        style: How it is written; empty for the default of its location.
        explode: Whether items or members are written one by one; None for the style's default.
        shape: What its schema says it is.
        content: The media type, if the contract declares it by ``content`` and not by ``schema``.
        allow_reserved: Whether reserved characters (RFC 3986, section 2.2) stay as they are.

    """

    name: str
    keyword: str
    location: Location
    required: bool = field(default=False, kw_only=True)
    style: Style = field(default="", kw_only=True)
    explode: bool | None = field(default=None, kw_only=True)
    shape: Shape = field(default="value", kw_only=True)
    content: str = field(default="", kw_only=True)
    allow_reserved: bool = field(default=False, kw_only=True)

    @property
    def wire_style(self) -> Style:
        """The style that holds: the one given, or the default of the location."""
        if self.style:
            return self.style
        return "form" if self.location in {"query", "cookie"} else "simple"

    @property
    def exploded(self) -> bool:
        """Whether to explode: as given, or by the style's default."""
        return self.wire_style == "form" if self.explode is None else self.explode


Encoder: TypeAlias = Callable[[object], str | None]
"""Writes a value in full: ``name=value`` in a query, the bare value in a header.

None stands for nothing to send (an empty list). Raises ValueError with the reason.
"""

_Parts: TypeAlias = str | list[str] | list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Expansion:
    """A row of RFC 6570's table of expressions (appendix A).

    ``joiner`` stands between the items of a list that is not exploded.
    """

    first: str
    separator: str
    named: bool
    if_empty: str = ""
    joiner: str = ","


_EXPANSIONS: Final[Mapping[str, _Expansion]] = MappingProxyType(
    {
        "simple": _Expansion("", ",", named=False),
        "label": _Expansion(".", ".", named=False),
        "matrix": _Expansion(";", ";", named=True),
        "form": _Expansion("", "&", named=True, if_empty="="),
        "spaceDelimited": _Expansion("", "&", named=True, if_empty="=", joiner="%20"),
        "pipeDelimited": _Expansion("", "&", named=True, if_empty="=", joiner="%7C"),
        "deepObject": _Expansion("", "&", named=True, if_empty="="),
    }
)
_COOKIE: Final = _Expansion("", "; ", named=True, if_empty="=")

_RESERVED: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Of the reserved characters those that end the component, or that readers of forms take
        # for something else, are encoded all the same.
        "query": ":/?@!$'()*,;=",
        "path": ":@!$&'()*+,;=",
        "cookie": ":/?#[]@!$&'()*+=",
        "header": "",
    }
)


def encoder(parameter: Parameter) -> Encoder:
    """Return what writes the values of *parameter*; made once, used for every call.

    Raises:
        ValueError: HTTP has no header field of that name.

    """
    name = quote(parameter.name, safe="")
    if parameter.location == "header":
        check_name(parameter.name)
        return partial(_header, _write(parameter, name, _same))
    safe = _RESERVED[parameter.location] if parameter.allow_reserved else ""
    return _write(parameter, name, partial(quote, safe=safe))


def _write(parameter: Parameter, name: str, escape: Callable[[str], str]) -> Encoder:
    row = _COOKIE if parameter.location == "cookie" else _EXPANSIONS[parameter.wire_style]
    if parameter.content:
        write = as_json if "json" in parameter.content else text
        return partial(_content, row, name, escape, write)
    if parameter.wire_style == "deepObject":
        return partial(_deep_object, name, escape)
    if parameter.location == "header":
        return partial(_listed, row, name, explode=parameter.exploded)
    return partial(_expand, row, name, escape, explode=parameter.exploded)


def _content(
    row: _Expansion,
    name: str,
    escape: Callable[[str], str],
    write: Callable[[object], str],
    value: object,
) -> str:
    return _single(row, name, escape(write(value)))


def _expand(
    row: _Expansion,
    name: str,
    escape: Callable[[str], str],
    value: object,
    *,
    explode: bool,
) -> str | None:
    """Expand a value as RFC 6570, section 3.2.1 does."""
    if type(value) is str:
        return _single(row, name, escape(value))
    parts = _parts(value, escape)
    if isinstance(parts, str):
        return _single(row, name, parts)
    if not parts:
        return None
    if not explode:
        words = _flat(parts)
        if row.joiner != "," and any(row.joiner in word for word in words):
            raise ValueError("an item of the list holds the delimiter of its style")
        return _single(row, name, row.joiner.join(words))
    pairs = [(name if row.named else "", part) if isinstance(part, str) else part for part in parts]
    return row.first + row.separator.join(_pair(row, key, text) for key, text in pairs)


def _single(row: _Expansion, name: str, written: str) -> str:
    return row.first + _pair(row, name if row.named else "", written)


def _pair(row: _Expansion, name: str, written: str) -> str:
    if not name:
        return written
    # Unnamed rows still write the members of an object as `key=value`, empty or not.
    return f"{name}={written}" if written or not row.named else name + row.if_empty


def _deep_object(name: str, escape: Callable[[str], str], value: object) -> str | None:
    """Write ``name[member]=value`` for each member, the brackets percent-encoded."""
    parts = _parts(value, escape)
    if isinstance(parts, str) or (parts and isinstance(parts[0], str)):
        raise ValueError("only an object can be written in the style deepObject")
    members = cast("list[tuple[str, str]]", parts)
    return "&".join(f"{name}%5B{key}%5D={written}" for key, written in members) or None


def _listed(row: _Expansion, name: str, value: object, *, explode: bool) -> str | None:
    """Write a header: nothing is percent-encoded there, so no item may hold a delimiter."""
    parts = _parts(value, _same)
    if not isinstance(parts, str):
        words = _flat(parts)
        if any("," in word or word != word.strip(" \t") for word in words):
            raise ValueError("an item of a list in a header cannot hold commas or outer blanks")
        if explode and any(not isinstance(part, str) and "=" in part[0] for part in parts):
            raise ValueError("a member of an object in a header cannot be named with '='")
    return _expand(row, name, _same, value, explode=explode)


def _header(write: Encoder, value: object) -> str | None:
    written = write(value)
    if written is not None:
        check_value(written)
    return written


def _parts(value: object, escape: Callable[[str], str]) -> _Parts:
    """Take a value apart: a text, the texts of a list, or the names and texts of an object."""
    match value:
        case str():
            return escape(text(value))
        case BaseModel():
            return _members(cast("Mapping[object, object]", plain(value)), escape)
        case Mapping():
            return _members(cast("Mapping[object, object]", value), escape)
        case Set():
            return sorted(_items(cast("Set[object]", value), escape))  # sets have no order
        case Sequence() if not isinstance(value, bytes | bytearray):
            return _items(cast("Sequence[object]", value), escape)
        case _:
            return escape(text(value))


def _flat(parts: list[str] | list[tuple[str, str]]) -> list[str]:
    return [word for part in parts for word in ((part,) if isinstance(part, str) else part)]


def _items(values: Sequence[object] | Set[object], escape: Callable[[str], str]) -> list[str]:
    return [escape(_inner(value)) for value in values]


def _members(
    members: Mapping[object, object], escape: Callable[[str], str]
) -> list[tuple[str, str]]:
    return [
        (escape(text(name)), escape(_inner(value)))
        for name, value in members.items()
        if value is not None
    ]


def _inner(value: object) -> str:
    if isinstance(value, BaseModel | Mapping | Set) or (
        isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)
    ):
        raise ValueError("a list or an object within another has no text in this style")
    return text(value)


def _same(written: str) -> str:
    return written
