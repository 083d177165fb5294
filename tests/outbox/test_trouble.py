"""What cannot be kept is said at once; what was taken is not lost by it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.outbox.conftest import Events, Server, event, held, problem

from apigen.runtime.clients import SyncClient
from apigen.runtime.outbox import OutboxClosed, OutboxError, OutboxFull, SpoolUnusable
from apigen.runtime.problems import InvalidArgument, InvalidBaseUrl

MIB = 1024 * 1024


def test_a_bad_url_fails_at_start(spool: Path) -> None:
    with pytest.raises(InvalidBaseUrl):
        Events("not a url", spool)
    assert not spool.exists()


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"max_bytes": 1000}, "max_bytes must be at least"),
        ({"durability": "disk"}, "durability is 'process' or 'power'"),
        ({"when_full": "drop"}, "when_full is 'raise' or 'block'"),
        ({"linger": -1}, "linger must be 0 s or more"),
    ],
)
def test_a_bad_limit_fails_at_start(spool: Path, limits: Any, told: str) -> None:
    with pytest.raises(InvalidArgument, match=told):
        Events("http://service.test", spool, **limits)
    assert not spool.exists()


def test_a_folder_that_is_not_there_fails_at_start(tmp_path: Path) -> None:
    with pytest.raises(SpoolUnusable, match=r"there is no folder .*; make it first"):
        Events("http://service.test", tmp_path / "no" / "events.spool")


def test_a_folder_is_no_spool(tmp_path: Path) -> None:
    with pytest.raises(SpoolUnusable, match="it is a folder"):
        Events("http://service.test", tmp_path)


def test_a_file_of_something_else_is_left_as_it_is(spool: Path) -> None:
    spool.write_text("my notes\n" * 100)
    with pytest.raises(SpoolUnusable, match="it is no SQLite database; it was left as it is"):
        Events("http://service.test", spool)
    assert spool.read_text() == "my notes\n" * 100


def test_a_database_of_something_else_is_refused(spool: Path) -> None:
    with closing(sqlite3.connect(spool)) as other:
        other.execute("CREATE TABLE notes (text)")
    with pytest.raises(SpoolUnusable, match="a database of something else"):
        Events("http://service.test", spool)


def test_a_spool_of_a_later_version_is_refused(client: SyncClient, spool: Path) -> None:
    Events(client, spool).close()
    with closing(sqlite3.connect(spool)) as later:
        later.execute("PRAGMA user_version=9")
    with pytest.raises(SpoolUnusable, match="it has the format 9"):
        Events("http://service.test", spool)


def as_many_as_fit(outbox: Events, **waiting: Any) -> None:
    for n in range(2000):
        outbox.append(event(n, text="x" * 1000), **waiting)


def test_a_full_outbox_raises_and_keeps_what_it_took(
    server: Server, client: SyncClient, spool: Path
) -> None:
    server.says = lambda _: problem(503)
    with Events(client, spool, max_bytes=MIB) as outbox:
        with pytest.raises(OutboxFull, match="the 1048576 bytes that it may; the event was not"):
            as_many_as_fit(outbox)
        took = outbox.stats().appended
        assert 700 < took < 1100
        stats = outbox.stats()
        assert (stats.waiting, stats.refused) == (took, 1)
        server.says = lambda _: None
        assert outbox.flush(60)
        outbox.append(event(9999))  # there is room again
        assert outbox.flush(60)
    assert server.numbers == [*range(took), 9999]


def test_a_full_outbox_can_wait_for_room(server: Server, client: SyncClient, spool: Path) -> None:
    server.says = lambda _: problem(503)
    with Events(client, spool, max_bytes=MIB, when_full="block") as outbox:
        with pytest.raises(OutboxFull):
            as_many_as_fit(outbox, timeout=0.1)
        took = outbox.stats().appended
        server.says = lambda _: None
        outbox.append(event(9999, text="x" * 1000), timeout=20)
        assert outbox.flush(60)
    assert server.numbers == [*range(took), 9999]


def test_an_event_that_does_not_fit_the_contract_is_the_callers_error(
    client: SyncClient, spool: Path
) -> None:
    with Events(client, spool) as outbox:
        wrong = event(1)
        object.__setattr__(wrong, "__dict__", {"group": "a", "n": "secret"})
        with pytest.raises(InvalidArgument, match="does not fit the contract") as caught:
            outbox.append(wrong)
        assert "secret" not in str(caught.value)
        stats = outbox.stats()
        assert (stats.appended, stats.refused) == (0, 1)


def test_a_closed_outbox_takes_nothing(server: Server, client: SyncClient, spool: Path) -> None:
    server.says = lambda _: problem(503)
    outbox = Events(client, spool)
    outbox.append(event(0))
    assert outbox.close(0).waiting == outbox.close().waiting == 1
    with pytest.raises(OutboxClosed):
        outbox.append(event(1))
    with pytest.raises(OutboxClosed):
        outbox.flush(1)


def test_a_fork_is_told_to_make_its_own(client: SyncClient, spool: Path) -> None:
    with Events(client, spool) as outbox:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                outbox.append(event(1))
            except OutboxError as error:
                os.write(writing, str(error).encode())
            os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        with os.fdopen(reading) as told:
            assert "an outbox does not pass a fork" in told.read()


def damage(spool: Path, tmp_path: Path) -> None:
    """Overwrite some pages in the middle of the file."""
    with spool.open("r+b") as stream:
        stream.seek(spool.stat().st_size // 2 // 4096 * 4096)
        stream.write(b"\xff" * 4096 * 3)


def filled(client: SyncClient, spool: Path, count: int) -> None:
    drains = held(spool)
    outbox = Events(client, spool)
    for n in range(count):
        outbox.append(event(n, text="x" * 500))
    outbox.close(0)
    drains.release()


def test_a_damaged_spool_is_said_and_does_not_spin(
    server: Server, client: SyncClient, spool: Path, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    filled(client, spool, 1000)
    damage(spool, tmp_path)
    outbox = Events(client, spool)
    with pytest.raises(SpoolUnusable, match="it is damaged"):
        outbox.flush(1)
    with pytest.raises(SpoolUnusable, match="it is damaged"):
        outbox.close(0.1)
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert 1 <= len(said) <= 4
    assert "it is damaged and was left as it is; 'salvage'" in said[0]


def test_salvage_brings_what_can_be_read(
    server: Server, client: SyncClient, spool: Path, tmp_path: Path
) -> None:
    filled(client, spool, 1000)
    damage(spool, tmp_path)
    before = spool.read_bytes()
    done = command("salvage", spool)
    assert done.returncode == 0
    aside = min(tmp_path.glob("*.damaged-*"), key=lambda path: len(path.name))
    assert aside.read_bytes() == before
    with Events(client, spool) as outbox:
        assert outbox.flush(60)
        stats = outbox.stats()
        outbox.append(event(5000))
        assert outbox.flush(60)
    assert stats.waiting == 0
    assert server.numbers == sorted(set(server.numbers))
    assert 950 < len(server.numbers) <= 1001
    assert {0, 999, 5000} <= set(server.numbers)


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    code = "import sys; from apigen.runtime.outbox_command import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


APPENDER = """
import os, resource, sys
from tests.outbox.conftest import Events, event
from apigen.runtime.outbox import OutboxError
outbox = Events("http://127.0.0.1:9", sys.argv[1])
outbox.append(event(0))
{setup}
took = 1
try:
    for n in range(1, 5000):
        outbox.append(event(n, text="x" * 1000))
        took += 1
