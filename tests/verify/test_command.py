"""``apigen verify``: its stages, its exit codes."""

import contextlib
import re
import sys
from pathlib import Path

import pytest
from tests.comply.projects import SETTINGS, make
from tests.verify.test_service import SERVER
from typer.testing import CliRunner

from apigen.cli.main import app


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    make(folder)
    (folder / "server.py").write_text(SERVER, encoding="utf-8")
    return folder


def run(project: Path, verify: str) -> tuple[int, str]:
    (project / "pyproject.toml").write_text(f"{SETTINGS}\n{verify}", encoding="utf-8")
    with contextlib.chdir(project):
        ended = CliRunner().invoke(app, ["verify", "--time-budget", "5"])
    assert ended.exception is None or isinstance(ended.exception, SystemExit)
    return ended.exit_code, ended.stdout + ended.stderr


def table(*lines: str) -> str:
    return "\n".join(("[tool.apigen.verify]", *lines))


def test_without_a_command_the_service_is_not_tested(project: Path) -> None:
    code, said = run(project, "")
    assert code == 2
    assert "✓ contract" in said
    assert "✓ code" in said
    assert "? service" in said
    assert "not everything could be tested" in said


def test_a_service_that_does_not_do_what_the_contract_says(project: Path) -> None:
    command = f'command = ["{sys.executable}", "server.py", "{{port}}"]'
    code, said = run(project, table(command, 'ready = "/ready"', "start-timeout = 60"))
    assert code == 1  # POST is answered 501, which the contract does not know
    assert "✓ service" in said
    assert "✓ stop" in said
    assert "POST /api/v1/notes" in said


def test_a_service_that_does_not_start(project: Path) -> None:
    code, said = run(project, table(f'command = ["{sys.executable}", "-c", "print(1/0)"]'))
    assert code == 2
    assert "ZeroDivisionError" in said


def test_stale_code_is_found(project: Path) -> None:
    module = project / "generated" / "notes" / "__init__.py"
    before = module.read_bytes()
    module.write_bytes(before + b"\n# by hand\n")
    try:
        code, said = run(project, "")
    finally:
        module.write_bytes(before)
    assert code == 1
    assert "✗ code" in said


@pytest.mark.parametrize(
    "line",
    [
        'command = "datastorage-server --port 1"',
        "command = []",
        "command = [1]",
        'command = ["a"]\nready = 1',
        'command = ["a"]\ntime-budget = "x"',
        'command = ["a"]\nstop-timeout = -1',
        'command = ["a"]\nenvironment = { A = 1 }',
        'command = ["a"]\nreadi = "/"',
    ],
)
def test_wrong_settings_are_told_at_their_place(project: Path, line: str) -> None:
    code, said = run(project, table(line))
    assert code == 2
    assert "'verify'" not in said
    assert re.search(r"pyproject\.toml:1[01]:\d+  error AG90", said), said
