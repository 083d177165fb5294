"""Values at the edges of a schema: the last that are allowed, and the first that are not."""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

from apigen.fuzz.jsonvalues import count, mapping, number, sequence, text
from apigen.fuzz.values.generation import bounds_in_time, type_of
from apigen.fuzz.values.patterns import matching
from apigen.types import Json

_LONGEST = 100_000
_MOST_OF_ENUM = 40
_MARGIN = timedelta(minutes=2)
"""Kept from the bounds of a time, which move while a request travels."""
_FORMS = {
    "duration": ("7d", "36h", "1h30m", "90s"),
    "date-time": ("2026-08-22T14:00:00.25+02:00", "2026-08-22T12:00:00Z"),
    "date": ("2026-08-22",),
}
_NO_FORMAT = {
    "date-time": ("yesterday", "2026-02-30T12:00:00Z"),
    "date": ("yesterday", "2026-02-30"),
    "uuid": ("not-a-uuid",),
    "email": ("no address",),
    "ipv4": ("256.0.0.1",),
}
_WRONG_TYPES: Mapping[str, tuple[Json, ...]] = {
    "string": (12, ["text"]),
    "integer": ("12", 1.5, True),
    "number": ("1.5", True),
    "boolean": ("true", 1),
    "array": ({}, "text"),
    "object": ([], "text"),
}
_NO_NUMBERS = {"integer": ("abc", "1.5"), "number": ("abc",), "boolean": ("perhaps",)}
"""Texts that no number or truth value is written as, in a query, a path or a header."""


