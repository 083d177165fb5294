"""Objects: members, what else they may hold, and extension of another by ``allOf``."""

from typing import TYPE_CHECKING

from apigen.contract import ABSENT, OPEN, Absent, EnumDef, ObjectDef, Open, Property
from apigen.diagnostics.building import DISCRIMINATOR_MISSING
from apigen.names import pascal
from apigen.schemas.combine import one_of
from apigen.schemas.scalars import count, number
from apigen.schemas.source import (
    ANNOTATIONS,
    escaped,
    mapping,
    sequence,
    target,
    text,
)
from apigen.types import AnyValue, Const, Json, Kind, MapOf, Named, Nullable, Scalar, TypeExpr

if TYPE_CHECKING:
    from apigen.schemas.reader import SchemaReader


def read_object(
    reader: "SchemaReader",
    raw: dict[str, Json],
    pointer: str,
    hint: str,
    name: str,
    property_at: dict[str, str],
) -> TypeExpr:
    """Return a mapping, or the name of the object definition that was made."""
    tags = reader.component_tags(name) if name else {}
    named = mapping(raw.get("properties")) or sequence(raw.get("required")) or tags
    if not named and not _is_closed(raw):
        return _mapping(reader, raw, pointer, hint)
    made = name or reader.claim(hint)
    if made in reader.definitions:
        return Named(made)
    reader.begin(made, pointer)
    declared = read_properties(reader, raw, pointer, made, tags, property_at)
    extra = _extra(reader, raw, pointer, made)
    definition = ObjectDef(
        name=made,
        properties=declared + undeclared(raw, declared, extra, pointer),
        base=None,
        extra=extra,
        description=text(raw.get("description")),
        deprecated=raw.get("deprecated") is True,
        at=pointer,
        min_properties=count(raw.get("minProperties")) or None,
        max_properties=count(raw.get("maxProperties")),
    )
    return reader.finish(definition)


def _further(raw: dict[str, Json]) -> tuple[str, Json]:
    """Return the keyword that speaks of further members, and what it says."""
    old = raw.get("additionalProperties")
    if old is None and "unevaluatedProperties" in raw:
        return "unevaluatedProperties", raw["unevaluatedProperties"]
    return "additionalProperties", old


def _is_closed(raw: dict[str, Json]) -> bool:
    """Return whether further members are refused."""
    return _further(raw)[1] is False and not mapping(raw.get("patternProperties"))


def _mapping(reader: "SchemaReader", raw: dict[str, Json], pointer: str, hint: str) -> MapOf:
    value = _extra(reader, raw, pointer, hint)
    return MapOf(
        AnyValue() if value is None or isinstance(value, Open) else value,
        count(raw.get("minProperties")) or None,
        count(raw.get("maxProperties")),
    )


def _extra(
    reader: "SchemaReader", raw: dict[str, Json], pointer: str, made: str
) -> TypeExpr | Open | None:
    """Return what further members may be: any of the types that their names might ask for."""
    found: list[TypeExpr] = []
    for pattern, schema in mapping(raw.get("patternProperties")).items():
        where = f"{pointer}/patternProperties/{escaped(pattern)}"
        reader.ignored(where, "names of members are not checked against patterns")
        found.append(reader.read(schema, where, f"{made}Value"))
    keyword, extra = _further(raw)
    if found and extra is False:
        return one_of(found)
    if extra is False:
        return None
    if isinstance(extra, dict) and extra.keys() - ANNOTATIONS:
        found.append(reader.read(extra, f"{pointer}/{keyword}", f"{made}Value"))
        return one_of(found)
    return OPEN


def read_properties(
    reader: "SchemaReader",
    raw: dict[str, Json],
    pointer: str,
    made: str,
    tags: dict[str, tuple[str, ...]],
    property_at: dict[str, str],
) -> tuple[Property, ...]:
    """Return the members of an object: declared ones and injected tags."""
    required = dict.fromkeys(
        each for each in sequence(raw.get("required")) if isinstance(each, str)
    )
    schemas = mapping(raw.get("properties"))
    found = [
        _property(
            reader,
            key,
            schema,
            property_at.get(key, f"{pointer}/properties/{escaped(key)}"),
            made,
            required=key in required,
            tags=tags.get(key, ()),
        )
        for key, schema in schemas.items()
    ]
    for key in (each for each in tags if each not in schemas):
        found.insert(0, _bare(key, Const(tags[key]), pointer))
        _report_injected(reader, made, key, pointer)
    return tuple(found)


