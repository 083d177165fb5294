"""What can change of a schema, and what it does to the set of values that the schema allows."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from apigen.compare.changes import Effect

_UPPER = {
    "max": "the maximum",
    "exclusive-max": "the exclusive maximum",
    "max-length": "the maximal length",
    "max-items": "the maximal number of items",
    "max-properties": "the maximal number of members",
    "max-contains": "the maximal number of matching items",
}
_LOWER = {
    "min": "the minimum",
    "exclusive-min": "the exclusive minimum",
    "min-length": "the minimal length",
    "min-items": "the minimal number of items",
    "min-properties": "the minimal number of members",
    "min-contains": "the minimal number of matching items",
}
_RESTRICTIONS = {
    "contains": "'contains'",
    "content-schema": "'contentSchema'",
    "dependent-required": "members that others require",
    "dependent-schema": "a schema that a member's presence calls for",
    "else": "'else'",
    "if": "'if'",
    "then": "'then'",
    "not": "'not'",
    "pattern-property": "a rule for members by pattern",
    "property-names": "a rule for the names of members",
    "unevaluated-items": "a rule for all other items",
    "unevaluated-properties": "a rule for all other members",
    "items-schema": "a rule for items",
    "pattern": "the pattern",
    "multiple-of": "the number that values are multiples of",
    "unique-items": "that items are unique",
    "all-of": "a schema that must hold as well",
}
_CROSSING = {
    "type-changed": "the type is another one",
    "format-changed": "the format is another one",
    "content-encoding-changed": "the encoding of the content is another one",
    "content-media-type-changed": "the media type of the content is another one",
    "const-changed": "the one value is another one",
    "discriminator-property-name-changed": "another member tells the variants apart",
    "discriminator-mapping-changed": "a value of the discriminator means another variant",
}
_GROWING = {
    "enum-value-added": "a value is new in the enumeration",
    "enum-removed": "the enumeration is gone: any value of the type is allowed",
    "const-removed": "it no longer is one fixed value",
    "type-generalized": "the type takes in more",
    "list-of-types-widened": "another type is allowed as well",
    "format-removed": "the format is gone",
    "became-nullable": "null is allowed now",
    "one-of-added": "there is another variant",
    "any-of-added": "there is another variant",
    "became-optional": "it may be left out now",
    "additional-properties-opened": "members that are not listed are allowed now",
    "discriminator-mapping-added": "the discriminator has another value",
    "prefix-items-removed": "an item at a fixed place is no longer described",
}
_SHRINKING = {
    "enum-value-removed": "a value is gone from the enumeration",
    "became-enum": "only listed values are allowed now",
    "const-added": "only one value is allowed now",
    "type-specialized": "the type takes in less",
    "list-of-types-narrowed": "a type is no longer allowed",
    "format-added": "values must have a format now",
    "became-not-nullable": "null is not allowed any longer",
    "one-of-removed": "a variant is gone",
    "any-of-removed": "a variant is gone",
    "became-required": "it must be there now",
    "additional-properties-closed": "members that are not listed are not allowed any longer",
    "additional-properties-typed": "members that are not listed must follow a schema now",
    "discriminator-mapping-deleted": "the discriminator lacks a value that it had",
    "prefix-items-added": "an item at a fixed place is described now",
    "x-extensible-enum-value-removed": "a value is gone from the extensible enumeration",
}
_NOTED = {
    "default-value-added": "there is a default now",
    "default-value-changed": "the default is another one",
    "default-value-removed": "there is no default any longer",
    "deprecated": "it is deprecated now",
    "reactivated": "it is deprecated no longer",
    "became-read-only": "it is read-only now",
    "became-not-read-only": "it is read-only no longer",
    "became-write-only": "it is write-only now",
    "became-not-write-only": "it is write-only no longer",
    "discriminator-added": "there is a discriminator now",
    "discriminator-removed": "the discriminator is gone",
    "x-extensible-enum-value-added": "a value is new in the extensible enumeration",
    "extension-changed": "an extension (x-) is another one",
}


def _all() -> Iterator[tuple[str, tuple[Effect, str]]]:
    for names, tighter, looser in ((_UPPER, "decreased", "increased"), (_LOWER, "increased", "")):
        for name, says in names.items():
            yield f"{name}-set", (Effect.SHRINKS, f"{says} is new")
            yield f"{name}-unset", (Effect.GROWS, f"{says} is gone")
            yield f"{name}-{tighter}", (Effect.SHRINKS, f"{says} has {tighter}")
            wider = looser or "decreased"
            yield f"{name}-{wider}", (Effect.GROWS, f"{says} has {wider}")
    for name, says in _RESTRICTIONS.items():
        yield f"{name}-added", (Effect.SHRINKS, f"{says} is new")
        yield f"{name}-removed", (Effect.GROWS, f"{says} is gone")
        yield f"{name}-changed", (Effect.CROSSES, f"{says} says something else")
    yield "pattern-generalized", (Effect.GROWS, "the pattern takes any text")
    yield "multiple-of-generalized", (Effect.GROWS, "values may be multiples of less")
    yield "multiple-of-specialized", (Effect.SHRINKS, "values must be multiples of more")
    yield "dependent-required-extended", (Effect.SHRINKS, "a member requires more others")
    yield "dependent-required-reduced", (Effect.GROWS, "a member requires fewer others")
    for effect, names in (
        (Effect.CROSSES, _CROSSING),
        (Effect.GROWS, _GROWING),
        (Effect.SHRINKS, _SHRINKING),
        (Effect.NOTED, _NOTED),
    ):
        for name, says in names.items():
            yield name, (effect, says)


ASPECTS: Mapping[str, tuple[Effect, str]] = MappingProxyType(dict(_all()))
"""The end of a rule's id, what it does, and in words."""
