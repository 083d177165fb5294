"""How fast the DataStorage server stores: beside PostgreSQL's own COPY of the same rows.

python benchmarks/server_writes.py [--events 20000] [--rounds 3]

Batches of 100 events, each under an idempotency key and chained, go through the store and then over
HTTP through one server process, with the load in another. The rows that they left are then written
by COPY, in chunks of 10 000 into the same tables with all their indexes. PostgreSQL syncs.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from measuring import say, table  # noqa: E402 - beside this file
from server_bodies import BATCH, batches  # noqa: E402 - beside this file
from tests.server.databases import Postgres, cluster  # noqa: E402 - as the tests start one

from datastorage import models as m  # noqa: E402
from datastorage_server.databases import parse_database  # noqa: E402
from datastorage_server.intake import sent_as, write_of  # noqa: E402
from datastorage_server.sql.opening import migrate_at, open_database  # noqa: E402
from datastorage_server.sql.store import SqlStore  # noqa: E402

CHUNK = 10_000
TABLES = ("event_identities", "audit_events")
COPIES = (
    ("COPY, both tables", CHUNK, TABLES),
    ("COPY, both tables, batches of 100", BATCH, TABLES),
    ("COPY, audit_events only", CHUNK, TABLES[1:]),
)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """One measured run: seconds by the clock, and of CPU here, in PostgreSQL and in the server."""

    wall: float
    here: float
    database: float
    server: float = 0.0


def cpu_here() -> float:
    """Return the CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process, of its children, and of those that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS + sum(cpu_of(int(child)) for child in children)


@dataclass(frozen=True)
class Bench:
    """A database to measure on."""

    postgres: Postgres
    url: str

    def empty(self) -> None:
        """Make the database anew, and leave nothing to be written from before."""
        self.postgres.execute(
            "postgres",
            "DROP DATABASE IF EXISTS audit WITH (FORCE)",
            "CREATE DATABASE audit TEMPLATE migrated",
            "CHECKPOINT",
        )

    def rows(self) -> int:
        """Return how many events are stored."""
        ((counted,),) = self.postgres.execute("audit", "SELECT count(*) FROM audit_events")
        return int(str(counted[0]))

    def cpu(self) -> float:
        """Return the CPU seconds of the database."""
        pid = (self.postgres.folder / "data" / "postmaster.pid").read_text().split()[0]
        return cpu_of(int(pid))


async def through_store(bench: Bench, bodies: Sequence[bytes], writers: int) -> Run:
    """Store batches, a number of them at a time."""
    read = m.AuditEventRequest.model_validate_json
    writes = [
        write_of(
            "createAuditEventsBatch",
            [sent_as(read(json.dumps(one)), one) for one in json.loads(body)],
            str(uuid4()),
        )
        for body in bodies
    ]
    waiting = iter(writes)
    async with open_database(parse_database(bench.url)) as database:
        store = SqlStore(database)

        async def write() -> None:
            for one in waiting:
                await store.append(one)

        began, here, there = time.perf_counter(), cpu_here(), bench.cpu()
        await asyncio.gather(*(write() for _ in range(writers)))
        return Run(time.perf_counter() - began, cpu_here() - here, bench.cpu() - there)


async def kept(bench: Bench) -> Mapping[str, list[asyncpg.Record]]:
    """Return the rows that are stored."""
    connection = await asyncpg.connect(bench.url)
    try:
        asked = "SELECT * FROM {} ORDER BY sequence"
        return {name: await connection.fetch(asked.format(name)) for name in TABLES}
    finally:
        await connection.close()


async def through_copy(
    bench: Bench, rows: Mapping[str, list[asyncpg.Record]], chunk: int, names: Sequence[str]
) -> Run:
    """Write rows by COPY, a chunk a transaction."""
    connection = await asyncpg.connect(bench.url)
    try:
        for name in names:  # the driver learns the types of the columns
            await connection.copy_records_to_table(
                name, records=[], columns=list(rows[name][0].keys())
            )
        began, here, there = time.perf_counter(), cpu_here(), bench.cpu()
        for first in range(0, len(rows[names[0]]), chunk):
            async with connection.transaction():
                for name in names:
                    records = rows[name][first : first + chunk]
                    await connection.copy_records_to_table(
                        name, records=records, columns=list(records[0].keys())
                    )
        return Run(time.perf_counter() - began, cpu_here() - here, bench.cpu() - there)
    finally:
        await connection.close()


