"""The schema of a database, reflected by SQLAlchemy; what it has no word for, by the catalogue."""

import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.exc import SAWarning

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

_KINDS: Mapping[str, ColumnKind] = {
    **dict.fromkeys(("VARCHAR", "TEXT", "CHAR", "NVARCHAR", "CITEXT", "STRING"), ColumnKind.TEXT),
    **dict.fromkeys(("INTEGER", "SMALLINT", "BIGINT"), ColumnKind.INTEGER),
    **dict.fromkeys(("NUMERIC", "DECIMAL", "MONEY"), ColumnKind.DECIMAL),
    **dict.fromkeys(("REAL", "FLOAT", "DOUBLE", "DOUBLE_PRECISION"), ColumnKind.FLOAT),
    **dict.fromkeys(("TIMESTAMP", "DATETIME"), ColumnKind.TIMESTAMP),
    **dict.fromkeys(("JSON", "JSONB"), ColumnKind.JSON),
    **dict.fromkeys(("BYTEA", "BLOB", "BINARY", "VARBINARY"), ColumnKind.BINARY),
    **dict.fromkeys(("INET", "CIDR"), ColumnKind.INET),
    "BOOLEAN": ColumnKind.BOOLEAN,
    "DATE": ColumnKind.DATE,
    "TIME": ColumnKind.TIME,
    "UUID": ColumnKind.UUID,
    "ARRAY": ColumnKind.ARRAY,
    "ENUM": ColumnKind.ENUM,
}
_BITS = {"SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}

_PARTITIONED = text(
    "SELECT c.relname, pg_get_partkeydef(c.oid) FROM pg_class c"
    " WHERE c.relkind = 'p' AND pg_table_is_visible(c.oid)"
)
_CHILDREN = text(
    "SELECT c.relname FROM pg_class c WHERE c.relispartition AND pg_table_is_visible(c.oid)"
)
_TRIGGERS = text(
    "SELECT c.relname, t.tgname, p.proname, t.tgenabled NOT IN ('D', 'R'), p.prosrc"
    " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
    " WHERE NOT t.tgisinternal AND NOT c.relispartition AND pg_table_is_visible(c.oid)"
)
_FUNCTIONS = text(
    "SELECT p.proname FROM pg_proc p"
    " WHERE p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
    " AND pg_function_is_visible(p.oid) AND NOT EXISTS (SELECT FROM pg_depend d"
    " WHERE d.objid = p.oid AND d.deptype = 'e')"
)
_DOMAINS = text(  # the length of a domain's text, which SQLAlchemy passes over
    "SELECT typname, typtypmod - 4 FROM pg_type WHERE typtype = 'd' AND typtypmod > 4"
    " AND typbasetype IN ('varchar'::regtype, 'bpchar'::regtype)"
)
_ASSIGNED = re.compile(r"\bNEW\.\"?(\w+)\"?\s*:?=([^;]*);", re.IGNORECASE)
_LONGEST_BODY = 100_000
_VALUE = re.compile(r"\bVALUE\b")
_EXTENSIONS = text("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")
_SQLITE_TRIGGERS = text("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")


def reflect(connection: Connection) -> Schema:
    """Return the schema that a session sees: the tables that its search path finds first."""
    inspector = inspect(connection)
    postgresql = connection.dialect.name == "postgresql"
    children = {str(row[0]) for row in connection.execute(_CHILDREN)} if postgresql else set[str]()
    names = [name for name in inspector.get_table_names() if name not in children]
    triggers = _triggers(connection, postgresql=postgresql)
    partitioned = (
        {str(row[0]): str(row[1]) for row in connection.execute(_PARTITIONED)} if postgresql else {}
    )
    domains = {row[0]: row[1] for row in connection.execute(_DOMAINS)} if postgresql else {}
    with warnings.catch_warnings():
        # Of types and indexes that SQLAlchemy has no word for it warns; they become OTHER or none.
        warnings.simplefilter("ignore", SAWarning)
        many = _Many(inspector, names, domains)
    return Schema(
        dialect=connection.dialect.name,
        tables={
            name: many.table(name, tuple(triggers[name]), partitioned.get(name, ""))
            for name in sorted(names)
        },
        functions=_names(connection, _FUNCTIONS) if postgresql else frozenset(),
        extensions=_names(connection, _EXTENSIONS) if postgresql else frozenset(),
    )


def _names(connection: Connection, query: Any) -> frozenset[str]:
    return frozenset(str(row[0]) for row in connection.execute(query))


def _triggers(connection: Connection, *, postgresql: bool) -> Mapping[str, list[Trigger]]:
    found: dict[str, list[Trigger]] = defaultdict(list)
    for row in connection.execute(_TRIGGERS if postgresql else _SQLITE_TRIGGERS):
        trigger = (
            Trigger(row[1], row[2], bool(row[3]), _derived(str(row[4])))
            if postgresql
            else Trigger(row[1], "")
        )
        found[row[0]].append(trigger)
    for each in found.values():
        each.sort(key=lambda trigger: trigger.name)
    return found


def _derived(body: str) -> tuple[str, ...]:
    """Return the columns that a function of a trigger fills in the session's time zone."""
    assigned = _ASSIGNED.findall(body[:_LONGEST_BODY])
    return tuple(
        sorted({name.lower() for name, value in assigned if "AT TIME ZONE" not in value.upper()})
    )


class _Many:
    """What the inspector says of all tables at once: one query for each kind of thing."""

    def __init__(self, inspector: Inspector, names: list[str], domains: Mapping[str, int]) -> None:
        self.domains = domains

        def keyed(found: Mapping[Any, Any]) -> dict[str, Any]:
            return {key[1]: value for key, value in found.items()}

        chosen: dict[str, Any] = {"filter_names": names}
        self.columns = keyed(inspector.get_multi_columns(**chosen)) if names else {}
        self.primary = keyed(inspector.get_multi_pk_constraint(**chosen)) if names else {}
        self.uniques = keyed(inspector.get_multi_unique_constraints(**chosen)) if names else {}
        self.indexes = keyed(inspector.get_multi_indexes(**chosen)) if names else {}
        self.checks = keyed(inspector.get_multi_check_constraints(**chosen)) if names else {}
        self.foreign = keyed(inspector.get_multi_foreign_keys(**chosen)) if names else {}

    def table(self, name: str, triggers: tuple[Trigger, ...], partitioned_by: str) -> Table:
        """Return one table."""
        return Table(
            name=name,
            columns=tuple(_column(each, self.domains) for each in self.columns[name]),
            keys=self._keys(name),
            checks=tuple(
                sorted(
                    self._checks(name),
                    key=lambda check: (check.name, check.text),
                )
            ),
            foreign_keys=self._foreign_keys(name),
            triggers=triggers,
            partitioned_by=partitioned_by,
        )

    def _checks(self, name: str) -> Iterator[Check]:
        """Give the CHECKs of a table, and those of its columns' domains."""
        for each in self.checks.get(name, ()):
            yield Check(str(each.get("name") or ""), " ".join(str(each["sqltext"]).split()))
        for each in self.columns[name]:
            if (check := getattr(each["type"], "check", None)) is not None:
                column = '"' + str(each["name"]).replace('"', '""') + '"'
                told = column.join(_VALUE.split(" ".join(str(check).split())))
                yield Check(str(each["type"].constraint_name or each["type"].name), told)

    def _keys(self, name: str) -> tuple[Key, ...]:
        found: dict[tuple[str, ...], Key] = {}
        primary: Mapping[str, Any] = self.primary.get(name) or {}
        if columns := tuple(primary.get("constrained_columns") or ()):
            found[columns] = Key(str(primary.get("name") or ""), columns, primary=True)
        for each in self.uniques.get(name, ()):
            columns = tuple(each["column_names"])
            found.setdefault(columns, Key(str(each.get("name") or ""), columns))
        for each in self.indexes.get(name, ()):
            columns = tuple(each["column_names"])
            if each.get("unique") and None not in columns:
                found.setdefault(columns, Key(str(each.get("name") or ""), columns))
        return tuple(sorted(found.values(), key=lambda key: (not key.primary, key.columns)))

    def _foreign_keys(self, name: str) -> tuple[ForeignKey, ...]:
        found = [
            ForeignKey(
                str(each.get("name") or ""),
                tuple(each["constrained_columns"]),
                str(each["referred_table"]),
                tuple(each["referred_columns"]),
            )
            for each in self.foreign.get(name, ())
        ]
        return tuple(sorted(found, key=lambda key: (key.columns, key.table)))


def _column(told: Mapping[str, Any], domains: Mapping[str, int]) -> Column:
    type_: Any = told["type"]
    visited = str(type_.__visit_name__).upper()
    length: int | None = None
    if visited == "DOMAIN":
        length = domains.get(str(type_.name))
        type_ = type_.data_type
        visited = str(type_.__visit_name__).upper()
    kind = _KINDS.get(visited, ColumnKind.OTHER)
    default = told.get("default")
    serial = isinstance(default, str) and default.startswith("nextval(")
    return Column(
        name=str(told["name"]),
        kind=kind,
        type=_spelled(type_),
        nullable=bool(told["nullable"]),
        default=str(default) if default is not None else "",
        filled=bool(told.get("identity") or told.get("computed") or serial),
        length=_length(kind, type_) if length is None else length,
        precision=getattr(type_, "precision", None) if kind is ColumnKind.DECIMAL else None,
        scale=getattr(type_, "scale", None) if kind is ColumnKind.DECIMAL else None,
        bits=_BITS.get(visited),
        zoned=bool(getattr(type_, "timezone", False)) if kind is ColumnKind.TIMESTAMP else False,
        values=tuple(getattr(type_, "enums", ())) if kind is ColumnKind.ENUM else (),
    )


def _length(kind: ColumnKind, type_: Any) -> int | None:
    if kind is ColumnKind.TIMESTAMP:
        precision = getattr(type_, "precision", None)
        return int(precision) if precision is not None else None
    length = getattr(type_, "length", None) if kind is ColumnKind.TEXT else None
    return int(length) if length is not None else None


def _spelled(type_: Any) -> str:
    try:
        return str(type_)
    except Exception:  # noqa: BLE001 - a type that cannot be spelled outside of its dialect
        return type(type_).__name__
