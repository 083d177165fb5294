"""Operations on texts that are partly known: joining, formatting, addresses."""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, product

from apigen.guard.values import MOST, Hole, Items, Table, Text, Value, as_texts, choice, text

_PERCENT = re.compile(r"%(?:\((\w+)\))?[-+ #0]*[\d*]*(?:\.[\d*]+)?[diouxXeEfFgGcrsab%]")
_DOLLAR = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})")
_ABSOLUTE = re.compile(r"[A-Za-z][\w+.-]*://")


def combine(values: Sequence[tuple[Value, str]], join: Callable[..., Text]) -> Value:
    """Return *join* of every choice of texts that *values* (each with its source) allow."""
    each = [as_texts(value, source) for value, source in values]
    return choice(*(join(*chosen) for chosen in islice(product(*each), MOST)))


def concat(*texts: Text) -> Text:
    """Return texts one after the other."""
    return text(*(part for each in texts for part in each.parts))


def percent(pattern: Text, value: Value, source: str) -> Text:
    """Return what ``pattern % value`` is."""
    given = list(value.values) if isinstance(value, Items) else [value]
    named = dict(value.entries) if isinstance(value, Table) else {}

    def fill(match: re.Match[str]) -> Text:
        if match[0] == "%%":
            return text("%")
        found = named.get(match[1]) if match[1] else (given.pop(0) if given else None)
        hole = match[1] or source
        return as_texts(found, hole)[0] if found is not None else text(Hole(hole))

    return _filled(pattern, _PERCENT, fill)


def dollar(pattern: Text, named: Mapping[str, Value]) -> Text:
    """Return what ``string.Template(pattern).substitute(**named)`` is."""

    def fill(match: re.Match[str]) -> Text:
        name = match[1] or match[2]
        if not name:
            return text("$")
        return as_texts(named[name], name)[0] if name in named else text(Hole(name))

    return _filled(pattern, _DOLLAR, fill)


def _filled(
    pattern: Text, placeholder: re.Pattern[str], fill: Callable[[re.Match[str]], Text]
) -> Text:
    parts: list[str | Hole] = []
    for part in pattern.parts:
        if isinstance(part, Hole):
            parts.append(part)
            continue
        end = 0
        for match in placeholder.finditer(part):
            parts += [part[end : match.start()], *fill(match).parts]
            end = match.end()
        parts.append(part[end:])
    return text(*parts)


def formatted(pattern: Text, given: Sequence[Value], named: Mapping[str, Value]) -> Text:
    """Return what ``pattern.format(*given, **named)`` is."""
    parts: list[str | Hole] = []
    counter = 0
    for part in pattern.parts:
        if isinstance(part, Hole):
            parts.append(part)
            continue
        try:
            pieces = list(string.Formatter().parse(part))
        except ValueError:
            parts.append(part)
            continue
        for before, field, _, _ in pieces:
            parts.append(before)
            if field is None:
                continue
            key = field.split(".")[0].split("[")[0]
            if not key:
                key, counter = str(counter), counter + 1
            found = named.get(key)
            if found is None and key.isdecimal() and int(key) < len(given):
                found = given[int(key)]
            whole = key == field or not field
            parts += (
                as_texts(found, key)[0].parts if found is not None and whole else (Hole(field),)
            )
    return text(*parts)


def slashed(base: Text, tail: Text) -> Text:
    """Return two parts of a path with one slash between them."""
    return concat(stripped(base, "/", left=False), text("/"), stripped(tail, "/", right=False))


def stripped(value: Text, characters: str, *, left: bool = True, right: bool = True) -> Text:
    """Return a text without *characters* at its ends."""
    parts = list(value.parts)
    if right and parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip(characters)
    if left and parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip(characters)
    return text(*parts)


def resolved(base: Text, reference: Text) -> Text:
    """Return a reference resolved against a base (RFC 3986, section 5.2), as far as is known."""
    start = _start(reference)
    if _ABSOLUTE.match(start) or not base.parts:
        return reference
    if start.startswith("/"):
        return concat(_origin(base), reference)
    last = base.parts[-1]
    if isinstance(last, str) and "/" in last and not last.endswith("://"):
        kept = last[: last.rindex("/") + 1]
        if _ABSOLUTE.fullmatch(kept) is None:
            return concat(Text((*base.parts[:-1], kept)), reference)
    return slashed(base, reference)


def below(base: Text | None, path: Text) -> Text:
    """Return an address of a client with a base URL: absolute, or below the base."""
    if base is None or _ABSOLUTE.match(_start(path)):
        return path
    return slashed(base, path)


def _start(value: Text) -> str:
    return value.parts[0] if value.parts and isinstance(value.parts[0], str) else ""


def _origin(base: Text) -> Text:
    """Return scheme and host of an address."""
    kept: list[str | Hole] = []
    for index, part in enumerate(base.parts):
        if isinstance(part, Hole):
            kept.append(part)
            continue
        head = _ABSOLUTE.match(part) if index == 0 else None
        slash = part.find("/", head.end() if head else 0)
        if slash >= 0:
            return text(*kept, part[:slash])
        kept.append(part)
    return text(*kept)
