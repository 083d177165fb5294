"""Where references stand in an OpenAPI document, and what kind of thing each refers to.

The tables follow the objects of OpenAPI 3.0.4 and 3.1.1, section 4.8 ("Schema"). What they don't
lead to (examples, defaults, enumerations, extensions) is data, in which ``$ref`` is just a name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from apigen.pointers import Tokens
from apigen.types import Json

Kind: TypeAlias = str
"""A name for an object of the specification; in braces, a map of such objects by free names."""

_SCHEMA: Mapping[str, Kind] = {
    **dict.fromkeys(
        (
            "additionalItems",
            "additionalProperties",
            "allOf",
            "anyOf",
            "contains",
            "contentSchema",
            "else",
            "if",
            "items",
            "not",
            "oneOf",
            "prefixItems",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties",
        ),
        "schema",
    ),
    **dict.fromkeys(
        ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"),
        "{schema}",
    ),
    "discriminator": "discriminator",
}
_PARAMETER: Mapping[str, Kind] = {
    "content": "{mediaType}",
    "examples": "{example}",
    "schema": "schema",
}
_METHODS = ("delete", "get", "head", "options", "patch", "post", "put", "trace")

SECTIONS: Mapping[Kind, str] = {
    "schema": "schemas",
    "response": "responses",
    "parameter": "parameters",
    "example": "examples",
    "requestBody": "requestBodies",
    "header": "headers",
    "securityScheme": "securitySchemes",
    "link": "links",
    "callback": "callbacks",
}
"""The kinds that have a home among the components; all others are put in place."""

_MEMBERS: Mapping[Kind, Mapping[str, Kind]] = {
    "document": {
        "components": "components",
        "info": "value",
        "paths": "paths",
        "servers": "value",
        "tags": "value",
        "webhooks": "{pathItem}",
    },
    "components": {
        **{section: "{" + kind + "}" for kind, section in SECTIONS.items()},
        "pathItems": "{pathItem}",
    },
    "pathItem": {**dict.fromkeys(_METHODS, "operation"), "parameters": "parameter"},
    "operation": {
        "callbacks": "{callback}",
        "parameters": "parameter",
        "requestBody": "requestBody",
        "responses": "responses",
    },
    "parameter": _PARAMETER,
    "header": _PARAMETER,
    "requestBody": {"content": "{mediaType}"},
    "response": {"content": "{mediaType}", "headers": "{header}", "links": "{link}"},
    "mediaType": {"encoding": "{encoding}", "examples": "{example}", "schema": "schema"},
    "encoding": {"headers": "{header}"},
    "schema": _SCHEMA,
    "discriminator": {"mapping": "mapping"},
}
_PATTERNED: Mapping[Kind, Kind] = {
    "paths": "pathItem",
    "callback": "pathItem",
    "responses": "response",
    "mapping": "mapping value",
}
"""Objects with members of any name, extensions (``x-``) excepted."""

MAPPING = "mapping value"
"""The kind of a text in a discriminator's mapping; it may be a reference."""

_Path: TypeAlias = "tuple[_Path, str] | None"


@dataclass(frozen=True, slots=True)
class Found:
    """A reference as it stands in a file."""

    tokens: Tokens
    """The object that has the ``$ref``; of a discriminator's mapping, the text itself."""
    kind: Kind
    ref: str


def walk(node: Json, tokens: Tokens, kind: Kind) -> Iterator[Found]:
    """Find the references in an object of this kind, in the order of the text."""
    waiting: list[tuple[Json, _Path, Kind]] = [(node, None, kind)]
    while waiting:
        node, path, kind = waiting.pop()
        if isinstance(node, dict):
            ref = node.get("$ref")
            if isinstance(ref, str):
                yield Found(tokens + _unlink(path), kind, ref)
            waiting += [
                (child, (path, name), child_kind)
                for name, child in reversed(node.items())
                if (child_kind := _kind_of(kind, name))
                and (isinstance(child, (dict, list)) or child_kind == MAPPING)
            ]
        elif isinstance(node, list):
            indexed = reversed(list(enumerate(node)))
            waiting += [(child, (path, str(index)), kind) for index, child in indexed]
        elif kind == MAPPING and isinstance(node, str):
            yield Found(tokens + _unlink(path), kind, node)


def _kind_of(kind: Kind, name: str) -> Kind | None:
    """Return the kind of a member, or None if no reference stands below it."""
    if kind[0] == "{":
        return kind[1:-1]
    if inner := _PATTERNED.get(kind):
        return None if name.startswith("x-") else inner
    return _MEMBERS.get(kind, {}).get(name)


def _unlink(path: _Path) -> Tokens:
    tokens: list[str] = []
    while path is not None:
        path, token = path
        tokens.append(token)
    return tuple(reversed(tokens))
