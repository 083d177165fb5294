"""Types as the contract states them: data only, no word of Python.

A :data:`TypeExpr` says what a value on the wire may be. Named things (objects, enumerations,
unions, aliases) are referred to by :class:`Named`; everything else stands in place.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
"""A JSON value."""


class Kind(StrEnum):
    """The scalar types of JSON Schema, and the formats that have a type of their own."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE_TIME = "date-time"
    DATE = "date"
    TIME = "time"
    UUID = "uuid"
    BINARY = "binary"
    """Octets: an uploaded file, the body of a download."""
    BYTE = "byte"
    """Octets as base64 text (OpenAPI 3.0 ``format: byte``, 3.1 ``contentEncoding: base64``)."""

    @property
    def is_text(self) -> bool:
        """Return whether a value is a text on the wire."""
        return self not in {Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The constraints of a scalar, as JSON Schema names them; None where there is none."""

    minimum: int | float | None = None
    maximum: int | float | None = None
    exclusive_minimum: int | float | None = None
    exclusive_maximum: int | float | None = None
    multiple_of: int | float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


NO_BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Named:
    """A reference to a named definition."""

    ref: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number or boolean, with its bounds."""

    kind: Kind
    bounds: Bounds = NO_BOUNDS
    format: str = ""
    """The format as written, where :class:`Kind` has none for it (``int32``, ``email``)."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array of one type of item."""

    item: "TypeExpr"
    min_items: int | None = None
    max_items: int | None = None
    unique: bool = False


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object whose member names are data."""

    value: "TypeExpr"
    min_properties: int | None = None
    max_properties: int | None = None


@dataclass(frozen=True, slots=True)
class Const:
    """One of a few fixed values that need no name: a discriminator's tags, a lone constant."""

    values: tuple[str | int | float | bool | None, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of several types, with nothing that tells them apart by name."""

    variants: tuple["TypeExpr", ...]


@dataclass(frozen=True, slots=True)
class Nullable:
    """A type that may also be null: ``nullable: true`` in 3.0, ``type: [x, "null"]`` in 3.1."""

    inner: "TypeExpr"


@dataclass(frozen=True, slots=True)
class AnyValue:
    """Any JSON value; ``reason`` says what apigen could not read, if that is why."""

    reason: str = field(default="", compare=False)


TypeExpr: TypeAlias = Named | Scalar | ListOf | MapOf | Const | OneOf | Nullable | AnyValue
