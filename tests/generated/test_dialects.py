"""OpenAPI 3.0 and 3.1 say the same in other words, and the same comes out."""

from __future__ import annotations

from typing import Any

import pytest

TEXT = {"type": "string"}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def obj(**members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members}


OLD_AND_NEW: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("text", TEXT | {"nullable": True}, {"type": ["string", "null"]}),
    ("text the other way", TEXT | {"nullable": True}, {"anyOf": [TEXT, {"type": "null"}]}),
    ("not null", TEXT | {"nullable": False}, TEXT),
    (
        "enumeration",
        {"type": "string", "enum": ["a", "b", None], "nullable": True},
        {"type": ["string", "null"], "enum": ["a", "b", None]},
    ),
    (
        "items",
        {"type": "array", "items": TEXT | {"nullable": True}},
        {"type": "array", "items": {"type": ["string", "null"]}},
    ),
    (
        "array",
        {"type": "array", "items": TEXT, "nullable": True},
        {"type": ["array", "null"], "items": TEXT},
    ),
    (
        "values",
        {"type": "object", "additionalProperties": TEXT | {"nullable": True}},
        {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    ),
    (
        "object",
        obj(x=TEXT) | {"nullable": True},
        {"type": ["object", "null"], "properties": {"x": TEXT}},
    ),
    (
        "reference",
        {"allOf": [ref("Other")], "nullable": True},
        {"anyOf": [ref("Other"), {"type": "null"}]},
    ),
    (
        "union",
        {"oneOf": [ref("Other"), TEXT], "nullable": True},
        {"oneOf": [ref("Other"), TEXT, {"type": "null"}]},
    ),
    (
        "tagged union",
        {
            "oneOf": [ref("Other"), ref("Third")],
            "discriminator": {"propertyName": "x"},
            "nullable": True,
        },
        {
            "oneOf": [ref("Other"), ref("Third"), {"type": "null"}],
            "discriminator": {"propertyName": "x"},
        },
    ),
    (
        "bounds",
        {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "nullable": True},
        {"type": ["integer", "null"], "exclusiveMinimum": 1},
    ),
    (
        "octets",
        {"type": "string", "format": "byte"},
        {"type": "string", "contentEncoding": "base64"},
    ),
    ("lone value", {"type": "string", "enum": ["a"]}, {"const": "a"}),
)


@pytest.mark.parametrize(
    ("old", "new"), [c[1:] for c in OLD_AND_NEW], ids=[c[0] for c in OLD_AND_NEW]
)
@pytest.mark.parametrize("place", ["required", "optional", "component", "body", "parameter"])
def test_the_same_comes_out_of_both_dialects(
    generate: Any, old: dict[str, Any], new: dict[str, Any], place: str
) -> None:
    def package(version: str, schema: dict[str, Any]) -> Any:
        schemas: dict[str, Any] = {"Other": obj(x=TEXT), "Third": obj(x=TEXT)}
        schemas["Holder"] = obj(it=ref("It") if place == "component" else schema)
        schemas["Holder"]["required"] = ["it"] if place == "required" else ["none"]
        post: dict[str, Any] = {"operationId": "do", "responses": {"200": {"description": ""}}}
        if place == "component":
            schemas["It"] = schema
        if place == "body":
            post["requestBody"] = {"content": {"application/json": {"schema": schema}}}
        if place == "parameter":
            post["parameters"] = [{"name": "q", "in": "query", "schema": schema}]
        return generate(schemas, version=version, paths={"/a": {"post": post}})

    before, after = package("3.0.3", old), package("3.1.0", new)
    for path in ("models.py", "operations.py", "client.py"):
        assert before.files[path] == after.files[path]


def test_what_stands_beside_a_reference_holds_in_3_1_alone(generate: Any) -> None:
    schema = ref("Other") | {"required": ["x"], "properties": {"y": TEXT}, "description": "Mine."}
    in_30 = generate({"Other": obj(x=TEXT), "A": obj(b=schema)}, version="3.0.3").models
    in_31 = generate({"Other": obj(x=TEXT), "A": obj(b=schema)}).models
    assert in_30.A.model_validate_json('{"b": {}}')
    with pytest.raises(ValueError, match=r"b\.x"):
        in_31.A.model_validate_json('{"b": {}}')


def test_a_reference_may_be_percent_encoded_and_lead_into_the_midst_of_things(
    generate: Any,
) -> None:
    models = generate(
        {
            "A b/c": obj(inner=obj(x={"type": "integer"})),
            "B": obj(
                whole={"$ref": "#/components/schemas/A%20b~1c"},
                inner={"$ref": "#/components/schemas/A%20b~1c/properties/inner"},
                x={"$ref": "#/components/schemas/A%20b~1c/properties/inner/properties/x"},
            ),
        }
    ).models
    sent = {"whole": {"inner": {"x": 1}}, "inner": {"x": 2}, "x": 3}
    assert models.B.model_validate(sent).whole.inner.x == 1
    with pytest.raises(ValueError, match="x"):
        models.B.model_validate({"x": "3"})
