"""The scripts that other projects run in their CI, run as they are written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cli.conftest import SPEC

ROOT = Path(__file__).parents[2]
CONFIGURED = '[tool.apigen]\nspec = "api.yaml"\noutput = "out"\npackage = "pets"\n'


def action() -> str:
    steps: list[dict[str, Any]] = yaml.safe_load((ROOT / "ci" / "action.yml").read_text())["runs"][
        "steps"
    ]
    return str(steps[-1]["run"])


def gitlab() -> str:
    job = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text())[".apigen"]
    return str(job["script"][-1])


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    (folder / "api.yaml").write_text(SPEC)
    (folder / "pyproject.toml").write_text(CONFIGURED)
    command = [sys.executable, "-m", "apigen", "generate", "--quiet"]
    subprocess.run(command, cwd=folder, check=True)
    return folder


@pytest.fixture
def project(generated: Path, tmp_path: Path) -> Path:
    return shutil.copytree(generated, tmp_path, dirs_exist_ok=True)


def run(script: str, project: Path, commands: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {"COMMANDS": commands, "APIGEN_COMMANDS": commands, "FOLDER": ".", "APIGEN_FOLDER": "."}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=project,
        env={**os.environ, "PATH": path, "CI_PROJECT_DIR": str(project), **given},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("script", [action, gitlab])
def test_what_is_in_order_passes_and_what_is_stale_fails(script: Any, project: Path) -> None:
    assert run(script(), project, "validate check").returncode == 0
    (project / "api.yaml").write_text(SPEC.replace("maxLength: 20", "maxLength: 30"))
    ended = run(script(), project, "check validate")
    assert ended.returncode == 1
    assert "models.py" in ended.stdout


@pytest.mark.parametrize("script", [action, gitlab])
def test_a_finding_wins_over_what_could_not_be_done(script: Any, project: Path) -> None:
    (project / "out" / "pets" / "models.py").unlink()
    assert run(script(), project, "diff").returncode == 2  # there is no git here
    assert run(script(), project, "check diff").returncode == 1


@pytest.mark.parametrize("script", [action, gitlab])
@pytest.mark.parametrize("commands", ["generate", "check;id", "$(touch there)", "../x"])
def test_other_commands_are_refused(script: Any, tmp_path: Path, commands: str) -> None:
    ended = run(script(), tmp_path, commands)
    assert ended.returncode == 2
    assert not (tmp_path / "there").exists()


def test_every_hook_runs_a_command_that_there_is() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {each["id"] for each in hooks} == {
        "apigen-check",
        "apigen-diff",
        "apigen-lint",
        "apigen-validate",
    }
    for each in hooks:
        words = each["entry"].split()
        assert words[0] == "apigen"
        helped = subprocess.run(
            [sys.executable, "-m", *words, "--help"], capture_output=True, check=False
        )
        assert helped.returncode == 0
