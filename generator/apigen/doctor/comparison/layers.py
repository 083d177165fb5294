"""Contract, code and database side by side: every member on which the three do not agree."""

from collections.abc import Callable, Iterator, Mapping

from apigen.diagnostics import Diagnostic, Place
from apigen.diagnostics.database import LAYERS_DIFFER
from apigen.doctor.comparison.columns import Taken, taken
from apigen.doctor.comparison.mapping import Mapped
from apigen.doctor.facts.contracts import CodeModel
from apigen.doctor.facts.members import Member
from apigen.doctor.facts.schema import Schema
from apigen.types import Kind

_NONE = "any"


def compare_layers(
    mapped: Mapped, code: CodeModel, schema: Schema | None, placing: Callable[[str], Place | None]
) -> Iterator[Diagnostic]:
    """Find each member of which contract, code and database say different things.

    The database may be the widest of the three without a finding only where contract and code
    agree: what both refuse never reaches it.
    """
    table = schema.tables.get(mapped.table) if schema else None
    columns: Mapping[str, Taken] = {}
    if schema and table:
        columns = taken(table, enforced=schema.dialect != "sqlite")
    theirs = {member.name: member for member in code.members}
    for member in mapped.written:
        other = theirs.pop(member.name, None)
        column = columns.get(mapped.column_of(member))
        where = f"{mapped.table}.{mapped.column_of(member)}"
        place = placing(member.at)
        if other is None:
            message = f"{member.name}: the contract has it, {code.name} of the code does not"
            yield LAYERS_DIFFER.at(place, message)
            continue
        there = code.place(other)
        for what, contract, coded, kept in _facets(member, other, column):
            if contract == coded and (kept in {contract, _NONE} or column is None):
                continue
            message = f"{member.name}: {what}: the contract says {contract}, the code says {coded}"
            message += f", {where} takes {kept}{_by(what, column)}" if column else ""
            yield LAYERS_DIFFER.at(place, message, related=(there,) if there else ())
    for other in theirs.values():
        message = f"{other.name}: {code.name} of the code has it, the contract does not"
        yield LAYERS_DIFFER.at(code.place(other), message)


def _by(what: str, column: Taken | None) -> str:
    if column is None:
        return ""
    by = {
        "values": column.values_by,
        "longest": column.length_by,
        "greatest": column.range_by,
    }.get(what, "")
    return f" ({by})" if by else ""


def _facets(
    member: Member, other: Member, column: Taken | None
) -> Iterator[tuple[str, str, str, str]]:
    """Give each thing that can be said of a member, in the words of the three."""
    yield (
        "values",
        _values(member.values),
        _values(other.values),
        _values(column.values if column else None),
    )
    if member.kind is Kind.STRING and member.values is None and other.values is None:
        yield (
            "longest",
            _number(member.bounds.max_length),
            _number(other.bounds.max_length),
            _number(column.max_length if column else None),
        )
    if member.kind in {Kind.INTEGER, Kind.NUMBER}:
        # What a type of the database can hold at all is no rule of anybody's.
        ruled = column is not None and column.range_by != column.column.type
        yield (
            "greatest",
            _number(member.bounds.maximum),
            _number(other.bounds.maximum),
            _number(column.maximum if column and ruled else None),
        )
        yield (
            "least",
            _number(member.bounds.minimum),
            _number(other.bounds.minimum),
            _number(column.minimum if column and ruled else None),
        )
    yield (
        "presence",
        "required" if member.required else "optional",
        "required" if other.required else "optional",
        _NONE,
    )


def _values(values: tuple[str, ...] | None) -> str:
    return _NONE if values is None else "{" + ", ".join(sorted(values)) + "}"


def _number(bound: float | None) -> str:
    return _NONE if bound is None else f"{bound:g}"
