"""Enumerations: named ones, and anonymous ones that get one name for one set of values."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apigen.contract import EnumDef, EnumValue
from apigen.names import pascal
from apigen.schemas.scalars import number
from apigen.schemas.source import sequence, text, types
from apigen.types import Const, Json, Named, TypeExpr

if TYPE_CHECKING:
    from apigen.schemas.reader import SchemaReader


@dataclass(slots=True)
class Enums:
    """The names of anonymous enumerations, by property name and values."""

    names: dict[tuple[str, tuple[str | int, ...]], str] = field(
        default_factory=dict[tuple[str, tuple[str | int, ...]], str]
    )


def read_enum(
    reader: "SchemaReader", raw: dict[str, Json], pointer: str, hint: str, name: str
) -> TypeExpr:
    """Return the type of a schema with ``enum`` or ``const``."""
    keyword = "const" if "const" in raw else "enum"
    given = [raw["const"]] if keyword == "const" else sequence(raw["enum"])
    if any(isinstance(each, dict | list) for each in given):
        return reader.loose(f"{pointer}/{keyword}", "arrays and objects are not read as values")
    plain = {
        (isinstance(each, bool), each): _canonical(raw, each)
        for each in given
        if isinstance(each, str | int | float) and _is_of(raw, each)
    }
    values = tuple(plain.values())
    if not values:
        if None in given:
            return Const((None,))
        reader.ignored(f"{pointer}/{keyword}", "no value of it is of the schema's type")
        return reader.read_simple(
            {key: raw[key] for key in raw if key not in {"enum", "const"}}, pointer, hint, name
        )
    if keyword == "const" and not name:
        return Const(values)
    texts = tuple(each for each in values if isinstance(each, str))
    numbers = tuple(each for each in values if isinstance(each, int) and not isinstance(each, bool))
    if len(texts) == len(values):
        return _named(reader, texts, raw, pointer, hint, name)
    if len(numbers) == len(values):
        return _named(reader, numbers, raw, pointer, hint, name)
    return Const(values)


def _is_of(raw: dict[str, Json], value: str | float) -> bool:
    """Return whether a value is of a type that the schema names, and no number out of bounds."""
    named = types(raw)
    match value:
        case str():
            return not {"string", ""}.isdisjoint(named)
        case bool():
            return not {"boolean", ""}.isdisjoint(named)
        case int():
            known = not {"integer", "number", ""}.isdisjoint(named)
            return known and number(value) is not None
        case _:
            whole = "integer" in named and value.is_integer()
            known = whole or not {"number", ""}.isdisjoint(named)
            return known and number(value) is not None


def _canonical(raw: dict[str, Json], value: str | float) -> str | int | float | bool:
    """Return a value; an integer that is written as a float as what it is."""
    return int(value) if isinstance(value, float) and "integer" in types(raw) else value


def _named(
    reader: "SchemaReader",
    values: tuple[str | int, ...],
    raw: dict[str, Json],
    pointer: str,
    hint: str,
    name: str,
) -> Named | Const:
    """Return the name of an enumeration, made on first sight; a lone anonymous value has none."""
    if not name and len(values) == 1:
        return Const(values)
    own = pointer.rpartition("/properties/")[2] if "/properties/" in pointer else ""
    short = pascal(own) if own and "/" not in own else ""
    key = (short or hint, values)
    if not name and key in reader.enums.names:
        return Named(reader.enums.names[key])
    made = name or reader.claim(*([short] if short else []), hint)
    reader.enums.names.setdefault(key, made)
    names = [text(each) for each in sequence(raw.get("x-enum-varnames"))]
    described = [text(each) for each in sequence(raw.get("x-enum-descriptions"))]
    if len(names) != len(values):
        names = [""] * len(values)
    if len(described) != len(values):
        described = [""] * len(values)
    reader.definitions[made] = EnumDef(
        name=made,
        values=tuple(map(EnumValue, values, names, described)),
        description=text(raw.get("description")),
        at=pointer,
    )
    return Named(made)
