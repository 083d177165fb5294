"""A small document that has a bit of everything, and functions that edit it in one place each."""

import copy
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
Edit = Callable[[Document], object]
Case = tuple[str, Edit, Edit, str, set[str]]
"""A name, how the old and how the new document are made, the verdict, the rules."""


def base() -> Document:
    """Return a document that has a bit of everything."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1.0.0"},
        "servers": [{"url": "https://example.com/v1"}],
        "security": [{"bearer": []}],
        "paths": {"/things/{id}": {"put": _put()}, "/things": {"get": _get()}},
        "webhooks": {"changed": {"post": sending()}},
        "components": {
            "schemas": {"Thing": _object({"id": {"type": "string"}, "size": {"type": "integer"}})},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "oauth": {"type": "oauth2", "flows": {"clientCredentials": _flow("read", "write")}},
            },
        },
    }


def _flow(*scopes: str) -> Document:
    return {"tokenUrl": "https://example.com/token", "scopes": dict.fromkeys(scopes, "")}


def _object(members: Document) -> Document:
    return {"type": "object", "properties": members, "required": ["id"]}


def as_json(schema: Document, **more: Any) -> Document:
    return {"content": {"application/json": {"schema": schema}}, **more}


def _put() -> Document:
    thing = {"$ref": "#/components/schemas/Thing"}
    return {
        "operationId": "putThing",
        "parameters": [{"in": "path", "name": "id", "required": True, "schema": {}}],
        "requestBody": as_json(thing, required=True),
        "responses": {"200": as_json(thing, description="ok"), "404": {"description": "none"}},
    }


def _get() -> Document:
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
    headers: Document = {
        "X-Total": {"required": True, "schema": {"type": "integer"}},
        "X-Next": {"schema": {}},
    }
    return {
        "operationId": "listThings",
        "parameters": [
            {"in": "query", "name": "q", "schema": {"type": "string"}},
            {"in": "query", "name": "ids", "schema": {"type": "array", "items": {}}},
        ],
        "responses": {"200": as_json(listed, description="ok", headers=headers)},
    }


def sending() -> Document:
    return {
        "requestBody": as_json({"$ref": "#/components/schemas/Thing"}, required=True),
        "responses": {"204": {"description": "taken"}},
    }


def leave(_document: Document) -> None:
    """Leave the document as it is."""


def put(document: Document) -> Document:
    found: Document = document["paths"]["/things/{id}"]["put"]
    return found


def get(document: Document) -> Document:
    found: Document = document["paths"]["/things"]["get"]
    return found


def answer(document: Document) -> Document:
    found: Document = get(document)["responses"]["200"]
    return found


def schemes(document: Document) -> Document:
    found: Document = document["components"]["securitySchemes"]
    return found


def parameter(document: Document) -> Document:
    found: Document = get(document)["parameters"][0]
    return found


def at(place: Callable[[Document], Document], **values: Any) -> Edit:
    """Return an edit that sets members of what is at a place; ``None`` takes a member away."""

    def edit(document: Document) -> None:
        target = place(document)
        for name, value in values.items():
            if value is None:
                target.pop(name, None)
            else:
                target[name] = value

    return edit


def added(name: str, where: str = "query", **more: Any) -> Edit:
    """Return an edit that adds a parameter to the list operation."""
    new = {"in": where, "name": name, "schema": {"type": "string"}, **more}
    return lambda document: get(document)["parameters"].append(new)


def moved(old: str, new: str) -> Edit:
    def edit(document: Document) -> None:
        paths = document["paths"]
        paths[new] = paths.pop(old)

    return edit


def both(*edits: Edit) -> Edit:
    def edit(document: Document) -> None:
        for one in edits:
            one(document)

    return edit


def made(edit: Edit) -> Document:
    """Return the document that an edit makes."""
    document = copy.deepcopy(base())
    edit(document)
    return document


def there(name: str, edit: Edit, verdict: str, rule: str, back: str, back_rule: str) -> list[Case]:
    """Return an edit and its undoing."""
    return [
        (name, leave, edit, verdict, {rule} - {""}),
        (f"{name}, undone", edit, leave, back, {back_rule} - {""}),
    ]


def media(document: Document) -> Document:
    found: Document = put(document)["requestBody"]["content"]
    return found


def answer_media(document: Document) -> Document:
    found: Document = answer(document)["content"]
    return found


def headers(document: Document) -> Document:
    found: Document = answer(document)["headers"]
    return found


def statuses(document: Document) -> Document:
    found: Document = get(document)["responses"]
    return found


def webhook(document: Document) -> Document:
    found: Document = document["webhooks"]["changed"]["post"]
    return found
