"""A run that is killed at any moment leaves a package that is old, new, or seen to be neither."""

import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from apigen import apply
from apigen.disk import snapshot
from apigen.manifest import INTENT, RECORD, Manifest
from apigen.plan import Plan, make

ROUNDS = 60
RECORDS = Manifest({}, {}, {}, {})
WRITER = """
import sys
from pathlib import Path
from test_killed import version, write
folder, number = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
while True:
    number += 1
    write(folder, number)
"""


def version(number: int) -> dict[str, bytes]:
    """Return a package of many files that differs from the next one in each of them."""
    files = {f"common{n}.py": b"%d\n" % number * 50 for n in range(12)}
    files |= {f"part{number % 3}/only{n}.py": b"%d\n" % number for n in range(12)}
    return files


def write(folder: Path, number: int) -> Plan:
    files = version(number)
    return apply.write(folder, tuple(files), lambda found: make(files, RECORDS, found))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (RECORD, INTENT)
    }


def numbers(files: dict[str, bytes]) -> set[int]:
    return {int(content.split()[0]) for content in files.values()}


def killed_while_writing(folder: Path, after: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), "1000"],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": ":".join([*sys.path, str(Path(__file__).parent)])},
    )
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], 60)[0]
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_a_kill_at_any_moment_is_seen_and_healed(tmp_path: Path) -> None:
    chance = random.Random(18)
    folder = tmp_path / "out" / "pets"
    seen = 0
    for number in range(ROUNDS):
        write(folder, number)
        killed_while_writing(folder, chance.uniform(0.0, 0.15))
        found = snapshot(folder)
        left = tree(folder)
        whole = any(left == version(n) for n in numbers(left))
        assert whole or found.interrupted
        seen += found.interrupted
        healed = write(folder, 5000 + number)
        assert healed.refusals == ()
        assert tree(folder) == version(5000 + number)
        assert not snapshot(folder).interrupted
        assert [path.name for path in folder.parent.iterdir()] == ["pets"]
    assert seen > ROUNDS / 4
