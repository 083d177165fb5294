"""``allOf``: several schemas that all hold, as one."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from apigen.bundle import Bundle
from apigen.schemas import patterns
from apigen.schemas.scalars import number
from apigen.schemas.source import escaped, mapping, reference, sequence, target, types
from apigen.types import Json

_TIGHTEST: dict[str, Callable[[float, float], float]] = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
}
_NOT_TAKEN = frozenset({"allOf", "oneOf", "anyOf", "discriminator", "$ref"})
_MAX_DEPTH = 100


@dataclass(slots=True)
class Merged:
    """One schema made of several: its keywords, and where each property stands."""

    keywords: dict[str, Json] = field(default_factory=dict[str, Json])
    property_at: dict[str, str] = field(default_factory=dict[str, str])
    unions: list[tuple[str, list[Json], str]] = field(
        default_factory=list[tuple[str, list[Json], str]]
    )
    """``oneOf`` and ``anyOf`` of the parts: keyword, alternatives, pointer."""
    lost: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What could not be said in one schema: pointer and reason."""
    folded: set[str] = field(default_factory=set[str])
    """References that were followed: what holds twice holds."""


def merged(bundle: Bundle, raw: dict[str, Json], pointer: str) -> Merged:
    """Return a schema with its ``allOf`` folded in, references followed."""
    result = Merged()
    _fold(bundle, raw, pointer, result, 0)
    return result


def _fold(bundle: Bundle, raw: dict[str, Json], pointer: str, result: Merged, depth: int) -> None:
    if depth > _MAX_DEPTH:
        result.lost.append((pointer, "'allOf' is nested too deeply"))
        return
    for index, part in enumerate(sequence(raw.get("allOf"))):
        ref = reference(part)
        if ref and ref in result.folded:
            continue
        result.folded.add(ref)
        found, where = target(bundle, part)
        here = f"{pointer}/allOf/{index}"
        if isinstance(found, dict):
            _fold(bundle, found, where or here, result, depth + 1)
            siblings = {key: value for key, value in mapping(part).items() if key != "$ref"}
            if ref and siblings:
                _fold(bundle, siblings, here, result, depth + 1)
        elif found is not True:
            result.lost.append((here, "a part of 'allOf' is no schema"))
    for keyword in ("oneOf", "anyOf"):
        if keyword in raw:
            result.unions.append((keyword, sequence(raw[keyword]), f"{pointer}/{keyword}"))
    _take(raw, pointer, result)


def _take(raw: dict[str, Json], pointer: str, result: Merged) -> None:
    for key, value in _numeric(raw).items():
        if key in _NOT_TAKEN:
            continue
        if key == "properties":
            _take_properties(mapping(value), pointer, result)
        elif key in result.keywords:
            _take_again(key, value, pointer, result)
        else:
            result.keywords[key] = value


def _numeric(raw: dict[str, Json]) -> dict[str, Json]:
    """Return a schema whose exclusive bounds are numbers, as in 3.1."""
    taken = dict(raw)
    for bound, exclusive in (
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ):
        if isinstance(raw.get(exclusive), bool):
            del taken[exclusive]
            if raw[exclusive] is True and bound in raw:
                taken[exclusive] = taken.pop(bound)
    return taken


def _take_again(key: str, value: Json, pointer: str, result: Merged) -> None:
    """Say in one keyword what two schemas say with it."""
    kept = result.keywords
    known = kept[key]
    match key:
        case "required":
            names = sequence(known)
            kept[key] = [*names, *(name for name in sequence(value) if name not in names)]
        case "enum":
            kept[key] = [each for each in sequence(known) if each in sequence(value)]
        case "items":
            kept[key] = known if known == value else {"allOf": [known, value]}
        case "type":
            kept[key] = _both_types({"type": known}, {"type": value}) or known
        case "uniqueItems":
            kept[key] = known is True or value is True
        case "additionalProperties" | "unevaluatedProperties":
            kept[key] = _both_extras(known, value)
        case "pattern" | "multipleOf":
            both = (_both_patterns if key == "pattern" else _both_steps)(known, value)
            kept[key] = known if both is None else both
            if both is None:
                result.lost.append((f"{pointer}/{key}", f"two '{key}' can't be said as one"))
        case _ if key in _TIGHTEST:
            one, other = number(known), number(value)
            if one is not None and other is not None:
                kept[key] = _TIGHTEST[key](one, other)
        case _:
            kept[key] = value


def _both_types(one: dict[str, Json], other: dict[str, Json]) -> Json:
    both: list[Json] = [each for each in types(one) if each in types(other)]
    if "integer" in types(one) + types(other) and "number" in types(one) + types(other):
        both += ["integer"] if "integer" not in both else []
    return both[0] if len(both) == 1 else both


def _both_extras(one: Json, other: Json) -> Json:
    """Return what further members may be where two schemas speak of them."""
    if one is False or other is False:
        return False
    kept = [each for each in (one, other) if isinstance(each, dict)]
    if len(kept) < 2 or kept[0] == kept[1]:
        return kept[0] if kept else True
    return {"allOf": list[Json](kept)}


def _both_patterns(one: Json, other: Json) -> Json:
    return patterns.both(one, other) if isinstance(one, str) and isinstance(other, str) else None


def _both_steps(one: Json, other: Json) -> Json:
    if isinstance(one, int) and isinstance(other, int):
        return math.lcm(one, other)
    return one if one == other else None


def _take_properties(properties: dict[str, Json], pointer: str, result: Merged) -> None:
    known = mapping(result.keywords.get("properties"))
    taken = dict(known)
    for name, schema in properties.items():
        if name in known and known[name] != schema:
            taken[name] = {"allOf": [known[name], schema]}
        else:
            taken[name] = schema
        result.property_at[name] = f"{pointer}/properties/{escaped(name)}"
    result.keywords["properties"] = taken
