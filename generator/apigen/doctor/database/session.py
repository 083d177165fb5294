"""What a server says of itself: its session, its activity, its locks, its rights."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from apigen.doctor.facts.database import Activity, Session

_SESSION = text(
    "SELECT current_database(), current_user, current_setting('server_version'),"
    " pg_is_in_recovery(), current_setting('TimeZone'), current_setting('search_path'),"
    " clock_timestamp(), current_setting('default_transaction_read_only')"
)
_STATES = text(
    "SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() GROUP BY 1"
)
_MOST = text(
    "SELECT current_setting('max_connections')::int"
    " - current_setting('superuser_reserved_connections')::int"
)
_IDLE = text(
    "SELECT pid, coalesce(usename, '?'), extract(epoch FROM now() - state_change)::int"
    " FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
    " AND now() - state_change > make_interval(secs => :seconds) ORDER BY 3 DESC LIMIT 10"
)
_WAITING = text(
    "SELECT a.pid, coalesce(a.usename, '?'), coalesce(l.relation::regclass::text, l.locktype),"
    " pg_blocking_pids(a.pid)::text, extract(epoch FROM now() - a.query_start)::int"
    " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
    " WHERE NOT l.granted ORDER BY 5 DESC LIMIT 10"
)
_LONG = text(
    "SELECT pid, coalesce(usename, '?'), state, extract(epoch FROM now() - xact_start)::int"
    " FROM pg_stat_activity WHERE now() - xact_start > make_interval(secs => :seconds)"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY 4 DESC LIMIT 10"
)
_ADVISORY = text(
    "SELECT l.pid, coalesce(a.usename, '?'), extract(epoch FROM now() - a.state_change)::int"
    " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory'"
    " AND l.granted AND now() - a.state_change > make_interval(secs => :seconds) LIMIT 10"
)
_RIGHTS = ("SELECT", "INSERT")


def session(connection: Connection) -> Session:
    """Return what the server and this session are."""
    if connection.dialect.name == "sqlite":
        return _sqlite(connection)
    begun = datetime.now(UTC)
    row = connection.execute(_SESSION).one()
    ended = datetime.now(UTC)
    return Session(
        database=row[0],
        role=row[1],
        version=f"PostgreSQL {row[2]}",
        recovering=row[3],
        read_only=row[7] == "on",
        time_zone=row[4],
        search_path=row[5],
        clock=row[6].astimezone(UTC),
        local=begun + (ended - begun) / 2,
    )


def _sqlite(connection: Connection) -> Session:
    version, clock = connection.execute(
        text("SELECT sqlite_version(), strftime('%Y-%m-%dT%H:%M:%f', 'now')")
    ).one()
    keys = connection.execute(text("PRAGMA foreign_keys")).scalar()
    return Session(
        database="main",
        role="",
        version=f"SQLite {version}",
        recovering=False,
        read_only=False,
        time_zone="UTC",
        search_path="",
        clock=datetime.fromisoformat(clock).replace(tzinfo=UTC),
        local=datetime.now(UTC),
        foreign_keys=bool(keys),
    )


def activity(connection: Connection, checkout: float, seconds: int) -> Activity:
    """Return the server's sessions; *seconds* is how long one may be idle in a transaction."""
    idle = connection.execute(_IDLE, {"seconds": seconds})
    return Activity(
        most=int(connection.execute(_MOST).scalar_one()),
        states={str(row[0]): int(row[1]) for row in connection.execute(_STATES)},
        idle=tuple(f"pid {row[0]} ({row[1]}) idle in transaction for {row[2]} s" for row in idle),
        checkout=checkout,
    )


def blocked(connection: Connection, seconds: int) -> tuple[str, ...]:
    """Return sessions that wait for a lock, and those that hold something for long, in words."""
    waiting = [
        f"pid {row[0]} ({row[1]}) waits for {row[2]}, held by {row[3]}, for {row[4]} s"
        for row in connection.execute(_WAITING)
    ]
    limits = {"seconds": seconds}
    waiting += [
        f"pid {row[0]} ({row[1]}, {row[2]}) has a transaction open for {row[3]} s"
        for row in connection.execute(_LONG, limits)
    ]
    waiting += [
        f"pid {row[0]} ({row[1]}) holds an advisory lock for {row[2]} s"
        for row in connection.execute(_ADVISORY, limits)
    ]
    return tuple(waiting)


def missing_privileges(
    connection: Connection, tables: Iterable[str], role: str
) -> Mapping[str, tuple[str, ...]]:
    """Return what a role (the session's own if empty) may not do on each table."""
    found: dict[str, tuple[str, ...]] = {}
    for table in tables:
        given: dict[str, Any] = {"table": _quoted(table), "role": role}
        who = ":role, " if role else ""
        query = ", ".join(f"has_table_privilege({who}:table, '{right}')" for right in _RIGHTS)
        row = connection.execute(text(f"SELECT {query}"), given).one()
        if lacking := tuple(right for right, has in zip(_RIGHTS, row, strict=True) if not has):
            found[table] = lacking
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
