"""What a contract asks of a value is what a generated model asks of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

UUID = "12345678-1234-5678-1234-567812345678"

CASES: tuple[tuple[str, dict[str, Any], list[Any], list[Any]], ...] = (
    ("minLength", {"type": "string", "minLength": 2}, ["ab", "éé"], ["a", ""]),
    ("maxLength", {"type": "string", "maxLength": 2}, ["", "ab"], ["abc"]),
    ("no length at all", {"type": "string", "maxLength": 0}, [""], ["a"]),
    ("pattern", {"type": "string", "pattern": "^a+$"}, ["a", "aa"], ["b", "a\n", ""]),
    ("pattern anywhere", {"type": "string", "pattern": "b"}, ["abc"], ["ac"]),
    ("lookaround", {"type": "string", "pattern": "^(?!no)[a-z]+$"}, ["yes"], ["nope", "yes\n"]),
    ("class of hyphens", {"type": "string", "pattern": r"^[\w-.]+$"}, ["a-b.c"], ["a b"]),
    ("ampersands", {"type": "string", "pattern": "^[a&&b]+$"}, ["a&b"], ["c"]),
    ("named group", {"type": "string", "pattern": r"^(?<x>a)(?!b)"}, ["ac"], ["ab"]),
    ("minimum", {"type": "integer", "minimum": 2}, [2, 3], [1, 2.5, "2", True]),
    ("maximum", {"type": "number", "maximum": 2.5}, [2.5, -1], [2.6, "1", True]),
    ("exclusive", {"type": "number", "exclusiveMinimum": 0}, [0.1], [0, -1]),
    ("exclusive below", {"type": "integer", "exclusiveMaximum": 3}, [2], [3]),
    ("half bounds", {"type": "integer", "minimum": 0.5, "maximum": 2.5}, [1, 2], [0, 3]),
    ("multipleOf", {"type": "integer", "multipleOf": 3}, [0, 3, -6], [1]),
    ("multiple of halves", {"type": "integer", "multipleOf": 1.5}, [0, 3], [1, 2]),
    ("steps", {"type": "number", "multipleOf": 0.5}, [0.5, 1], [0.3]),
    ("int32", {"type": "integer", "format": "int32"}, [2**31 - 1, -(2**31)], [2**31]),
    ("int64", {"type": "integer", "format": "int64"}, [2**63 - 1], [2**63, -(2**63) - 1]),
    (
        "date-time",
        {"type": "string", "format": "date-time"},
        ["2025-12-18T03:00:00Z", "2025-12-18T03:00:00.123456+01:00"],
        ["2025-12-18T03:00:00", "2025-12-18", 1766026800, "now", ""],
    ),
    ("date", {"type": "string", "format": "date"}, ["2025-12-18"], ["18.12.2025", 20251218]),
    ("time", {"type": "string", "format": "time"}, ["03:00:00Z"], ["three", 3]),
    ("uuid", {"type": "string", "format": "uuid"}, [UUID], ["1234", 1]),
    ("byte", {"type": "string", "format": "byte"}, ["", "YQ=="], ["YQ", "%%", 1]),
    ("base64", {"type": "string", "contentEncoding": "base64"}, ["YQ=="], ["Y"]),
    ("email", {"type": "string", "format": "email"}, ["a@b.c"], ["a", "a b@c"]),
    ("ipv4", {"type": "string", "format": "ipv4"}, ["10.0.0.1"], ["10.0.0.256", "10.0.0"]),
    ("ipv6", {"type": "string", "format": "ipv6"}, ["::1", "fe80::1"], ["10.0.0.1", "g::"]),
    ("uri", {"type": "string", "format": "uri"}, ["https://a.b/c?d"], ["a b"]),
    ("hostname", {"type": "string", "format": "hostname"}, ["a.b-c"], ["-a", "a_b"]),
    (
        "text of a uuid",
        {"type": "string", "format": "uuid", "pattern": "^1", "maxLength": 36},
        [UUID],
        ["2" + UUID[1:], UUID.replace("-", "")[1:]],
    ),
    (
        "text of a date",
        {"type": "string", "format": "date", "pattern": "^2025"},
        ["2025-12-18"],
        ["2026-12-18"],
    ),
    (
        "text of an instant",
        {"type": "string", "format": "date-time", "pattern": "Z$"},
        ["2025-12-18T03:00:00Z"],
        ["2025-12-18T03:00:00+01:00", "Z"],
    ),
    (
        "text of octets",
        {"type": "string", "format": "byte", "maxLength": 4},
        ["YWJj"],
        ["YWJjYQ=="],
    ),
    ("minItems", {"type": "array", "items": {}, "minItems": 1}, [[1]], [[]]),
    ("maxItems", {"type": "array", "items": {}, "maxItems": 1}, [[], [1]], [[1, 2]]),
    (
        "uniqueItems",
        {"type": "array", "items": {}, "uniqueItems": True},
        [[1, True, "1", [1], [True], {"a": 1}, {"a": True}, None]],
        [[1, 1.0], ["a", "a"], [{"a": 1, "b": 2}, {"b": 2, "a": 1}], [[1], [1]]],
    ),
    ("items", {"type": "array", "items": {"type": "integer"}}, [[1]], [["1"], [None], "1"]),
    (
        "minProperties of a map",
        {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
        [{"a": 1}],
        [{}, {"a": "1"}],
    ),
    (
        "maxProperties of a map",
        {"type": "object", "maxProperties": 1},
        [{}, {"a": 1}],
        [{"a": 1, "b": 2}],
    ),
    (
        "minProperties of an object",
        {"type": "object", "properties": {"a": {}, "b": {}}, "minProperties": 1},
        [{"a": None}, {"z": 1}],
        [{}],
    ),
    (
        "maxProperties of an object",
        {"type": "object", "properties": {"a": {}, "b": {}}, "maxProperties": 1},
        [{}, {"a": 1}],
        [{"a": 1, "b": 2}, {"a": 1, "z": 2}],
    ),
    ("enum of texts", {"type": "string", "enum": ["a", ""]}, ["a", ""], ["b", None]),
    ("enum of integers", {"type": "integer", "enum": [1, -1]}, [1, -1], [0, "1", True, 1.5]),
    ("enum of numbers", {"type": "number", "enum": [1.5, 2]}, [1.5, 2, 2.0], [1, True]),
    ("enum of booleans", {"enum": [True]}, [True], [False, 1, "true"]),
    ("enum of all", {"enum": [1, "1", None, 2.5]}, [1, "1", None, 2.5], [True, 2, "2.5"]),
    ("const", {"const": 1}, [1], [True, 2, "1"]),
    ("const text", {"const": "a"}, ["a"], ["b", None]),
    ("const null", {"const": None}, [None], [0, ""]),
    ("lone integer", {"type": "integer", "enum": [1]}, [1], [True, 2, "1"]),
    ("boolean", {"type": "boolean"}, [True, False], [0, 1, "true"]),
    ("string", {"type": "string"}, ["", "1"], [1, None, True]),
    ("number", {"type": "number"}, [1, 1.5], ["1", True]),
    ("many types", {"type": ["string", "integer"]}, ["a", 1], [1.5, None, True]),
    ("anyOf", {"anyOf": [{"type": "string"}, {"type": "integer"}]}, ["a", 1], [1.5, []]),
    (
        "two patterns",
        {"allOf": [{"type": "string", "pattern": "a"}, {"pattern": "b$"}]},
        ["ab", "a\nb"],
        ["a", "b", "ba"],
    ),
    (
        "both bounds",
        {"allOf": [{"type": "integer", "minimum": 1}, {"minimum": 3}, {"maximum": 5}]},
        [3, 5],
        [2, 6],
    ),
    (
        "both enumerations",
        {"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]},
        ["b"],
        ["a", "c"],
    ),
    ("both steps", {"allOf": [{"type": "integer", "multipleOf": 4}, {"multipleOf": 6}]}, [12], [4]),
    (
        "both types",
        {"allOf": [{"type": ["string", "integer"]}, {"type": "integer"}]},
        [1],
        ["a"],
    ),
    (
        "closed",
        {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
        [{}, {"a": 1}],
        [{"b": 1}],
    ),
    ("closed and empty", {"type": "object", "additionalProperties": False}, [{}], [{"a": 1}]),
    (
        "closed over both parts",
        {
            "allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}],
            "unevaluatedProperties": False,
        },
        [{"a": 1, "b": 2}],
        [{"c": 1}],
    ),
    (
        "typed further members",
        {
            "type": "object",
            "properties": {"a": {}},
            "additionalProperties": {"type": "integer", "minimum": 3},
        },
        [{"a": "x", "b": 3}],
        [{"b": "x"}, {"b": 2}],
    ),
    (
        "members by pattern",
        {
            "type": "object",
            "patternProperties": {"^x": {"type": "integer"}},
            "additionalProperties": False,
        },
        [{"x1": 1}],
        [{"x1": "1"}],
    ),
    (
        "required",
        {"type": "object", "properties": {"a": {}}, "required": ["a", "b"]},
        [{"a": 1, "b": 2}],
        [{"a": 1}, {}],
    ),
)


@pytest.fixture(scope="module")
def forms(generate_module: Any) -> Any:
    """Return models that have a member for each case."""
    return generate_module(
        {
            f"Case{number}": {"properties": {"x": case[1]}, "required": ["x"]}
            for number, case in enumerate(CASES)
        }
    ).models


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case[0] for case in CASES])
def test_a_constraint_lets_the_good_through_and_refuses_the_bad(forms: Any, number: int) -> None:
    _, _, good, bad = CASES[number]
    form = getattr(forms, f"Case{number}")
    for value in good:
        sent = {"x": value}
        read = form.model_validate_json(json.dumps(sent))
        written = read.model_dump_json(by_alias=True, exclude_unset=True)
        assert form.model_validate_json(written) == read
        if not isinstance(value, str):
            assert json.loads(written) == sent
    for value in bad:
        with pytest.raises(ValidationError):
            form.model_validate_json(json.dumps({"x": value}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": True}, {"exclusiveMaximum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
    ],
)
def test_exclusive_bounds_mean_the_same_in_both_dialects(
    generate: Any, old: dict[str, Any], new: dict[str, Any]
) -> None:
    in_30 = generate({"N": {"type": "number"} | old}, version="3.0.3")
    in_31 = generate({"N": {"type": "number"} | new})
    assert in_30.files["models.py"] == in_31.files["models.py"]


def test_an_exclusive_bound_of_3_0_stays_with_its_own_bound_in_all_of(generate: Any) -> None:
    parts = [{"type": "integer", "minimum": 5, "exclusiveMinimum": True}, {"minimum": 7}]
    models = generate({"N": {"allOf": parts}}, version="3.0.3").models
    adapter: TypeAdapter[object] = TypeAdapter(models.N)
    assert adapter.validate_json("7") == 7
    with pytest.raises(ValidationError):
        adapter.validate_json("6")


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("pattern", "("),
        ("pattern", "(?<=a)\\p{L}"),
        ("pattern", 5),
        ("minimum", "1"),
        ("not", {}),
        ("if", {}),
        ("dependentRequired", {"a": ["b"]}),
        ("contains", {}),
        ("default", 1),
    ],
)
def test_what_is_not_checked_is_said_at_its_place(generate: Any, keyword: str, value: Any) -> None:
    kind = "integer" if keyword == "minimum" else "string"
    package = generate({"A": {"properties": {"b/c": {"type": kind, keyword: value}}}})
    ((pointer, message),) = package.found("AG133")
    assert pointer == f"/components/schemas/A/properties/b~1c/{keyword}"
    assert message.endswith("ignored")
    assert package.models.A


def test_octets_are_base64_on_the_wire_and_bytes_in_python(generate: Any) -> None:
    form = generate({"A": {"properties": {"b": {"type": "string", "format": "byte"}}}}).models.A
    made = form(b=b"not base64!")
    assert made.b == b"not base64!"
    assert made.model_dump_json() == '{"b":"bm90IGJhc2U2NCE="}'
    assert form.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_has_not_is_neither_read_nor_made(generate: Any, number: str) -> None:
    form = generate({"A": {"properties": {"b": {"type": "number"}}}}).models.A
    with pytest.raises(ValidationError):
        form.model_validate_json(f'{{"b": {number}}}')
    with pytest.raises(ValidationError):
        form(b=float(number))


def test_a_member_that_was_set_to_none_and_is_left_out_does_not_count(generate: Any) -> None:
    text = {"type": "string"}
    form = generate(
        {"A": {"type": "object", "properties": {"b": text, "c": text}, "minProperties": 1}}
    ).models.A
    assert form(b="x", c=None)
    with pytest.raises(ValidationError, match="at least 1"):
        form(b=None)


def test_the_count_of_members_holds_for_what_extends_an_object(generate: Any) -> None:
    base: dict[str, Any] = {"type": "object", "properties": {"b": {}}, "maxProperties": 1}
    child: dict[str, Any] = {
        "allOf": [{"$ref": "#/components/schemas/A"}, {"properties": {"c": {}}}]
    }
    models = generate({"A": base, "B": child}).models
    assert issubclass(models.B, models.A)
    with pytest.raises(ValidationError, match="at most 1"):
        models.B.model_validate_json('{"b": 1, "c": 2}')
