"""Looking at raw schemas: references, null, what they look like. Nothing here builds anything."""

from collections.abc import Iterator
from typing import TypeGuard

from apigen.bundle import Bundle
from apigen.pointers import escape, from_fragment, join, to_reference
from apigen.types import Json

ANNOTATIONS = frozenset(
    {
        "$comment",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "nullable",
        "readOnly",
        "summary",
        "title",
        "writeOnly",
        "xml",
    }
)
"""Keywords that say nothing of what is valid."""


def is_object(value: Json) -> TypeGuard[dict[str, Json]]:
    """Return whether a raw value is a mapping."""
    return isinstance(value, dict)


def mapping(value: Json) -> dict[str, Json]:
    """Return a raw mapping, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: Json) -> list[Json]:
    """Return a raw sequence, an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: Json) -> str:
    """Return a raw text, an empty one for anything else."""
    return value if isinstance(value, str) else ""


escaped = escape


def at_pointer(root: Json, pointer: str) -> Json:
    """Return the value at a pointer; None where there is nothing."""
    value = root
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def keywords(schema: dict[str, Json]) -> set[str]:
    """Return the keywords that constrain: no annotations, no extensions."""
    return {key for key in schema if key not in ANNOTATIONS and not key.startswith("x-")}


def reference(schema: Json) -> str:
    """Return the ``$ref`` of a schema; empty if it has none."""
    return text(mapping(schema).get("$ref"))


def component(schema: Json) -> str:
    """Return the name of the component schema that is referred to; empty if none is."""
    ref = reference(schema)
    tokens = (from_fragment(ref[1:]) or ()) if ref.startswith("#/") else ()
    return tokens[2] if tokens[:2] == ("components", "schemas") and len(tokens) == 3 else ""


def pointer_of(ref: str) -> str:
    """Return the pointer into the bundle that a ``$ref`` means; empty if it means none."""
    tokens = from_fragment(ref[1:]) if ref.startswith("#/") else None
    return join(tokens) if tokens else ""


def reference_to(name: str) -> dict[str, Json]:
    """Return a schema that refers to a component schema."""
    return {"$ref": to_reference(("components", "schemas", name))}


def target(bundle: Bundle, schema: Json) -> tuple[Json, str]:
    """Follow references to a schema without one; returns it and its pointer."""
    pointer = ""
    seen: set[str] = set()
    while (ref := reference(schema)) and ref not in seen:
        seen.add(ref)
        pointer = pointer_of(ref)
        schema = at_pointer(bundle.value, pointer) if pointer else None
    return schema, pointer


def types(schema: dict[str, Json]) -> tuple[str, ...]:
    """Return the types that a schema names."""
    named = schema.get("type")
    return tuple(map(text, named)) or ("",) if isinstance(named, list) else (text(named),)


def is_null(schema: Json) -> bool:
    """Return whether a schema allows null and nothing else."""
    raw = mapping(schema)
    return (
        raw.get("type") == "null"
        or raw.get("enum") == [None]
        or ("const" in raw and raw["const"] is None)
    )


def admits_null(bundle: Bundle, schema: Json, seen: set[str] | None = None) -> bool:
    """Return whether null is valid, as either dialect says it."""
    raw, seen = mapping(schema), set[str]() if seen is None else seen
    if ref := reference(raw):
        found, _ = target(bundle, raw)
        fresh = ref not in seen
        seen.add(ref)
        return fresh and admits_null(bundle, found, seen)
    if raw.get("nullable") is True or "null" in types(raw) or None in sequence(raw.get("enum")):
        return True
    alternatives = [*sequence(raw.get("oneOf")), *sequence(raw.get("anyOf"))]
    return any(is_null(each) or admits_null(bundle, each, seen) for each in alternatives)


def looks_like_object(bundle: Bundle, schema: Json, seen: set[str] | None = None) -> bool:
    """Return whether a schema describes an object with members (not a mere mapping)."""
    seen = set[str]() if seen is None else seen
    if ref := reference(schema):
        if ref in seen:
            return True  # it says nothing new of itself
        seen.add(ref)
    found, _ = target(bundle, schema)
    raw = mapping(found)
    if "object" in types(raw) or "properties" in raw:
        return "oneOf" not in raw and "anyOf" not in raw
    parts = sequence(raw.get("allOf"))
    return bool(parts) and all(looks_like_object(bundle, part, seen) for part in parts)


def walk(value: Json, pointer: str = "") -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield every mapping below a value, with its pointer; examples and extensions left out."""
    stack = [(pointer, value, False)]
    while stack:
        here, item, named = stack.pop()
        if isinstance(item, list):
            stack += [(f"{here}/{index}", each, False) for index, each in enumerate(item)][::-1]
        elif isinstance(item, dict):
            yield here, item
            stack += [
                (f"{here}/{escaped(key)}", each, key in _NAMING and not named)
                for key, each in item.items()
                if named or (key not in _DATA and not key.startswith("x-"))
            ][::-1]


_DATA = frozenset({"example", "examples", "default", "enum", "const"})
_NAMING = frozenset({"properties", "patternProperties", "schemas"})
"""Keywords whose members have names of the author's choice."""
