"""One contract written for OpenAPI 3.0 and for 3.1 is one contract; unions and their tags."""

import pytest
from tests.diff.comparing import changes, verdict
from tests.diff.pairs import RECEIVED, SENT, document

from apigen.types import Json

IN_BOTH = [place for place in (*RECEIVED, *SENT) if not place.endswith("webhook")]
_NULL: Json = {"type": "null"}
RESPELLED: dict[str, tuple[Json, Json]] = {
    "nullable": ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    "nullable, as a union": (
        {"type": "string", "nullable": True},
        {"anyOf": [{"type": "string"}, _NULL]},
    ),
    "nullable false": ({"type": "string", "nullable": False}, {"type": "string"}),
    "nullable enum": (
        {"type": "string", "nullable": True, "enum": ["a", None]},
        {"enum": ["a", None]},
    ),
    "exclusive minimum": (
        {"type": "number", "minimum": 1, "exclusiveMinimum": True},
        {"type": "number", "exclusiveMinimum": 1},
    ),
    "exclusive maximum": (
        {"type": "number", "maximum": 1, "exclusiveMaximum": True},
        {"type": "number", "exclusiveMaximum": 1},
    ),
    "exclusive, and not": (
        {"type": "number", "minimum": 1, "exclusiveMinimum": False},
        {"type": "number", "minimum": 1},
    ),
    "enum of one": ({"type": "string", "enum": ["a"]}, {"const": "a"}),
    "example": ({"type": "string", "example": "a"}, {"type": "string", "examples": ["a"]}),
}


@pytest.mark.parametrize("place", IN_BOTH)
@pytest.mark.parametrize(("old", "new"), RESPELLED.values(), ids=RESPELLED)
def test_a_document_that_moves_to_3_1_has_not_changed(old: Json, new: Json, place: str) -> None:
    before, after = document(old, place, "3.0.3"), document(new, place, "3.1.0")
    assert changes(before, after) == ()
    assert changes(after, before) == ()


def union(tag: str = "kind", **mapping: str) -> Json:
    """Return a union of two kinds of pet, told apart by a member."""
    names = mapping or {"cat": "Cat", "dog": "Dog"}
    targets: dict[str, Json] = {k: f"#/components/schemas/{v}" for k, v in names.items()}
    return {
        "oneOf": [
            {"$ref": f"#/components/schemas/{name}"} for name in dict.fromkeys(names.values())
        ],
        "discriminator": {"propertyName": tag, "mapping": targets},
    }


def pets(schema: Json, place: str) -> Json:
    """Return a document with a union at a place, and its variants."""
    whole = document(schema, place)
    components = whole["components"]
    assert isinstance(components, dict)
    schemas = components["schemas"]
    assert isinstance(schemas, dict)
    for name, tags in (("Cat", "cat"), ("Dog", "dog"), ("Cow", "cow")):
        tag: Json = {"type": "string", "enum": [tags, tags.upper()]}
        members: dict[str, Json] = {"kind": tag, "sort": tag, name.lower(): {"type": "integer"}}
        required: list[Json] = ["kind", "sort"]
        schemas[name] = {"type": "object", "properties": members, "required": required}
    return whole


UNIONS: list[tuple[str, Json, Json, str]] = [
    ("property renamed", union(), union("sort"), "EE"),
    ("value renamed", union(), union(cat="Cat", DOG="Dog"), "EE"),
    ("value added", union(), union(cat="Cat", dog="Dog", DOG="Dog"), "NE"),
    ("value removed", union(cat="Cat", dog="Dog", DOG="Dog"), union(), "EN"),
    ("value means another", union(), union(cat="Dog", dog="Cat"), "EE"),
    ("variant added", union(), union(cat="Cat", dog="Dog", cow="Cow"), "NE"),
    ("variant removed", union(cat="Cat", dog="Dog", cow="Cow"), union(), "EN"),
]


@pytest.mark.parametrize("place", ["body in request", "item in response", "shared in webhook"])
@pytest.mark.parametrize(
    ("old", "new", "want"), [u[1:] for u in UNIONS], ids=[u[0] for u in UNIONS]
)
def test_what_tells_variants_apart(old: Json, new: Json, want: str, place: str) -> None:
    before, after = pets(old, place), pets(new, place)
    assert verdict(before, after) == want[place not in RECEIVED]
    assert changes(before, before) == ()
