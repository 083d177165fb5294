"""Connections that only read: short time-outs, a name of their own, no password in any message."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from apigen.diagnostics import Stop
from apigen.diagnostics.database import UNPREPARED
from apigen.doctor.facts.database import Failure, Target
from apigen.meanings import read

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 5
_FORMS = "postgresql://role:password@host:5432/database, or sqlite:///file.db"
_LONGEST = 500


def parse(text: str) -> URL:
    """Return a database's URL.

    Raises:
        Stop: It is none, or of a database that is not supported.

    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        message = "the database URL cannot be read"
        raise Stop(UNPREPARED.at(None, message, hint=f"write {_FORMS}")) from None
    kind = url.drivername.partition("+")[0]
    if kind not in {"postgres", "postgresql", "sqlite"} or not url.database:
        message = f"the database URL names {kind!r}" if url.database else "it names no database"
        raise Stop(
            UNPREPARED.at(None, f"{message}, which is not supported", hint=f"write {_FORMS}")
        )
    return url


def target(url: URL) -> Target:
    """Return what may be shown of a URL."""
    dialect = "sqlite" if url.drivername.startswith("sqlite") else "postgresql"
    if dialect == "sqlite":
        return Target(dialect, f"sqlite:///{url.database}", database=str(url.database))
    given = url.query.get("host")
    host = url.host or (given if isinstance(given, str) else "") or "localhost"
    port = url.port or 5432
    role = url.username or ""
    shown = f"postgresql://{role}@{host}:{port}/{url.database}"
    return Target(dialect, shown, host, port, str(url.database), role)


def engine_of(url: URL, *, writing: bool = False) -> Engine:
    """Return an engine without a pool; *writing* is for SQLite, which opens files either way."""
    if url.drivername.startswith("sqlite"):
        return _sqlite(url, writing=writing)
    options = [f"-c statement_timeout={STATEMENT_SECONDS * 1000}", "-c lock_timeout=2000"]
    own = {"options", "connect_timeout", "application_name", "client_encoding"}
    query = {name: value for name, value in url.query.items() if name not in own}
    return create_engine(
        url.set(drivername="postgresql+psycopg", query=query),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "apigen-doctor",
            "client_encoding": "utf8",  # of a database in SQL_ASCII names would come as bytes
            "options": " ".join(options),
        },
    )


def _sqlite(url: URL, *, writing: bool) -> Engine:
    path = Path(str(url.database)).resolve()
    mode = "rw" if writing else "ro"
    engine = create_engine(
        URL.create("sqlite", database=f"file:{path}", query={"mode": mode, "uri": "true"}),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"timeout": CONNECT_SECONDS},
    )

    def keyed(connection: object, record: object) -> None:
        del record
        connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[attr-defined] # sqlite3's

    if writing:
        event.listen(engine, "connect", keyed)
    return engine


@contextmanager
def connected(engine: Engine, *, writing: bool = False) -> Generator[Connection]:
    """Open a session that may only read unless *writing*, and roll back whatever it did."""
    with engine.connect() as connection:
        if not writing and connection.dialect.name == "postgresql":
            connection = connection.execution_options(postgresql_readonly=True)  # noqa: PLW2901
        try:
            yield connection
        finally:
            connection.rollback()


def failure(error: BaseException) -> Failure:
    """Return what a driver raised, as a code and its words."""
    driver: object = getattr(error, "orig", None)
    original = driver if isinstance(driver, BaseException) else error
    words = " ".join(str(original).split())
    code = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
    if not code:  # libpq says in words only why a connection was refused
        hits = read([words])
        code = hits[0].meaning.code if hits else type(original).__name__
    return Failure(str(code), _without_secrets(words)[:_LONGEST])


def _without_secrets(words: str) -> str:
    return re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", words)