def through_http(bench: Bench, events: int, connections: int) -> Run:
    """Send batches to one server process from another process."""
    environment = {**os.environ, "DATASTORAGE_DATABASE_URL": bench.url, "DATASTORAGE_QUEUE": "off"}
    load = str(Path(__file__).with_name("server_load.py"))
    with (
        child("-m", "datastorage_server", "--port", "0", environment=environment) as server,
        child(
            load, line(server).split("listens on ")[1].split(",")[0], events, connections
        ) as client,
    ):
        line(client)  # it has its bodies
        began, there = time.perf_counter(), bench.cpu()
        serving, loading = cpu_of(server.pid), cpu_of(client.pid)
        if client.stdin:
            client.stdin.write("go\n")
            client.stdin.flush()
        done = line(client)
        wall = time.perf_counter() - began
        if done != "done":
            raise SystemExit(f"the load failed: {done}")
        here, serving = cpu_of(client.pid) - loading, cpu_of(server.pid) - serving
        return Run(wall, here, bench.cpu() - there, serving)


@contextmanager
def child(
    *arguments: object, environment: Mapping[str, str] | None = None
) -> Generator[subprocess.Popen[str]]:
    """Run this Python, and stop it at the end."""
    process = subprocess.Popen(  # noqa: S603 - the benchmark's own
        [sys.executable, *map(str, arguments)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


def url_of(greeting: str) -> str:
    """Return the URL in what the server says when it listens."""
    return greeting.split("listens on ")[1].split(",", maxsplit=1)[0]


def line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process writes."""
    return process.stdout.readline().strip() if process.stdout else ""


def measure(bench: Bench, events: int, rounds: int) -> dict[str, list[Run]]:
    """Run everything, in turn, so that what the machine does meanwhile falls on all."""
    bodies = batches(events)
    runs: dict[str, list[Run]] = {}

    def keep(name: str, run: Run) -> None:
        if bench.rows() != events:
            raise SystemExit(f"{name}: {bench.rows()} of {events} events are stored")
        runs.setdefault(name, []).append(run)

    for _ in range(rounds):
        bench.empty()
        keep("store, 1 writer", asyncio.run(through_store(bench, bodies, 1)))
        bench.empty()
        keep("store, 4 writers", asyncio.run(through_store(bench, bodies, 4)))
        bench.empty()
        keep("HTTP, 8 connections", through_http(bench, events, 8))
        rows = asyncio.run(kept(bench))
        for name, chunk, names in COPIES:
            bench.empty()
            keep(name, asyncio.run(through_copy(bench, rows, chunk, names)))
    return runs


def told(runs: dict[str, list[Run]], events: int) -> str:
    """Return the table."""

    def middle(name: str, what: str) -> float:
        return statistics.median(getattr(run, what) for run in runs[name])

    copy = middle("COPY, both tables", "wall")
    alone = middle("COPY, audit_events only", "wall")
    copied = middle("COPY, both tables", "here") + middle("COPY, both tables", "database")
    rows: list[Sequence[object]] = []
    for name in runs:
        parts = [middle(name, part) for part in ("here", "server", "database")]
        wall = middle(name, "wall")
        rows.append(
            [
                name,
                f"{events / wall:,.0f}",
                f"{copy / wall:.0%}",
                f"{alone / wall:.0%}",
                *(f"{part / events * 1e6:.0f}" for part in parts),
                f"{copied / sum(parts):.0%}",
            ]
        )
    columns = ["way", "events/s", "of COPY", "of COPY, events only"]
    columns += ["client CPU µs/event", "server", "PostgreSQL", "CPU of COPY"]
    return table(columns, rows)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    durable = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
    }
    with cluster(**durable) as postgres:
        postgres.execute("postgres", "CREATE DATABASE migrated")
        asyncio.run(migrate_at(parse_database(postgres.url("migrated"))))
        bench = Bench(postgres, postgres.url("audit"))
        say(told(measure(bench, given.events, given.rounds), given.events))


if __name__ == "__main__":
    main()
