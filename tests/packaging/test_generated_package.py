"""A generated package installs from its own folder, and needs nothing of apigen."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SPEC = """\
openapi: 3.0.3
info: {title: "Pets \\"quoted\\" \\U0001F436", version: 1.0.0-beta.1}
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200':
          description: All pets.
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}
components:
  schemas:
    Pet: {type: object, required: [name], properties: {name: {type: string}}}
"""


def run(*arguments: str, cwd: Path, **variables: str) -> str:
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate a package in a folder that git ignores, and build a wheel of it."""
    folder = tmp_path_factory.mktemp("project")
    (folder / ".git").mkdir()
    (folder / ".gitignore").write_text("out/\n", encoding="utf-8")
    (folder / "api.yaml").write_text(SPEC, encoding="utf-8")
    flags = ("--spec", "api.yaml", "--output", "out", "--package", "my_pets")
    run("-m", "apigen", "generate", *flags, cwd=folder)
    pip = ("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "wheels")
    run(*pip, "./out/my_pets", cwd=folder)
    run("-m", "apigen", "check", *flags, cwd=folder)  # building leaves nothing behind
    (built,) = (folder / "wheels").glob("*.whl")
    return built


def test_its_name_and_version_come_from_the_contract(wheel: Path) -> None:
    assert wheel.name == "my_pets-1.0.0b1-py3-none-any.whl"


def test_it_holds_the_package_and_nothing_of_its_making(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"my_pets/__init__.py", "my_pets/py.typed", "my_pets/openapi.json"} <= names
    assert "my_pets/_runtime/__init__.py" in names
    assert {name.split("/")[0] for name in names} == {"my_pets", "my_pets-1.0.0b1.dist-info"}
    assert not {"my_pets/.apigen.json", "my_pets/pyproject.toml"} & names


def test_it_needs_an_http_library_and_pydantic(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = archive.read("my_pets-1.0.0b1.dist-info/METADATA").decode()
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert required == [
        "Requires-Dist: httpx>=0.28",
        "Requires-Dist: pydantic>=2.12",
        "Requires-Dist: starlette>=0.45; extra == 'server'",
    ]
    assert 'Summary: Pets "quoted" \U0001f436' in metadata


def test_it_imports_on_its_own(wheel: Path, tmp_path: Path) -> None:
    pip = ("-m", "pip", "install", "--no-deps", "--no-index", "--target", "site")
    run(*pip, str(wheel), cwd=tmp_path)
    code = (
        "import sys\n"
        "from my_pets import MyPets, AsyncMyPets\n"
        "foreign = {name.split('.')[0] for name in sys.modules}\n"
        "print(sys.modules['my_pets'].__file__)\n"
        "print(sorted(foreign & {'apigen', 'starlette', 'jinja2', 'yaml', 'typer'}))\n"
    )
    where, foreign = run("-c", code, cwd=tmp_path, PYTHONPATH="site").splitlines()
    assert Path(where).is_relative_to(tmp_path / "site")
    assert foreign == "[]"
