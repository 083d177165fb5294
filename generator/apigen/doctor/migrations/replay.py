"""What a folder of migrations leaves: run by its tool, and run by psql, which knows no halves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from apigen.diagnostics import Place
from apigen.doctor.migrations.values import Change, Folder, Half, Migration

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something is made."""

    migration: Migration
    line: int

    @property
    def place(self) -> Place:
        """Return it as a place."""
        return Place(str(self.migration.path), self.line, 1)


@dataclass(slots=True)
class Expected:
    """What there should be, and which migration made it."""

    tables: dict[str, Origin] = field(default_factory=dict[str, Origin])
    columns: dict[tuple[str, str], Origin] = field(default_factory=dict[tuple[str, str], Origin])
    triggers: dict[tuple[str, str], Origin] = field(default_factory=dict[tuple[str, str], Origin])
    functions: dict[str, Origin] = field(default_factory=dict[str, Origin])
    extensions: dict[str, Origin] = field(default_factory=dict[str, Origin])
    partitions: dict[str, str] = field(default_factory=dict[str, str])
    """Parents by partition."""


def expected(folder: Folder) -> Expected:
    """Return what the tool leaves when all migrations are applied."""
    found = Expected()
    for migration in folder.migrations:
        for change in migration.up:
            _apply(found, change, migration)
    return found


def left_by_psql(folder: Folder) -> tuple[Expected, Mapping[str, Origin]]:
    """Return what psql leaves, which runs both halves, and where each lost table was dropped."""
    found = Expected()
    dropped: dict[str, Origin] = {}
    for migration in folder.migrations:
        if migration.path.name.endswith(".down.sql"):
            continue  # who pipes files into psql leaves these out
        for change in (*migration.up, *migration.down):
            _apply(found, change, migration)
            if (change.action, change.kind) == ("drop", "table"):
                dropped[change.name] = Origin(migration, change.line)
    return found, {name: origin for name, origin in dropped.items() if name not in found.tables}


def creators(folder: Folder, table: str) -> Iterable[Migration]:
    """Give the migrations that make a table."""
    for migration in folder.migrations:
        for change in migration.up:
            if (change.action, change.kind, change.name) == ("create", "table", table):
                yield migration
                break


def has_halves(migration: Migration) -> bool:
    """Tell whether a file holds a Down half too."""
    return any(statement.half is Half.DOWN for statement in migration.statements)


def _apply(found: Expected, change: Change, migration: Migration) -> None:
    origin = Origin(migration, change.line)
    if change.kind == "table":
        _apply_table(found, change, origin)
        return
    keyed = {"column": found.columns, "trigger": found.triggers}
    named = {
        "function": found.functions,
        "procedure": found.functions,
        "extension": found.extensions,
    }
    if change.action not in {"create", "drop"}:
        return
    if (owned := keyed.get(change.kind)) is not None:
        _put(owned, (change.table, change.name), origin, change.action)
    elif (free := named.get(change.kind)) is not None:
        _put(free, change.name, origin, change.action)


def _put(store: dict[K, Origin], key: K, origin: Origin, action: str) -> None:
    if action == "create":
        store[key] = origin
    else:
        store.pop(key, None)


def _apply_table(found: Expected, change: Change, origin: Origin) -> None:
    match change.action:
        case "create" if change.partition_of:
            found.partitions[change.name] = change.partition_of
        case "create":
            found.tables[change.name] = origin
        case "drop":
            _forget(found, change.name)
        case "rename":
            if change.table in found.tables:
                found.tables[change.name] = found.tables.pop(change.table)
            for table, column in [key for key in found.columns if key[0] == change.table]:
                found.columns[change.name, column] = found.columns.pop((table, column))
        case _:
            pass


def _forget(found: Expected, table: str) -> None:
    found.tables.pop(table, None)
    found.partitions.pop(table, None)
    for partition in [name for name, parent in found.partitions.items() if parent == table]:
        del found.partitions[partition]
    for keyed in (found.columns, found.triggers):
        for key in [key for key in keyed if key[0] == table]:
            del keyed[key]
