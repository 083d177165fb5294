"""Killing under load: a server that is written to, what dies meanwhile, and who judges the end.

The writers send each write under a key of its own, again and again until it is acknowledged, and
some of them once more after that. The oracle reads the tables past the server.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from tests.server.databases import Postgres

CHAINS = ("rr-a", "rr-b", "rr-c")
MEMBERS = ("correlation_id", "event_action", "severity", "event_type", "event_outcome")
WRITERS = 4
PATIENCE = 60.0
"""Seconds in which everything must have come to its end."""

Json = dict[str, Any]


# The server


@dataclass
class Server:
    """A server process at a port of its own, started anew after each death."""

    folder: Path
    database: str
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        places = {
            "DATASTORAGE_DATABASE_URL": self.database,
            "DATASTORAGE_QUEUE": str(self.folder / "writes.queue"),
        }
        command = [sys.executable, "-m", "datastorage_server", "--port", str(self.port)]
        with (self.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **places},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        told = self.process.stdout.readline()
        assert "listens on" in told, (self.folder / "server.log").read_text()

    def kill(self) -> None:
        assert self.process is not None
        with self.process:
            self.process.kill()


@contextlib.contextmanager
def serving(folder: Path, database: str, port: int) -> Generator[Server]:
    server = Server(folder, database, port)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def kill_postgres(postgres: Postgres) -> None:
    """Kill PostgreSQL with all its processes, and wait until they are gone."""
    lock = postgres.folder / "data" / "postmaster.pid"
    main = int(lock.read_text().split()[0])
    os.kill(main, signal.SIGSTOP)  # it makes no more of them
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    pids = [main, *map(int, children)]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    lock.unlink()  # where nobody reaps the dead, PostgreSQL would take itself for running


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def start_postgres(postgres: Postgres) -> None:
    postgres.control("start", "--wait", "--log", str(postgres.folder / "log"))


# The load


@dataclass
class Load:
    """What was sent and what was acknowledged, by the mark of each event."""

    url: str
    payload: Json
    acknowledged: dict[str, Json] = field(default_factory=dict[str, Json])
    sent: dict[str, Json] = field(default_factory=dict[str, Json])
    answers: Counter[int] = field(default_factory=Counter[int])
    faults: list[str] = field(default_factory=list[str])
    stopping: threading.Event = field(default_factory=threading.Event)

    def write(self, writer: int) -> None:
        """Write until told to stop; the last write is brought to its end."""
        chance = random.Random(writer)
        number = 0
        with httpx.Client(base_url=self.url, timeout=20) as client:
            while not self.stopping.is_set():
                count = chance.choice((1, 1, 2, 5))
                marks = [f"w{writer}-{number + index}" for index in range(count)]
                events = {mark: self.event(mark, chance) for mark in marks}
                number += count
                self.sent |= events
                key = str(uuid4())
                if not self.until_acknowledged(client, list(events.values()), key):
                    return
                self.acknowledged |= events
                if chance.random() < 0.2:
                    self.until_acknowledged(client, list(events.values()), key)

    def event(self, mark: str, chance: random.Random) -> Json:
        return {
            "version": "1.0",
            "event_type": "workflowexecution.workflow.started",
            "event_timestamp": datetime.now(UTC).isoformat(),
            "event_category": "workflowexecution",
            "event_action": chance.choice(("started", "näher", "\u2028\U0001f980")),
            "event_outcome": "success",
            "severity": "info",
            "correlation_id": chance.choice(CHAINS),
            "resource_id": mark,
            "event_data": {**self.payload, "note": f'{mark} "quoted" \u00e9'},
        }

    def until_acknowledged(self, client: httpx.Client, events: Sequence[Json], key: str) -> bool:
        single = len(events) == 1
        path = "/api/v1/audit/events" + ("" if single else "/batch")
        content = json.dumps(events[0] if single else events)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = client.post(path, content=content, headers=headers)
            except httpx.TransportError:
                time.sleep(0.02)
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code in {201, 202}:
                return True
            if answer.status_code != 503:
                self.faults.append(f"{answer.status_code}: {answer.text}")
                return False
            time.sleep(0.05)
        self.faults.append("a write was not acknowledged in time")
        return False


@contextlib.contextmanager
def load(url: str, payload: Json) -> Generator[Load]:
    """Write from several threads for as long as the context is open."""
    found = Load(url, payload)
    threads = [threading.Thread(target=found.write, args=(index,)) for index in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        found.stopping.set()
        for thread in threads:
            thread.join()


def settled(url: str) -> tuple[int, int]:
    """Wait for the queue to be drained; return how many writes wait, and how many are parked."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = httpx.get(f"{url}/metrics", timeout=20).text.splitlines()
        count = {
            state: int(line.rpartition(" ")[2])
            for line in found
            for state in ("pending", "parked")
            if line.startswith(f'datastorage_queue_writes{{state="{state}"}}')
        }
        if not count["pending"] or time.monotonic() > deadline:
            return count["pending"], count["parked"]
        time.sleep(0.05)


