"""Partitions, migration tables, tables in other schemas, queues: what the catalogue tells."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

from apigen.doctor.facts.database import Applied, Partition
from apigen.doctor.facts.schema import Schema

_PARTITIONS = text(
    "SELECT parent.relname, part.relname, pg_get_expr(part.relpartbound, part.oid)"
    " FROM pg_inherits i JOIN pg_class part ON part.oid = i.inhrelid"
    " JOIN pg_class parent ON parent.oid = i.inhparent"
    " WHERE part.relispartition AND pg_table_is_visible(parent.oid) ORDER BY 1, 2"
)
_ELSEWHERE = text(
    "SELECT c.relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND NOT pg_table_is_visible(c.oid)"
    " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1, 2"
)
_VERSION_TABLES: tuple[tuple[str, str], ...] = (
    (
        "goose_db_version",
        "SELECT version_id::text, bool_and(ok) FROM (SELECT DISTINCT ON (version_id) version_id,"
        " is_applied AS ok, id FROM goose_db_version ORDER BY version_id, id DESC) v"
        " WHERE ok GROUP BY 1",
    ),
    ("alembic_version", "SELECT version_num, true FROM alembic_version"),
    ("schema_migrations", "SELECT version, true FROM schema_migrations"),
    ("flyway_schema_history", "SELECT version, success FROM flyway_schema_history"),
    ("gorp_migrations", "SELECT id, true FROM gorp_migrations"),
)
_SQLITE_GOOSE = (
    "SELECT CAST(version_id AS TEXT), is_applied FROM goose_db_version g WHERE is_applied AND id ="
    " (SELECT max(id) FROM goose_db_version o WHERE o.version_id = g.version_id)"
)
_QUEUES = ("dead_letter", "dlq", "outbox", "dead_events", "failed_events")


def partitions(connection: Connection) -> Mapping[str, tuple[Partition, ...]]:
    """Return the partitions of each table that the session sees."""
    found: dict[str, list[Partition]] = defaultdict(list)
    for parent, name, bound in connection.execute(_PARTITIONS):
        rows = False
        if bound == "DEFAULT":
            quoted = name.replace('"', '""')
            query = f'SELECT EXISTS (SELECT FROM ONLY "{quoted}")'  # noqa: S608 - quoted
            rows = bool(connection.execute(text(query)).scalar())
        found[parent].append(Partition(name, bound, rows))
    return {parent: tuple(parts) for parent, parts in found.items()}


def elsewhere(connection: Connection) -> Mapping[str, str]:
    """Return the tables of schemas that the search path does not lead to."""
    return {str(row[0]): str(row[1]) for row in connection.execute(_ELSEWHERE)}


def applied(connection: Connection, schema: Schema) -> Applied | None:
    """Return what a migration tool recorded; None where none did."""
    for table, query in _VERSION_TABLES:
        if table not in schema.tables:
            continue
        if table == "goose_db_version" and schema.dialect == "sqlite":
            query = _SQLITE_GOOSE  # noqa: PLW2901 - the same question in SQLite's words
        if table == "schema_migrations" and schema.tables[table].column("dirty"):
            query = "SELECT version, NOT dirty FROM schema_migrations"  # noqa: PLW2901 - golang-migrate
        rows = [(str(row[0]), bool(row[1])) for row in connection.execute(text(query))]
        versions = sorted(version for version, _ in rows if version not in {"0", "None"})
        return Applied(table, tuple(versions), tuple(sorted(v for v, ok in rows if not ok)))
    return None


def queues(connection: Connection, tables: Iterable[str]) -> Mapping[str, int]:
    """Return the rows of tables whose names say that they keep what could not be delivered."""
    found: dict[str, int] = {}
    for table in tables:
        if any(word in table.lower() for word in _QUEUES):
            quoted = table.replace('"', '""')
            query = f'SELECT count(*) FROM (SELECT 1 FROM "{quoted}" LIMIT 100000) q'  # noqa: S608
            found[table] = int(connection.execute(text(query)).scalar_one())
    return found