except OutboxError as error:
    print(took, type(error).__name__, error)
"""


def run_appender(spool: Path, setup: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", APPENDER.format(setup=setup), str(spool)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    took, told = done.stdout.split(" ", 1)
    return int(took), told


def test_when_no_more_can_be_written_it_is_said_and_nothing_is_lost(
    server: Server, client: SyncClient, spool: Path
) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))"
    took, told = run_appender(spool, limit)
    assert 20 < took < 1000
    assert told.startswith("SpoolUnusable spool")
    with Events(client, spool) as outbox:
        assert outbox.flush(60)
    assert server.numbers == list(range(took))


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small disk")
def test_a_full_disk_is_said_and_nothing_is_lost(
    server: Server, client: SyncClient, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount")
    try:
        spool = disk / "events.spool"
        took, told = run_appender(spool, "")
        assert 100 < took < 2000
        assert "SpoolUnusable" in told
        assert "the disk is full" in told
        saved = tmp_path / "moved.spool"
        for suffix in ("", "-wal"):
            shutil.copy(f"{spool}{suffix}", f"{saved}{suffix}")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    with Events(client, saved) as outbox:
        assert outbox.flush(60)
    assert server.numbers == list(range(took))


def test_a_disk_that_may_only_be_read_is_said(client: SyncClient, tmp_path: Path) -> None:
    folder = tmp_path / "spools"
    folder.mkdir()
    spool = folder / "events.spool"
    filled(client, spool, 10)
    code = (
        "import os, sys\n"
        "from tests.outbox.conftest import Events\n"
        "from apigen.runtime.outbox import SpoolUnusable\n"
        "Events('http://127.0.0.1:9', sys.argv[2]).close()  # what it imports, root may read\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: Events('http://127.0.0.1:9', sys.argv[1])\n"
        "except SpoolUnusable as error: print(error)\n"
    )
    for each in folder.iterdir():
        each.chmod(0o444)
    folder.chmod(0o555)
    for each in (tmp_path, *tmp_path.parents[:3]):
        each.chmod(each.stat().st_mode | 0o055)
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, str(spool), str(tmp_path / "other.spool")],
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        folder.chmod(0o755)
    assert "Permission denied" in done.stdout
    assert "Traceback" not in done.stderr


def test_the_spool_is_for_the_eyes_of_its_owner(client: SyncClient, spool: Path) -> None:
    with Events(client, spool) as outbox:
        outbox.append(event(1))
        modes = {each.name: each.stat().st_mode & 0o077 for each in spool.parent.iterdir()}
        assert set(modes.values()) == {0}, modes


KILLED = """
import sys
from tests.outbox.conftest import Events, event
outbox = Events("http://127.0.0.1:9", sys.argv[1], durability=sys.argv[2])
n = 0
while True:
    outbox.append(event(n, text="x" * 300))
    sys.stdout.write(f"{n}\\n")
    sys.stdout.flush()
    n += 1
"""


@pytest.mark.parametrize("durability", ["process", "power"])
def test_a_killed_process_loses_nothing_that_was_taken(
    server: Server, client: SyncClient, spool: Path, durability: str
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(spool), durability], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    with child.stdout as told:
        assert told.readline() == "0\n"
        time.sleep(0.2)
        child.kill()
        last = [line for line in told.read().splitlines(keepends=True) if line.endswith("\n")]
    child.wait()
    acknowledged = int(last[-1])
    with Events(client, spool) as outbox:
        assert outbox.flush(60)
    assert server.numbers in (list(range(acknowledged + 1)), list(range(acknowledged + 2)))
