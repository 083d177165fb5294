"""Durability: the server says at start where a commit is worth less than its 201."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.server.databases import Postgres

from datastorage_server.testing import running

Sql = Callable[..., list[list[tuple[Any, ...]]]]


def told_at_start(url: str, log: pytest.LogCaptureFixture) -> list[str]:
    log.clear()
    with running(url):
        pass
    return [one.partition("can be lost: ")[2] for one in log.messages if "can be lost" in one]


def database_of(url: str) -> str:
    return url.rpartition("/")[2]


@pytest.mark.parametrize(("value", "told"), [("off", True), ("on", False), ("local", False)])
def test_a_commit_that_is_not_waited_for_is_told(
    postgres_url: str, sql: Sql, caplog: pytest.LogCaptureFixture, value: str, *, told: bool
) -> None:
    sql(
        postgres_url,
        f"ALTER DATABASE {database_of(postgres_url)} SET synchronous_commit = {value}",
    )
    found = told_at_start(postgres_url, caplog)
    assert any(one.startswith(f"synchronous_commit is {value}") for one in found) is told
    # The PostgreSQL of the tests is set so; a database cannot change it.
    assert [one.partition(":")[0] for one in found][-2:] == [
        "fsync is off",
        "full_page_writes is off",
    ]


def test_a_commit_that_no_standby_has_is_told(
    postgres: Postgres, postgres_url: str, sql: Sql, caplog: pytest.LogCaptureFixture
) -> None:
    name = database_of(postgres_url)

    def set_standbys(change: str, standbys: str) -> None:
        postgres.execute("postgres", change, "SELECT pg_reload_conf()")
        deadline = time.monotonic() + 60
        while postgres.execute("postgres", "SHOW synchronous_standby_names") != [[(standbys,)]]:
            assert time.monotonic() < deadline

    sql(postgres_url, f"ALTER DATABASE {name} SET synchronous_commit = local")
    set_standbys("ALTER SYSTEM SET synchronous_standby_names = 'away'", "away")
    try:
        found = told_at_start(postgres_url, caplog)
    finally:
        set_standbys("ALTER SYSTEM RESET synchronous_standby_names", "")
    assert found[0].startswith("synchronous_commit is local: a failover loses")


def test_sqlite_is_not_asked(caplog: pytest.LogCaptureFixture) -> None:
    assert told_at_start("sqlite:///:memory:", caplog) == []
