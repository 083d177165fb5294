"""What an examination is given to look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from apigen.doctor.comparison.mapping import TableRule


def utc_now() -> datetime:
    """Return the time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Given:
    """What to look at; None and () for what there is not."""

    spec: Path | None = None
    url: str | None = None
    """The service's base URL."""
    database_url: str | None = None
    migrations: Path | None = None
    logs: tuple[Path, ...] = ()
    """``-`` is standard input."""
    environment: tuple[Path, ...] = ()
    """Compose and environment files that the service is started with."""
    package: Path | None = None
    """The folder of the package that was generated of the contract."""
    snapshot: Path | None = None
    """A committed schema: what to compare with where no database is at hand, and what there should
    be where one is."""
    allow: tuple[Path, ...] = ()
    """Folders that references of the document may reach."""
    tables: Mapping[str, TableRule] = field(default_factory=dict[str, TableRule])
    role: str = ""
    """The role of the service, if it is not the one that the URL connects as."""
    pool: int = 0
    """Connections that each replica of the service opens at most."""
    replicas: int = 1
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Sent with each request, such as ``Authorization``."""
    probe: bool = False
    """Whether something may be written, to be removed again."""
    now: Callable[[], datetime] = utc_now
