"""Everything that is found, before anything is judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from apigen.contract import Contract
from apigen.diagnostics import Diagnostic, Place
from apigen.doctor.comparison.mapping import Mapped
from apigen.doctor.facts.database import Database, Failure
from apigen.doctor.facts.environment import Environment
from apigen.doctor.facts.logs import Log
from apigen.doctor.facts.package import Package
from apigen.doctor.facts.schema import Schema
from apigen.doctor.facts.service import Answer, Service
from apigen.doctor.given import Given
from apigen.doctor.migrations.values import Folder

_NO_PARENT = frozenset({"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"})


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that wrote something, and what became of it."""

    operation: str
    sent: int
    """Rows that were sent."""
    answer: Answer
    found: int | None = None
    """Rows that were found again; None if there is no way to ask."""
    schema: str = ""
    """What was sent."""
    mark: str = ""
    """What the rows bear."""
    key: str = ""
    """The member that bears it, and by which they were asked for."""
    usual: tuple[str, ...] = ()
    """Statuses of success that the contract documents."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What became of the rows that probes wrote."""

    left: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found; None for what was not looked at."""

    given: Given
    contract: Contract | None = None
    placing: Callable[[str], Place | None] = lambda _: None
    equal: Mapping[str, str] = field(default_factory=dict[str, str])
    """What ``x-apigen-equals`` says, by schema."""
    document: object = None
    """The contract's document as one value."""
    mapped: tuple[Mapped, ...] = ()
    database: Database | None = None
    snapshot: Schema | None = None
    folder: Folder | None = None
    service: Service | None = None
    logs: tuple[Log, ...] = ()
    environment: Environment | None = None
    package: Package | None = None
    drifts: tuple[Diagnostic, ...] = ()
    """The contract against the schema."""
    written: tuple[tuple[str, Failure | None], ...] | None = None
    """Tables into which a row was written and rolled back, by --probe."""
    single: Probe | None = None
    batch: Probe | None = None
    aimed: tuple[Probe, ...] = ()
    """Requests that put a suspicion to the test."""
    cleared: Cleared | None = None
    skipped: str = ""
    """Why probes could not be made."""
    trouble: tuple[Diagnostic, ...] = ()
    """What was given and could not be used."""

    @property
    def refused(self) -> tuple[tuple[str, Failure], ...]:
        """Return the tables that took no row, but for those that lack a parent to refer to."""
        return tuple(
            (table, failure)
            for table, failure in self.written or ()
            if failure is not None and failure.code not in _NO_PARENT
        )

    @property
    def schema(self) -> Schema | None:
        """Return the schema to compare with: the database's, or else the snapshot's."""
        if self.database is not None:
            return self.database.schema
        return self.snapshot
