"""Edits of one schema with their verdicts, and the places in a document that a schema may have.

A verdict is a letter: E breaks, W may break, N is compatible, - is no change. The first is for
what a service receives, the second for what it sends.
"""

from apigen.types import Json

Edit = tuple[str, Json, Json, str]
_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer"}


def _size(kind: str, keyword: str, low: str, high: str) -> list[Edit]:
    def sized(size: int | None) -> Json:
        return {"type": kind} if size is None else {"type": kind, keyword: size}

    return [
        (f"{keyword} set", sized(None), sized(5), low),
        (f"{keyword} unset", sized(5), sized(None), low[::-1]),
        (f"{keyword} increased", sized(5), sized(9), high),
        (f"{keyword} decreased", sized(9), sized(5), high[::-1]),
    ]


def _obj(members: dict[str, Json], *required: str, **more: Json) -> Json:
    names: list[Json] = [*required]
    return {"type": "object", "properties": members, "required": names, **more}


def _both_ways(name: str, old: Json, new: Json, verdict: str, back: str) -> list[Edit]:
    return [(name, old, new, verdict), (f"{name}, undone", new, old, back)]


_SIZES = [
    edit
    for kind, keyword, low, high in (
        ("string", "maxLength", "EN", "NE"),
        ("string", "minLength", "EN", "EN"),
        ("array", "maxItems", "EN", "NE"),
        ("array", "minItems", "EN", "EN"),
        ("object", "maxProperties", "EN", "NE"),
        ("object", "minProperties", "EN", "EN"),
        ("integer", "maximum", "EN", "NE"),
        ("integer", "minimum", "EN", "EN"),
        ("number", "exclusiveMaximum", "EN", "NE"),
        ("number", "exclusiveMinimum", "EN", "EN"),
    )
    for edit in _size(kind, keyword, low, high)
]
_A: Json = _obj({"a": _TEXT}, "a")
_B: Json = _obj({"b": _WHOLE}, "b")
_REST: Json = {"^x": _TEXT}
_AB: Json = {"a": ["b"]}
_LIST: Json = {"type": "array"}
_C: Json = _obj({"c": {"type": "boolean"}}, "c")

