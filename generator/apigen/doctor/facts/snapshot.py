"""A schema as a committed file: JSON, the same bytes for the same schema.

Partitions are left out, for months come and go; what they must cover is looked at in the database.
"""

import json
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from apigen.diagnostics import Place, Stop
from apigen.diagnostics.database import SNAPSHOT_UNREADABLE
from apigen.doctor.facts.schema import (
    Check,
    Column,
    ColumnKind,
    ForeignKey,
    Key,
    Schema,
    Table,
    Trigger,
)
from apigen.doctor.facts.values import as_tuple, is_sequence, sequence

VERSION = 1
_MOST_BYTES = 64 * 1024 * 1024


def written(schema: Schema) -> str:
    """Return a schema as text."""
    value = {
        "version": VERSION,
        "dialect": schema.dialect,
        "extensions": sorted(schema.extensions),
        "functions": sorted(schema.functions),
        "tables": {name: _spare(table) for name, table in sorted(schema.tables.items())},
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _spare(value: Any) -> dict[str, Any]:
    """Return a dataclass as an object, without what is as by default."""
    told: dict[str, Any] = {}
    for each in fields(value):
        held = getattr(value, each.name)
        if each.default is not MISSING and held == each.default:
            continue
        if any(map(is_dataclass, as_tuple(held))):
            told[each.name] = [_spare(item) for item in as_tuple(held)]
        else:
            told[each.name] = held
    return told


def read(path: Path) -> Schema:
    """Return the schema that a file holds.

    Raises:
        Stop: The file cannot be read, or is no snapshot.

    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("it is larger than any snapshot")
        value = json.loads(path.read_text(encoding="utf-8"))
        return _schema(value)
    except OSError as error:
        raise Stop(_unreadable(path, error.strerror or str(error))) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Stop(_unreadable(path, f"{type(error).__name__}: {error}")) from None


def _unreadable(path: Path, why: str) -> Any:
    message = f"this is no snapshot of a database: {why[:200]}"
    hint = "make it anew: apigen doctor --database-url URL --write-snapshot FILE"
    return SNAPSHOT_UNREADABLE.at(Place(str(path)), message, hint=hint)


def _schema(value: Any) -> Schema:
    if value["version"] != VERSION:
        raise ValueError(f"version {value['version']!r} is not {VERSION}")
    return Schema(
        dialect=str(value["dialect"]),
        tables={str(name): _table(each) for name, each in value["tables"].items()},
        functions=frozenset(map(str, value.get("functions", ()))),
        extensions=frozenset(map(str, value.get("extensions", ()))),
    )


def _table(value: Any) -> Table:
    return Table(
        name=str(value["name"]),
        columns=tuple(_column(each) for each in value["columns"]),
        keys=tuple(Key(**_tupled(each)) for each in value.get("keys", ())),
        checks=tuple(Check(**each) for each in value.get("checks", ())),
        foreign_keys=tuple(ForeignKey(**_tupled(each)) for each in value.get("foreign_keys", ())),
        triggers=tuple(Trigger(**_tupled(each)) for each in value.get("triggers", ())),
        partitioned_by=str(value.get("partitioned_by", "")),
    )


def _column(value: Any) -> Column:
    told = _tupled(value)
    told["kind"] = ColumnKind(value["kind"])
    return Column(**told)


def _tupled(value: Any) -> dict[str, Any]:
    return {
        name: tuple(map(str, sequence(held))) if is_sequence(held) else held
        for name, held in value.items()
    }