class Side(Enum):
    """What the contract says of a value."""

    INSIDE = "inside"
    """It is allowed: the request must be taken."""
    OUTSIDE = "outside"
    """It is forbidden: the request must be refused."""
    EITHER = "either"
    """A server may refuse it or not; it must not break on it."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A value near a constraint."""

    keyword: str
    """The constraint: a keyword of the schema."""
    value: Json
    side: Side
    about: str
    """The value in words, for reports; also tells the edges of one constraint apart."""
    is_rule: bool = False
    """Whether a rule that no JSON Schema states decides; the schema alone allows the value."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Makes the edges of one member or parameter."""

    node: Mapping[str, Json]
    """Its schema, flat."""
    fresh: str
    """A text in the run's namespace that was never used."""
    chance: random.Random
    now: datetime
    is_text: bool = False
    """Whether every value travels as text: in a query, a path or a header."""
    is_nullable: bool = False

    def all(self) -> Iterator[Edge]:
        """Give every edge."""
        kind = type_of(self.node)
        yield from self._types(kind)
        if "x-apigen-exists" in self.node:
            unknown = self._unknown()
            if unknown:
                yield Edge(
                    "x-apigen-exists", unknown, Side.OUTSIDE, "what does not exist", is_rule=True
                )
        elif "enum" in self.node or "const" in self.node:
            yield from self._listed()
        elif kind == "string":
            yield from self._texts()
        if kind in {"integer", "number"} and "enum" not in self.node:
            yield from self._numbers(kind)

    def _types(self, kind: str) -> Iterator[Edge]:
        if self.is_text:
            for wrong in _NO_NUMBERS.get(kind, ()):
                yield Edge("type", wrong, Side.OUTSIDE, f"the text {wrong}")
            return
        for value in _WRONG_TYPES.get(kind, ()):
            yield Edge("type", value, Side.OUTSIDE, _kind_of(value))
        if kind:
            side = Side.INSIDE if self.is_nullable else Side.OUTSIDE
            yield Edge("nullable" if self.is_nullable else "type", None, side, "null")

    def _unknown(self) -> Json:
        if text(self.node.get("format")) == "uuid":
            return f"00000000-0000-4000-8000-{self.chance.getrandbits(48):012x}"
        return self._sized(min(count(self.node.get("maxLength")) or 60, 60))

    def _listed(self) -> Iterator[Edge]:
        allowed = sequence(self.node.get("enum", [self.node.get("const")]))
        keyword = "enum" if "enum" in self.node else "const"
        if keyword == "enum":
            for value in allowed[:_MOST_OF_ENUM]:
                if value is not None:
                    yield Edge(keyword, value, Side.INSIDE, f"the value {value}")
        texts = [each for each in allowed if isinstance(each, str)]
        for one in texts[:1]:
            yield Edge(keyword, one.swapcase(), Side.OUTSIDE, "another letter case")
        if texts and len(texts) == len(allowed):
            longest = max(map(len, texts))
            for word in ("sms", "csv", "unlisted"):
                yield Edge(keyword, word, Side.OUTSIDE, f"the unlisted value {word}")
            yield Edge(keyword, "x" * (longest + 1), Side.OUTSIDE, "an unlisted value, long")

    def _texts(self) -> Iterator[Edge]:
        node, format_ = self.node, text(self.node.get("format"))
        if forms := sequence(node.get("x-apigen-formats")):
            yield from self._forms(forms)
        elif format_ == "date-time":
            yield from self._times()
        elif not format_:
            yield from self._lengths()
        for wrong in _NO_FORMAT.get(format_, ()):
            yield Edge("format", wrong, Side.OUTSIDE, f"the text {wrong}")
        if "pattern" in node:
            for wrong in self._unmatched(text(node["pattern"])):
                yield Edge("pattern", wrong, Side.OUTSIDE, "a text that does not match")
        elif not format_ and not sequence(node.get("x-apigen-formats")):
            yield from self._odd_texts()

    def _forms(self, forms: list[Json]) -> Iterator[Edge]:
        pattern = text(self.node.get("pattern"))
        for form in forms:
            for written in _FORMS.get(text(form), ()):
                if not pattern or re.search(pattern, written):
                    yield Edge("x-apigen-formats", written, Side.INSIDE, f"the {form} {written}")
        yield Edge("x-apigen-formats", "soon", Side.OUTSIDE, "the text soon", is_rule=not pattern)

    def _times(self) -> Iterator[Edge]:
        oldest, newest = bounds_in_time(self.node)
        recent = self.now - _MARGIN
        for zone in (UTC, timezone(timedelta(hours=5, minutes=30))):
            written = recent.astimezone(zone).isoformat(timespec="seconds")
            yield Edge("format", written, Side.INSIDE, f"a time with {written[-6:]}")
        yield Edge("format", _utc(recent, "microseconds"), Side.INSIDE, "a time with microseconds")
        bare = recent.replace(tzinfo=None).isoformat(timespec="seconds")
        yield Edge("format", bare, Side.OUTSIDE, "a time without a zone")
        bounds = (("x-apigen-oldest", oldest, -1), ("x-apigen-newest", newest, 1))
        for keyword, bound, sign in bounds:
            if bound is not None:
                near = self.now + sign * (bound - _MARGIN)
                beyond = self.now + sign * (bound + _MARGIN)
                yield Edge(keyword, _utc(near), Side.INSIDE, "a time just within", is_rule=True)
                yield Edge(keyword, _utc(beyond), Side.OUTSIDE, "a time just beyond", is_rule=True)

    def _lengths(self) -> Iterator[Edge]:
        least, most = count(self.node.get("minLength")), count(self.node.get("maxLength"))
        if most is not None and most <= _LONGEST:
            yield from self._long("maxLength", most, Side.INSIDE)
            yield from self._long("maxLength", most + 1, Side.OUTSIDE)
        if least:
            yield from self._long("minLength", least - 1, Side.OUTSIDE)
            if most is None or least < most:
                yield from self._long("minLength", least, Side.INSIDE)
        elif least is None and "pattern" not in self.node and not self.is_text:
            yield Edge("type", "", Side.EITHER, "an empty text")

    def _long(self, keyword: str, size: int, side: Side) -> Iterator[Edge]:
        pattern = text(self.node.get("pattern"))
        made = matching(pattern, self.chance, size, size) if pattern else self._sized(size)
        if made is not None:
            yield Edge(keyword, made, side, f"{size} characters")

    def _sized(self, size: int) -> str:
        """Return a text of a length that nobody sent before, if it is long enough for that."""
        return self.fresh.ljust(size, "x") if size > len(self.fresh) else self.fresh[-size:][:size]

    def _unmatched(self, pattern: str) -> Iterator[str]:
        good = matching(pattern, self.chance) or "a"
        for wrong in (f"{good}-", f"{good} ", f"{good}!", good.swapcase(), "-", "x" * 3):
            try:
                if not re.search(pattern, wrong):
                    yield wrong
                    return
            except re.error:
                return

    def _odd_texts(self) -> Iterator[Edge]:
        room = count(self.node.get("maxLength"))
        room = 60 if room is None else min(room, 60)
        if room >= 3:
            start = self._sized(room - 2)
            yield Edge("type", f"{start}\0x", Side.EITHER, "a text with U+0000")
            yield Edge(
                "type", f"{start}\N{ROCKET}", Side.INSIDE, "a text with a character > U+FFFF"
            )

    def _numbers(self, kind: str) -> Iterator[Edge]:
        node, step = self.node, 1 if kind == "integer" else 0.5
        bounds = (("minimum", -1), ("maximum", 1))
        for keyword, sign in bounds:
            exclusive = f"exclusive{keyword.capitalize()}"
            bound, sharp = number(node.get(keyword)), node.get(exclusive)
            if bound is not None:
                is_sharp = sharp is True
                yield self._number(keyword, bound - sign * step if is_sharp else bound, Side.INSIDE)
                yield self._number(keyword, bound if is_sharp else bound + sign * step)
            if (limit := number(sharp)) is not None:
                yield self._number(exclusive, limit - sign * step, Side.INSIDE)
                yield self._number(exclusive, limit)
        if (multiple := number(node.get("multipleOf"))) is not None:
            yield self._number("multipleOf", multiple * 4 + multiple / 2)
        if number(node.get("maximum")) is None and number(node.get("exclusiveMaximum")) is None:
            for big in (2**31, 2**63, 2**70):
                yield Edge("type", big, Side.EITHER, f"the number {big}")

    def _number(self, keyword: str, value: float, side: Side = Side.OUTSIDE) -> Edge:
        whole = int(value) if value == int(value) else value
        return Edge(keyword, whole, side, f"the number {whole}")


def _utc(point: datetime, precision: str = "seconds") -> str:
    return point.isoformat(timespec=precision).replace("+00:00", "Z")


def _kind_of(value: Json) -> str:
    if isinstance(value, bool):
        return "true"
    if isinstance(value, str):
        return f"the text {value}"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "an array" if isinstance(value, list) else "an object"


def is_nullable(node: Mapping[str, Json]) -> bool:
    """Tell whether a flat schema allows null: by ``nullable`` (3.0), its types, or its values."""
    stated = node.get("type")
    if isinstance(stated, list):
        return "null" in stated
    kinds = (mapping(each).get("type") for each in sequence(node.get("oneOf", node.get("anyOf"))))
    return node.get("nullable") is True or "null" in kinds
