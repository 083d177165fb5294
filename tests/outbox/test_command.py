"""The command: parked events are listed, shown, sent again and exported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.outbox.conftest import Events, Server, event, held, problem

from apigen.runtime.clients import SyncClient
from apigen.runtime.outbox_command import main


@pytest.fixture
def parked(server: Server, client: SyncClient, spool: Path) -> Path:
    """A spool with the events 3 and 7 of ten parked."""
    server.says = lambda events: problem(400) if {3, 7} & {one["n"] for one in events} else None
    with Events(client, spool) as outbox:
        for n in range(1, 11):
            outbox.append(event(n, "rr-1\x1b[31m"))
        assert outbox.flush(60).parked == 2
    server.says = lambda _: None
    return spool


def test_list_says_what_is_parked_and_why(parked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(parked)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[0] == "3"
    assert second.split()[0] == "7"
    assert "400" in first
    assert "400 Bad Request: No [caller]" in first
    assert "\x1b" not in first


def test_status_counts(parked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(parked), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["appended"], figures["sent"], figures["held"]) == (10, 8, 2)
    assert main(["status", str(parked)]) == 0
    assert "waiting    0\n" in capsys.readouterr().out


def test_show_gives_the_event_and_its_problem(
    parked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(parked), "7"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["event"]["n"] == 7
    assert shown["problem"]["status"] == 400


def test_retry_sends_them_again(
    server: Server, client: SyncClient, parked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retry", str(parked), "7"]) == 0
    with Events(client, parked) as outbox:
        assert outbox.flush(60)
        assert main(["retry", str(parked)]) == 0  # while it is in use
        assert outbox.flush(60)
        stats = outbox.stats()
    assert server.numbers[-2:] == [7, 3]
    assert (stats.held, stats.waiting, stats.sent) == (0, 0, 10)
    assert main(["list", str(parked)]) == 0


def test_export_writes_lines_and_removes_them_on_demand(
    parked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "parked.jsonl"
    assert main(["export", str(parked), "--to", str(to), "--remove"]) == 0
    assert [json.loads(line)["event"]["n"] for line in to.read_text().splitlines()] == [3, 7]
    assert main(["list", str(parked)]) == 0
    assert main(["export", str(parked), "--to", str(to)]) == 2  # nothing is overwritten
    assert "File exists" in capsys.readouterr().err


def test_what_cannot_be_done_is_said_in_one_line(
    parked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(parked), "4"]) == 2
    assert main(["list", str(tmp_path / "no.spool")]) == 2
    assert not (tmp_path / "no.spool").exists()
    lock = held(parked)
    assert main(["salvage", str(parked)]) == 2
    lock.release()
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "outbox: event 4 is not parked; 'list' tells which are"
    assert said[1].endswith("no.spool: there is no such file")
    assert said[2].endswith("an outbox uses it; end that first")
