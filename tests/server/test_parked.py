"""The command ``parked``: what was set aside is seen, taken along, and tried again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.server.test_outages import is_queued, locked, parked, pending, total, until

from datastorage import DataStorage
from datastorage_server.__main__ import main
from datastorage_server.testing import running

PARENT = "01890a5d-ac96-774b-bcce-b302099a8057"
Said = pytest.CaptureFixture[str]


def test_an_orphan_is_seen_exported_and_stored_once_its_parent_is(
    tmp_path: Path, event: Any, connect: Callable[[str], DataStorage], capsys: Said
) -> None:
    file, queue = tmp_path / "events.db", tmp_path / "a queue?#%.q"
    named = f"--queue={queue}"
    with running(f"sqlite:///{file}", queue=queue) as url:
        client = connect(url)
        with locked(file):
            assert is_queued(client.create_audit_event(event(parent_event_id=PARENT)))
        until(lambda: parked(client) == 1)
        # while the server runs, everything can be seen, and nothing be changed
        assert main(["parked", named]) == 0
        assert "parent event is not stored" in capsys.readouterr().out
        assert main(["parked", "retry", "1", named]) == 2
        assert "stop that server first" in capsys.readouterr().err
        client.create_audit_event(event(event_id=PARENT))
    assert main(["parked", "show", "1", named]) == 0
    one = json.loads(capsys.readouterr().out)
    assert (one["number"], one["write"]["events"][0]["parent_event_id"]) == (1, PARENT)
    assert main(["parked", "export", named]) == 0
    assert json.loads(capsys.readouterr().out) == one
    assert main(["parked", "retry", "1", named]) == 0
    with running(f"sqlite:///{file}", queue=queue) as url:
        client = connect(url)
        until(lambda: pending(client) == 0)
        assert (parked(client), total(client)) == (0, 2)
    capsys.readouterr()
    assert main(["parked", named]) == 0
    assert capsys.readouterr().out == f"nothing is set aside in {queue}\n"


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Return a queue with two writes that are set aside; what they are cannot be read."""
    queue = tmp_path / "q"
    with running(f"sqlite:///{tmp_path / 'events.db'}", queue=queue):
        pass
    with closing(sqlite3.connect(queue)) as connection, connection:
        connection.executemany(
            "INSERT INTO queue VALUES (?, '2026-01-01', 'torn \x1b[31m', '2026-01-02', ?)",
            [(3, "no\nway \x1b[2J"), (5, "neither")],
        )
    return queue


def test_what_is_damaged_is_shown_as_it_is_and_steers_no_terminal(two: Path, capsys: Said) -> None:
    assert main(["parked", f"--queue={two}"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "3  2026-01-01  damaged: no\\u000away \\u001b[2J"
    assert second.startswith("5  ")
    assert main(["parked", f"--queue={two}", "export", "5"]) == 0
    told = capsys.readouterr().out
    assert json.loads(told)["damaged"] == "torn \x1b[31m"
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("parked retry 3 4", "no write 4 is set aside"),
        ("parked show 4", "no write 4 is set aside"),
        ("parked show", "name the numbers"),
        ("parked show x", "'x' is no number"),
        ("parked drop 3", "is no action"),
        ("parked list 3", "is no action"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    asked: str, told: str, two: Path, capsys: Said
) -> None:
    assert main([*asked.split(), f"--queue={two}"]) == 2
    assert told in capsys.readouterr().err
    with closing(sqlite3.connect(two)) as connection:
        assert connection.execute("SELECT count(parked_at) FROM queue").fetchone() == (2,)


def test_looking_makes_no_queue(tmp_path: Path, capsys: Said) -> None:
    for action in (["parked"], ["parked", "retry", "1"]):
        assert main([*action, f"--queue={tmp_path / 'none'}"]) == 2
        assert "there is no queue" in capsys.readouterr().err
    assert main(["parked", "--queue=off"]) == 2
    assert "has no queue" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_other_commands_take_no_arguments(capsys: Said) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["migrate", "now"])
    assert ended.value.code == 2
    assert "unrecognized arguments: now" in capsys.readouterr().err
