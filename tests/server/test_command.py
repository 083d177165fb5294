"""The command: how it starts, what it says when it cannot, how it ends, and what survives it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from datastorage import DataStorage
from datastorage import models as m
from datastorage_server.__main__ import main
from datastorage_server.databases import SqliteDatabase, database_from, parse_database
from datastorage_server.errors import StartError
from datastorage_server.settings import is_loopback

COMMAND = [sys.executable, "-W", "error", "-m", "datastorage_server"]


@contextmanager
def started(folder: Path, *arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Start the command in a folder and give the process and the URL that it prints."""
    environment = {name: value for name, value in os.environ.items() if "DATASTORAGE" not in name}
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        try:
            found = re.search(
                r"listens on (http://\S+), events are in (\S+)", process.stdout.readline()
            )
            assert found is not None
            assert found[2] == "sqlite:///datastorage.db"
            yield process, found[1]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_gracefully(tmp_path: Path, number: signal.Signals, event: Any) -> None:
    with started(tmp_path) as (process, url):
        with DataStorage(url) as client:
            client.create_audit_event(event())
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert output == ""
        lines = [json.loads(line)["message"] for line in errors.splitlines()]
        assert lines[0].startswith("there is no authentication")
        assert lines[1:] == ["request answered"]
    assert not (tmp_path / "datastorage.db-wal").exists()  # folded into the file at the end


def test_it_stops_even_if_told_so_at_once(tmp_path: Path) -> None:
    with started(tmp_path) as (process, _):
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_what_was_acknowledged_survives_a_kill(
    tmp_path: Path, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    acknowledged: list[object] = []
    for _ in range(3):
        with started(tmp_path, "--strict") as (process, url):
            client = connect(url)
            single = client.create_audit_event(event(), idempotency_key=f"k{len(acknowledged)}")
            batch = client.create_audit_events_batch([event(), event()])
            process.kill()
            process.wait(timeout=20)
            assert process.returncode == -signal.SIGKILL
        assert isinstance(single, m.AuditEventResponse)
        assert isinstance(batch, m.BatchAuditEventResponse)
        acknowledged += [single.event_id, *batch.event_ids]
    with started(tmp_path) as (_, url):
        found = connect(url).query_audit_events().data
    assert {one.event_id for one in found} == set(acknowledged)
    assert len(found) == 9


def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"datastorage-server: cannot listen on 127.0.0.1 port {port}: address")
    assert "choose another --port" in told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:///no/such/folder/a.db", "the folder no/such/folder does not exist"),
        ("sqlite:///.", ". is a folder"),
        ("sqlite:///text.txt", "the database file is no SQLite database"),
        ("sqlite://file.db", "names a host"),
        ("sqlite:///", "names no file"),
        ("sqlite:///a.db?mode=ro", "has parameters"),
        ("sqlite+pysqlite:///a.db", "names the driver 'pysqlite'"),
        ("postgresql://u:secret@h", "names no database"),
        ("postgres://u:secret@h/db?sslpassword=secret", "the parameter 'sslpassword'"),
        ("mysql://u:secret@h/db", "unknown database 'mysql'"),
        ("mysql://u:secret@h:port/db", "is no database URL"),
        ("events.db", "is no database URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_told(
    url: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "text.txt").write_text("no database at all, but long enough for a header" * 10)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATASTORAGE_DATABASE_URL", url)
    assert main(["--port", "0"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert told in said.err
    assert "secret" not in said.err


@pytest.mark.parametrize("port", ["-1", "65536", "http", "8_0", "٣"])
def test_a_port_that_is_none_is_told(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"--port={port}"]) == 2
    assert "is no port" in capsys.readouterr().err


def test_help_shows_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "DATASTORAGE_DATABASE_URL" in told
    assert "datastorage-server --port 8080" in told


def test_a_missing_extra_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "datastorage_server.command", raising=False)
    monkeypatch.delattr("datastorage_server.command", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main([]) == 2
    assert "uvicorn is not installed: pip install 'apigen[server]'" in capsys.readouterr().err


def test_databases_are_a_file_or_memory() -> None:
    assert database_from({}) == SqliteDatabase(Path("datastorage.db"))
    assert parse_database("sqlite:////srv/a b.db") == SqliteDatabase(Path("/srv/a b.db"))
    assert parse_database("sqlite:///:memory:") == SqliteDatabase(None)
    with pytest.raises(StartError):
        database_from({"DATASTORAGE_DATABASE_URL": "nonsense"})


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_loopback_is_told_from_the_rest(host: str, *, only_here: bool) -> None:
    assert is_loopback(host) is only_here
