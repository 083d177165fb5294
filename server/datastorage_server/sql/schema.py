"""The schema: whether a database has all that the store needs now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from apigen.partitions import uncovered
from apigen.revisions import unapplied

from ..store import PartitionMissing, SchemaMissing
from .partitions import accepted_dates, existing
from .tables import TABLES

MEND: Final = "run 'datastorage-server migrate'"
"""What makes an incomplete schema whole."""

_SQLITE_COLUMNS: Final = text(
    "SELECT found.name AS relation, col.name AS attribute"
    " FROM sqlite_master found, pragma_table_info(found.name) col WHERE found.type = 'table'"
)
_POSTGRESQL_COLUMNS: Final = text(
    "SELECT found.relname AS relation, col.attname AS attribute"
    " FROM pg_class found JOIN pg_attribute col ON col.attrelid = found.oid"
    " WHERE found.relkind IN ('r', 'p') AND NOT found.relispartition"
    " AND pg_table_is_visible(found.oid) AND col.attnum > 0 AND NOT col.attisdropped"
    " AND found.relnamespace <> 'pg_catalog'::regnamespace"
)
_VERSION_TABLE: Final = "alembic_version"
"""Alembic's own table: the newest of the migrations that were applied."""


def columns(connection: Connection) -> Mapping[str, set[str]]:
    """Return the columns of each table of the database."""
    sqlite = connection.dialect.name == "sqlite"
    found: dict[str, set[str]] = {}
    for row in connection.execute(_SQLITE_COLUMNS if sqlite else _POSTGRESQL_COLUMNS):
        found.setdefault(row.relation, set()).add(row.attribute)
    return found


def fault(
    connection: Connection, revisions: Sequence[str], now: datetime
) -> SchemaMissing | PartitionMissing | None:
    """Return what the database lacks and what to do; None if it lacks nothing.

    *revisions* are those that this version knows, oldest first.
    """
    found = columns(connection)
    told = (
        version_fault(connection, found, revisions)
        or _missing(found)
        or _behind(connection, found, revisions)
    )
    if told:
        return SchemaMissing(told)
    told = _partition_fault(connection, now)
    return PartitionMissing(told) if told else None


def version_fault(
    connection: Connection, found: Mapping[str, set[str]], revisions: Sequence[str]
) -> str:
    """Return why no migration can bring the database to this version; empty if one can."""
    ours = [table.name for table in TABLES if table.name in found]
    if ours and _VERSION_TABLE not in found:
        return (
            f"the database has a table {ours[0]} but no record of migrations ({_VERSION_TABLE}):"
            " it was made by a version of this server from before migrations, or by something"
            " else; use another database, or move its tables away"
        )
    applied = _applied(connection, found)
    if unknown := sorted(applied - set(revisions)):
        return (
            f"the database has the migration {unknown[0]}, which this version does not know:"
            " it was made by a newer version of this server; use that one"
        )
    return ""


def _behind(connection: Connection, found: Mapping[str, set[str]], revisions: Sequence[str]) -> str:
    """Return which migration is to be applied first; empty if all have been."""
    follows = {one: revisions[:at] for at, one in enumerate(revisions)}
    left = unapplied(follows, _applied(connection, found))
    return f"the migration {left[0]} is not applied: {MEND}" if left else ""


def _applied(connection: Connection, found: Mapping[str, set[str]]) -> set[str]:
    if _VERSION_TABLE not in found:
        return set()
    return set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def _missing(found: Mapping[str, set[str]]) -> str:
    """Return the first table or column that is missing."""
    for table in TABLES:
        if table.name not in found:
            return f"the table {table.name} is missing: {MEND}"
        for column in table.columns:
            if column.name not in found[table.name]:
                return f"the column {table.name}.{column.name} is missing: {MEND}"
    return ""


def _partition_fault(connection: Connection, now: datetime) -> str:
    """Return the first date of an event that would be accepted now and find no partition."""
    if connection.dialect.name == "sqlite":
        return ""
    for day in uncovered(accepted_dates(now), existing(connection)):
        return f"audit_events has no partition for events of {day:%Y-%m}: {MEND}"
    return ""
