"""Values along a schema, and the rules beside it that OpenAPI cannot say."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from apigen.fuzz.jsonvalues import count, mapping, number, sequence, text
from apigen.fuzz.schemas import Schemas, merged, tag_of
from apigen.fuzz.values.patterns import matching
from apigen.fuzz.values.texts import duration, formatted, moment
from apigen.types import Json

_DEEPEST = 12
_WORDS = ("alpha", "beta", "gamma", "delta", "kappa", "omega", "sigma", "theta")


class NoValueError(Exception):
    """No value can be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes values. The same chance gives the same value."""

    schemas: Schemas
    chance: random.Random
    now: datetime
    identifier: Callable[[int | None], str]
    """Returns a text of at most so many letters that was never used, in the run's namespace."""
    existing: Callable[[Mapping[str, Json]], tuple[Json, ...]]
    """Returns what satisfies an ``x-apigen-exists``."""
    fullness: float = 0.5
    """How likely a member is that may be left out."""
    turn: int | None = None
    """Which alternative of a discriminated schema is taken; None leaves it to chance."""

    def make(self, schema: Json, name: str = "", level: int = 0) -> Json:
        """Return a value of a schema.

        Raises:
            NoValueError: none can be made.

        """
        node = self.schemas.flat(schema)
        if level > _DEEPEST:
            raise NoValueError("the schema never ends")
        if "not" in node and not mapping(node["not"]):
            raise NoValueError("the schema allows nothing")
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return self._of(node["enum"])
        if "x-apigen-exists" in node:
            return self._existing(mapping(node["x-apigen-exists"]))
        if tagged := list(self.schemas.tagged(node)) if tag_of(node) else []:
            stated, variant = self._chosen(tagged)
            made = self.make(variant, name, level + 1)
            return {**mapping(made), tag_of(node): stated}
        if variants := self.schemas.variants(node):
            chosen = self.schemas.flat(self.chance.choice(variants))
            rest = {key: one for key, one in node.items() if key not in {"oneOf", "anyOf"}}
            return self.make(merged(rest, chosen), name, level + 1)
        return self._typed(node, name, level)

    def _chosen(self, tagged: list[tuple[str, Json]]) -> tuple[str, Json]:
        """Return one alternative; each in turn, if a turn is given."""
        if self.turn is None:
            return self.chance.choice(tagged)
        return tagged[self.turn % len(tagged)]

    def _of(self, values: Json) -> Json:
        usable = [each for each in sequence(values) if each is not None]
        if not usable:
            raise NoValueError("the schema allows null only")
        return self.chance.choice(usable)

    def _existing(self, rule: Mapping[str, Json]) -> Json:
        found = self.existing(rule)
        if not found:
            member, operation = text(rule.get("member")), text(rule.get("operation"))
            raise NoValueError(f"nothing exists whose {member} {operation} lists")
        return self.chance.choice(found)

    def _typed(self, node: Mapping[str, Json], name: str, level: int) -> Json:
        match type_of(node):
            case "object":
                return self._object(node, level)
            case "array":
                return self._array(node, name, level)
            case "string":
                return self._text(node, name)
            case "integer":
                return self._integer(node)
            case "number":
                return self._number(node)
            case "boolean":
                return self.chance.random() < 0.5
            case "null":
                return None
            case _:
                return {} if node.get("additionalProperties") is not None else self._word()

    def _object(self, node: Mapping[str, Json], level: int) -> Json:
        required = {text(each) for each in sequence(node.get("required"))}
        made: dict[str, Json] = {}
        for name, schema in mapping(node.get("properties")).items():
            if self.schemas.flat(schema).get("readOnly") is True:
                continue
            likely = self.fullness if level < 4 else self.fullness / 4
            if name not in required and self.chance.random() >= likely:
                continue
            try:
                made[name] = self.make(schema, name, level + 1)
            except NoValueError:
                if name in required:
                    raise
        extra = node.get("additionalProperties")
        free: Json = extra if isinstance(extra, dict) else {"type": "string"}
        least = max(count(node.get("minProperties")) or 0, len(required - made.keys()))
        missing = sorted(required - made.keys())
        while len(made) < least or missing:
            made[missing.pop() if missing else self._word() + str(len(made))] = self.make(
                free, "", level + 1
            )
        return made

    def _array(self, node: Mapping[str, Json], name: str, level: int) -> Json:
        least = count(node.get("minItems")) or 0
        most = count(node.get("maxItems"))
        wanted = least if level >= 4 else max(least, self.chance.randint(1, 2))
        wanted = wanted if most is None else min(wanted, most)
        made: list[Json] = []
        for _ in range(wanted * 4):
            if len(made) == wanted:
                break
            item = self.make(node.get("items", {}), name, level + 1)
            if node.get("uniqueItems") is not True or item not in made:
                made.append(item)
        if len(made) < least:
            raise NoValueError("there are not enough different items")
        return made

    def _text(self, node: Mapping[str, Json], name: str) -> str:
        least, most = count(node.get("minLength")) or 0, count(node.get("maxLength"))
        pattern, format_ = text(node.get("pattern")), text(node.get("format"))
        if forms := sequence(node.get("x-apigen-formats")):
            return self._form(self.chance.choice(forms), pattern)
        if format_ == "date-time":
            oldest, newest = bounds_in_time(node)
            return moment(self.now, self.chance, oldest, newest)
        if pattern:
            found = matching(pattern, self.chance, least, most)
            if found is None:
                raise NoValueError(f"no text is found that matches {pattern}")
            return found
        if format_ and (found := formatted(format_, self.chance, self.now)):
            return found
        if is_identifier(name):
            return self.identifier(most).ljust(least, "x")
        return self._word().ljust(least, "x")[: most if most is not None else 200]

    def _form(self, form: Json, pattern: str) -> str:
        days = self.chance.choice((7, 30))
        written = {
            "duration": f"{days * 24}h",
            "date": formatted("date", self.chance, self.now) or "",
            "date-time": moment(self.now, self.chance, None, None),
        }.get(text(form), "")
        if written:
            return written
        found = matching(pattern, self.chance) if pattern else None
        if found is None:
            raise NoValueError(f"the form {form} is unknown")
        return found

    def _word(self) -> str:
        return f"{self.chance.choice(_WORDS)}{self.chance.randrange(1000)}"

    def _range(self, node: Mapping[str, Json]) -> tuple[float | None, float | None]:
        low, high = number(node.get("minimum")), number(node.get("maximum"))
        above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
        step = 1 if type_of(node) == "integer" else 1e-3
        if above is True and low is not None:
            low += step
        elif (bound := number(above)) is not None:
            low = max(low, bound + step) if low is not None else bound + step
        if below is True and high is not None:
            high -= step
        elif (bound := number(below)) is not None:
            high = min(high, bound - step) if high is not None else bound - step
        return low, high

    def _integer(self, node: Mapping[str, Json]) -> int:
        low, high = self._range(node)
        first = int(-(-low // 1)) if low is not None else (0 if high is None else int(high) - 100)
        last = int(high // 1) if high is not None else first + 1000
        step = number(node.get("multipleOf"))
        last = max(first, min(last, first + 10_000))
        made = self.chance.randint(first, last)
        return int(-(-made // step) * step) if step else made

    def _number(self, node: Mapping[str, Json]) -> float:
        low, high = self._range(node)
        first = low if low is not None else (0.0 if high is None else high - 100.0)
        last = high if high is not None else first + 1000.0
        step = number(node.get("multipleOf"))
        made = first + self.chance.random() * (last - first)
        if step:
            return -(-made // step) * step
        return min(max(round(made, 3), first), last)


def type_of(node: Mapping[str, Json]) -> str:
    """Return the type of a flat schema, as stated or as its keywords imply; ``null`` comes last."""
    stated = node.get("type")
    if isinstance(stated, list):
        stated = next((each for each in stated if each != "null"), "null")
    if isinstance(stated, str):
        return stated
    for type_, keywords in _IMPLIED.items():
        if keywords & node.keys():
            return type_
    return ""


_IMPLIED = {
    "object": {"properties", "required"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"pattern", "minLength", "maxLength", "format"},
    "number": {"minimum", "maximum", "multipleOf"},
}


def bounds_in_time(
    node: Mapping[str, Json],
) -> tuple[timedelta | None, timedelta | None]:
    """Return the ``x-apigen-oldest`` and ``x-apigen-newest`` of a schema."""
    return (
        duration(text(node.get("x-apigen-oldest"))),
        duration(text(node.get("x-apigen-newest"))),
    )


def is_identifier(name: str) -> bool:
    """Tell whether a member's name says that its value identifies something."""
    return name.lower() in {"id", "key", "name"} or name.endswith(("_id", "Id", "ID", "_name"))
