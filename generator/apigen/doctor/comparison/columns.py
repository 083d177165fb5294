"""What a column takes: its type and all of its CHECKs, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from apigen.doctor.facts.predicates import Rule, rules
from apigen.doctor.facts.schema import Check, Column, ColumnKind, Table

_RANGES = {16: (-(2**15), 2**15 - 1), 32: (-(2**31), 2**31 - 1), 64: (-(2**63), 2**63 - 1)}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a column takes; ``by`` says what refuses the rest."""

    column: Column
    values: tuple[str, ...] | None = None
    values_by: str = ""
    minimum: float | None = None
    maximum: float | None = None
    range_by: str = ""
    min_length: int | None = None
    max_length: int | None = None
    length_by: str = ""
    pattern: str = ""
    pattern_by: str = ""


def taken(table: Table, *, enforced: bool) -> Mapping[str, Taken]:
    """Return what each column of a table takes.

    *enforced* tells whether the database holds to its types: SQLite does not.
    """
    found = {each.name: _by_type(each, enforced=enforced) for each in table.columns}
    for check in table.checks:
        for rule in rules(check.text) or ():
            if rule.column in found:
                found[rule.column] = _narrowed(found[rule.column], rule, check.name or "its CHECK")
    return found


def unread(table: Table) -> tuple[Check, ...]:
    """Return the CHECKs that are not understood."""
    return tuple(check for check in table.checks if rules(check.text) is None)


def _by_type(column: Column, *, enforced: bool) -> Taken:
    found = Taken(column)
    if column.values:
        found = replace(found, values=column.values, values_by=f"the type {column.type}")
    if not enforced:
        return found
    if column.kind is ColumnKind.TEXT and column.length is not None:
        return replace(found, max_length=column.length, length_by=column.type)
    if column.bits:
        low, high = _RANGES[column.bits]
        return replace(found, minimum=low, maximum=high, range_by=column.type)
    if column.kind is ColumnKind.DECIMAL and column.precision is not None:
        most = 10.0 ** (column.precision - (column.scale or 0))
        return replace(found, minimum=-most, maximum=most, range_by=column.type)
    return found


def _narrowed(found: Taken, rule: Rule, by: str) -> Taken:
    if rule.values is not None:
        both = [each for each in rule.values if found.values is None or each in found.values]
        found = replace(found, values=tuple(both), values_by=by)
    if rule.minimum is not None and (found.minimum is None or rule.minimum > found.minimum):
        found = replace(found, minimum=rule.minimum, range_by=by)
    if rule.maximum is not None and (found.maximum is None or rule.maximum < found.maximum):
        found = replace(found, maximum=rule.maximum, range_by=by)
    if rule.min_length is not None and rule.min_length > (found.min_length or 0):
        found = replace(found, min_length=rule.min_length, length_by=found.length_by or by)
    if rule.max_length is not None and (
        found.max_length is None or rule.max_length < found.max_length
    ):
        found = replace(found, max_length=rule.max_length, length_by=by)
    if rule.pattern:
        found = replace(found, pattern=rule.pattern, pattern_by=by)
    return found
