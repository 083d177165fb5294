"""Migrations as data."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from apigen.diagnostics import Diagnostic


class Tool(StrEnum):
    """Whose migrations they are."""

    GOOSE = "goose"
    DBMATE = "dbmate"
    ALEMBIC = "alembic"
    PLAIN = "plain SQL"


class Half(StrEnum):
    """Which way a statement goes."""

    NONE = ""
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of SQL, and where it stands."""

    text: str
    """Comments are blank, blanks are single."""
    line: int
    half: Half
    marked: bool = False
    """Whether it stands between StatementBegin and StatementEnd."""
    cut_at: int = 0
    """The line at which a tool that splits at semicolons cuts it; 0 if it does not."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a statement does to the schema."""

    action: str
    """``create``, ``drop``, ``alter`` or ``rename``."""
    kind: str
    """``table``, ``column``, ``index``, ``function``, ``trigger``, ``extension``, ``type``."""
    name: str
    table: str = ""
    """Of a column or trigger."""
    line: int = 0
    partition_of: str = ""


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration."""

    path: Path
    version: str
    """The number in front of the name as written, or Alembic's revision; empty without one."""
    up: tuple[Change, ...]
    down: tuple[Change, ...]
    statements: tuple[Statement, ...] = ()
    after: tuple[str, ...] = ()
    """Alembic: the revisions that it follows."""

    @property
    def number(self) -> int | None:
        """Return the version as a number."""
        return int(self.version) if self.version.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of migrations, in the order in which they are applied."""

    path: Path
    tool: Tool
    migrations: tuple[Migration, ...]
    findings: tuple[Diagnostic, ...]
    """What the linter says of them."""
