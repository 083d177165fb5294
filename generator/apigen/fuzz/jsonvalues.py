"""JSON values that may be anything, taken as what they should be."""

import json
from collections.abc import Mapping

from apigen.types import Json


def mapping(value: Json) -> Mapping[str, Json]:
    """Return an object's members; none if it is no object."""
    return value if isinstance(value, dict) else {}


def sequence(value: Json) -> list[Json]:
    """Return a list's items; none if it is no list."""
    return value if isinstance(value, list) else []


def text(value: Json, otherwise: str = "") -> str:
    """Return a text; another one if it is none."""
    return value if isinstance(value, str) else otherwise


def number(value: Json) -> int | float | None:
    """Return a number; None if it is none. A boolean is none."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def count(value: Json) -> int | None:
    """Return a whole number that is not negative; None if it is none."""
    found = number(value)
    return int(found) if found is not None and found >= 0 and found == int(found) else None


def is_equal(one: Json, other: Json) -> bool:
    """Tell whether two values are the same JSON: 1 is 1.0, but true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_equal(one[key], other[key]) for key in one)
    return one == other


def compact(value: Json) -> bytes:
    """Return the JSON text of a value in UTF-8, without white space."""
    text_ = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text_.encode("utf-8", "surrogatepass")
