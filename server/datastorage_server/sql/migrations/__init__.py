"""Migrations: the steps from an empty database to the schema of this version, with Alembic.

Each revision has a function ``upgrade(op: Operations)``, which is given Alembic's operations
rather than importing them: the imported ones are shared by all threads and tasks of a process.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from ..partitions import make_partitions

if TYPE_CHECKING:
    from alembic.runtime.migration import RevisionStep

_LOCK: Final = 7_023_418_651_902_344
"""Number of the advisory lock of PostgreSQL that whoever changes the schema holds."""


def upgrade(connection: Connection) -> tuple[str, ...]:
    """Bring the schema up to date within a begun transaction, and return the revisions applied.

    The partitions that are missing by now are made, too.

    Two processes at once are safe: one waits, and then finds nothing left to do.
    """
    lock_schema(connection, seconds=60)
    script = _script()
    applied: list[str] = []

    def steps(heads: Any, context: MigrationContext) -> Iterable[RevisionStep]:
        del context
        found = script._upgrade_revs("head", heads)  # pyright: ignore[reportPrivateUsage] - Alembic's own commands do so
        applied.extend(step.revision.revision for step in found)
        return found

    options = {"fn": steps, "transactional_ddl": True}
    context = MigrationContext.configure(connection, opts=options)
    context.run_migrations(op=Operations(context))
    if connection.dialect.name == "postgresql":
        make_partitions(connection, datetime.now(UTC))
    return tuple(applied)


def lock_schema(connection: Connection, *, seconds: int) -> None:
    """Wait until nobody else changes the schema, and for its locks, *seconds* each at most.

    SQLite's transactions do so by themselves.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{seconds}s'"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def known_revisions() -> tuple[str, ...]:
    """Return the revisions of this version, oldest first."""
    return tuple(reversed([script.revision for script in _script().walk_revisions()]))


def _script() -> ScriptDirectory:
    return ScriptDirectory(Path(__file__).parent)
