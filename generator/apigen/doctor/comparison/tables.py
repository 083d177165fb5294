"""The whole contract against the whole schema."""

from collections.abc import Callable, Iterator, Sequence

from apigen.diagnostics import Code, Diagnostic, Place, Severity
from apigen.diagnostics.database import (
    ANSWER_NULLABLE,
    CHECK_UNREAD,
    COLUMN_MISSING,
    COLUMN_UNFILLED,
    COLUMN_UNREAD,
    CONFLICT_UNDOCUMENTED,
    NUL_REFUSED,
    PARENT_UNDOCUMENTED,
    TABLE_MISSING,
)
from apigen.doctor.comparison.columns import taken, unread
from apigen.doctor.comparison.mapping import Mapped
from apigen.doctor.comparison.members import Pair, compare
from apigen.doctor.facts.members import Member
from apigen.doctor.facts.schema import Schema, Table
from apigen.types import Kind

Placing = Callable[[str], Place | None]
"""Returns where the value at a pointer into the contract stands."""
_PARENT_ANSWERS = {"404", "409", "422", "4XX"}
_CONFLICT_ANSWERS = {"409", "4XX"}


def compare_tables(
    mapped: Sequence[Mapped], schema: Schema, placing: Placing
) -> Iterator[Diagnostic]:
    """Find every difference between what the contract allows and what the database takes."""
    for each in mapped:
        table = schema.tables.get(each.table)
        if table is None:
            known = ", ".join(sorted(schema.tables)[:10]) or "none at all"
            message = f"the table {each.table} of {each.write or each.read} does not exist"
            yield TABLE_MISSING.at(placing(each.at), message, hint=f"tables there: {known}")
            continue
        yield from _Comparison(each, table, schema.dialect, placing).findings()


class _Comparison:
    """One schema of the contract against one table."""

    def __init__(self, mapped: Mapped, table: Table, dialect: str, placing: Placing) -> None:
        self.mapped = mapped
        self.table = table
        self.enforced = dialect != "sqlite"
        self.placing = placing
        self.taken = taken(table, enforced=self.enforced)

    def findings(self) -> Iterator[Diagnostic]:
        yield from self._written()
        yield from self._columns()
        yield from self._answers()
        yield from self._keys()
        yield from self._parents()
        yield from self._unread()

    def _at(self, code: Code, at: str, message: str) -> Diagnostic:
        return code.at(self.placing(at), message)

    def _written(self) -> Iterator[Diagnostic]:
        """Hold each member that callers send against its column."""
        rule = self.mapped.rule
        for member in self.mapped.written:
            name = self.mapped.column_of(member)
            found = self.taken.get(name)
            if found is None:
                if not rule.rest:
                    message = f"{member.name}: {self.table.name} has no column {name}"
                    yield self._at(COLUMN_MISSING, member.at, message)
                continue
            yield from compare(
                Pair(
                    member=member,
                    taken=found,
                    table=self.table.name,
                    place=self.placing(member.at),
                    enforced=self.enforced,
                    filled=name in rule.filled,
                    json=name in rule.json,
                )
            )

    def _columns(self) -> Iterator[Diagnostic]:
        """Find columns that nobody fills, and those that nobody sees."""
        rule = self.mapped.rule
        sent = {self.mapped.column_of(each) for each in self.mapped.written}
        told = sent | {self.mapped.column_of(each) for each in self.mapped.answered}
        known = told | {*rule.filled, *rule.json, rule.rest}
        for column in self.table.columns:
            where = f"{self.table.name}.{column.name}"
            must = not (column.nullable or column.default or column.filled)
            if must and self.mapped.write and column.name not in sent | {*rule.filled, rule.rest}:
                if self._rowid(column.name):
                    continue
                message = f"{where} is NOT NULL without a default, and no member fills it"
                if self.table.triggers:
                    message += "; a trigger may"
                severity = Severity.NOTE if self.table.triggers else None
                place = self.placing(self.mapped.at)
                yield COLUMN_UNFILLED.at(place, message, severity=severity)
            elif column.name not in known and not self._rowid(column.name):
                message = f"{where} has no member in {self.mapped.write or self.mapped.read}"
                yield self._at(COLUMN_UNREAD, self.mapped.at, message)

    def _rowid(self, name: str) -> bool:
        """Tell whether SQLite fills a column by itself: INTEGER PRIMARY KEY is the rowid."""
        column = self.table.column(name)
        key = next((each for each in self.table.keys if each.primary), None)
        integer = column is not None and column.type.upper() == "INTEGER"
        return not self.enforced and integer and key is not None and key.columns == (name,)

    def _answers(self) -> Iterator[Diagnostic]:
        """Find what answers promise and the table does not have."""
        for member in self.mapped.answered:
            found = self.taken.get(self.mapped.column_of(member))
            if found is None or self.mapped.column_of(member) in self.mapped.rule.filled:
                continue
            if member.required and not member.nullable and found.column.nullable:
                message = f"{member.name} is in every answer, and {self.table.name}."
                message += f"{found.column.name} may be NULL"
                yield self._at(ANSWER_NULLABLE, member.at, message)

    def _keys(self) -> Iterator[Diagnostic]:
        """Find unique columns whose conflict no operation documents."""
        given = self._given()
        for key in self.table.keys:
            if key.columns and set(key.columns) <= set(given):
                for operation in self.mapped.operations:
                    if not _CONFLICT_ANSWERS & {each.status for each in operation.responses}:
                        message = f"{operation.id} documents no 409, and {self.table.name} is "
                        message += f"unique by {', '.join(key.columns)} ({key.name or 'index'})"
                        yield self._at(CONFLICT_UNDOCUMENTED, operation.at, message)

    def _parents(self) -> Iterator[Diagnostic]:
        """Find references whose breach no operation documents."""
        given = self._given()
        for key in self.table.foreign_keys:
            sent = [given[name] for name in key.columns if name in given]
            if not sent or any(member.refers for member in sent):
                continue
            for operation in self.mapped.operations:
                if not _PARENT_ANSWERS & {each.status for each in operation.responses}:
                    message = f"{operation.id} documents no 404, 409 or 422, and {sent[0].name} "
                    message += f"must be in {key.table} ({key.name or 'foreign key'})"
                    yield self._at(PARENT_UNDOCUMENTED, sent[0].at, message)

    def _given(self) -> dict[str, Member]:
        """Return the members that callers give, by column."""
        return {self.mapped.column_of(each): each for each in self.mapped.written}

    def _unread(self) -> Iterator[Diagnostic]:
        """Say what was not compared, and what no PostgreSQL can keep."""
        for check in unread(self.table):
            message = f"{self.table.name}: {check.name or 'a CHECK'} is not compared: {check.text}"
            yield self._at(CHECK_UNREAD, self.mapped.at, message[:300])
        texts = [
            each
            for each in self.mapped.written
            if each.kind is Kind.STRING and each.values is None and not each.bounds.pattern
        ]
        if self.enforced and texts:
            message = f"{self.table.name}: U+0000 is a valid character of {texts[0].name}"
            more = f" and {len(texts) - 1} more members" if len(texts) > 1 else ""
            yield self._at(NUL_REFUSED, texts[0].at, f"{message}{more}, and no text here takes it")
