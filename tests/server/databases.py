"""Databases for tests: SQLite files, and a PostgreSQL of their own in a temporary folder."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from datastorage_server.databases import parse_database
from datastorage_server.sql.opening import migrate_at

KINDS = ("sqlite", "postgresql")

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "unix_socket_directories": "",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL with one user, who may do everything."""

    folder: Path
    port: int
    account: str | None

    def url(self, database: str) -> str:
        return f"postgresql://tester@127.0.0.1:{self.port}/{database}"

    def execute(self, database: str, *statements: str) -> list[list[tuple[object, ...]]]:
        """Run statements one by one, past the server, and return their rows."""

        async def run() -> list[list[tuple[object, ...]]]:
            connection = await asyncpg.connect(self.url(database))
            try:
                return [
                    [tuple(row.values()) for row in await connection.fetch(statement)]
                    for statement in statements
                ]
            finally:
                await connection.close()

        return asyncio.run(run())

    def control(self, *arguments: str) -> None:
        """Run pg_ctl on the cluster."""
        command = ["pg_ctl", "--pgdata", str(self.folder / "data"), "--silent", *arguments]
        subprocess.run(command, check=True, capture_output=True, **_identity(self.account))


def _identity(account: str | None) -> dict[str, Any]:
    """PostgreSQL refuses to be run by root."""
    return {} if account is None else {"user": account, "group": account, "cwd": "/"}


def _account() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextlib.contextmanager
def cluster(**settings: str) -> Generator[Postgres]:
    """Make a PostgreSQL, run it, and remove it at the end."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="datastorage-postgres-"))
    try:
        if account is not None:
            shutil.chown(folder, account)
        made = ["initdb", "--pgdata", str(folder / "data"), "--username", "tester"]
        made += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, **_identity(account))
        found = Postgres(folder, _free_port(), account)
        lines = {**_SETTINGS, "port": str(found.port), **settings}
        with (folder / "data" / "postgresql.conf").open("a") as stream:
            stream.writelines(f"{name} = '{value}'\n" for name, value in lines.items())
        found.control("start", "--wait", "--log", str(folder / "log"))
        try:
            yield found
        finally:
            found.control("stop", "--mode", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def standby(primary: Postgres) -> Generator[Postgres]:
    """Copy a running PostgreSQL, and run the copy as its hot standby: it only reads."""
    folder = Path(tempfile.mkdtemp(prefix="datastorage-standby-"))
    try:
        if primary.account is not None:
            shutil.chown(folder, primary.account)
        made = ["pg_basebackup", "--dbname", primary.url("postgres"), "--write-recovery-conf"]
        made += ["--pgdata", str(folder / "data"), "--checkpoint", "fast", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, **_identity(primary.account))
        found = Postgres(folder, _free_port(), primary.account)
        with (folder / "data" / "postgresql.conf").open("a") as stream:
            stream.write(f"port = '{found.port}'\n")
        found.control("start", "--wait", "--log", str(folder / "log"))
        try:
            yield found
        finally:
            found.control("stop", "--mode", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres]:
    """A PostgreSQL for all tests of this process; each test has a database of its own in it."""
    if shutil.which("initdb") is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed: initdb is not on the PATH")
        pytest.skip("PostgreSQL is not installed: initdb is not on the PATH")
    with cluster() as found:
        yield found


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database, to be copied: that is faster than migrating anew."""
    postgres.execute("postgres", "CREATE DATABASE template_migrated")
    asyncio.run(migrate_at(parse_database(postgres.url("template_migrated"))))
    return "template_migrated"


def _drop(postgres: Postgres, name: str) -> None:
    postgres.execute("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Generator[str]:
    """A migrated PostgreSQL database that is empty."""
    name = f"test_{uuid4().hex}"
    postgres.execute("postgres", f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield postgres.url(name)
    _drop(postgres, name)


@pytest.fixture
def bare_postgres_url(postgres: Postgres) -> Generator[str]:
    """A PostgreSQL database to which no migration was applied."""
    name = f"test_{uuid4().hex}"
    postgres.execute("postgres", f"CREATE DATABASE {name}")
    yield postgres.url(name)
    _drop(postgres, name)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database that is empty: each kind in turn."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        return url
    url = f"sqlite:///{tmp_path / 'events.db'}"
    asyncio.run(migrate_at(parse_database(url)))
    return url


@pytest.fixture
def sql(request: pytest.FixtureRequest) -> Callable[..., list[list[tuple[object, ...]]]]:
    """Return what runs statements on the database of a URL, past the server."""

    def run(url: str, *statements: str) -> list[list[tuple[object, ...]]]:
        if url.startswith("sqlite:///"):
            return _on_sqlite(url.removeprefix("sqlite:///"), statements)
        postgres: Postgres = request.getfixturevalue("postgres")
        return postgres.execute(url.rpartition("/")[2], *statements)

    return run


def disarm(url: str, sql: Callable[..., list[list[tuple[object, ...]]]]) -> None:
    """Remove the triggers that keep events from being changed, for what comes after them."""
    if url.startswith("sqlite"):
        (rows,) = sql(url, "SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in rows:
            sql(url, f'DROP TRIGGER "{name}"')
    else:
        sql(url, "ALTER TABLE audit_events DISABLE TRIGGER USER")


def disarm_file(connection: sqlite3.Connection) -> None:
    """Remove all that keeps a SQLite file from holding anything, and keep its events in a table."""
    connection.execute("PRAGMA ignore_check_constraints = ON")
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for (name,) in connection.execute(triggers).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("CREATE TABLE kept AS SELECT * FROM audit_events")


def _on_sqlite(file: str, statements: tuple[str, ...]) -> list[list[tuple[object, ...]]]:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        return [connection.execute(statement).fetchall() for statement in statements]
