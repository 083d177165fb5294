"""The contract as data: what a document says, resolved, named and normalised.

Every node knows where it stands: ``at`` is a JSON pointer into the bundled document, and
``Bundle.place`` turns it into file, line and column when a finding wants them (positions are
costly, findings are few). Names of operations, parameters and properties are the contract's own;
names of definitions are class names already, since references need one name for one thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from apigen.types import Json, TypeExpr

Pointer: TypeAlias = str
"""A JSON pointer (RFC 6901) into the bundled document."""


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no default (None is a default of its own)."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Property:
    """A member of an object."""

    name: str
    type: TypeExpr
    required: bool
    default: Json | Absent
    description: str
    deprecated: bool
    read_only: bool
    write_only: bool
    extensions: Mapping[str, Json]
    at: Pointer


@dataclass(frozen=True, slots=True)
class ObjectDef:
    """An object with named members.

    ``extra`` is the type of further members, None where they are refused
    (``additionalProperties: false``), and :data:`OPEN` where the contract says nothing of them.
    """

    name: str
    properties: tuple[Property, ...]
    base: str | None
    """The one definition whose members come first (``allOf`` as pure extension)."""
    extra: "TypeExpr | Open | None"
    description: str
    deprecated: bool
    at: Pointer
    min_properties: int | None = None
    max_properties: int | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """Further members are allowed and mean nothing."""


OPEN = Open()


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enumeration, with the member name that the document asks for, if any."""

    value: str | int
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class EnumDef:
    """An enumeration of strings or of integers."""

    name: str
    values: tuple[EnumValue, ...]
    description: str
    at: Pointer


@dataclass(frozen=True, slots=True)
class UnionDef:
    """One of several objects, told apart by the tag that one member carries."""

    name: str
    tag: str
    """The discriminator's property name."""
    variants: tuple[tuple[str, str], ...]
    """Pairs (tag value, definition name), in the document's order."""
    description: str
    at: Pointer


@dataclass(frozen=True, slots=True)
class AliasDef:
    """A name for a type that is no object, enumeration or tagged union."""

    name: str
    type: TypeExpr
    description: str
    at: Pointer


Definition: TypeAlias = ObjectDef | EnumDef | UnionDef | AliasDef

Location: TypeAlias = Literal["path", "query", "header", "cookie"]
Style: TypeAlias = Literal[
    "simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject"
]
Shape: TypeAlias = Literal["value", "array", "object"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation (OpenAPI 3.1, section 4.8.12)."""

    name: str
    location: Location
    required: bool
    type: TypeExpr
    shape: Shape
    style: Style
    explode: bool
    content: str
    """The media type of a parameter declared by ``content``; empty for one with a ``schema``."""
    allow_reserved: bool
    default: Json | Absent
    description: str
    deprecated: bool
    at: Pointer


MediaKind: TypeAlias = Literal["json", "text", "binary", "form", "multipart"]


@dataclass(frozen=True, slots=True)
class Media:
    """A representation of a body: its media type, how it is read, and its type."""

    media_type: str
    kind: MediaKind
    type: TypeExpr


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The body that an operation takes."""

    required: bool
    content: tuple[Media, ...]
    description: str
    at: Pointer


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a response."""

    name: str
    required: bool
    type: TypeExpr
    description: str
    at: Pointer


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that the contract documents.

    ``status`` is ``"201"``, a range such as ``"4XX"``, or ``"default"``. No content at all means
    an answer without a body.
    """

    status: str
    content: tuple[Media, ...]
    headers: tuple[Header, ...]
    description: str
    at: Pointer

    @property
    def is_success(self) -> bool:
        """Return whether this is an answer that a call returns rather than raises."""
        return self.status.startswith("2")


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """How a caller says who it is (OpenAPI 3.1, section 4.8.27)."""

    name: str
    type: str
    """``http``, ``apiKey``, ``oauth2``, ``openIdConnect`` or ``mutualTLS``."""
    scheme: str = ""
    """Of ``http``: ``bearer``, ``basic``."""
    location: str = ""
    parameter: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class SecurityRequirement:
    """One alternative: all of these schemes together, each with its scopes."""

    schemes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    id: str
    """The operationId, or one made of method and path where the document gives none."""
    method: str
    """In upper case."""
    path: str
    tags: tuple[str, ...]
    summary: str
    description: str
    deprecated: bool
    parameters: tuple[Parameter, ...]
    body: RequestBody | None
    responses: tuple[Response, ...]
    security: tuple[SecurityRequirement, ...]
    extensions: Mapping[str, Json]
    raw: tuple[str, ...]
    """What apigen could not read and so hands through as it is; empty for a whole operation."""
    at: Pointer


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A registered problem type (``x-apigen-problem-types``) and the layer that it speaks of."""

    uri: str
    title: str
    layer: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An operation that is in the document and not in the contract, and why."""

    method: str
    path: str
    reason: str
    at: Pointer


@dataclass(frozen=True, slots=True)
class Contract:
    """A whole document, normalised."""

    title: str
    version: str
    description: str
    servers: tuple[str, ...]
    operations: tuple[Operation, ...]
    left_out: tuple[LeftOut, ...]
    definitions: Mapping[str, Definition]
    security_schemes: tuple[SecurityScheme, ...]
    problem_types: tuple[ProblemType, ...]
    at: Pointer
    extensions: Mapping[str, Json] = field(default_factory=dict[str, Json])
