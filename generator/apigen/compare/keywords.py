"""The keywords of one schema as a normal form, references and joints left aside."""

import math

from apigen.compare.normal import ANY, Nodes, Normal
from apigen.compare.values import Node, canonical, items, number
from apigen.pointers import escape
from apigen.types import Json

SIZES = (
    "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties",
    "maxContains", "minContains", "multipleOf",
)  # fmt: skip
PARTS = (
    "items", "not", "contains", "propertyNames", "if", "then", "else", "contentSchema",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
NOTES = (
    "format", "default", "pattern", "deprecated", "readOnly", "writeOnly", "contentEncoding",
    "contentMediaType",
)  # fmt: skip
_FLAGS = {"deprecated", "readOnly", "writeOnly"}
_ANYTHING: tuple[Json, ...] = (True, {})


def own(node: Node, *, is_3_0: bool) -> Normal:
    """Return what the keywords of a schema say; of ``$ref``, allOf, oneOf, anyOf nothing."""
    found = Normal(node.pointer)
    if not isinstance(node.value, dict):
        return found
    value = node.value
    found.types = _types(value)
    found.values = _values(value)
    _bounds(found, value)
    found.sizes = {
        name: size
        for name in SIZES
        if (size := number(value.get(name))) is not None and not _is_idle(name, size)
    }
    found.unique = value.get("uniqueItems") is True
    found.required = frozenset(
        name for name in items(value.get("required")) if isinstance(name, str)
    )
    _inner(found, node)
    _dependents(found, node)
    _remarks(found, value, is_3_0=is_3_0)
    found.places = {name: f"{node.pointer}/{escape(name)}" for name in value}
    return found


def _is_idle(name: str, size: float) -> bool:
    return (
        size <= 0 if name.startswith("min") and name != "minContains" else not math.isfinite(size)
    )


def _types(value: dict[str, Json]) -> frozenset[str]:
    stated = value.get("type")
    names = [stated] if isinstance(stated, str) else items(stated)
    types = {name for name in names if isinstance(name, str)} & ANY
    if not types:
        return ANY
    return frozenset(types | {"integer"} if "number" in types else types)


def _values(value: dict[str, Json]) -> dict[str, Json] | None:
    if "const" in value:
        return {canonical(value["const"]): value["const"]}
    stated = value.get("enum")
    if not isinstance(stated, list):
        return None
    return {canonical(item): item for item in stated}


def _bounds(found: Normal, value: dict[str, Json]) -> None:
    """Fold both forms of exclusive bounds: a flag (3.0) and a number (3.1)."""
    for plain, exclusive, is_upper in (
        ("maximum", "exclusiveMaximum", True),
        ("minimum", "exclusiveMinimum", False),
    ):
        bounds: list[tuple[float, bool]] = []
        stated = number(value.get(plain))
        if stated is not None:
            bounds.append((stated, value.get(exclusive) is True))
        excluded = number(value.get(exclusive))
        if excluded is not None:
            bounds.append((excluded, True))
        if not bounds:
            continue
        if is_upper:
            found.upper = min(bounds, key=lambda bound: (bound[0], not bound[1]))
        else:
            found.lower = max(bounds, key=lambda bound: (bound[0], bound[1]))


def _inner(found: Normal, node: Node) -> None:
    for name, member in _members(node, "properties").items():
        found.properties[name] = (member,)
    for name, member in _members(node, "patternProperties").items():
        found.patterns[name] = (member,)
    additional = node.get("additionalProperties")
    if additional is not None and additional.value not in _ANYTHING:
        found.additional = False if additional.value is False else (additional,)
    for keyword in PARTS:
        child = node.get(keyword)
        if child is not None and child.value not in _ANYTHING:
            found.parts[keyword] = (child,)
    prefix = node.get("prefixItems")
    found.prefix = tuple((child,) for child in prefix.items()) if prefix else ()


def _members(node: Node, keyword: str) -> dict[str, Node]:
    child = node.get(keyword)
    return child.members() if child else {}


def _dependents(found: Normal, node: Node) -> None:
    for keyword in ("dependentSchemas", "dependentRequired", "dependencies"):
        for name, child in _members(node, keyword).items():
            if isinstance(child.value, list):
                found.dependent_required[name] = frozenset(
                    one for one in child.value if isinstance(one, str)
                )
            else:
                nodes: Nodes = (child,)
                found.dependents[name] = nodes


def _remarks(found: Normal, value: dict[str, Json], *, is_3_0: bool) -> None:
    for name in NOTES:
        if name in value and not (name in _FLAGS and value[name] is not True):
            found.notes[name] = value[name]
    found.notes |= {name: child for name, child in value.items() if name.startswith("x-")}
    if found.notes.get("format") == "byte":  # the name that 3.0 has for it
        del found.notes["format"]
        found.notes["contentEncoding"] = "base64"
    if found.notes.get("pattern") in {"", ".*", "^.*$"}:
        del found.notes["pattern"]
    if is_3_0 and found.notes.get("format") == "binary":
        found.types = frozenset({"string"})
