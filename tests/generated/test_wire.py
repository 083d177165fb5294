"""What is left out, null, or unknown: on the wire, and in Python, in both directions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

TEXT = {"type": "string"}


def ref(name: str) -> dict[str, object]:
    return {"$ref": f"#/components/schemas/{name}"}


def variant(tag: str, **members: object) -> dict[str, object]:
    kind = {"type": "string", "enum": [tag]}
    return {"type": "object", "required": ["kind"], "properties": {"kind": kind} | members}


@pytest.fixture(scope="module")
def package(generate_module: Any) -> Any:
    members = {
        "must": TEXT,
        "must_null": {"type": ["string", "null"]},
        "may": TEXT,
        "may_null": {"type": ["string", "null"]},
        "preset": {"type": "string", "default": "x"},
        "colour": ref("Colour"),
        "level": ref("Level"),
        "shape": ref("Shape"),
        "free": {},
    }
    circle = variant("circle", radius={"type": "number"}, at={"type": "string", "format": "date"})
    return generate_module(
        {
            "Thing": {"type": "object", "properties": members, "required": ["must", "must_null"]},
            "Colour": {"type": "string", "enum": ["red", "green"]},
            "Level": {"type": "integer", "enum": [1, 2]},
            "Circle": circle,
            "Square": variant("square", side={"type": "number"}),
            "Shape": {
                "oneOf": [ref("Circle"), ref("Square")],
                "discriminator": {"propertyName": "kind"},
            },
        }
    )


@pytest.fixture
def wire(package: Any) -> Any:
    """Return the JSON reader and writer of things."""
    return package.module("_runtime.media").Json(package.models.Thing)


LEAST = {"must": "a", "must_null": None}


def test_what_is_set_is_what_is_sent(package: Any, wire: Any) -> None:
    thing = package.models.Thing
    assert json.loads(wire.write(thing(**LEAST))) == LEAST
    assert json.loads(wire.write(thing(**LEAST, may="b", preset="x"))) == LEAST | {
        "may": "b",
        "preset": "x",
    }
    assert thing(**LEAST).preset == "x"


def test_none_leaves_an_optional_member_out_and_is_null_for_a_nullable_one(
    package: Any, wire: Any
) -> None:
    thing = package.models.Thing(**LEAST, may=None, may_null=None)
    assert json.loads(wire.write(thing)) == LEAST | {"may_null": None}


def test_null_is_refused_where_the_contract_does_not_allow_it(wire: Any) -> None:
    for name in ("may", "colour", "shape", "preset"):
        with pytest.raises(ValidationError, match=name):
            wire.read(json.dumps(LEAST | {name: None}).encode())
    assert wire.read(json.dumps(LEAST | {"may_null": None, "free": None}).encode()).free is None


@pytest.mark.parametrize("missing", ["must", "must_null"])
def test_a_required_member_may_not_be_left_out(wire: Any, missing: str) -> None:
    sent = {name: value for name, value in LEAST.items() if name != missing}
    with pytest.raises(ValidationError, match=missing):
        wire.read(json.dumps(sent).encode())


def test_what_was_read_is_written_again_further_members_too(wire: Any) -> None:
    sent = LEAST | {"may_null": None, "colour": "red", "later": [1, {"a": None}]}
    assert json.loads(wire.write(wire.read(json.dumps(sent).encode()))) == sent


def test_a_reader_keeps_unknown_values_and_a_writer_refuses_them(wire: Any) -> None:
    later = LEAST | {"colour": "blue", "level": 3}
    thing = wire.read(json.dumps(later).encode())
    assert (thing.colour, thing.level) == ("blue", 3)
    assert not thing.colour.is_known
    assert not thing.level.is_known
    with pytest.raises(ValueError, match="blue"):
        wire.write(thing)


def test_a_reader_keeps_unknown_variants_and_a_writer_refuses_them(package: Any, wire: Any) -> None:
    later = LEAST | {"shape": {"kind": "blob", "size": 3}}
    thing = wire.read(json.dumps(later).encode())
    assert isinstance(thing.shape, package.models.UnknownVariant)
    assert thing.shape.model_extra == {"kind": "blob", "size": 3}
    with pytest.raises(ValueError, match="variant"):
        wire.write(thing)


def test_an_unknown_value_excuses_no_other_fault(wire: Any) -> None:
    for fault in ({"must": 5}, {"level": "2"}, {"shape": {"kind": "circle", "radius": "1"}}):
        with pytest.raises(ValidationError):
            wire.read(json.dumps(LEAST | {"colour": "blue"} | fault).encode())


def test_python_may_not_make_what_the_contract_does_not_know(package: Any) -> None:
    thing = package.models.Thing
    with pytest.raises(ValidationError):
        thing(**LEAST, colour="blue")
    assert thing(**LEAST, colour="red").colour is package.models.Colour.RED


# --- Tagged unions --------------------------------------------------------------------------------


def test_the_tag_picks_the_variant(package: Any, wire: Any) -> None:
    sent = LEAST | {"shape": {"kind": "circle", "radius": 1.5, "at": "2025-12-18"}}
    shape = wire.read(json.dumps(sent).encode()).shape
    assert type(shape) is package.models.Circle
    assert json.loads(wire.write(package.models.Thing(**LEAST, shape=shape))) == sent


def test_an_error_points_into_the_variant_that_the_tag_names(wire: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        wire.read(json.dumps(LEAST | {"shape": {"kind": "square", "side": "wide"}}).encode())
    (only,) = caught.value.errors()
    assert only["loc"][0] == "shape"
    assert only["loc"][-1] == "side"


def test_an_unknown_tag_is_an_error_at_the_union(package: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        package.models.Thing.model_validate_json(json.dumps(LEAST | {"shape": {"kind": "blob"}}))
    (only,) = caught.value.errors()
    assert only["type"] == "union_tag_invalid"
    assert only["loc"] == ("shape",)


def test_many_known_tags_are_not_recited(generate: Any) -> None:
    schemas: dict[str, Any] = {f"V{n}": variant(f"v{n:03}", x=TEXT) for n in range(142)}
    schemas["U"] = {
        "oneOf": [ref(f"V{n}") for n in range(142)],
        "discriminator": {"propertyName": "kind"},
    }
    holder = {"type": "object", "required": ["u"], "properties": {"u": ref("U")}}
    models = generate({**schemas, "Holder": holder}).models
    with pytest.raises(ValidationError) as caught:
        models.Holder.model_validate({"u": {"kind": "{tag}"}})
    (only,) = caught.value.errors()
    assert (only["type"], only["loc"]) == ("unknown_variant", ("u",))
    assert "none of the 142 values" in only["msg"]
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("size", [2, 60])
@pytest.mark.parametrize("sent", [{}, {"kind": None}, {"kind": 1}, {"kind": ["v0"]}, [], "v0"])
def test_what_has_no_tag_is_no_variant_of_a_later_contract(
    generate: Any, size: int, sent: object
) -> None:
    schemas: dict[str, Any] = {f"V{n}": variant(f"v{n}", x=TEXT) for n in range(size)}
    union = {"oneOf": [ref(f"V{n}") for n in range(size)]}
    made = generate(schemas | {"U": union | {"discriminator": {"propertyName": "kind"}}})
    wire = made.module("_runtime.media").Json(made.models.U)
    assert wire.read(b'{"kind": "later"}').kind == "later"
    with pytest.raises(ValidationError):
        wire.read(json.dumps(sent).encode())


@pytest.mark.parametrize("size", [2, 60])
def test_a_union_is_dispatched_by_its_tag_however_many_variants_it_has(
    generate: Any, size: int
) -> None:
    schemas: dict[str, Any] = {f"V{n}": variant(f"v{n}", x=TEXT) for n in range(size)}
    union = {"oneOf": [ref(f"V{n}") for n in range(size)]}
    models = generate(schemas | {"U": union | {"discriminator": {"propertyName": "kind"}}}).models
    looked_at: list[str] = []
    for n in range(size):
        _count_validations(getattr(models, f"V{n}"), looked_at)
    adapter: TypeAdapter[Any] = TypeAdapter(models.U)
    last = f"v{size - 1}"
    assert adapter.validate_json(json.dumps({"kind": last, "x": "y"})).x == "y"
    assert looked_at == [f"V{size - 1}"]
    with pytest.raises(ValidationError) as caught:
        adapter.validate_json(json.dumps({"kind": last, "x": 1}))
    assert caught.value.error_count() == 1


def _count_validations(form: Any, looked_at: list[str]) -> None:
    """Let a model note that it was asked for, before it is built."""

    def counted(cls: Any, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        def note(value: Any) -> Any:
            looked_at.append(cls.__name__)
            return value

        inner = handler(source)
        return core_schema.no_info_before_validator_function(note, inner)

    form.__get_pydantic_core_schema__ = classmethod(counted)


BROKEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no property", {}),
    ("property is no name", {"propertyName": 5}),
    ("mapping is none", {"propertyName": "kind", "mapping": 5}),
    ("mapping to nowhere", {"propertyName": "kind", "mapping": {"x": "#/nowhere", "y": 5}}),
    ("mapping to another", {"propertyName": "kind", "mapping": {"x": "Text"}}),
    ("odd values", {"propertyName": "kind", "mapping": {"": "A", "'\"\\\n": "B"}}),
    ("odd property", {"propertyName": 'class" \\\n'}),
    ("undeclared property", {"propertyName": "nowhere"}),
    ("number", {"propertyName": "number"}),
)


@pytest.mark.parametrize("given", [case[1] for case in BROKEN], ids=[case[0] for case in BROKEN])
@pytest.mark.parametrize("kind", ["objects", "text too", "itself too", "inline too", "null too"])
def test_a_broken_discriminator_breaks_nothing(
    generate: Any, use_all: Any, given: dict[str, Any], kind: str
) -> None:
    number = {"type": "integer", "enum": [1]}
    others: dict[str, list[dict[str, object]]] = {
        "objects": [],
        "text too": [ref("Text")],
        "itself too": [ref("U")],
        "inline too": [{"type": "object", "properties": {"z": TEXT}, "required": ["z"]}],
        "null too": [{"type": "null"}],
    }
    package = generate(
        {
            "A": variant("a", number=number, a=TEXT),
            "B": variant("b", number=number, b=TEXT),
            "Text": TEXT,
            "U": {"oneOf": [ref("A"), ref("B"), *others[kind]], "discriminator": given},
            "Holder": {"type": "object", "properties": {"u": ref("U")}},
        }
    )
    use_all(package)
    definition = package.contract.definitions["U"]
    assert hasattr(definition, "tag") or package.found("AG134")


def test_variants_that_lack_their_tag_get_it(generate: Any) -> None:
    bare = {"type": "object", "properties": {"x": TEXT}}
    mapping = {"one": "#/components/schemas/One", "uno": "One", "two": "#/components/schemas/Two"}
    package = generate(
        {
            "One": bare,
            "Two": bare,
            "U": {
                "oneOf": [ref("One"), ref("Two")],
                "discriminator": {"propertyName": "kind", "mapping": mapping},
            },
        }
    )
    assert [pointer for pointer, _ in package.found("AG121")] == [
        "/components/schemas/One",
        "/components/schemas/Two",
    ]
    adapter: TypeAdapter[Any] = TypeAdapter(package.models.U)
    assert type(adapter.validate_json('{"kind": "uno"}')) is package.models.One
    with pytest.raises(ValidationError):
        package.models.Two(kind="one")


# --- Directions -----------------------------------------------------------------------------------


def test_each_side_is_asked_only_for_what_it_writes(generate: Any) -> None:
    def json_of(name: str) -> dict[str, object]:
        return {"content": {"application/json": {"schema": ref(name)}}}

    def owned(**flags: bool) -> dict[str, object]:
        return {
            "type": "object",
            "required": ["id", "name"],
            "properties": {"id": TEXT | flags, "name": TEXT},
        }

    post = {
        "operationId": "add",
        "requestBody": json_of("Sent"),
        "responses": {"200": {"description": ""} | json_of("Got")},
    }
    models = generate(
        {"Sent": owned(readOnly=True), "Got": owned(writeOnly=True)}, paths={"/a": {"post": post}}
    ).models
    assert models.Sent(name="x").id is None
    assert models.Got.model_validate_json('{"name": "x"}').id is None
    with pytest.raises(ValidationError):
        models.Sent(id="x")