CHANGES: list[Edit] = [
    *_SIZES,
    *_both_ways("type", _TEXT, _WHOLE, "EE", "EE"),
    *_both_ways("integer to number", _WHOLE, {"type": "number"}, "NE", "EN"),
    *_both_ways("another type", _TEXT, {"type": ["string", "integer"]}, "NE", "EN"),
    *_both_ways("null", _TEXT, {"type": ["string", "null"]}, "NE", "EN"),
    *_both_ways("any type", {}, _TEXT, "EN", "NE"),
    *_both_ways("enum value", {"enum": ["a"]}, {"enum": ["a", "b"]}, "NW", "EN"),
    *_both_ways("enum", _TEXT, {"type": "string", "enum": ["a", "b"]}, "EN", "NW"),
    *_both_ways("const", _TEXT, {"type": "string", "const": "a"}, "EN", "NW"),
    *_both_ways("const value", {"const": "a"}, {"const": "b"}, "EE", "EE"),
    *_both_ways("format", _TEXT, {"type": "string", "format": "uuid"}, "EN", "NE"),
    (
        "format changed",
        {"type": "string", "format": "date"},
        {"type": "string", "format": "uuid"},
        "EE",
    ),
    *_both_ways(
        "width",
        {"type": "integer", "format": "int32"},
        {"type": "integer", "format": "int64"},
        "NE",
        "EN",
    ),
    *_both_ways("pattern", _TEXT, {"type": "string", "pattern": "^a"}, "EN", "NE"),
    (
        "pattern changed",
        {"type": "string", "pattern": "^a"},
        {"type": "string", "pattern": "^b"},
        "WW",
    ),
    *_both_ways("multipleOf", _WHOLE, {"type": "integer", "multipleOf": 2}, "EN", "NE"),
    *_both_ways(
        "multipleOf divided",
        {"type": "integer", "multipleOf": 4},
        {"type": "integer", "multipleOf": 2},
        "NE",
        "EN",
    ),
    (
        "multipleOf crossed",
        {"type": "integer", "multipleOf": 4},
        {"type": "integer", "multipleOf": 6},
        "WW",
    ),
    *_both_ways("uniqueItems", _LIST, {"type": "array", "uniqueItems": True}, "EN", "NE"),
    *_both_ways("optional member", _A, _obj({"a": _TEXT, "b": _TEXT}, "a"), "NN", "WW"),
    *_both_ways("required member", _A, _obj({"a": _TEXT, "b": _TEXT}, "a", "b"), "EN", "WE"),
    *_both_ways("member required", _obj({"a": _TEXT}), _A, "EN", "NE"),
    (
        "member removed from a closed object",
        _obj({"a": _TEXT}, additionalProperties=False),
        _obj({}, additionalProperties=False),
        "EW",
    ),
    (
        "member added to a closed object",
        _obj({}, additionalProperties=False),
        _obj({"a": _TEXT}, additionalProperties=False),
        "NE",
    ),
    *_both_ways("closed", _obj({}), _obj({}, additionalProperties=False), "EN", "NE"),
    *_both_ways("typed rest", _obj({}), _obj({}, additionalProperties=_TEXT), "EN", "NE"),
    (
        "rest of another type",
        _obj({}, additionalProperties=_TEXT),
        _obj({}, additionalProperties=_WHOLE),
        "EE",
    ),
    *_both_ways("variant", {"oneOf": [_A, _B]}, {"oneOf": [_A, _B, _C]}, "NE", "EN"),
    *_both_ways("variant of any", {"anyOf": [_A, _B]}, {"anyOf": [_C, _A, _B]}, "NE", "EN"),
    *_both_ways("became variants", _A, {"oneOf": [_A, _B]}, "NE", "EN"),
    *_both_ways("not", {}, {"not": _TEXT}, "EN", "NE"),
    ("not changed", {"not": _TEXT}, {"not": _WHOLE}, "EE"),
    *_both_ways("items", {"type": "array"}, {"type": "array", "items": _TEXT}, "EN", "NE"),
    (
        "items changed",
        {"type": "array", "items": _TEXT},
        {"type": "array", "items": _WHOLE},
        "EE",
    ),
    *_both_ways("contains", {"type": "array"}, {"type": "array", "contains": _TEXT}, "EN", "NE"),
    *_both_ways(
        "prefixItems", {"type": "array"}, {"type": "array", "prefixItems": [_TEXT]}, "EN", "NE"
    ),
    *_both_ways("propertyNames", _obj({}), _obj({}, propertyNames={"maxLength": 3}), "EN", "NE"),
    *_both_ways("patternProperties", _obj({}), _obj({}, patternProperties=_REST), "EN", "NE"),
    *_both_ways("dependentRequired", _obj({}), _obj({}, dependentRequired=_AB), "EN", "NE"),
    *_both_ways(
        "dependentRequired more",
        _obj({}, dependentRequired={"a": ["b"]}),
        _obj({}, dependentRequired={"a": ["b", "c"]}),
        "EN",
        "NE",
    ),
    *_both_ways("dependentSchemas", _obj({}), _obj({}, dependentSchemas={"a": _B}), "EN", "NE"),
    *_both_ways("if", _obj({}), _obj({}, **{"if": _A}), "EN", "NE"),
    *_both_ways("then", _obj({}), _obj({}, then=_A), "EN", "NE"),
    *_both_ways("else", _obj({}), _obj({}, **{"else": _A}), "EN", "NE"),
    *_both_ways("rest", _obj({}), _obj({}, unevaluatedProperties=False), "EN", "NE"),
    *_both_ways("other items", _LIST, {"type": "array", "unevaluatedItems": False}, "EN", "NE"),
    *_both_ways("deprecated", _TEXT, {"type": "string", "deprecated": True}, "NN", "NN"),
    *_both_ways("extension", _TEXT, {"type": "string", "x-note": 1}, "NN", "NN"),
    *_both_ways("allOf", _A, {"allOf": [_A, _B]}, "EN", "WE"),
    (
        "encoding",
        {"type": "string", "contentEncoding": "base64"},
        {"type": "string", "contentEncoding": "base32"},
        "EE",
    ),
]

