"""A campaign: rounds in which events are appended while the network, the clients, the server and
its database are made to fail; then all is healed, and the oracle compares.

    python -m tests.chaos.campaign --rounds 220 --events 1000
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol
from urllib.request import urlopen

from tests.chaos.oracle import Judgement, Named, judge
from tests.chaos.postgresql import running as postgresql
from tests.chaos.proxy import CLEAR, Proxy, storm
from tests.chaos.workers import TIMEOUT, append, context, serve

from datastorage import DataStorage
from datastorage.outbox import DataStorageAudit

GROUPS = 4
"""Correlations of each client; two clients append at once, to one spool."""


class Database(Protocol):
    """The server's database, as a campaign sees it."""

    @property
    def url(self) -> str:
        """Where it is, as the server is told."""
        ...

    def kill(self) -> None:
        """End it without a warning, and start it again."""
        ...

    def stored(self) -> list[Named]:
        """Return what is stored, in the order of storing."""
        ...


_STORED = "SELECT correlation_id, resource_id FROM audit_events ORDER BY sequence"


@dataclass
class Sqlite:
    """A database in a file: there is no process of it to be killed but the server."""

    file: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def kill(self) -> None:
        return

    def stored(self) -> list[Named]:
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            return [(group, int(number)) for group, number in connection.execute(_STORED)]


@dataclass
class Outcome:
    """What came of a campaign."""

    judgement: Judgement
    taken: int
    stored: int
    uncertain: int
    parked: int
    killed: Counter[str]
    faults: Counter[str]
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.taken} events taken, {self.stored} stored ({self.uncertain} uncertain), "
            f"{self.parked} parked; {self.judgement}; killed {dict(self.killed)}; "
            f"connections {dict(sorted(self.faults.items()))}; {self.seconds:.0f} s"
        )


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@dataclass
class Campaign:
    """The state of a campaign between its rounds."""

    folder: Path
    database: Database
    chance: random.Random
    events: int
    """Of each round."""
    port: int = field(default_factory=free_port)
    next: dict[str, int] = field(default_factory=dict[str, int])
    taken: list[Named] = field(default_factory=list[Named])
    uncertain: list[Named] = field(default_factory=list[Named])
    killed: Counter[str] = field(default_factory=Counter[str])
    server: BaseProcess | None = None
    begun: dict[str, dict[str, range]] = field(default_factory=dict[str, dict[str, range]])
    """What each client was told to append last."""

    @property
    def spool(self) -> Path:
        return self.folder / "audit.spool"

    def start_server(self) -> None:
        """Start the server, and wait until it can be used."""
        queue, log = str(self.folder / "server.queue"), str(self.folder / "server.log")
        self.server = context.Process(target=serve, args=(self.port, self.database.url, queue, log))
        self.server.start()
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with (
                contextlib.suppress(OSError),
                urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=1),
            ):
                return
            time.sleep(0.05)
        raise TimeoutError(f"the server does not start: {Path(log).read_text()[-2000:]}")

    def kill_server(self) -> None:
        """Kill the server and start it again."""
        assert self.server
        self.server.kill()
        self.server.join()
        self.server.close()
        self.start_server()

    def round(self, number: int, proxy: Proxy) -> None:
        """Append the events of a round while something is killed."""
        proxy.weather = storm(self.chance, self.chance.choice((0.2, 0.6, 0.9)))
        clients = [self._client(name, number, proxy.port) for name in ("one", "two")]
        victim = self.chance.choice(("client", "client", "server", "database", "nobody"))
        time.sleep(self.chance.random() * 0.6)
        match victim:
            case "client":
                clients[0].kill()
            case "server":
                self.kill_server()
            case "database":
                self.database.kill()
            case _:
                pass
        self.killed[victim] += 1
        for name, client in zip(("one", "two"), clients, strict=True):
            client.join(120)
            alive = client.is_alive()
            if alive:
                client.kill()
                client.join()
            code = client.exitcode
            client.close()
            self._account(name, number)
            if alive or (code and code != -signal.SIGKILL):
                raise RuntimeError(f"a client ended with {code}: {self._log(name)[-3000:]}")

    def _client(self, name: str, number: int, port: int) -> BaseProcess:
        groups = [f"{name}-{n}" for n in self.chance.sample(range(3 * GROUPS), GROUPS)]
        each = self.events // (2 * GROUPS)
        work = {
            group: range(self.next.get(group, 0), self.next.get(group, 0) + each)
            for group in groups
        }
        told, log = self.folder / f"{name}-{number}.told", self.folder / f"{name}.log"
        self.begun[name] = work
        client = context.Process(
            target=append,
            args=(f"http://127.0.0.1:{port}", str(self.spool), work, str(told), str(log)),
            kwargs={"awaited": number % 3 == 2},
        )
        client.start()
        return client

    def _account(self, name: str, number: int) -> None:
        """Read what a client said was taken; the event after the last may be there or not."""
        told = self.folder / f"{name}-{number}.told"
        lines = told.read_text().splitlines() if told.exists() else []
        told.unlink(missing_ok=True)
        for group, numbers in self.begun[name].items():
            taken = [int(line.split()[1]) for line in lines if line.split()[0] == group]
            assert taken == list(numbers)[: len(taken)]
            self.taken += [(group, n) for n in taken]
            self.next[group] = numbers.start + len(taken)
            if len(taken) < len(numbers):
                self.uncertain.append((group, numbers.start + len(taken)))
                self.next[group] += 1

    def _log(self, name: str) -> str:
        log = self.folder / f"{name}.log"
        return log.read_text() if log.exists() else ""

    def heal(self, proxy: Proxy) -> int:
        """Let everything work, send what waits, and return how many events are parked."""
        proxy.weather = lambda: CLEAR
        with (
            DataStorage(f"http://127.0.0.1:{proxy.port}", timeout=TIMEOUT) as client,
            DataStorageAudit(client, self.spool) as audit,
        ):
            flushed = audit.flush(300)
            assert not flushed.waiting, f"{flushed.waiting} still wait"
            parked = audit.stats().parked
        wanted, until = set(self.taken), time.monotonic() + 90
        while wanted - set(self.database.stored()) and time.monotonic() < until:
            time.sleep(1)  # the server may have queued some itself
        return parked


