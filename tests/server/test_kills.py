"""Kill -9 of the server or of PostgreSQL under load: what was acknowledged is stored once.

A few rounds each; `nox -s soak` does twenty (DATASTORAGE_KILLS says how many).
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.server import kills
from tests.server.databases import Postgres, cluster, disarm

from datastorage_server.databases import parse_database
from datastorage_server.sql.opening import migrate_at

ROUNDS = int(os.environ.get("DATASTORAGE_KILLS", "2"))
TYPE = "workflowexecution.workflow.started"
Sql = Callable[..., list[list[tuple[object, ...]]]]


@pytest.fixture(scope="module")
def own() -> Generator[Postgres]:
    """A PostgreSQL to be killed: what it has committed must be there afterwards."""
    with cluster(synchronous_commit="on") as found:
        yield found


@pytest.fixture
def own_url(own: Postgres) -> str:
    name = f"kills_{random.randrange(10**9)}"
    own.execute("postgres", f"CREATE DATABASE {name}")
    asyncio.run(migrate_at(parse_database(own.url(name))))
    return own.url(name)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found: int = listening.getsockname()[1]
        return found


@pytest.fixture
def chance() -> random.Random:
    seed = int(os.environ.get("DATASTORAGE_SEED", time.time_ns() % 10**6))
    print(f"DATASTORAGE_SEED={seed}")  # noqa: T201 - shown when the test fails
    return random.Random(seed)


def check(outcome: kills.Outcome) -> None:
    print(outcome.acknowledged, dict(outcome.answers))  # noqa: T201 - what was done
    assert outcome.faults == []
    assert outcome.acknowledged > 10 * ROUNDS


def test_a_killed_server_on_sqlite(
    tmp_path: Path, port: int, chance: random.Random, payloads: Mapping[str, Any], sql: Sql
) -> None:
    url = f"sqlite:///{tmp_path / 'events.db'}"
    with kills.serving(tmp_path, url, port) as server:

        def kill() -> None:
            server.kill()
            server.start()

        def read() -> list[tuple[object, ...]]:
            return sql(url, kills.SELECT)[0]

        check(kills.run(server, payloads[TYPE], read, kill, ROUNDS, chance))


@pytest.mark.parametrize("victim", ["server", "database"])
def test_a_kill_on_postgresql(
    victim: str,
    own: Postgres,
    own_url: str,
    tmp_path: Path,
    port: int,
    chance: random.Random,
    payloads: Mapping[str, Any],
) -> None:
    with kills.serving(tmp_path, own_url, port) as server:

        def kill() -> None:
            if victim == "server":
                server.kill()
                server.start()
            else:
                kills.kill_postgres(own)
                time.sleep(chance.uniform(0, 0.5))
                kills.start_postgres(own)

        def read() -> list[tuple[object, ...]]:
            return own.execute(own_url.rpartition("/")[2], kills.SELECT)[0]

        outcome = kills.run(server, payloads[TYPE], read, kill, ROUNDS, chance)
        check(outcome)
        if victim == "database":
            assert outcome.answers[202] > 0  # the queue took its part


def test_the_oracle_finds_what_is_planted(
    tmp_path: Path, port: int, payloads: Mapping[str, Any], sql: Sql
) -> None:
    url = f"sqlite:///{tmp_path / 'events.db'}"
    with kills.serving(tmp_path, url, port) as server:
        with kills.load(server.url, payloads[TYPE]) as found:
            while len(found.acknowledged) < 60:
                time.sleep(0.02)

        def faults() -> list[str]:
            return kills.judge(
                found.acknowledged, found.sent, kills.rows(sql(url, kills.SELECT)[0])
            )

        assert faults() == []
        assert kills.broken_chains(server.url) == []
        marks = sorted(found.acknowledged)[:3]
        disarm(url, sql)
        first, _, third = (f"WHERE resource_id = '{mark}'" for mark in marks)
        sql(
            url,
            f"DELETE FROM audit_events {first}",
            "CREATE TABLE again AS SELECT * FROM audit_events",
            f"DELETE FROM again WHERE NOT resource_id = '{marks[1]}'",
            "UPDATE again SET sequence = 1000000, event_id = '00000000000000000000000000000001'",
            "INSERT INTO audit_events SELECT * FROM again",
            f"UPDATE audit_events SET severity = 'none', event_data = '{{}}' {third}",
        )
        assert faults() == sorted(
            [
                f"{marks[0]} was acknowledged and is lost",
                f"{marks[1]} is stored 2 times",
                f"severity of {marks[2]} was changed",
                f"event_data of {marks[2]} was changed",
            ]
        )
        assert kills.broken_chains(server.url) != []