SAME: list[tuple[str, Json, Json]] = [
    ("lone allOf", _A, {"allOf": [_A]}),
    ("lone anyOf", _A, {"anyOf": [_A]}),
    ("lone oneOf with a remark", _A, {"oneOf": [_A], "description": "x"}),
    ("split into allOf", _obj({"a": _TEXT, "b": _WHOLE}, "a", "b"), {"allOf": [_A, _B]}),
    ("enum order", {"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    ("const", {"const": "a"}, {"enum": ["a"]}),
    ("type of an enum", {"enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}),
    ("null in a union", {"type": ["string", "null"]}, {"anyOf": [_TEXT, {"type": "null"}]}),
    ("null first", {"type": ["string", "null"]}, {"oneOf": [{"type": "null"}, _TEXT]}),
    ("one type in a list", _TEXT, {"type": ["string"]}),
    (
        "required order",
        _obj({"a": _TEXT, "b": _TEXT}, "a", "b"),
        _obj({"b": _TEXT, "a": _TEXT}, "b", "a"),
    ),
    ("remarks", _TEXT, {"type": "string", "title": "T", "description": "D", "examples": ["x"]}),
    ("idle minimum", _TEXT, {"type": "string", "minLength": 0}),
    ("idle rest", _obj({}), _obj({}, additionalProperties=True)),
    ("idle rest, as a schema", _obj({}), _obj({}, additionalProperties={})),
    ("idle keyword of another type", _TEXT, {"type": "string", "maxItems": 3}),
    ("idle pattern", _TEXT, {"type": "string", "pattern": ".*"}),
    ("false flag", _TEXT, {"type": "string", "deprecated": False}),
    (
        "bounds of integers",
        {"type": "integer", "maximum": 9},
        {"type": "integer", "exclusiveMaximum": 10},
    ),
    ("1 and 1.0", {"type": "number", "maximum": 1}, {"type": "number", "maximum": 1.0}),
    ("integer beside number", {"type": "number"}, {"type": ["number", "integer"]}),
    ("order of variants", {"oneOf": [_A, _B]}, {"oneOf": [_B, _A]}),
    ("any item", {"type": "array"}, {"type": "array", "items": {}}),
    ("dependencies", _obj({}, dependencies={"a": ["b"]}), _obj({}, dependentRequired={"a": ["b"]})),
]


def document(schema: Json, place: str, version: str = "3.1.0") -> dict[str, Json]:
    """Return a document that has a schema at a place."""
    inner, _, outer = place.partition(" in ")
    components: dict[str, Json] = {}
    wrapped = _wrapped(schema, inner, components)
    operation = _operation(wrapped, outer)
    root: dict[str, Json] = {"openapi": version, "info": {"title": "t", "version": "1.0.0"}}
    root["components"] = {"schemas": components}
    if outer == "webhook":
        return {**root, "paths": {}, "webhooks": {"w": {"post": operation}}}
    return {**root, "paths": {"/a": {"post": operation}}}


def _wrapped(schema: Json, inner: str, components: dict[str, Json]) -> Json:
    if inner == "member":
        return _obj({"m": schema}, "m")
    if inner == "item":
        return {"type": "array", "items": schema}
    if inner == "shared":
        components["Shared"] = schema
        return _obj({"m": {"$ref": "#/components/schemas/Shared"}}, "m")
    if inner == "deep":
        components["Deep"] = _obj({"d": {"type": "array", "items": schema}}, "d")
        return {"allOf": [{"$ref": "#/components/schemas/Deep"}, {"description": "deep"}]}
    return schema


def _operation(schema: Json, outer: str) -> dict[str, Json]:
    json: dict[str, Json] = {"content": {"application/json": {"schema": schema}}}
    fine: Json = {"200": {"description": "ok"}}
    if outer in {"request", "webhook"}:
        return {"requestBody": json, "responses": fine}
    if outer == "callback":
        called: Json = {"post": {"requestBody": json, "responses": fine}}
        return {"responses": fine, "callbacks": {"c": {"{$request.body#/u}": called}}}
    if outer == "query":
        return {"parameters": [{"in": "query", "name": "q", "schema": schema}], "responses": fine}
    if outer == "header":
        header: Json = {"X-H": {"schema": schema}}
        return {"responses": {"200": {"description": "ok", "headers": header}}}
    return {"responses": {"200": {"description": "ok", **json}}}


RECEIVED = (
    "body in request",
    "member in request",
    "shared in request",
    "deep in request",
    "value in query",
)
SENT = (
    "body in response",
    "shared in response",
    "item in response",
    "value in header",
    "shared in webhook",
    "member in callback",
)
