"""Guards: triggers by which the database itself keeps what is stored as it is.

Stored events are never changed; they are deleted only when their time of keeping is over and no
legal hold is on their correlation. Holds are never deleted, and change only when they end. Whoever
owns the tables can remove the triggers: docs/audit-proof.md says how to keep that apart.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

from sqlalchemy import Connection, text

_TRUNCATING: Final = "refuse_truncate"
"""The function that refuses TRUNCATE, and the name of its triggers."""


_TRIGGER: Final = re.compile(r"CREATE TRIGGER (\w+) BEFORE .* ON (\w+)")
_ON_SQLITE: Final = text("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
_ON_POSTGRESQL: Final = text(
    "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
)
_PARTITIONS: Final = text(
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass('audit_events')"
)


def guard(connection: Connection) -> None:
    """Make the triggers, once, in the schema where the tables are."""
    if connection.dialect.name == "postgresql":
        # What the functions take over as theirs; it holds for this transaction only.
        here = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
        connection.execute(text(f"SET LOCAL search_path TO {here}, pg_temp"))
    for statement in _statements(connection).split("\n\n"):
        connection.exec_driver_sql(statement)


def unguarded(connection: Connection) -> list[str]:
    """Return the tables on which a trigger is missing or disabled, in order."""
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(_ON_SQLITE if sqlite else _ON_POSTGRESQL)
    found = {(table, name) for table, name in rows}
    wanted = {(table, name) for name, table in _TRIGGER.findall(_statements(connection))}
    if not sqlite:
        of_events = {name for table, name in wanted if table == "audit_events"}
        partitions = connection.execute(_PARTITIONS).scalars()
        wanted |= {(table, name) for table in partitions for name in of_events}
    return sorted({table for table, _ in wanted - found})


def _statements(connection: Connection) -> str:
    return files(__name__).joinpath(f"{connection.dialect.name}.sql").read_text("utf-8")


def guard_partitions(connection: Connection) -> None:
    """Refuse TRUNCATE on each partition of PostgreSQL: of all triggers, it alone is not inherited.

    Before the guards exist nothing is done; they see to the partitions that there are by then.
    """
    if connection.dialect.name == "sqlite":
        return
    unguarded = connection.execute(
        text(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = to_regclass('audit_events')"
            " AND to_regproc(:function) IS NOT NULL AND NOT EXISTS ("
            "  SELECT FROM pg_trigger WHERE tgrelid = inhrelid AND tgname = :function)"
        ),
        {"function": _TRUNCATING},
    ).scalars()
    for name in list(unguarded):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {_TRUNCATING} BEFORE TRUNCATE ON {name}"
            f" EXECUTE FUNCTION {_TRUNCATING}()"
        )
