"""A database's schema as data: reflected from a database, or read from a committed snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ColumnKind(StrEnum):
    """What a column holds, whatever its database calls it."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    UUID = "uuid"
    INET = "inet"
    JSON = "json"
    BINARY = "binary"
    ARRAY = "array"
    ENUM = "enum"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    kind: ColumnKind
    type: str
    """As the database writes it: ``VARCHAR(50)``."""
    nullable: bool
    default: str = ""
    """The expression; empty if there is none."""
    filled: bool = False
    """Whether the database itself fills it: identity, serial, generated."""
    length: int | None = None
    """Characters of a text; of a timestamp, digits of a second; None without a limit."""
    precision: int | None = None
    scale: int | None = None
    bits: int | None = None
    """Of an integer: 16, 32 or 64."""
    zoned: bool = False
    """Of a timestamp: whether it knows its zone."""
    values: tuple[str, ...] = ()
    """Of an enumeration."""


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK constraint."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that are unique together: a primary key, a constraint or an index."""

    name: str
    columns: tuple[str, ...]
    primary: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that refer to another table."""

    name: str
    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger of a table."""

    name: str
    function: str
    enabled: bool = True
    derives: tuple[str, ...] = ()
    """Columns that it fills from others without saying in which time zone."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its partitions are none of their own."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    partitioned_by: str = ""
    """PostgreSQL's partition key, such as ``RANGE (event_date)``."""

    def column(self, name: str) -> Column | None:
        """Return a column by its name."""
        return next((each for each in self.columns if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables that a session sees."""

    dialect: str
    """``postgresql`` or ``sqlite``."""
    tables: Mapping[str, Table] = field(default_factory=dict[str, Table])
    functions: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