# The oracle


@dataclass(frozen=True)
class Row:
    """A stored event as the oracle sees it: its mark, its members, its payload."""

    mark: str
    members: Mapping[str, str]
    payload: Json


SELECT = f"SELECT resource_id, event_data, {', '.join(MEMBERS)} FROM audit_events"


def rows(found: Sequence[tuple[object, ...]]) -> list[Row]:
    """Return the rows of SELECT."""
    return [
        Row(str(mark), dict(zip(MEMBERS, map(str, members), strict=True)), json.loads(str(payload)))
        for mark, payload, *members in found
    ]


def judge(
    acknowledged: Mapping[str, Json], sent: Mapping[str, Json], stored: Sequence[Row]
) -> list[str]:
    """Return what is wrong: acknowledged and not stored, stored twice, changed, never sent."""
    counted = Counter(row.mark for row in stored)
    faults = [f"{mark} was acknowledged and is lost" for mark in acknowledged.keys() - counted]
    faults += [f"{mark} is stored {count} times" for mark, count in counted.items() if count > 1]
    for row in stored:
        if row.mark not in sent:
            faults.append(f"{row.mark} was never sent")
            continue
        event = sent[row.mark]
        for name in MEMBERS:
            if row.members[name] != event[name]:
                faults.append(f"{name} of {row.mark} was changed")
        if row.payload != event["event_data"]:
            faults.append(f"event_data of {row.mark} was changed")
    return sorted(faults)


def broken_chains(url: str) -> list[str]:
    """Return the chains that do not hold, as the service itself says."""
    faults: list[str] = []
    for correlation in CHAINS:
        told = httpx.post(
            f"{url}/api/v1/audit/verify-chain", json={"correlation_id": correlation}, timeout=60
        ).json()
        if not told["is_valid"]:
            faults.append(f"the chain {correlation} is broken: {json.dumps(told)[:300]}")
    return faults


# A run


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    acknowledged: int
    answers: Mapping[int, int]
    faults: Sequence[str]


def run(
    server: Server,
    payload: Json,
    read: Callable[[], list[tuple[object, ...]]],
    kill: Callable[[], None],
    rounds: int,
    chance: random.Random,
) -> Outcome:
    """Kill under load for some rounds, and judge what is stored when all has come to rest."""
    with load(server.url, payload) as found:
        for _ in range(rounds):
            time.sleep(chance.uniform(0.2, 1.2))
            kill()
        time.sleep(0.3)
    pending, parked = settled(server.url)
    faults = list(found.faults)
    if pending or parked:
        faults.append(f"{pending} writes wait and {parked} are parked in the queue")
    faults += judge(found.acknowledged, found.sent, rows(read()))
    return Outcome(len(found.acknowledged), found.answers, [*faults, *broken_chains(server.url)])
