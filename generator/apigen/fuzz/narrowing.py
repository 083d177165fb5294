"""What the engine is shown of a document: no more than it may use, and than it can get through."""

import random
from collections.abc import Mapping
from typing import Any, cast

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_MOST_ALTERNATIVES = 8
"""The engine breaks each constraint of each alternative, in every body that holds the union."""


def narrowed(document: Mapping[str, Any], chosen: set[tuple[str, str]]) -> dict[str, Any]:
    """Return the document with the chosen operations only: pairs of method and path."""
    paths: dict[str, Any] = {}
    for path, item in document.get("paths", {}).items():
        if not isinstance(item, dict):
            continue
        members = cast("dict[str, Any]", item)
        kept = {
            name: one
            for name, one in members.items()
            if name not in _METHODS or (name.upper(), path) in chosen
        }
        if kept.keys() & _METHODS:
            paths[path] = kept
    return {**document, "paths": paths}


def opened(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document without its security: nobody gave credentials to leave out or to break.

    The engine makes parameters of security schemes, and takes requests without them for invalid.
    """
    paths: dict[str, Any] = {}
    for path, item in document["paths"].items():
        members = cast("dict[str, Any]", item)
        paths[path] = {name: _unguarded(name, one) for name, one in members.items()}
    rest = {key: value for key, value in document.items() if key != "security"}
    components = dict(rest.get("components") or {})
    components.pop("securitySchemes", None)
    return {**rest, "paths": paths, "components": components}


def thinned(document: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return the document with a few alternatives of each large union, chosen by the seed.

    Of a union of ninety payloads the engine alone would use up the time of all others; each
    payload by itself is what the oracle ``boundaries`` looks at.
    """
    chance = random.Random(seed)  # noqa: S311 - a choice that can be made again, not a secret
    return cast("dict[str, Any]", _thinned(document, chance))


def _unguarded(name: str, member: Any) -> Any:
    """Return a member of a path item; without its security if it is an operation."""
    if name not in _METHODS or not isinstance(member, dict):
        return member
    operation = cast("dict[str, Any]", member)
    return {key: value for key, value in operation.items() if key != "security"}


def _thinned(value: object, chance: random.Random) -> object:
    if isinstance(value, list):
        return [_thinned(each, chance) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, object]", value)
    return {
        name: _thinned(_chosen(one, chance) if name in {"oneOf", "anyOf"} else one, chance)
        for name, one in members.items()
    }


def _chosen(alternatives: object, chance: random.Random) -> object:
    """Return alternatives in their order, fewer if they are many."""
    if not isinstance(alternatives, list):
        return alternatives  # no union: a property or an example may have any name
    many = cast("list[object]", alternatives)
    if len(many) <= _MOST_ALTERNATIVES:
        return many
    return [many[index] for index in sorted(chance.sample(range(len(many)), _MOST_ALTERNATIVES))]
