"""A loose contract made of a strict one: what services have whose contract was written in haste.

``python -m tests.drift.loosening CONTRACT.json LOOSE.json`` writes it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.drift.changes import list_of, object_of

Json = dict[str, Any]

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_DEFAULT: Final = {"description": "Anything else."}


def loosened(document: Mapping[str, Any]) -> Json:
    """Return a contract with ``default`` everywhere, open objects, no security and no headers."""
    components = object_of(document.get("components"))
    kept = {name: part for name, part in components.items() if name != "securitySchemes"}
    loose = {name: part for name, part in document.items() if name != "security"}
    paths = {path: _item(object_of(item)) for path, item in object_of(document["paths"]).items()}
    return object_of(_opened({**loose, "paths": paths, "components": _without_headers(kept)}))


def _item(item: Json) -> Json:
    return {
        name: _operation(object_of(part)) if name in _METHODS else part
        for name, part in item.items()
    }


def _operation(operation: Json) -> Json:
    responses = object_of(operation.get("responses"))
    told = {status: _response(object_of(one)) for status, one in responses.items()}
    kept = {name: part for name, part in operation.items() if name != "security"}
    return {**kept, "responses": {**told, "default": _DEFAULT}}


def _response(response: Json) -> Json:
    return {name: part for name, part in response.items() if name != "headers"}


def _without_headers(components: Json) -> Json:
    responses = object_of(components.get("responses"))
    told = {name: _response(object_of(one)) for name, one in responses.items()}
    kept = {name: part for name, part in components.items() if name != "headers"}
    return {**kept, "responses": told} if responses else kept


def _opened(value: Any) -> Any:
    """Return JSON whose closed objects are open."""
    if isinstance(value, list):
        return [_opened(one) for one in list_of(value)]
    if not isinstance(value, dict):
        return value
    return {
        name: _opened(part)
        for name, part in object_of(value).items()
        if not (name == "additionalProperties" and part is False)
    }


def write_loose(contract: Path, target: Path) -> None:
    """Write the loose form of a bundled contract in JSON."""
    target.write_text(json.dumps(loosened(json.loads(contract.read_bytes())), indent=1) + "\n")


if __name__ == "__main__":
    write_loose(Path(sys.argv[1]), Path(sys.argv[2]))
