"""Durability: what a commit of PostgreSQL is worth by the settings of its sessions."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

_ASKED: Final = text(
    "SELECT current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync,"
    " current_setting('full_page_writes') AS pages,"
    " current_setting('synchronous_standby_names') AS standbys"
)


def weaknesses(connection: Connection) -> tuple[str, ...]:
    """Return which settings let committed events be lost, each with how; SQLite has none.

    The settings are those of this session: of the server, the database or the role (PostgreSQL,
    "Write Ahead Log").
    """
    if connection.dialect.name != "postgresql":
        return ()
    found = connection.execute(_ASKED).one()
    told: list[str] = []
    if found.commit == "off":
        told.append("synchronous_commit is off: a crash of PostgreSQL loses the last commits")
    elif found.commit == "local" and found.standbys:
        told.append("synchronous_commit is local: a failover loses what the standby has not got")
    if found.fsync == "off":
        told.append("fsync is off: a crash of the machine loses or damages everything")
    if found.pages == "off":
        told.append("full_page_writes is off: a crash of the machine damages what is stored")
    return tuple(told)
