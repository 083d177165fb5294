"""What is found of a database, section by section; a section that failed says why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apigen.doctor.facts.schema import Schema


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something could not be found out."""

    code: str
    """SQLSTATE, SQLite's result code, or the exception's name."""
    words: str
    """What was said, without secrets."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the database is, without its password."""

    dialect: str
    shown: str
    host: str = ""
    port: int = 0
    database: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """One attempt to reach an address by TCP."""

    address: str
    family: str
    """``IPv4`` or ``IPv6``."""
    error: str
    """Empty if it was reached."""


@dataclass(frozen=True, slots=True)
class Session:
    """What the server says of itself and of this session."""

    database: str
    role: str
    version: str
    recovering: bool
    read_only: bool
    time_zone: str
    search_path: str
    clock: datetime
    local: datetime
    """This machine's clock in the middle of the question."""
    foreign_keys: bool = True
    """SQLite: whether ``PRAGMA foreign_keys`` is on by default in this build."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of a table, and its bounds as PostgreSQL writes them."""

    name: str
    bound: str
    rows: bool = False
    """Of a default partition: whether it holds any row."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Sessions of the server."""

    most: int
    """``max_connections``, less what is kept for administrators."""
    states: Mapping[str, int]
    idle: tuple[str, ...]
    """Sessions idle in a transaction for long."""
    checkout: float
    """Seconds that opening a connection took."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a migration tool recorded."""

    table: str
    versions: tuple[str, ...]
    dirty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """Everything that was found; None where *failures* says why not."""

    target: Target
    reached: tuple[Reach, ...] = ()
    failures: Mapping[str, Failure] = field(default_factory=dict[str, Failure])
    """By section: ``connect``, ``session``, ``schema``, ``partitions``, ..."""
    session: Session | None = None
    schema: Schema | None = None
    partitions: Mapping[str, tuple[Partition, ...]] = field(
        default_factory=dict[str, tuple[Partition, ...]]
    )
    activity: Activity | None = None
    blocked: tuple[str, ...] = ()
    """Sessions that wait for locks, and long transactions, in words."""
    applied: Applied | None = None
    missing_privileges: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])
    """Tables that exist in schemas outside of the search path, with the schema."""
    disk: str = ""
    """What keeps SQLite's file from being written; empty if nothing does."""
    damage: str = ""
    """What SQLite's quick check says; empty if it is whole."""
    writes: Mapping[str, Failure | None] = field(default_factory=dict[str, Failure | None])
    """Tables into which a row was written and rolled back, by --probe."""
    queues: Mapping[str, int] = field(default_factory=dict[str, int])
    """Rows of tables that look like queues of what could not be delivered."""

    @property
    def connected(self) -> bool:
        """Return whether a session could be opened."""
        return "connect" not in self.failures
