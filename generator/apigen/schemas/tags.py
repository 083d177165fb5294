"""Discriminators: which tag values lead to which variant, gathered before schemas are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apigen.bundle import Bundle
from apigen.schemas.source import (
    component,
    is_null,
    looks_like_object,
    mapping,
    reference_to,
    sequence,
    target,
    text,
    types,
    walk,
)
from apigen.types import Json


@dataclass(frozen=True, slots=True)
class Tagging:
    """A discriminated union: the tag's property, and the component that each value leads to."""

    property_name: str
    by_value: Mapping[str, str]


@dataclass(slots=True)
class Tags:
    """The tag values of each component: component name -> property name -> values."""

    values: dict[str, dict[str, dict[str, None]]] = field(
        default_factory=dict[str, dict[str, dict[str, None]]]
    )

    def of(self, name: str) -> dict[str, tuple[str, ...]]:
        """Return the tags that a component carries, by property."""
        return {key: tuple(values) for key, values in self.values.get(name, {}).items()}


def gather(bundle: Bundle) -> Tags:
    """Look at every discriminated union of the document."""
    tags = Tags()
    for _, raw in walk(bundle.value):
        tagging = tagging_of(bundle, raw) if "discriminator" in raw else None
        if tagging is None:
            continue
        for value, name in tagging.by_value.items():
            by_property = tags.values.setdefault(name, {})
            by_property.setdefault(tagging.property_name, {})[value] = None
    return tags


def tagging_of(bundle: Bundle, raw: dict[str, Json]) -> Tagging | None:
    """Return how a union's variants are told apart; None if its discriminator can't do it."""
    discriminator = mapping(raw.get("discriminator"))
    property_name = text(discriminator.get("propertyName"))
    variants = sequence(raw.get("oneOf")) or sequence(raw.get("anyOf"))
    names = [component(each) for each in variants if not is_null(each)]
    if not property_name or not names or not all(names):
        return None
    if not all(looks_like_object(bundle, reference_to(name)) for name in names):
        return None
    if not all(_is_text(bundle, name, property_name) for name in names):
        return None
    by_value = {
        value: name
        for value, where in mapping(discriminator.get("mapping")).items()
        if (name := _mapped(text(where))) in names
    }
    for name in names:
        if name not in by_value.values():
            implied = _declared(bundle, name, property_name) or (name,)
            by_value |= {value: name for value in implied if value not in by_value}
    return Tagging(property_name, by_value) if set(by_value.values()) == set(names) else None


def _mapped(where: str) -> str:
    return component({"$ref": where}) or where


def _properties(bundle: Bundle, name: str, property_name: str) -> list[dict[str, Json]]:
    """Return what a variant, or a part that it is made of, says of its tag."""
    found, _ = target(bundle, reference_to(name))
    schemas = [found, *(target(bundle, part)[0] for part in sequence(mapping(found).get("allOf")))]
    said = (mapping(mapping(each).get("properties")).get(property_name) for each in schemas)
    return [mapping(target(bundle, each)[0]) for each in said if each is not None]


def _is_text(bundle: Bundle, name: str, property_name: str) -> bool:
    """Return whether a variant's tag is a text, as the values of a mapping are."""
    said = _properties(bundle, name, property_name)
    return all(
        "string" in types(raw) or (types(raw) == ("",) and all(map(_is_tag, _values(raw))))
        for raw in said
    )


def _is_tag(value: Json) -> bool:
    return isinstance(value, str)


def _values(raw: dict[str, Json]) -> list[Json]:
    return sequence(raw.get("enum")) or ([raw["const"]] if "const" in raw else [])


def _declared(bundle: Bundle, name: str, property_name: str) -> tuple[str, ...]:
    """Return the values that a variant's own property allows."""
    for raw in _properties(bundle, name, property_name):
        if values := tuple(value for value in _values(raw) if isinstance(value, str)):
            return values
    return ()
