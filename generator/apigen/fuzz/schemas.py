"""Schemas of the contract: values held against them, and all their keywords side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import openapi_schema_validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from apigen.fuzz.jsonvalues import mapping, sequence, text
from apigen.fuzz.operations import Contract
from apigen.pointers import join
from apigen.types import Json

Direction = Literal["read", "write"]
"""``read`` is what a server answers, ``write`` what a client sends (readOnly, writeOnly)."""

_DOCUMENT = "urn:apigen:contract"
_MOST_FAULTS = 5
_MOST_LETTERS = 160
_MOST_LEVELS = 30


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a value breaks its schema."""

    pointer: str
    """Into the value."""
    keyword: str
    message: str
    """In words; quotes the value, so it must be escaped where it is shown."""


@dataclass(frozen=True, slots=True)
class Schemas:
    """Everything that is asked of schemas."""

    contract: Contract

    def faults(self, pointer: str, value: Json, direction: Direction) -> tuple[Fault, ...]:
        """Return where a value breaks the schema at a pointer into the bundle; the first few."""
        found: list[Fault] = []
        try:
            for error in self._validator(pointer, direction).iter_errors(value):
                innermost = _innermost(error)
                where = join(tuple(str(token) for token in innermost.absolute_path))
                message = _shortened(str(innermost.message))
                found.append(Fault(where, str(innermost.validator), message))
                if len(found) == _MOST_FAULTS:
                    break
        except RecursionError:
            return (Fault("", "", "the value is nested too deep to be judged"),)
        except TypeError:  # the validator looks for the alternative of a list or an object
            return (Fault("", "discriminator", "the discriminating member is no text"),)
        return tuple(dict.fromkeys(found))

    def is_valid(self, pointer: str, value: Json, direction: Direction) -> bool:
        """Tell whether a value follows the schema at a pointer into the bundle."""
        return not self.faults(pointer, value, direction)

    def _validator(self, pointer: str, direction: Direction) -> Any:
        kinds: Any = Resource  # its arguments are aliased by attrs, unknown to mypy
        resource: Any = kinds(contents=self.contract.value, specification=DRAFT202012)
        registries: Any = Registry
        registry: Any = registries().with_resource(_DOCUMENT, resource)
        is_old = self.contract.version == "3.0"
        library: Any = openapi_schema_validator  # has no types
        old = {"read": library.OAS30ReadValidator, "write": library.OAS30WriteValidator}
        kind = old[direction] if is_old else library.OAS31Validator
        checker = library.oas30_format_checker if is_old else library.oas31_format_checker
        whole = {"$ref": f"{_DOCUMENT}#{pointer.replace('%', '%25')}"}
        return kind(whole, registry=registry, format_checker=checker)

    def flat(self, schema: Json) -> dict[str, Json]:
        """Return a schema with its references followed and its ``allOf`` merged into it.

        Members are united, bounds narrowed. ``oneOf`` and ``anyOf`` stay as they are. The boolean
        schema ``true`` gives an empty one, ``false`` one with ``not``.
        """
        return self._flat(schema, _MOST_LEVELS)

    def _flat(self, schema: Json, levels: int) -> dict[str, Json]:
        if schema is False:
            return {"not": {}}
        node = dict(mapping(self.contract.resolved(schema)))
        parts = sequence(node.pop("allOf", None))
        for part in parts if levels else ():
            node = merged(self._flat(part, levels - 1), node)
        return node

    def properties(self, schema: Json) -> Mapping[str, Json]:
        """Return the members that a schema names, in all its variants together."""
        node = self.flat(schema)
        found: dict[str, Json] = dict(mapping(node.get("properties")))
        for variant in self.variants(node):
            for name, one in mapping(self.flat(variant).get("properties")).items():
                found.setdefault(name, one)
        return found

    def variants(self, node: Mapping[str, Json]) -> tuple[Json, ...]:
        """Return the alternatives of a flat schema; none if it has none."""
        return (*sequence(node.get("oneOf")), *sequence(node.get("anyOf")))

    def chosen(self, node: Mapping[str, Json], value: Json) -> Json | None:
        """Return the alternative that the discriminator of a flat schema chooses for a value."""
        tag = tag_of(node)
        stated = mapping(value).get(tag) if tag else None
        if not isinstance(stated, str):
            return None
        return next((one for name, one in self.tagged(node) if name == stated), None)

    def tagged(self, node: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
        """Give the alternatives of a flat schema with a discriminator, by the tag of each."""
        named = mapping(mapping(node.get("discriminator")).get("mapping"))
        for name, target in named.items():
            reference = text(target)
            if "#" not in reference:
                reference = f"#/components/schemas/{reference}"
            yield name, {"$ref": reference}
        if not named:
            for variant in self.variants(node):
                reference = text(mapping(variant).get("$ref"))
                if reference:
                    yield reference.rpartition("/")[2], variant


def tag_of(node: Mapping[str, Json]) -> str:
    """Return the discriminating member of a schema; empty if there is none."""
    return text(mapping(node.get("discriminator")).get("propertyName"))


def merged(one: Mapping[str, Json], other: Mapping[str, Json]) -> dict[str, Json]:
    """Return a schema that both allow, as far as keywords can be united."""
    both: dict[str, Json] = {**one, **other}
    both |= {key: _united(key, one[key], other[key]) for key in one.keys() & other.keys()}
    return both


def _united(key: str, one: Json, other: Json) -> Json:
    if key == "properties":
        shared = mapping(one).keys() & mapping(other).keys()
        together: dict[str, Json] = {
            name: {"allOf": [mapping(one)[name], mapping(other)[name]]} for name in shared
        }
        return {**mapping(one), **mapping(other), **together}
    if key == "required":
        return list(dict.fromkeys(map(str, (*sequence(one), *sequence(other)))))
    if key == "enum":
        return [each for each in sequence(one) if each in sequence(other)]
    if key in {"minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum"}:
        return _bound(max, one, other)
    if key in {"maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum"}:
        return _bound(min, one, other)
    return other


def _bound(better: Any, one: Json, other: Json) -> Json:
    numbers = [each for each in (one, other) if isinstance(each, (int, float))]
    return better(numbers) if len(numbers) == 2 else other


def _innermost(error: Any) -> Any:
    """Return the error that says most: of several alternatives that of the nearest one."""
    while error.context:
        error = max(error.context, key=lambda each: (len(each.absolute_path), -len(each.message)))
    return error


def _shortened(message: str) -> str:
    return message if len(message) <= _MOST_LETTERS else f"{message[: _MOST_LETTERS - 1]}…"
