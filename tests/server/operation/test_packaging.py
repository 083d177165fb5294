"""The container file, the systemd unit and the page: what they name exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from datastorage_server.configuration.options import OPTIONS
from datastorage_server.configuration.sources import configured
from datastorage_server.testing import running

ROOT = Path(__file__).parents[3]
CONTAINER = ROOT / "server" / "Containerfile"
UNIT = ROOT / "server" / "datastorage.service"
PAGE = ROOT / "docs" / "datastorage.md"


def instructions() -> list[tuple[str, str]]:
    joined = CONTAINER.read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def test_the_container_copies_what_exists_and_runs_as_nobody() -> None:
    steps = instructions()
    assert [name for name, _ in steps].count("FROM") == 2
    for name, rest in steps:
        if name == "COPY" and "--from" not in rest:
            *sources, _ = rest.split()
            assert all((ROOT / source).exists() for source in sources), rest
        if name in {"ENTRYPOINT", "CMD"}:
            assert json.loads(rest)  # no shell in between
    last = dict(steps)
    assert last["USER"] == "10001:10001"
    assert json.loads(last["ENTRYPOINT"]) == ["datastorage-server"]
    assert "datastorage-server = " in (ROOT / "pyproject.toml").read_text()
    variables = dict(re.findall(r"(DATASTORAGE_\w+)=(\S+)", last["ENV"]))
    assert configured({}, variables, None)["host"].origin == "DATASTORAGE_HOST"
    known = {one.variable for one in OPTIONS}
    assert set(variables) <= known


def test_the_health_check_of_the_container_tells_life_from_death() -> None:
    check = dict(instructions())["HEALTHCHECK"].partition("CMD ")[2]
    command = json.loads(check)
    assert command[0] == "python"
    with running() as url:
        alive = [one.replace("http://127.0.0.1:8080", url) for one in command[1:]]
        subprocess.run([sys.executable, *alive], check=True, timeout=60)
    dead = subprocess.run([sys.executable, *alive], check=False, capture_output=True, timeout=60)
    assert dead.returncode != 0


def test_the_unit_is_one(tmp_path: Path) -> None:
    text = UNIT.read_text()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "DynamicUser=yes"):
        assert line in text.splitlines()
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    command = shutil.which("true")
    assert command
    unit = tmp_path / "datastorage.service"
    unit.write_text(re.sub(r"/opt/datastorage/bin/datastorage-server", command, text))
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "datastorage.service" not in run.stderr, run.stderr


def test_the_page_lists_every_setting() -> None:
    rows = "".join(
        f"| `{one.name}` | {f'`{one.default}`' if one.default else ''} | {one.help} |\n"
        for one in OPTIONS
    )
    assert rows in PAGE.read_text(), f"the table is to be:\n{rows}"
