"""The commands for PostgreSQL in the README, run as they stand there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.server.databases import Postgres

from datastorage import DataStorage

ROOT = Path(__file__).parents[3]


def commands() -> list[str]:
    text = (ROOT / "README.md").read_text()
    found = re.search(
        r"^On PostgreSQL it takes two commands:\n\n```sh\n(.*?)^```$", text, re.M | re.S
    )
    assert found is not None
    return found[1].splitlines()


@pytest.fixture
def environment(postgres: Postgres, tmp_path: Path) -> Generator[dict[str, str]]:
    """An environment in which the README's database exists and is empty.

    The commands name no port, so that PGPORT leads them to the PostgreSQL of the tests.
    """
    postgres.execute("postgres", "CREATE ROLE audit LOGIN", "CREATE DATABASE audit OWNER audit")
    plain = {name: text for name, text in os.environ.items() if "DATASTORAGE" not in name}
    path = f"{Path(sys.executable).parent}{os.pathsep}{plain['PATH']}"
    yield {**plain, "PATH": path, "PGPORT": str(postgres.port)}
    postgres.execute("postgres", "DROP DATABASE audit WITH (FORCE)", "DROP ROLE audit")


@contextmanager
def served(command: str, environment: dict[str, str], folder: Path) -> Generator[str]:
    """Run a command that serves, and give the line that it prints."""
    process = subprocess.Popen(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process:
        try:
            yield process.stdout.readline()
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def test_the_two_commands_for_postgresql_lead_to_a_server_that_stores(
    postgres: Postgres, environment: dict[str, str], tmp_path: Path, event: Any
) -> None:
    migrate, serve = commands()
    applied = subprocess.run(
        ["bash", "-c", migrate],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (applied.returncode, applied.stdout[:8]) == (0, "applied "), applied.stderr
    # Any free port: the one that it takes by itself may be another process's.
    with served(f"{serve} --port 0", environment, tmp_path) as told:
        listening = re.match(r"datastorage-server listens on (http://127\.0\.0\.1:\d+), ", told)
        assert listening, told
        with DataStorage(listening[1], timeout=60) as client:
            assert client.readiness_check().status == "ready"
            client.create_audit_event(event())
    assert postgres.execute("audit", "SELECT count(*) FROM audit_events") == [[(1,)]]


def test_the_page_of_the_server_has_the_same_commands() -> None:
    assert "\n".join(commands()) in (ROOT / "docs" / "datastorage.md").read_text()
