"""Ask a database everything, in one session; what fails is said, and the rest is asked anyway."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from apigen.diagnostics import Stop
from apigen.diagnostics.database import UNPREPARED
from apigen.doctor.database import connecting, partitions, session, writing
from apigen.doctor.database.reflection import reflect
from apigen.doctor.facts.database import Database, Failure, Reach
from apigen.doctor.facts.reaching import reach
from apigen.doctor.facts.schema import Schema, Table

T = TypeVar("T")
LONG_SECONDS = 5
"""How long a session may hold something before it is told."""
_ERRORS = (SQLAlchemyError, OSError, ValueError)


MarkedRows = tuple[str, str, tuple[str, ...]]
"""A table, the column that bears the mark, and the columns that identify its rows elsewhere."""
Asked = Callable[[Schema | None], tuple[str, ...]]
"""Returns the tables that the service writes to, when the schema is known."""


class Gatherer:
    """Asks one database.

    Raises:
        Stop: The URL is none of a database that is supported.

    """

    def __init__(self, url: str) -> None:
        self._url = connecting.parse(url)
        self.target = connecting.target(self._url)

    def schema(self) -> Schema:
        """Return the schema alone.

        Raises:
            Stop: The database cannot be asked.

        """
        try:
            engine = connecting.engine_of(self._url)
            with connecting.connected(engine) as connection:
                return reflect(connection)
        except _ERRORS as error:
            failed = connecting.failure(error)
            message = f"{self.target.shown}: {failed.code}: {failed.words}"
            raise Stop(UNPREPARED.at(None, message)) from None

    def gather(self, asked: Asked, role: str = "") -> Database:
        """Return everything that can be found out, without writing."""
        found = Database(self.target, reached=self._reached())
        if self.target.dialect == "sqlite" and not Path(self.target.database).is_file():
            failure = Failure("SQLITE_CANTOPEN", f"there is no file {self.target.database}")
            return replace(found, failures={"connect": failure})
        begun = time.monotonic()
        try:
            engine = connecting.engine_of(self._url)
            with connecting.connected(engine) as connection:
                return self._asked(connection, found, asked, role, time.monotonic() - begun)
        except _ERRORS as error:
            return replace(found, failures={"connect": connecting.failure(error)})

    def write(self, table: Table, values: Mapping[str, Any]) -> Failure | None:
        """Write a row, roll it back, and return why it was refused; None if it was taken."""
        try:
            engine = connecting.engine_of(self._url, writing=True)
            with connecting.connected(engine, writing=True) as connection:
                writing.insert(connection, table, values)
        except _ERRORS as error:
            return connecting.failure(error)
        return None

    def delete(self, schema: Schema, rows: Iterable[MarkedRows], marks: list[str]) -> str:
        """Delete rows by their mark, all or none, and return why they stay; empty if they went."""
        try:
            engine = connecting.engine_of(self._url, writing=True)
            with connecting.connected(engine, writing=True) as connection:
                marked = [writing.Marked(*each) for each in rows]
                writing.delete(connection, schema.tables.values(), marked, marks)
                connection.commit()
        except _ERRORS as error:
            failure = connecting.failure(error)
            return f"{failure.code}: {failure.words}"
        return ""

    def _asked(
        self,
        connection: Connection,
        found: Database,
        asked: Asked,
        role: str,
        checkout: float,
    ) -> Database:
        failures: dict[str, Failure] = {}

        def tried(section: str, ask: Callable[[], T], otherwise: T) -> T:
            try:
                with connection.begin_nested():
                    return ask()
            except _ERRORS as error:
                failures[section] = connecting.failure(error)
                return otherwise

        known = tried("session", lambda: session.session(connection), None)
        schema = tried("schema", lambda: reflect(connection), None)
        tables = asked(schema)
        found = replace(found, session=known, schema=schema, failures=failures)
        if schema is not None:
            recorded = tried("applied", lambda: partitions.applied(connection, schema), None)
            nothing: Mapping[str, int] = {}
            queued = tried("queues", lambda: partitions.queues(connection, schema.tables), nothing)
            found = replace(found, applied=recorded, queues=queued)
        if self.target.dialect == "sqlite":
            damage = tried("damage", lambda: _damage(connection), "")
            return replace(found, disk=_unwritable(Path(self.target.database)), damage=damage)
        present = [table for table in tables if schema and table in schema.tables]
        return replace(
            found,
            partitions=tried("partitions", lambda: partitions.partitions(connection), {}),
            elsewhere=tried("elsewhere", lambda: partitions.elsewhere(connection), {}),
            activity=tried(
                "activity", lambda: session.activity(connection, checkout, LONG_SECONDS), None
            ),
            blocked=tried("locks", lambda: session.blocked(connection, LONG_SECONDS), ()),
            missing_privileges=tried(
                "privileges",
                lambda: session.missing_privileges(connection, present, role),
                {},
            ),
        )

    def _reached(self) -> tuple[Reach, ...]:
        """Try each address of the host by itself: one family may be reached and the other not."""
        if self.target.dialect == "sqlite" or self.target.host.startswith("/"):
            return ()
        return tuple(reach(self.target.host, self.target.port))


def _damage(connection: Connection) -> str:
    told = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    return "" if told == "ok" else str(told)


def _unwritable(path: Path) -> str:
    if not os.access(path, os.W_OK):
        return f"{path} may only be read"
    if not os.access(path.resolve().parent, os.W_OK):
        return f"the folder of {path} may only be read, and SQLite writes its journal there"
    return ""
