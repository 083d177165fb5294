"""Extension: an object that adds members to one other (``allOf``), as a class with a base."""

from typing import TYPE_CHECKING

from apigen.contract import OPEN, ObjectDef
from apigen.schemas.merge import Merged, merged
from apigen.schemas.objects import all_properties, read_properties, undeclared
from apigen.schemas.source import admits_null, component, mapping, sequence, text, types
from apigen.types import Json, Named, TypeExpr

if TYPE_CHECKING:
    from apigen.schemas.reader import SchemaReader

_DEEPEST = 12
"""So many bases stand above each other at most; what goes beyond is one flat object."""

_BESIDE_MEMBERS = frozenset(
    {
        "additionalProperties",
        "maxProperties",
        "minProperties",
        "patternProperties",
        "unevaluatedProperties",
    }
)
"""Keywords that speak of all members, the base's too, so that a subclass can't say them."""


def read_extension(
    reader: "SchemaReader", raw: dict[str, Json], pointer: str, hint: str, name: str
) -> TypeExpr | None:
    """Return an object that adds members to one other; None if ``allOf`` says more than that."""
    parts = sequence(raw["allOf"])
    bases = [part for part in parts if component(part)]
    if len(bases) != 1 or set(mapping(bases[0])) != {"$ref"} or "oneOf" in raw or "anyOf" in raw:
        return None
    if admits_null(reader.bundle, bases[0]):
        return None
    base = reader.read(bases[0], pointer, hint)
    if not isinstance(base, Named) or base.ref == name:
        return None
    own = merged(
        reader.bundle,
        {**raw, "allOf": [part for part in parts if part is not bases[0]]},
        pointer,
    )
    if not _only_adds(reader, base.ref, own, name):
        return None
    tags = reader.component_tags(name) if name else {}
    made = name or reader.claim(hint)
    reader.begin(made, pointer)
    declared = read_properties(reader, own.keywords, pointer, made, tags, own.property_at)
    definition = ObjectDef(
        name=made,
        properties=declared + undeclared(own.keywords, declared, OPEN, pointer),
        base=base.ref,
        extra=OPEN,
        description=text(raw.get("description")),
        deprecated=raw.get("deprecated") is True,
        at=pointer,
    )
    return reader.finish(definition)


def _only_adds(reader: "SchemaReader", base: str, own: Merged, name: str) -> bool:
    """Return whether a schema adds members to a base, and changes nothing that the base says."""
    known = reader.definitions.get(base)
    if not isinstance(known, ObjectDef) or base in reader.unfinished or known.extra is not OPEN:
        return False
    if _depth(reader, base) >= _DEEPEST:
        return False
    inherited = {each.name for each in all_properties(reader, base)}
    added = mapping(own.keywords.get("properties")).keys()
    again = {each for each in sequence(own.keywords.get("required")) if isinstance(each, str)}
    tagged = set(reader.component_tags(name)) if name else set[str]()
    return (
        bool(added)
        and not own.unions
        and not own.lost
        and set(types(own.keywords)) <= {"", "object"}
        and not _BESIDE_MEMBERS & own.keywords.keys()
        and not inherited & (added | again | tagged)
    )


def _depth(reader: "SchemaReader", made: str | None) -> int:
    depth = 0
    while made and isinstance(known := reader.definitions.get(made), ObjectDef):
        depth, made = depth + 1, known.base
    return depth