def undeclared(
    raw: dict[str, Json],
    declared: tuple[Property, ...],
    extra: TypeExpr | Open | None,
    pointer: str,
) -> tuple[Property, ...]:
    """Return the members that are merely required; they are what further members may be."""
    known = {each.name for each in declared}
    wanted = dict.fromkeys(each for each in sequence(raw.get("required")) if isinstance(each, str))
    type_ = AnyValue() if extra is None or isinstance(extra, Open) else extra
    return tuple(_bare(each, type_, pointer) for each in wanted if each not in known)


def _bare(key: str, type_: TypeExpr, pointer: str) -> Property:
    return Property(
        name=key,
        type=type_,
        required=True,
        default=ABSENT,
        description="",
        deprecated=False,
        read_only=False,
        write_only=False,
        extensions={},
        at=pointer,
    )


def _report_injected(reader: "SchemaReader", made: str, key: str, pointer: str) -> None:
    reader.report.add(
        DISCRIMINATOR_MISSING.at(
            reader.bundle.place(pointer),
            f"'{made}' does not require its discriminator '{key}'",
            hint="add the property, required; apigen takes it as a constant meanwhile",
        )
    )


def _property(
    reader: "SchemaReader",
    key: str,
    schema: Json,
    pointer: str,
    made: str,
    *,
    required: bool,
    tags: tuple[str, ...],
) -> Property:
    raw = mapping(schema)
    if tags:
        if not required:
            _report_injected(reader, made, key, pointer)
        found: TypeExpr = Const(tags)
    else:
        found = reader.read(schema, pointer, f"{made}{pascal(key)}")
    annotated = {**mapping(target(reader.bundle, schema)[0]), **raw} if "$ref" in raw else raw
    return Property(
        name=key,
        type=found,
        required=required or bool(tags),
        default=default_of(reader, annotated, found, pointer),
        description=text(raw.get("description")),
        deprecated=raw.get("deprecated") is True,
        read_only=annotated.get("readOnly") is True,
        write_only=annotated.get("writeOnly") is True,
        extensions={each: raw[each] for each in raw if each.startswith("x-")},
        at=pointer,
    )


def default_of(
    reader: "SchemaReader", raw: dict[str, Json], found: TypeExpr, pointer: str
) -> str | int | float | bool | Absent | None:
    """Return the default of a property or parameter, if it is a plain value of its type."""
    if "default" not in raw:
        return ABSENT
    value = raw["default"]
    if value is None and isinstance(found, Nullable):
        return None
    inner = found.inner if isinstance(found, Nullable) else found
    values = _values_of(reader, inner)
    if isinstance(value, dict | list) or values is None:
        return ABSENT
    if any(type(value) is type(each) and value == each for each in values):
        return value
    if isinstance(inner, Scalar) and _fits(inner.kind, value):
        return value
    reader.ignored(f"{pointer}/default", "the default is no value of the schema")
    return ABSENT


def _values_of(
    reader: "SchemaReader", found: TypeExpr
) -> tuple[str | int | float | bool | None, ...] | None:
    """Return the values that a type lists; None if no default of it can be written down."""
    match found:
        case Const(values):
            return values
        case Scalar(Kind.STRING | Kind.BOOLEAN | Kind.INTEGER | Kind.NUMBER):
            return ()
        case Named(ref):
            known = reader.definitions.get(ref)
            return tuple(v.value for v in known.values) if isinstance(known, EnumDef) else None
        case _:
            return None


def _fits(kind: Kind, value: Json) -> bool:
    match kind:
        case Kind.STRING:
            return isinstance(value, str)
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.INTEGER:
            return isinstance(value, int) and number(value) is not None
        case _:
            return number(value) is not None


def all_properties(reader: "SchemaReader", made: str) -> tuple[Property, ...]:
    """Return the properties of an object, those of its bases first."""
    known = reader.definitions.get(made)
    if not isinstance(known, ObjectDef):
        return ()
    return (all_properties(reader, known.base) if known.base else ()) + known.properties
