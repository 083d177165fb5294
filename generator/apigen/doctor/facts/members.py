"""What a contract says of the members of a schema, flat: one value for each member.

The same reader serves contracts, the models of code, and whatever else can be said as OpenAPI.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from apigen.contract import (
    ABSENT,
    Absent,
    AliasDef,
    Contract,
    EnumDef,
    ObjectDef,
    Property,
    UnionDef,
)
from apigen.types import (
    NO_BOUNDS,
    AnyValue,
    Bounds,
    Const,
    Json,
    Kind,
    ListOf,
    MapOf,
    Named,
    Nullable,
    OneOf,
    Scalar,
    TypeExpr,
)

_MOST_HOPS = 50


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a schema."""

    name: str
    kind: Kind | str
    """A scalar kind; ``object``, ``array`` or ``any``."""
    required: bool
    nullable: bool
    at: str
    """Where it stands: a JSON pointer into the document."""
    bounds: Bounds = NO_BOUNDS
    values: tuple[str, ...] | None = None
    """Of an enum; None without one."""
    format: str = ""
    default: Json | Absent = ABSENT
    read_only: bool = False
    write_only: bool = False
    column: str = ""
    """The column that ``x-apigen-column`` names."""
    schema: str = ""
    """Of an object: its definition."""
    refers: bool = False
    """Whether ``x-apigen-exists`` says that it must name something that exists."""


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: Kind | str
    bounds: Bounds = NO_BOUNDS
    values: tuple[str, ...] | None = None
    format: str = ""
    nullable: bool = False
    schema: str = ""


def members(contract: Contract, schema: str) -> tuple[Member, ...]:
    """Return the members of a schema; those of its bases first, of a union those of all variants.

    A member that only some variants have is none that is required.
    """
    return tuple(_members(contract.definitions, schema, 0))


def nested(contract: Contract, schema: str, path: str) -> Member | None:
    """Return a member of a member, such as ``labels.severity``; None if there is none.

    It is required if every member on the way is.
    """
    first, dot, rest = path.partition(".")
    found = next((each for each in members(contract, schema) if each.name == first), None)
    if not dot or found is None:
        return found
    inner = nested(contract, found.schema, rest) if found.schema else None
    if inner is None:
        return None
    required = found.required and inner.required
    return replace(inner, name=path, required=required, nullable=found.nullable or inner.nullable)


def _members(definitions: Mapping[str, object], name: str, hops: int) -> Iterator[Member]:
    found = definitions.get(name)
    if hops > _MOST_HOPS:
        return
    match found:
        case ObjectDef():
            if found.base:
                yield from _members(definitions, found.base, hops + 1)
            for each in found.properties:
                yield _member(definitions, each)
        case AliasDef(type=Named(ref) | Nullable(inner=Named(ref))):
            yield from _members(definitions, ref, hops + 1)
        case UnionDef():
            seen: dict[str, Member] = {}
            for _, variant in found.variants:
                for inner in _members(definitions, variant, hops + 1):
                    seen.setdefault(inner.name, inner)
            yield from seen.values()
        case _:
            return


def _member(definitions: Mapping[str, object], told: Property) -> Member:
    shape = _shape(definitions, told.type, 0)
    column = told.extensions.get("x-apigen-column")
    return Member(
        name=told.name,
        kind=shape.kind,
        required=told.required,
        nullable=shape.nullable,
        at=told.at,
        bounds=shape.bounds,
        values=shape.values,
        format=shape.format,
        default=told.default,
        read_only=told.read_only,
        write_only=told.write_only,
        column=column if isinstance(column, str) else "",
        schema=shape.schema,
        refers="x-apigen-exists" in told.extensions,
    )


def _shape(definitions: Mapping[str, object], type_: TypeExpr, hops: int) -> _Shape:
    if hops > _MOST_HOPS:
        return _Shape("any")
    match type_:
        case Nullable(inner):
            told = _shape(definitions, inner, hops + 1)
            return replace(told, nullable=True)
        case Scalar(kind, bounds, format_):
            return _Shape(kind, bounds, format=format_)
        case Const(values):
            texts = tuple(str(value) for value in values if value is not None)
            text = all(isinstance(value, str) for value in values)
            return _Shape(Kind.STRING if text else "any", values=texts, nullable=None in values)
        case ListOf():
            return _Shape("array")
        case MapOf():
            return _Shape("object")
        case Named(ref):
            return _named(definitions, ref, hops)
        case OneOf() | AnyValue():
            return _Shape("any")


def _named(definitions: Mapping[str, object], ref: str, hops: int) -> _Shape:
    match definitions.get(ref):
        case EnumDef(values=values):
            text = all(isinstance(each.value, str) for each in values)
            kind = Kind.STRING if text else Kind.INTEGER
            return _Shape(kind, values=tuple(str(each.value) for each in values))
        case AliasDef(type=type_):
            return _shape(definitions, type_, hops + 1)
        case ObjectDef() | UnionDef():
            return _Shape("object", schema=ref)
        case _:
            return _Shape("any")
