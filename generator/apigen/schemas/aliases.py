"""Aliases that are nothing but each other: a cycle that no list or mapping interrupts.

``A: oneOf [B, string]`` and ``B: oneOf [A, integer]`` allow the same: a string or an integer. So
each becomes the union of all that the cycle names beside itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from apigen.contract import AliasDef, Definition
from apigen.schemas.combine import nullable_of, one_of
from apigen.schemas.graphs import components
from apigen.types import AnyValue, Named, Nullable, OneOf, TypeExpr


def untangled(definitions: Mapping[str, Definition]) -> dict[str, AliasDef]:
    """Return new definitions for the aliases that lead to themselves."""
    aliases = {name: each for name, each in definitions.items() if isinstance(each, AliasDef)}
    below = {name: tuple(_named(each.type, aliases)) for name, each in aliases.items()}
    return {
        name: replace(aliases[name], type=_union(aliases, members))
        for members in components(below)
        for name in sorted(members)
        if len(members) > 1 or name in below[name]
    }


def _alternatives(type_: TypeExpr) -> Iterator[TypeExpr]:
    """Yield what a type may be at once, without a list or a mapping around it."""
    match type_:
        case Nullable(inner):
            yield from _alternatives(inner)
        case OneOf(variants):
            for each in variants:
                yield from _alternatives(each)
        case _:
            yield type_


def _named(type_: TypeExpr, aliases: Mapping[str, AliasDef]) -> Iterator[str]:
    for each in _alternatives(type_):
        if isinstance(each, Named) and each.ref in aliases:
            yield each.ref


def _union(aliases: Mapping[str, AliasDef], members: frozenset[str]) -> TypeExpr:
    types = [aliases[name].type for name in aliases if name in members]
    others = [
        each
        for type_ in types
        for each in _alternatives(type_)
        if not (isinstance(each, Named) and each.ref in members)
    ]
    if not others:
        return AnyValue("it refers to nothing but itself")
    null = any(isinstance(type_, Nullable) for type_ in types)
    return nullable_of(one_of(others)) if null else one_of(others)