def run(
    folder: Path, database: Database, *, rounds: int, events: int, seed: int, say: bool = False
) -> Outcome:
    """Run a campaign, and judge it."""
    begun = time.monotonic()
    campaign = Campaign(folder, database, random.Random(seed), events)
    try:
        campaign.start_server()
        with Proxy(campaign.port) as proxy:
            for number in range(rounds):
                campaign.round(number, proxy)
                if say:
                    sys.stdout.write(f"round {number}: {len(campaign.taken)} taken\n")
                    sys.stdout.flush()
            parked = campaign.heal(proxy)
            faults = proxy.seen
        stored = database.stored()
    finally:
        if campaign.server:
            campaign.server.kill()
            campaign.server.join()
            campaign.server.close()
    return Outcome(
        judgement=judge(campaign.taken, stored, campaign.uncertain),
        taken=len(campaign.taken),
        stored=len(stored),
        uncertain=len(campaign.uncertain),
        parked=parked,
        killed=campaign.killed,
        faults=faults,
        seconds=time.monotonic() - begun,
    )


def main() -> int:
    """Run a long campaign from the command line; the exit code is 1 if the oracle finds a fault."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=220)
    parser.add_argument("--events", type=int, default=1000, help="of each round")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    parser.add_argument("--sqlite", action="store_true", help="no PostgreSQL to be killed")
    parser.add_argument("--keep", action="store_true", help="keep the logs and the spool")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    sys.stdout.write(f"seed {given.seed}, in {folder}\n")
    try:
        with contextlib.ExitStack() as stack:
            database: Database = Sqlite(folder / "events.db")
            if not given.sqlite:
                database = stack.enter_context(postgresql())
            outcome = run(
                folder, database,
                rounds=given.rounds, events=given.events, seed=given.seed, say=True,
            )  # fmt: skip
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(f"{outcome}\n")
    return 0 if outcome.judgement and not outcome.parked else 1


if __name__ == "__main__":
    sys.exit(main())
