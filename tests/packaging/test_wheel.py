"""apigen's own wheel holds what it needs, and works without being unpacked."""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELVES = ("generator", "server", "generated", "templates")
SPEC = """\
openapi: 3.1.0
info: {title: Pets, version: 1.0.0}
paths:
  /pets:
    get: {operationId: listPets, responses: {'204': {description: None.}}}
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the checkout."""
    if not (ROOT / "generator").is_dir():
        pytest.skip("the sources are not here; the installed wheel is what is tested")
    copy = tmp_path_factory.mktemp("checkout")
    for shelf in SHELVES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / shelf, copy / shelf, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (built,) = (copy / "dist").glob("*.whl")
    return built


def test_it_holds_three_packages_and_the_templates(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    packages = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert packages == {"apigen", "datastorage", "datastorage_server"}
    assert "apigen/templates/client/module.py.jinja" in names
    assert "apigen/runtime/__init__.py" in names
    assert "apigen/py.typed" in names
    assert "datastorage/openapi.json" in names


def test_it_holds_no_traces_of_the_checkout(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if "__pycache__" in name or name.endswith(".json.next")] == []
    assert not {"datastorage/pyproject.toml", "datastorage/.apigen.json"} & set(names)


def test_every_source_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for shelf, prefix in (("generator", ""), ("server", ""), ("templates", "apigen/templates/")):
        for path in (ROOT / shelf).rglob("*"):
            if path.is_file() and path.suffix in (".py", ".jinja", ".jinja2"):
                assert prefix + path.relative_to(ROOT / shelf).as_posix() in names


def test_it_generates_without_being_unpacked(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(SPEC, encoding="utf-8")
    code = (
        "import sys, apigen\n"
        "assert '.whl' in apigen.__file__, apigen.__file__\n"
        "from apigen.cli.main import main\n"
        "main()\n"
    )
    flags = ("--spec", "api.yaml", "--output", "out", "--package", "pets")
    ended = subprocess.run(
        [sys.executable, "-c", code, "generate", *flags],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 of 1 operations" in ended.stdout


def test_the_installed_commands_are_there() -> None:
    commands = metadata.entry_points(group="console_scripts")
    assert {"apigen", "datastorage-server"} <= {command.name for command in commands}
