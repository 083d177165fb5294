"""The smallest value that a type of the contract allows: what a probe sends."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from apigen.contract import Absent, AliasDef, EnumDef, ObjectDef, UnionDef
from apigen.types import (
    AnyValue,
    Const,
    Kind,
    ListOf,
    MapOf,
    Named,
    Nullable,
    OneOf,
    Scalar,
    TypeExpr,
)

_MOST_LEVELS = 40
_FORMATS = {
    "email": "probe@example.org",
    "uri": "https://example.org/",
    "hostname": "example.org",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "ip": "127.0.0.1",
    "duration": "PT1S",
}
_CANDIDATES = ("a", "A", "0", "a0", "a-a", "a.a", "a_a", "0.0", "1.0.0", "v1", "a/a", "a:a", "P1D")


@dataclass(frozen=True, slots=True)
class Sampler:
    """Makes values; every text that is free holds *mark*, as far as there is room."""

    definitions: Mapping[str, object]
    mark: str
    now: Callable[[], datetime]
    equal: Mapping[str, str] = field(default_factory=dict[str, str])
    """Unions whose tag another member of the object must equal (``x-apigen-equals``)."""

    def of(self, type_: TypeExpr, level: int = 0) -> Any:
        """Return a value.

        Raises:
            ValueError: None can be made: a pattern that is not guessed, or types without end.

        """
        if level > _MOST_LEVELS:
            raise ValueError("the type never ends")
        match type_:
            case Named(ref):
                return self._named(ref, level + 1)
            case Scalar():
                return self._scalar(type_)
            case Nullable(inner):
                return self.of(inner, level + 1)
            case Const(values):
                return values[0]
            case ListOf(item, min_items=least):
                return [self.of(item, level + 1) for _ in range(least or 0)]
            case MapOf(value, min_properties=least):
                return {f"key{n}": self.of(value, level + 1) for n in range(least or 0)}
            case OneOf(variants):
                return self.of(variants[0], level + 1)
            case AnyValue():
                return {}

    def _named(self, ref: str, level: int) -> Any:
        match self.definitions.get(ref):
            case EnumDef(values=values):
                return values[0].value
            case AliasDef(type=type_):
                return self.of(type_, level)
            case UnionDef(tag=tag, variants=variants):
                value, variant = variants[0]
                return {**self._named(variant, level), tag: value}
            case ObjectDef() as found:
                base: dict[str, Any] = self._named(found.base, level) if found.base else {}
                own = {
                    each.name: self.of(each.type, level)
                    for each in found.properties
                    if each.required and not each.read_only and isinstance(each.default, Absent)
                }
                return self._equalled(found, {**base, **own})
            case _:
                raise ValueError(f"there is no schema {ref}")

    def _equalled(self, made: ObjectDef, value: dict[str, Any]) -> dict[str, Any]:
        """Let members equal those that the contract says they equal."""
        for each in made.properties:
            pointer = each.extensions.get("x-apigen-equals")
            if isinstance(pointer, str) and each.name in value and pointer[1:] in value:
                value[each.name] = value[pointer[1:]]
            union = self.definitions.get(each.type.ref) if isinstance(each.type, Named) else None
            if isinstance(union, UnionDef) and each.name in value:
                named = self.equal.get(union.name, "")[1:]
                if named in value:
                    value[named] = value[each.name][union.tag]
        return value

    def _scalar(self, type_: Scalar) -> Any:
        bounds = type_.bounds
        match type_.kind:
            case Kind.BOOLEAN:
                return False
            case Kind.INTEGER | Kind.NUMBER:
                low = bounds.minimum
                if low is None and bounds.exclusive_minimum is not None:
                    low = bounds.exclusive_minimum + 1
                high = bounds.maximum
                return low if low is not None else (0 if high is None or high >= 0 else high)
            case Kind.DATE_TIME:
                return self.now().astimezone(UTC).isoformat().replace("+00:00", "Z")
            case Kind.DATE:
                return self.now().astimezone(UTC).date().isoformat()
            case Kind.TIME:
                return "12:00:00Z"
            case Kind.UUID:
                return str(uuid4())
            case Kind.BYTE | Kind.BINARY:
                return ""
            case Kind.STRING:
                return self._text(type_)

    def _text(self, type_: Scalar) -> str:
        bounds = type_.bounds
        if known := _FORMATS.get(type_.format):
            return known
        least, most = bounds.min_length or 0, bounds.max_length
        text = self.mark if most is None or most >= len(self.mark) else self.mark[:most]
        text = text.ljust(least, "0")
        if bounds.pattern is None:
            return text
        return matching(bounds.pattern, (text, *_CANDIDATES), least)


def matching(pattern: str, candidates: "tuple[str, ...]", least: int) -> str:
    """Return a candidate, repeated if need be, that matches a pattern.

    Raises:
        ValueError: None does.

    """
    try:
        wanted = re.compile(pattern)
    except re.error:
        raise ValueError(f"the pattern {pattern!r} is not understood") from None
    for length in (1, *(int(n) for n in re.findall(r"\{(\d{1,3})", pattern)), least):
        for each in candidates:
            for text in (each, each * length, (each * length)[: max(length, 1)]):
                if len(text) >= least and wanted.search(text):
                    return text
    raise ValueError(f"no text is known for the pattern {pattern!r}")
