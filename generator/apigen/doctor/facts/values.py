"""Values of JSON and YAML that may be anything, taken as what they should be."""

from collections.abc import Mapping
from typing import Any, TypeGuard


def is_mapping(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is an object."""
    return isinstance(value, dict)


def is_sequence(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value is a list."""
    return isinstance(value, list)


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object's members; none if it is no object."""
    return value if is_mapping(value) else {}


def sequence(value: object) -> list[Any]:
    """Return a list's items; none if it is no list."""
    return value if is_sequence(value) else []


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def as_tuple(value: object) -> tuple[Any, ...]:
    """Return a tuple's items; none if it is no tuple."""
    return value if _is_tuple(value) else ()
