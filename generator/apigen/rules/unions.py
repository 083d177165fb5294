"""The rule about unions: a discriminator that maps every variant."""

from collections.abc import Iterator

from apigen.diagnostics import Diagnostic
from apigen.diagnostics.rules import UNION_OPEN
from apigen.pointers import Tokens, from_fragment
from apigen.rules.subject import Node, Subject
from apigen.types import Json


def open_unions(subject: Subject) -> Iterator[Diagnostic]:
    """Find named unions of objects that no discriminator closes."""
    components = subject.bundle.value.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    for name, value in schemas.items() if isinstance(schemas, dict) else ():
        if isinstance(value, dict) and "$ref" not in value:
            yield from _union(subject, name, Node(value, ("components", "schemas", name)))


def _union(subject: Subject, name: str, schema: Node) -> Iterator[Diagnostic]:
    variants = [
        variant
        for index, part in enumerate(_list(schema.value.get("oneOf")))
        if (variant := subject.follow(part, (*schema.tokens, "oneOf", str(index)))) is not None
    ]
    objects = [v for v in variants if v.value.get("type") == "object" or "properties" in v.value]
    if len(objects) < 2:
        return
    discriminator = subject.child(schema, "discriminator")
    if discriminator is None:
        message = f"the union {name!r} of {len(objects)} objects has no discriminator"
        yield UNION_OPEN.at(subject.place(*schema.tokens, "oneOf"), message)
        return
    if not isinstance(discriminator.value.get("mapping"), dict):
        message = f"the discriminator of {name!r} has no mapping"
        yield UNION_OPEN.at(subject.place(*discriminator.tokens), message)
        return
    mapped = _mapped(discriminator.value["mapping"])
    forgotten = [variant for variant in objects if variant.tokens not in mapped]
    if forgotten:
        told = ", ".join(repr(variant.tokens[-1]) for variant in forgotten[:3])
        more = f" and {len(forgotten) - 3} more" if len(forgotten) > 3 else ""
        yield UNION_OPEN.at(
            subject.place(*discriminator.tokens),
            f"the discriminator of {name!r} does not map {told}{more}",
            related=tuple(subject.place(*variant.tokens) for variant in forgotten[:3]),
        )


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _mapped(mapping: Json) -> set[Tokens]:
    """Return the schemas that a mapping names, by reference or by name."""
    found: set[Tokens] = set()
    for target in mapping.values() if isinstance(mapping, dict) else ():
        if isinstance(target, str) and target.startswith("#"):
            found.add(from_fragment(target[1:]) or ())
        elif isinstance(target, str):
            found.add(("components", "schemas", target))
    return found
