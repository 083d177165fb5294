"""The styles of parameters, taken apart: the opposite of ``parameters``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import unquote_to_bytes

from .parameters import Parameter

Texts: TypeAlias = str | list[str] | dict[str, str]
"""A single text, the texts of a list, or those of an object's members."""

_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DEEP: Final = re.compile(r"([^\[\]]*)\[([^\[\]]*)\]\Z")


@dataclass(frozen=True, slots=True)
class Entries:
    """What a request gives, by location and name, undecoded; and what of it has been read."""

    by_location: Mapping[str, Mapping[str, list[str]]]
    read: dict[tuple[str, str], bool]

    def take(self, location: str, name: str) -> list[str]:
        """Return the values of a name, and remember that it has been asked for."""
        self.read[location, name] = True
        return self.by_location[location].get(name, [])

    def left(self, location: str) -> list[str]:
        """Return the names that nobody has asked for."""
        return [name for name in self.by_location[location] if (location, name) not in self.read]


def query_pairs(query: bytes) -> list[tuple[str, str]]:
    """Return names and values of a query, still percent-encoded."""
    text = query.decode("latin-1")
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return [(name, value) for name, _, value in pairs]


def cookies(fields: Iterable[str]) -> dict[str, list[str]]:
    """Return the cookies of Cookie header fields (RFC 6265, section 4.2.1)."""
    found: dict[str, list[str]] = {}
    for field in fields:
        for pair in field.split(";"):
            name, equals, value = pair.strip(" \t").partition("=")
            if equals:
                found.setdefault(name, []).append(value)
    return found


def decoded(raw: str, *, plus: bool = False) -> str:
    """Return what percent-encoded text stands for.

    Raises:
        ValueError: It is not the percent-encoding of UTF-8, or holds U+0000.

    """
    if _BROKEN_ESCAPE.search(raw):
        raise ValueError("must be percent-encoded: a '%' is followed by two hexadecimal digits")
    octets = unquote_to_bytes((raw.replace("+", " ") if plus else raw).encode("latin-1"))
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        raise ValueError("must be UTF-8") from None
    if "\0" in text:
        raise ValueError("must not hold the character U+0000")
    return text


def read_style(
    parameter: Parameter, entries: Entries, members: Sequence[str], *, free: bool
) -> Texts | None:
    """Return the texts of a parameter, None if it is absent.

    *members* are the names of the members if it is an object, *free* says that it may have others.

    Raises:
        ValueError: It is not written in its style.

    """
    decode, _ = _READING[parameter.location]
    shape = "value" if parameter.content else parameter.shape
    spread = parameter.exploded and parameter.location in {"query", "cookie"}
    if shape == "object" and parameter.wire_style == "deepObject":
        return _deep_object(parameter.name, entries, decode)
    if shape == "object" and spread:
        return _spread(parameter.location, entries, members, decode, free=free)
    name = parameter.name.lower() if parameter.location == "header" else parameter.name
    values = entries.take(parameter.location, name)
    if not values:
        return None
    if shape == "array" and spread:
        return [decode(value) for value in values]
    if shape == "array" and parameter.location == "header":
        return _single(parameter, ",".join(values))
    if len(values) > 1:
        raise ValueError("is given more than once")
    return _single(parameter, values[0])


def _single(parameter: Parameter, raw: str) -> Texts:
    """Take apart a value that stands in one place."""
    decode, split = _READING[parameter.location]
    if parameter.content:
        return decode(raw)
    if parameter.location == "path":
        return _path(parameter, raw)
    if parameter.shape == "value":
        return decode(raw)
    if parameter.location == "query":
        split = _DELIMITERS.get(parameter.wire_style, _by_comma)
    return _shaped(parameter, split(raw), decode, explode=parameter.exploded)


def _shaped(
    parameter: Parameter, words: list[str], decode: Callable[[str], str], *, explode: bool
) -> Texts:
    if parameter.shape == "array":
        return [decode(word) for word in words]
    if explode:
        pairs = [word.partition("=")[::2] for word in words]
    elif len(words) % 2:
        raise ValueError("must be names and values by turns")
    else:
        pairs = list(zip(words[::2], words[1::2], strict=True))
    return _members((decode(key), decode(value)) for key, value in pairs)


def _members(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    members: dict[str, str] = {}
    for key, value in pairs:
        if key in members:
            raise ValueError("has a member that is given more than once")
        members[key] = value
    return members


def _path(parameter: Parameter, raw: str) -> Texts:
    """Take a value in a path apart."""
    style, explode = parameter.wire_style, parameter.exploded
    start = {"label": ".", "matrix": ";"}.get(style, "")
    if not raw.startswith(start):
        raise ValueError(f"must start with {start!r}")
    text = raw[len(start) :]
    if style == "matrix" and not (explode and parameter.shape == "object"):
        named = [word.partition("=") for word in text.split(";")]
        if any(decoded(name) != parameter.name for name, _, _ in named):
            raise ValueError(f"must be written ;{parameter.name}=value")
        if len(named) > 1 and not (explode and parameter.shape == "array"):
            raise ValueError("is given more than once")
        if explode and parameter.shape == "array":
            return [decoded(value) for _, _, value in named]
        text = named[0][2]
    if parameter.shape == "value":
        return decoded(text)
    separator = start if explode and start else ","
    return _shaped(parameter, text.split(separator), decoded, explode=explode)


def _deep_object(name: str, entries: Entries, decode: Callable[[str], str]) -> Texts | None:
    """Read ``name[member]=value``."""
    found: list[tuple[str, str]] = []
    for key in entries.left("query"):
        match = _DEEP.match(key)
        if match and match[1] == name:
            found += [(match[2], decode(value)) for value in entries.take("query", key)]
    return _members(found) if found else None


def _spread(
    location: str,
    entries: Entries,
    members: Sequence[str],
    decode: Callable[[str], str],
    *,
    free: bool,
) -> Texts | None:
    """Read an object whose members stand beside the other parameters."""
    others = entries.left(location) if free and location == "query" else []
    names = dict.fromkeys([*members, *others])
    found = [(key, decode(value)) for key in names for value in entries.take(location, key)]
    return _members(found) if found else None


def _from_query(raw: str) -> str:
    return decoded(raw, plus=True)


def _from_header(raw: str) -> str:
    return raw.strip(" \t")  # nothing is percent-encoded in a header


def _from_cookie(raw: str) -> str:
    return raw if _BROKEN_ESCAPE.search(raw) else decoded(raw)  # not everyone encodes cookies


def _by_comma(text: str) -> list[str]:
    return text.split(",")


def _list_field(text: str) -> list[str]:
    """Split a list as RFC 9110, section 5.6.1.2 does: empty members do not count."""
    return [word for member in text.split(",") if (word := member.strip(" \t"))]


_DELIMITERS: Final[Mapping[str, Callable[[str], list[str]]]] = {
    "spaceDelimited": re.compile(r"%20|\+").split,
    "pipeDelimited": re.compile(r"%7[Cc]|\|").split,
}
_READING: Final[Mapping[str, tuple[Callable[[str], str], Callable[[str], list[str]]]]] = {
    "path": (decoded, _by_comma),
    "query": (_from_query, _by_comma),
    "header": (_from_header, _list_field),
    "cookie": (_from_cookie, _by_comma),
}
