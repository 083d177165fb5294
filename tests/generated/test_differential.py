"""A generated model accepts and refuses what a validator of JSON Schema does.

The subset: every keyword that docs/support.md calls checked, written with a type. Left aside is
what it says is different: ``1.0`` as an integer, ``oneOf`` as exactly one, formats.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from pydantic import ValidationError

NAMES = ("a", "b", "c", "d-e")
TEXTS = ("", "a", "ab", "abc", "b", "1", "é")
PATTERNS = ("^a", "b$", "^[a-c]+$", "^(?!b)", "é|1")
NUMBERS = (-2, -1, 0, 1, 2, 3, 4, 6, 10)
COUNT = 8
"""So many schemas share a document, since each document costs an import."""

Schema = dict[str, Any]


def some(**keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    """Return schemas with some of the keywords."""
    return st.fixed_dictionaries({}, optional=keywords)


def typed(name: str, **keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    """Return schemas of one type."""
    return some(**keywords).map(lambda more: {"type": name} | more)


sizes = st.integers(0, 3)
texts = typed("string", minLength=sizes, maxLength=sizes, pattern=st.sampled_from(PATTERNS))
integers = typed(
    "integer",
    minimum=st.sampled_from(NUMBERS),
    maximum=st.sampled_from(NUMBERS),
    exclusiveMinimum=st.sampled_from(NUMBERS),
    multipleOf=st.sampled_from((1, 2, 3)),
)
numbers = typed(
    "number",
    minimum=st.sampled_from((-1.5, 0, 2.5)),
    exclusiveMaximum=st.sampled_from((-1.5, 0, 2.5)),
)
values = st.lists(
    st.sampled_from(("a", "b", 1, 2, 2.5, True, False, None)), min_size=1, unique_by=repr
).map(lambda chosen: {"enum": chosen})
words = st.lists(st.sampled_from(TEXTS), min_size=1, unique=True).map(
    lambda chosen: {"type": "string", "enum": chosen}
)
constants = st.sampled_from(("a", 1, 2.5, True, None)).map(lambda value: {"const": value})
references = st.integers(0, COUNT - 1).map(lambda n: {"$ref": f"#/components/schemas/S{n}"})
leaves = st.one_of(
    texts, integers, numbers, values, words, constants, st.just({"type": "boolean"}), st.just({})
)


def arrays(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return typed("array", items=inner, minItems=sizes, maxItems=sizes, uniqueItems=st.booleans())


def objects(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return typed(
        "object",
        properties=st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
        required=st.lists(st.sampled_from(NAMES), unique=True, max_size=2),
        additionalProperties=st.one_of(st.booleans(), inner),
        minProperties=sizes,
        maxProperties=sizes,
    ).map(_not_impossible)


def _not_impossible(schema: Schema) -> Schema:
    """Return an object that does not require what it refuses: such a one is read kindly."""
    if schema.get("additionalProperties") is not False or "required" not in schema:
        return schema
    known = schema.get("properties", {})
    return schema | {"required": [name for name in schema["required"] if name in known]}


def parts(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    """Return extensions: objects of members that do not meet, or integers with more bounds."""

    def member(name: str) -> st.SearchStrategy[Schema]:
        return inner.map(lambda schema: {"type": "object", "properties": {name: schema}})

    return st.one_of(
        st.tuples(member("a"), member("b")), st.tuples(integers, integers), st.tuples(texts, texts)
    ).map(lambda both: {"allOf": [*both]})


def unions(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.lists(inner, min_size=1, max_size=3).map(lambda each: {"anyOf": each})


inner_references = references.map(lambda found: {"type": "array", "items": found})
"""References that something stands around, so that no schema is nothing but itself."""
schemas = st.recursive(
    st.one_of(leaves, inner_references),
    lambda inner: st.one_of(arrays(inner), objects(inner), parts(inner), unions(inner)),
    max_leaves=6,
)
instances: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from(NUMBERS),
        st.sampled_from((2.5, -1.5, 0.25)),
        st.sampled_from(TEXTS),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from((*NAMES, "z")), inner, max_size=3),
    ),
    max_leaves=6,
)


@st.composite
def likely(draw: st.DrawFn, schema: Schema, every: list[Schema], depth: int = 0) -> Any:
    """Return a value that is probably valid, or just about not."""
    if depth > 4 or draw(st.integers(0, 11)) == 0:
        return draw(instances)
    if "$ref" in schema:
        return draw(likely(every[int(schema["$ref"][-1])], every, depth + 1))
    if "anyOf" in schema:
        return draw(likely(draw(st.sampled_from(schema["anyOf"])), every, depth))
    if "allOf" in schema:
        drawn = [draw(likely(part, every, depth)) for part in schema["allOf"]]
        if all(isinstance(each, dict) for each in drawn):
            return {key: value for each in drawn for key, value in each.items()}
        return drawn[0]
    if "enum" in schema or "const" in schema:
        return draw(st.sampled_from(schema.get("enum") or [schema["const"]]))
    return draw(of_type(schema, every, depth))


SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.sampled_from(TEXTS),
    "integer": st.sampled_from(NUMBERS),
    "number": st.sampled_from((*NUMBERS, 2.5, -1.5)),
    "boolean": st.booleans(),
}


@st.composite
def of_type(draw: st.DrawFn, schema: Schema, every: list[Schema], depth: int) -> Any:
    """Return a value of the type that a schema names."""
    match schema.get("type"):
        case "array":
            item = likely(schema.get("items", {}), every, depth + 1)
            return draw(st.lists(item, min_size=schema.get("minItems", 0), max_size=3))
        case "object":
            names = draw(st.sets(st.sampled_from((*NAMES, "z")), max_size=2))
            names |= set(schema.get("required", ()))
            known = schema.get("properties", {})
            extra = schema.get("additionalProperties")
            rest: Schema = extra if extra and extra is not True else {}
            return {
                name: draw(likely(known.get(name, rest), every, depth + 1))
                for name in sorted(names)
            }
        case name:
            return draw(SCALARS.get(str(name), instances))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Schema], list[tuple[int, Any]]]:
    """Return the schemas of a document, and instances to try each on."""
    every = [draw(schemas) for _ in range(COUNT)]
    tried = [
        (number, draw(likely(every[number], every))) for number in range(COUNT) for _ in range(4)
    ]
    return every, tried


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(case=cases())
def test_a_model_and_a_validator_agree(
    generate_module: Any, case: tuple[list[Schema], list[tuple[int, Any]]]
) -> None:
    every, tried = case
    members = {f"S{n}": schema for n, schema in enumerate(every)}
    holders = {
        f"Holder{n}": {
            "type": "object",
            "required": ["it"],
            "properties": {"it": {"$ref": f"#/components/schemas/S{n}"}},
        }
        for n in range(COUNT)
    }
    models = generate_module(members | holders).models
    root: Schema = {"components": {"schemas": members}}
    for number, instance in tried:
        validator: Any = Draft202012Validator(root | {"$ref": f"#/components/schemas/S{number}"})
        sent = json.dumps({"it": instance})
        fault = _fault(getattr(models, f"Holder{number}"), sent)
        said = f"{every[number]} {instance!r}: {fault or 'accepted'}"
        assert validator.is_valid(instance) is (fault == ""), said


def _fault(form: Any, sent: str) -> str:
    """Return why a model refuses a text, or changes it on its way; empty if it does neither."""
    try:
        written = form.model_validate_json(sent).model_dump_json(by_alias=True, exclude_unset=True)
    except ValidationError as error:
        return str(error)
    return "" if json.loads(written) == json.loads(sent) else f"it becomes {written}"
