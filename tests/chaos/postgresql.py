"""A PostgreSQL for a campaign, whose processes can be killed at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Generator
from dataclasses import dataclass

from tests.chaos.oracle import Named
from tests.server.databases import Postgres, cluster

from datastorage_server.databases import parse_database
from datastorage_server.sql.opening import migrate_at


@dataclass
class Killable:
    """A database in a cluster of its own."""

    cluster: Postgres
    url: str

    def kill(self) -> None:
        """Kill the postmaster; its children end by themselves. Then start it again."""
        number = int((self.cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(number, signal.SIGKILL)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(Exception):  # its children may hold the memory for a while
                self.cluster.control("start", "--wait", "--log", str(self.cluster.folder / "log"))
                return
            time.sleep(0.2)
        raise TimeoutError("PostgreSQL does not start again")

    def stored(self) -> list[Named]:
        """Return what is stored, in the order of storing."""
        statement = "SELECT correlation_id, resource_id FROM audit_events ORDER BY sequence"
        (rows,) = self.cluster.execute("chaos", statement)
        return [(str(group), int(str(number))) for group, number in rows]


@contextlib.contextmanager
def running() -> Generator[Killable]:
    """Give a migrated database.

    A kill is no loss of power, so that nothing need be flushed to the disk; but what is committed
    must have left the process.
    """
    with cluster(synchronous_commit="on") as found:
        found.execute("postgres", "CREATE DATABASE chaos")
        url = found.url("chaos")
        asyncio.run(migrate_at(parse_database(url)))
        yield Killable(found, url)
