"""The command line as a user meets it: a process, its streams, its exit code."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

SPEC = """\
openapi: 3.0.3
info: {title: Pets, version: 1.2.0}
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
      responses:
        '200':
          description: The pet.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Pet'}
components:
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 20}
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left."""

    code: int
    out: str
    err: str


Apigen = Callable[..., Ended]


@pytest.fixture
def apigen(tmp_path: Path) -> Apigen:
    """Run ``apigen`` in an empty folder, within this process: its imports are paid for once."""
    from apigen.cli.main import app

    def run(*arguments: str, cwd: Path = tmp_path, **variables: str) -> Ended:
        with contextlib.chdir(cwd):
            ended = CliRunner().invoke(app, arguments, env={"COLUMNS": "100", **variables})
        assert ended.exception is None or isinstance(ended.exception, SystemExit)
        return Ended(ended.exit_code, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Apigen:
    """Run ``apigen`` in an empty folder, as a process of its own."""

    def run(*arguments: str, cwd: Path = tmp_path, **variables: str) -> Ended:
        ended = subprocess.run(
            [sys.executable, "-m", "apigen", *arguments],
            cwd=cwd,
            env={**os.environ, "COLUMNS": "100", **variables},
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=120,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Put a document and a configuration into the folder."""
    (tmp_path / "api.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.apigen]\nspec = "api.yaml"\noutput = "out"\npackage = "pets"\n', encoding="utf-8"
    )
    return tmp_path
