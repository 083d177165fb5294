"""A row written and rolled back; rows of probes deleted by their mark."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, TextClause, bindparam, text

from apigen.doctor.comparison.columns import Taken, taken
from apigen.doctor.facts.schema import Column, ColumnKind, ForeignKey, Table

_PLAIN: Mapping[ColumnKind, Any] = {
    ColumnKind.INTEGER: 1,
    ColumnKind.DECIMAL: 1,
    ColumnKind.FLOAT: 1,
    ColumnKind.BOOLEAN: False,
    ColumnKind.INET: "127.0.0.1",
    ColumnKind.JSON: "{}",
    ColumnKind.ARRAY: "{}",
    ColumnKind.TIME: "12:00:00",
}


def insert(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Write a row; columns that nobody fills get the smallest value of their type.

    Raises:
        SQLAlchemyError: The database does not take it.

    """
    enforced = connection.dialect.name != "sqlite"
    rules = taken(table, enforced=enforced)
    row: dict[str, Any] = {}
    when = next((one for one in values.values() if _is_time(one)), datetime.now(UTC).isoformat())
    for column in table.columns:
        if column.name in values:
            row[column.name] = _bound(values[column.name])
        elif not (column.nullable or column.default or column.filled):
            row[column.name] = _smallest(column, rules[column.name], when)
    for key in table.foreign_keys:
        row |= _parent(connection, table, key)
    names = ", ".join(quoted(name) for name in row)
    holders = ", ".join(
        f"CAST(:p{index} AS {_cast(table.column(name))})" if enforced else f":p{index}"
        for index, name in enumerate(row)
    )
    statement = f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({holders})"  # noqa: S608 - quoted
    connection.execute(
        text(statement), {f"p{index}": value for index, value in enumerate(row.values())}
    )


def _parent(connection: Connection, table: Table, key: ForeignKey) -> dict[str, Any]:
    """Return the columns of a reference: those of any row there, or else NULL where that may be."""
    targets = ", ".join(quoted(name) for name in key.target)
    query = f"SELECT {targets} FROM {quoted(key.table)} LIMIT 1"  # noqa: S608 - quoted
    found = connection.execute(text(query)).first()
    if found is not None:
        return dict(zip(key.columns, map(str, found), strict=False))
    columns = [column for column in table.columns if column.name in key.columns]
    return {column.name: None for column in columns if column.nullable}


def _is_time(value: Any) -> bool:
    if not isinstance(value, str) or "T" not in value:
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _cast(column: Column | None) -> str:
    """Return the type that a text is read as: as a caller's library would do."""
    return "text" if column is None or column.kind is ColumnKind.TEXT else column.type


def _bound(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _smallest(column: Column, rule: Taken, when: str) -> Any:
    if rule.values:
        return rule.values[0]
    match column.kind:
        case ColumnKind.DATE:
            return when[:10]
        case ColumnKind.TIMESTAMP:
            return when
        case ColumnKind.UUID:
            return str(uuid4())
        case ColumnKind.TEXT:
            text_ = "apigen-doctor"
            text_ = text_[: rule.max_length] if rule.max_length is not None else text_
            return text_.ljust(rule.min_length or 0, "0")
        case ColumnKind.INTEGER | ColumnKind.DECIMAL | ColumnKind.FLOAT:
            low = rule.minimum if rule.range_by != column.type else None
            return 1 if low is None or low <= 1 else low
        case _:
            return _PLAIN.get(column.kind, "0")


@dataclass(frozen=True, slots=True)
class Marked:
    """The rows of a table that bear a mark in one column, which is best indexed."""

    table: str
    column: str
    identities: tuple[str, ...]
    """Columns by whose values other tables speak of the same rows."""


def delete(
    connection: Connection, tables: Iterable[Table], marked: Iterable[Marked], marks: list[str]
) -> None:
    """Delete the rows that bear one of some marks, and what other tables keep of them.

    Other tables are known by their columns: one of the same name as the marked one or as an
    identity, or a primary key of text that is a mark itself.

    Raises:
        SQLAlchemyError: The database does not let them go.

    """
    others = {table.name: table for table in tables}
    for each in marked:
        others.pop(each.table, None)
        known: dict[str, list[Any]] = {each.column: list(marks)}
        for name in each.identities:
            query = _where(f"SELECT {quoted(name)} FROM", each.table, each.column)
            known[name] = [row[0] for row in connection.execute(query, {"values": marks})]
        connection.execute(_where("DELETE FROM", each.table, each.column), {"values": marks})
        for table in others.values():
            for column in table.columns:
                values = known.get(column.name) or (marks if _is_key(table, column) else [])
                if values:
                    query = _where("DELETE FROM", table.name, column.name)
                    connection.execute(query, {"values": values})


def _where(begun: str, table: str, column: str) -> TextClause:
    statement = f"{begun} {quoted(table)} WHERE {quoted(column)} IN :values"
    return text(statement).bindparams(bindparam("values", expanding=True))


def _is_key(table: Table, column: Column) -> bool:
    return column.kind is ColumnKind.TEXT and any(
        key.primary and key.columns == (column.name,) for key in table.keys
    )


def quoted(name: str) -> str:
    """Return a name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
