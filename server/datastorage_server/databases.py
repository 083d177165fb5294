"""Databases: what a URL says about where the events are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from .errors import StartError

DATABASE_URL: Final = "DATASTORAGE_DATABASE_URL"
"""Name of the environment variable that says where the events are kept."""

DEFAULT_DATABASE_URL: Final = "sqlite:///datastorage.db"
MEMORY: Final = "sqlite:///:memory:"

_FILE_FORMS: Final = "write sqlite:///file.db, sqlite:////absolute/file.db or sqlite:///:memory:"
_FORMS: Final = f"{_FILE_FORMS}, or postgresql://user:password@host:5432/database"
_DRIVER_PARAMETERS: Final = frozenset(
    {
        "host",
        "passfile",
        "port",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
    }
)
"""libpq's parameters that the driver reads by itself."""


@dataclass(frozen=True, slots=True)
class SqliteDatabase:
    """A SQLite database: a file, or the memory of this process when there is no path."""

    path: Path | None

    def __str__(self) -> str:
        return MEMORY if self.path is None else f"sqlite:///{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresqlDatabase:
    """A PostgreSQL database.

    Attributes:
        dsn: The URL as the driver reads it, with the password.
        shown: The same without password and parameters, for people.
        connections: How many connections one server process opens at most.
        application_name: What the database calls this process in pg_stat_activity.
        connect_seconds: How long opening a connection may take.
        acquire_seconds: How long a request waits for a free connection.
        statement_seconds: How long one statement may run.
        lock_seconds: How long one statement may wait for a lock.
        transaction_seconds: How long one transaction may take in all: then the connection is
            dropped, so that a database that has stopped answering holds up nobody for ever.

    """

    dsn: str = field(repr=False)
    shown: str
    connections: int = 25
    application_name: str = "datastorage-server"
    connect_seconds: float = 5.0
    acquire_seconds: float = 5.0
    statement_seconds: float = 30.0
    lock_seconds: float = 10.0
    transaction_seconds: float = 35.0

    def __str__(self) -> str:
        return self.shown


Address: TypeAlias = SqliteDatabase | PostgresqlDatabase
"""Where the events are kept."""


def database_from(environment: Mapping[str, str]) -> Address:
    """Return the database that the environment names, or the default one.

    Raises:
        StartError: The URL names no database that this version can use.

    """
    return parse_database(environment.get(DATABASE_URL) or DEFAULT_DATABASE_URL)


def parse_database(text: str, source: str = DATABASE_URL) -> Address:
    """Return the database of a URL; *source* says in messages where the URL came from.

    The URL may hold a password, so it is not repeated in what is raised.

    Raises:
        StartError: The URL names no database that this version can use.

    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StartError(f"{source} is no database URL: {_FORMS}") from None
    kind, _, driver = url.drivername.partition("+")
    if kind not in {"sqlite", "postgresql", "postgres"}:
        raise StartError(f"{source} names the unknown database {kind!r}: {_FORMS}")
    if driver:
        raise StartError(
            f"{source} names the driver {driver!r}, which is chosen by the server: {_FORMS}"
        )
    return _sqlite(url, source) if kind == "sqlite" else _postgresql(url, source)


def _sqlite(url: URL, source: str) -> SqliteDatabase:
    if url.host or url.username or url.port:
        raise StartError(f"{source} names a host, but SQLite is a file: {_FILE_FORMS}")
    if url.query:
        raise StartError(f"{source} has parameters after '?', which are not used: {_FILE_FORMS}")
    if not url.database:
        raise StartError(f"{source} names no file: {_FILE_FORMS}")
    return SqliteDatabase(None if url.database == ":memory:" else Path(url.database))


def _postgresql(url: URL, source: str) -> PostgresqlDatabase:
    if not url.database:
        raise StartError(f"{source} names no database after the host: {_FORMS}")
    given = {name: _single(name, value, source) for name, value in url.query.items()}
    connect = _seconds(given.pop("connect_timeout", None), source)
    name = given.pop("application_name", None)
    if unknown := sorted(given.keys() - _DRIVER_PARAMETERS):
        raise StartError(
            f"{source} has the parameter {unknown[0]!r}, which is not used; known are"
            f" application_name, connect_timeout, {', '.join(sorted(_DRIVER_PARAMETERS))}"
        )
    plain = url.set(drivername="postgresql", query=given)
    defaults = PostgresqlDatabase(dsn="", shown="")
    return PostgresqlDatabase(
        dsn=plain.render_as_string(hide_password=False),
        shown=URL.create(
            "postgresql", plain.username, None, plain.host, plain.port, plain.database
        ).render_as_string(),
        application_name=name or defaults.application_name,
        connect_seconds=connect or defaults.connect_seconds,
    )


def _single(name: str, value: str | tuple[str, ...], source: str) -> str:
    if isinstance(value, tuple):
        raise StartError(f"{source} has the parameter {name!r} more than once")
    return value


def _seconds(text: str | None, source: str) -> float | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise StartError(f"{source} has a connect_timeout that is no number of seconds")
    return float(text) or None  # libpq: 0 means the default
