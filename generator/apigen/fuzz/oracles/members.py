"""Members of answers that no schema names, in objects that don't forbid them."""

import re
from collections.abc import Iterator, Mapping

from apigen.fuzz.jsonvalues import mapping, sequence
from apigen.fuzz.schemas import Schemas
from apigen.pointers import escape
from apigen.types import Json

_DEEPEST = 12
_PROBE = "apigenfuzz"
"""How names begin that runs make up, punctuation and letter case aside."""
_MOST_ITEMS = 50


def undocumented(
    schemas: Schemas, schema: Json, value: Json, pointer: str = "", level: int = 0
) -> Iterator[str]:
    """Give the pointers of members that the schema is silent about.

    An object that is said to be open (``additionalProperties`` true or a schema), or of which no
    member is named at all, may hold anything.
    """
    if level > _DEEPEST:
        return
    node = schemas.flat(schema)
    if isinstance(value, list):
        for index, each in enumerate(value[:_MOST_ITEMS]):
            yield from undocumented(
                schemas, node.get("items", {}), each, f"{pointer}/{index}", level + 1
            )
    if not isinstance(value, dict):
        return
    known = _members(schemas, node, value, level)
    if known is None:
        return
    patterns = tuple(mapping(node.get("patternProperties")))
    for name, one in value.items():
        if name in known:
            yield from undocumented(
                schemas, known[name], one, f"{pointer}/{escape(name)}", level + 1
            )
        elif not any(_matches(pattern, name) for pattern in patterns):
            yield f"{pointer}/{escape(name)}"


def _members(
    schemas: Schemas, node: Mapping[str, Json], value: Json, level: int
) -> Mapping[str, Json] | None:
    """Return the members that are named; None if anything may stand there."""
    if node.get("additionalProperties", False) is not False:
        return None
    found: dict[str, Json] = dict(mapping(node.get("properties")))
    chosen = schemas.chosen(node, value)
    variants = (chosen,) if chosen is not None else schemas.variants(node)
    for variant in variants:
        inner = _members(schemas, schemas.flat(variant), value, level + 1) if level < 20 else None
        if inner is None and variant is not None:
            return None
        for name, one in (inner or {}).items():
            found.setdefault(name, one)
    return found or None


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return True


def names(value: Json, level: int = 0) -> Iterator[str]:
    """Give the names of all members in a value."""
    if isinstance(value, dict) and level < _DEEPEST:
        yield from value
    for each in (*mapping(value).values(), *sequence(value)):
        yield from names(each, level + 1) if level < _DEEPEST else ()


def is_probe(name: str) -> bool:
    """Tell whether a run made up a member's name, this one or one before it."""
    return re.sub(r"[^a-z0-9]", "", name.lower()).startswith(_PROBE)
