"""Scalars: strings, numbers and booleans with their formats and bounds."""

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from apigen.schemas import patterns
from apigen.schemas.source import text
from apigen.types import Bounds, Json, Kind, Scalar

if TYPE_CHECKING:
    from apigen.schemas.reader import SchemaReader

_STRING_KINDS = {kind.value: kind for kind in Kind if kind.is_text}

_FORMAT_PATTERNS = {
    "email": r"^[^@\s]+@[^@\s]+$",
    "hostname": r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$",
    "ipv4": r"^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}$",
    "ipv6": r"^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$",
    "uri": r"^\S+$",
    "uri-reference": r"^\S*$",
}
"""What a format asks of a text, in regular expressions that allow nothing wrong but little more.

Servers are known to send relative references as ``uri``; so it asks for no scheme.
"""

_INTEGER_BOUNDS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_MOST = 2**31
"""No text or list is longer than this, so that a greater limit is none."""


def read_scalar(reader: "SchemaReader", kind: str, raw: dict[str, Json], pointer: str) -> Scalar:
    """Return the scalar that a schema of one scalar type describes."""
    named = text(raw.get("format"))
    match kind:
        case "string":
            return _read_string(reader, raw, pointer, named)
        case "integer":
            bounds = _number_bounds(reader, raw, pointer, *_INTEGER_BOUNDS.get(named, (None, None)))
            return Scalar(Kind.INTEGER, _whole(bounds))
        case "number":
            return Scalar(Kind.NUMBER, _number_bounds(reader, raw, pointer, None, None))
        case _:
            return Scalar(Kind.BOOLEAN)


def _read_string(reader: "SchemaReader", raw: dict[str, Json], pointer: str, named: str) -> Scalar:
    if text(raw.get("contentEncoding")) == "base64":
        named = "byte"
    elif text(raw.get("contentMediaType")) == "application/octet-stream":
        named = "binary"
    kind = _STRING_KINDS.get(named, Kind.STRING)
    pattern = _pattern(reader, raw, pointer, kind)
    least, most = count(raw.get("minLength")), count(raw.get("maxLength"))
    if pattern is None and kind is Kind.STRING:
        pattern = _FORMAT_PATTERNS.get(named)
    bounds = Bounds(
        min_length=least or None,
        max_length=most,
        pattern=pattern,
    )
    return Scalar(kind, bounds, "" if kind is not Kind.STRING else named)


def _pattern(reader: "SchemaReader", raw: dict[str, Json], pointer: str, kind: Kind) -> str | None:
    """Return the pattern of a text; one that no engine at hand knows is reported and dropped."""
    if "pattern" not in raw:
        return None
    pattern = text(raw["pattern"])
    native = kind is Kind.STRING or patterns.is_native(pattern)
    if pattern and native and patterns.is_known(pattern):
        return pattern
    if pattern or not isinstance(raw["pattern"], str):
        reader.ignored(f"{pointer}/pattern", "the pattern can't be read by any engine at hand")
    return None


def _number_bounds(
    reader: "SchemaReader", raw: dict[str, Json], pointer: str, low: int | None, high: int | None
) -> Bounds:
    """Return the bounds of a number; ``exclusiveMinimum`` is a boolean in 3.0, a number in 3.1."""
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        value = raw.get(keyword)
        if value is not None and number(value) is None and not isinstance(value, bool):
            reader.ignored(f"{pointer}/{keyword}", f"'{keyword}' is no finite number")
    least, most = number(raw.get("minimum")), number(raw.get("maximum"))
    above, below = number(raw.get("exclusiveMinimum")), number(raw.get("exclusiveMaximum"))
    if raw.get("exclusiveMinimum") is True:
        least, above = None, least
    if raw.get("exclusiveMaximum") is True:
        most, below = None, most
    return Bounds(
        minimum=low if least is None and above is None else least,
        maximum=high if most is None and below is None else most,
        exclusive_minimum=above,
        exclusive_maximum=below,
        multiple_of=_positive(number(raw.get("multipleOf"))),
    )


def _whole(bounds: Bounds) -> Bounds:
    """Return the bounds of an integer in integers: what lies between them is the same."""
    step = bounds.multiple_of
    return Bounds(
        minimum=None if bounds.minimum is None else math.ceil(bounds.minimum),
        maximum=None if bounds.maximum is None else math.floor(bounds.maximum),
        exclusive_minimum=(
            None if bounds.exclusive_minimum is None else math.floor(bounds.exclusive_minimum)
        ),
        exclusive_maximum=(
            None if bounds.exclusive_maximum is None else math.ceil(bounds.exclusive_maximum)
        ),
        multiple_of=None if step is None else Fraction(str(step)).numerator,
    )


def number(value: Json) -> int | float | None:
    """Return a finite number that a float can hold; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not -1e308 < value < 1e308:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def count(value: Json) -> int | None:
    """Return a count that a keyword gives; None where it gives none that limits anything."""
    found = number(value)
    return int(found) if found is not None and 0 <= found < _MOST else None


def _positive(value: float | None) -> int | float | None:
    return value if value is not None and value > 0 else None
