"""A document may be of any size and shape: what comes out is bounded, and whole."""

from __future__ import annotations

from typing import Any

import pytest

TEXT = {"type": "string"}
FINE = {"200": {"description": "fine"}}


def obj(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties}


def ref(name: str) -> dict[str, object]:
    return {"$ref": f"#/components/schemas/{name}"}


def operation(**more: object) -> dict[str, object]:
    return {"responses": FINE} | more


def test_recursion_of_every_kind_ends(hold: Any) -> None:
    package = hold(
        {
            "Self": obj(a=ref("Self"), b={"type": "array", "items": ref("Self")}),
            "Ping": obj(pong=ref("Pong")),
            "Pong": obj(ping=ref("Ping")),
            "AllSelf": {"allOf": [ref("AllSelf"), obj(x=TEXT)]},
            "All1": {"allOf": [ref("All2")]},
            "All2": {"allOf": [ref("All1"), obj(y=TEXT)]},
            "OneSelf": {"oneOf": [ref("OneSelf"), TEXT]},
            "Any1": {"anyOf": [ref("Any2"), TEXT]},
            "Any2": {"anyOf": [ref("Any1"), {"type": "integer"}]},
            "List": {"type": "array", "items": ref("List")},
            "Map": {"type": "object", "additionalProperties": ref("Map")},
            "Tree": {"oneOf": [TEXT, {"type": "array", "items": ref("Tree")}]},
            "Null": {"type": ["object", "null"], "properties": {"n": ref("Null")}},
            "Adds": obj(x={"allOf": [ref("Adds"), obj(y=TEXT)]}),
            "Grows": obj(x={"allOf": [ref("Grows"), obj(x=obj(y=TEXT))]}),
            "Middle": obj(x={"$ref": "#/components/schemas/Middle/properties/x"}),
            "Inner": obj(x=obj(y={"$ref": "#/components/schemas/Inner/properties/x"})),
            "Not": {"not": ref("Not")},
            "Base": obj(kids={"type": "array", "items": ref("Child")}),
            "Child": {"allOf": [ref("Base"), obj(own=TEXT)]},
            "List1": {"type": "array", "items": ref("List2")},
            "List2": {"type": "array", "items": ref("List1")},
            "UnionSelf": {
                "oneOf": [ref("UnionSelf"), ref("Self")],
                "discriminator": {"propertyName": "a"},
            },
        }
    )
    models = package.models
    assert models.Ping.model_validate_json('{"pong": {"ping": {"pong": {}}}}')
    assert models.Child.model_validate_json('{"kids": [{"own": "x", "kids": []}]}').kids[0].own


def test_aliases_that_are_each_other_are_the_union_of_both(hold: Any) -> None:
    package = hold(
        {
            "A": {"anyOf": [ref("B"), TEXT]},
            "B": {"anyOf": [ref("A"), {"type": "integer"}]},
            "Box": obj(a=ref("A")),
        }
    )
    for value in ('"x"', "1"):
        assert package.models.Box.model_validate_json(f'{{"a": {value}}}')
    with pytest.raises(ValueError, match="a"):
        package.models.Box.model_validate_json('{"a": 1.5}')


def test_what_doubles_at_each_step_is_read_once(hold: Any) -> None:
    steps = 40
    schemas: dict[str, Any] = {f"All{steps}": obj(x=TEXT), f"One{steps}": obj(x=TEXT)}
    for step in range(steps):
        schemas[f"All{step}"] = {"allOf": [ref(f"All{step + 1}")] * 2}
        schemas[f"One{step}"] = {"oneOf": [ref(f"One{step + 1}")] * 2 + [{"type": "null"}]}
    assert hold(schemas).models.All0.model_validate_json('{"x": "y"}').x == "y"


def test_alternatives_in_alternatives_multiply_within_bounds(hold: Any) -> None:
    schema: dict[str, Any] = TEXT
    for _ in range(7):
        schema = obj(p=TEXT) | {"oneOf": [obj(a=schema), obj(b=schema), obj(c=schema)]}
    assert len(hold({"Deep": schema}).contract.definitions) < 20_000


def test_objects_nested_forty_levels_deep_are_read_to_the_end(hold: Any) -> None:
    schema: dict[str, Any] = {"type": "integer"}
    text = "true"
    for _ in range(40):
        schema, text = obj(inner=schema), f'{{"inner": {text}}}'
    package = hold({"Deep": schema})
    assert package.findings == ()
    with pytest.raises(ValueError, match=r"(inner\.){39}inner"):
        package.models.Deep.model_validate_json(text)


def test_arrays_nested_beyond_reason_are_any_value_at_the_bottom(hold: Any) -> None:
    schema: dict[str, Any] = TEXT
    for _ in range(90):
        schema = {"type": "array", "items": schema}
    package = hold({"Deep": schema})
    ((pointer, message),) = package.found("AG133")
    assert pointer.count("/items") == 61
    assert "nested too deeply" in message


@pytest.mark.parametrize("backwards", [False, True])
def test_long_chains_of_references_and_bases_are_followed(hold: Any, backwards: bool) -> None:
    length = 250
    schemas: dict[str, Any] = {f"Next{length}": obj(x=TEXT), f"Base{length}": obj(x=TEXT)}
    for step in reversed(range(length)):
        schemas[f"Next{step}"] = obj(next=ref(f"Next{step + 1}"))
        schemas[f"Base{step}"] = {"allOf": [ref(f"Base{step + 1}"), obj(**{f"p{step}": TEXT})]}
        schemas[f"Same{step}"] = ref(f"Same{step + 1}") if step < length - 1 else TEXT
    package = hold(dict(reversed(schemas.items())) if backwards else schemas)
    assert package.models.Base0.model_validate({"x": "1", "p249": "2"}).p249 == "2"


def test_an_object_may_have_three_thousand_members(hold: Any) -> None:
    package = hold({"Wide": obj(**{f"p{number}": TEXT for number in range(3000)})})
    assert package.models.Wide.model_validate({"p2999": "x"}).p2999 == "x"


def test_a_document_may_have_six_hundred_operations(hold: Any) -> None:
    paths = {f"/p{number}": {"get": operation(operationId=f"op{number}")} for number in range(600)}
    assert len(hold(paths=paths).contract.operations) == 600


def test_numbers_beyond_all_bounds_are_no_bounds(hold: Any) -> None:
    huge = 10**400
    members = {
        "a": {"type": "integer", "minimum": -huge, "maximum": huge, "multipleOf": huge},
        "b": {"type": "number", "minimum": -huge, "exclusiveMaximum": huge, "default": huge},
        "c": {"type": "string", "minLength": -1, "maxLength": huge},
        "d": {"type": "array", "minItems": -1, "maxItems": huge},
        "e": {"type": "integer", "enum": [1, huge]},
        "f": {"type": "integer", "default": huge},
    }
    package = hold({"Huge": obj(**members)})
    sent = '{"a": 1, "b": 1.5, "c": "", "d": [], "e": 1, "f": 3}'
    assert package.models.Huge.model_validate_json(sent).e == 1
    assert any(pointer.endswith("/b/minimum") for pointer, _ in package.found("AG133"))
