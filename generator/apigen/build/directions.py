"""Who writes what: definitions that callers send, and those that they receive.

``readOnly`` members are the server's: a caller that sends the object leaves them out, so they are
not required where an object is sent. ``writeOnly`` members are the caller's, and not required
where an object is received (OpenAPI 3.1, section 4.8.24).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from apigen.contract import (
    AliasDef,
    Definition,
    EnumDef,
    ObjectDef,
    Open,
    Operation,
    Property,
    UnionDef,
)
from apigen.types import ListOf, MapOf, Named, Nullable, OneOf, TypeExpr


def named_in(type_: TypeExpr) -> Iterator[str]:
    """Yield the definitions that a type refers to."""
    match type_:
        case Named(ref):
            yield ref
        case ListOf(item=inner) | MapOf(value=inner) | Nullable(inner):
            yield from named_in(inner)
        case OneOf(variants):
            for each in variants:
                yield from named_in(each)
        case _:
            return


def references(definition: Definition) -> Iterator[str]:
    """Yield the definitions that a definition refers to."""
    match definition:
        case ObjectDef(properties=properties, base=base, extra=extra):
            if base:
                yield base
            for each in properties:
                yield from named_in(each.type)
            if extra is not None and not isinstance(extra, Open):
                yield from named_in(extra)
        case UnionDef(variants=variants):
            yield from (name for _, name in variants)
        case AliasDef(type=type_):
            yield from named_in(type_)
        case EnumDef():
            return


def reachable(definitions: Mapping[str, Definition], roots: Iterable[str]) -> frozenset[str]:
    """Return the definitions that some lead to, themselves included."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in seen and name in definitions:
            seen.add(name)
            waiting += references(definitions[name])
    return frozenset(seen)


def sent(definitions: Mapping[str, Definition], operations: Iterable[Operation]) -> frozenset[str]:
    """Return the definitions that callers send."""
    roots = [
        name
        for each in operations
        for type_ in (
            *(parameter.type for parameter in each.parameters),
            *(media.type for media in (each.body.content if each.body else ())),
        )
        for name in named_in(type_)
    ]
    return reachable(definitions, roots)


def received(
    definitions: Mapping[str, Definition], operations: Iterable[Operation]
) -> frozenset[str]:
    """Return the definitions that callers receive."""
    roots = [
        name
        for each in operations
        for response in each.responses
        for media in response.content
        for name in named_in(media.type)
    ]
    return reachable(definitions, roots)


def relaxed(
    definitions: Mapping[str, Definition], operations: Iterable[Operation]
) -> Mapping[str, Definition]:
    """Return definitions that require of each side only what that side writes."""
    operations = tuple(operations)
    going, coming = sent(definitions, operations), received(definitions, operations)

    def member(owner: str, each: Property) -> Property:
        optional = (each.read_only and owner in going) or (each.write_only and owner in coming)
        return replace(each, required=each.required and not optional)

    return {
        name: replace(known, properties=tuple(member(name, each) for each in known.properties))
        if isinstance(known, ObjectDef)
        else known
        for name, known in definitions.items()
    }
