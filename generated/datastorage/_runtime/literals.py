"""Text as JSON literals: what the schema of a parameter makes of the text on the wire.

A text is no JSON: only the schema says whether ``5`` is a number. It is written down as the literal
that the schema asks for, so that pydantic can validate it as strictly as a JSON body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from pydantic import TypeAdapter

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")

_MAX_DIGITS: Final = 4300  # beyond, Python refuses to write an integer down

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """What a schema takes: types of JSON, a format, the form of items and those of members."""

    types: frozenset[str] = frozenset()
    format: str = ""
    items: Form | None = None
    members: Mapping[str, Form] = field(default_factory=dict[str, "Form"])
    others: Form | None = None


ANYTHING: Final = Form()
NO_FORMS: Final[Mapping[str, Form]] = {}


def forms_of(adapter: TypeAdapter[Any]) -> Mapping[str, Form]:
    """Return the forms of the members of what *adapter* validates."""
    root = adapter.json_schema()
    return _form(root, root, ()).members


def literal(text: str, form: Form) -> str:
    """Return *text* as JSON text of a single value.

    Raises:
        ValueError: The schema takes no such value; the message says what it takes.

    """
    if "\0" in text:
        raise ValueError("must not hold the character U+0000")
    for kind, fits in _GRAMMARS:
        if kind in form.types and fits(text):
            if len(text) > _MAX_DIGITS:
                raise ValueError("has too many digits")
            return text
    if not form.types or "string" in form.types:
        wanted = _FORMATS.get(form.format)
        if wanted is not None and not wanted[0](text):
            raise ValueError(f"must be {wanted[1]}")
        return json.dumps(text)
    expected = [words for kind, words in _EXPECTED if kind in form.types]
    raise ValueError("must be " + (" or ".join(expected) or "a list or an object"))


def _is_number(text: str) -> bool:
    return bool(_NUMBER.match(text)) and float(text) not in {float("inf"), float("-inf")}


_GRAMMARS: Final[tuple[tuple[str, Callable[[str], object]], ...]] = (
    ("integer", _INTEGER.match),
    ("number", _is_number),
    ("boolean", frozenset({"true", "false"}).__contains__),
)
_DATE: Final = r"\d{4}-\d\d-\d\d"
_TIME: Final = r"\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
_FORMATS: Final[Mapping[str, tuple[Callable[[str], object], str]]] = {
    # Pydantic reads numbers and more spellings for these, which the formats do not know.
    "date": (re.compile(rf"{_DATE}\Z", re.ASCII).match, "a date as in RFC 3339"),
    "date-time": (re.compile(rf"{_DATE}[Tt]{_TIME}\Z", re.ASCII).match, "an RFC 3339 date-time"),
    "uuid": (re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z").match, "a UUID"),
}
_EXPECTED: Final = (
    ("integer", "an integer in decimal digits"),
    ("number", "a number as JSON writes it"),
    ("boolean", "true or false"),
)


def _form(schema: Schema, root: Schema, seen: tuple[str, ...]) -> Form:
    """Return the form of a JSON Schema that pydantic made; *seen* ends recursion."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return ANYTHING if name in seen else _form(root["$defs"][name], root, (*seen, name))
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _merged([_form(one, root, seen) for one in _schemas(schema[word])])
    items, others = schema.get("items"), schema.get("additionalProperties")
    members = cast("Mapping[str, Schema]", schema.get("properties", {}))
    return Form(
        types=_types(schema),
        format=str(schema.get("format", "")),
        items=_form(cast("Schema", items), root, seen) if isinstance(items, dict) else None,
        members={name: _form(member, root, seen) for name, member in members.items()},
        others=_others(others, root, seen),
    )


def _schemas(value: object) -> list[Schema]:
    return cast("list[Schema]", value)


def _others(value: object, root: Schema, seen: tuple[str, ...]) -> Form | None:
    if isinstance(value, dict):
        return _form(cast("Schema", value), root, seen)
    return ANYTHING if value is True else None


def _merged(forms: list[Form]) -> Form:
    """Return what any of several forms takes."""
    return Form(
        types=frozenset(kind for form in forms for kind in form.types),
        format=_shared_format(forms),
        items=next((form.items for form in forms if form.items), None),
        members={name: member for form in forms for name, member in form.members.items()},
        others=next((form.others for form in forms if form.others), None),
    )


def _shared_format(forms: list[Form]) -> str:
    """Return the format of the texts, if there is but one kind of text."""
    texts = {form.format for form in forms if "string" in form.types}
    return texts.pop() if len(texts) == 1 else ""


def _types(schema: Schema) -> frozenset[str]:
    named = schema.get("type")
    if isinstance(named, str):
        return frozenset({named})
    values = cast(
        "list[object]", schema.get("enum", [schema["const"]] if "const" in schema else [])
    )
    return frozenset(_TYPE_OF[type(value)] for value in values if type(value) in _TYPE_OF)


_TYPE_OF: Final[Mapping[type, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
}
