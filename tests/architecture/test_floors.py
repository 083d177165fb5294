"""The house stands: imports go down only, files and functions stay small."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from apigen import assets

ROOT = Path(__file__).parents[2]
SHELVES = ("generator", "server", "tests")
SOURCES = (ROOT / "generator", ROOT / "server", ROOT / "generated")
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40


def sources() -> Iterator[Path]:
    for shelf in SHELVES:
        for path in sorted((ROOT / shelf).rglob("*.py")):
            if "cases" not in path.parts:
                yield path


def test_imports_go_down_only() -> None:
    command = shutil.which("lint-imports", path=Path(sys.executable).parent)
    assert command, "import-linter is one of the tools in the extra 'dev'"
    ended = subprocess.run(
        [command, "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SOURCES))},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_what_is_left_out_of_the_identity_generates_nothing() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    [contract] = [each for each in linter["contracts"] if "what judges" in each["name"]]
    assert {f"apigen.{name}" for name in assets.OTHERS} == set(contract["forbidden_modules"])


def test_no_file_is_long() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {str(path): size for path, size in sizes.items() if size > LINES_OF_A_FILE} == {}


def test_no_function_is_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {size} lines"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (size := body_lines(node)) > LINES_OF_A_FUNCTION
    ]
    assert long == []


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the length of what a function does, its signature and docstring aside."""
    first = node.body[1:2] if ast.get_docstring(node) else node.body[:1]
    return (node.end_lineno or 0) - first[0].lineno + 1 if first else 0
