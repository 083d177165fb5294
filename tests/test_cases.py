"""Golden cases: what a small document gives, to the byte, and what is said of it.

``cases/<topic>/<case>/`` holds ``openapi.yaml`` (and whatever else the document consists of),
``exit`` (the exit code), ``diagnostics.txt`` (what is printed) and below ``expected/`` the files
that the case is about. ``args`` is the command line where it is not the usual one. A new case: make
the folder with its document, ``touch`` its ``exit`` and ``diagnostics.txt`` and the files of
interest in ``expected/``, and run

    pytest tests/test_cases.py --update

which writes what came out; read it before it is committed.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = HERE / "cases"
NAMES = sorted(folder.parent.relative_to(CASES).as_posix() for folder in CASES.glob("*/*/exit"))
NOT_INPUT = {"expected", "exit", "diagnostics.txt", "args"}
OLDEST = sys.version_info[:2] == (3, 11)
SUMMARY = re.compile(r": \d+ files: \d+ created \(\d+\.\d s\)$", re.MULTILINE)
"""Counts all files of the runtime, and the seconds: neither belongs to a case."""
PROGRESS = re.compile(r"^apigen: \w+ \S+ \.\.\.\n", re.MULTILINE)
"""Is said on a busy machine only."""


@dataclass(frozen=True)
class Run:
    """What one run of a case left."""

    exit: int
    printed: str
    complaints: str
    files: Mapping[str, bytes]
    """Below the output folder, those of the runtime and the record aside."""


@dataclass(frozen=True)
class Runs:
    """All cases, run in two places with two hash seeds."""

    here: Mapping[str, Run]
    elsewhere: Mapping[str, Run]
    output: Path
    """Holds all packages of the first run, ready to be imported."""


def package(name: str) -> str:
    return name.rpartition("/")[2].replace("-", "_")


def command(name: str) -> list[str]:
    args = CASES / name / "args"
    usual = f"generate --spec openapi.yaml --output out --package {package(name)}"
    return shlex.split(args.read_text() if args.is_file() else usual)


def inputs(case: Path) -> list[Path]:
    return [path for path in sorted(case.iterdir()) if path.name not in NOT_INPUT]


def copied(name: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    for path in inputs(CASES / name):
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        else:
            shutil.copy(path, folder)


def absolute(arguments: list[str], folder: Path) -> list[str]:
    """Name the files by their full paths, so that it does not matter where the command runs."""
    return [
        str(folder / each) if each == "out" or (folder / each).exists() else each
        for each in arguments
    ]


def generated(output: Path) -> dict[str, bytes]:
    return {
        "/".join(path.relative_to(output).parts[1:]): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file() and not {"_runtime", ".apigen.json"} & set(path.parts)
    }


def perform(plan: list[tuple[str, list[str]]], scratch: Path, seed: str) -> None:
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "plan.json").write_text(json.dumps(plan))
    subprocess.run(
        [sys.executable, "-W", "error", str(HERE / "run_commands.py"), str(scratch / "plan.json")],
        env={**os.environ, "PYTHONHASHSEED": seed, "NO_COLOR": "1", "COLUMNS": "100"},
        check=True,
    )


def outcome(folder: Path, output: Path, prefix: str = "") -> Run:
    printed = Path(f"{folder}.out").read_text(encoding="utf-8").replace(prefix, "")
    return Run(
        int(Path(f"{folder}.exit").read_text()),
        SUMMARY.sub(": created", printed),
        PROGRESS.sub("", Path(f"{folder}.err").read_text(encoding="utf-8").replace(prefix, "")),
        generated(output),
    )


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    scratch = tmp_path_factory.mktemp("cases")
    here = {name: scratch / "here" / name for name in NAMES}
    there = {name: scratch / "elsewhere" / "deeper" / name for name in NAMES}
    for name in NAMES:
        copied(name, here[name])
        copied(name, there[name])
        (scratch / "run from" / name).mkdir(parents=True)
    perform([(str(here[name]), command(name)) for name in NAMES], scratch, "0")
    perform(
        [
            (str(scratch / "run from" / name), absolute(command(name), there[name]))
            for name in reversed(NAMES)
        ],
        scratch,
        "4711",
    )
    together = scratch / "packages"
    together.mkdir()
    for folder in here.values():
        for made in (folder / "out").glob("*"):
            shutil.copytree(made, together / made.name)
    return Runs(
        {name: outcome(here[name], here[name] / "out") for name in NAMES},
        {
            name: outcome(scratch / "run from" / name, there[name] / "out", f"{there[name]}/")
            for name in NAMES
        },
        together,
    )


def test_there_are_cases_and_no_two_share_a_package() -> None:
    assert len(NAMES) >= 30
    assert len({package(name) for name in NAMES}) == len(NAMES)
    unfinished = [
        str(path.relative_to(CASES))
        for path in CASES.glob("*/*")
        if path.relative_to(CASES).as_posix() not in NAMES
    ]
    assert not unfinished, "a case needs a file 'exit'; --update fills it"


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, runs: Runs, pytestconfig: pytest.Config) -> None:
    run, case = runs.here[name], CASES / name
    if pytestconfig.getoption("--update"):
        update(case, run)
    assert run.printed == (case / "diagnostics.txt").read_text(encoding="utf-8")
    assert run.exit == int((case / "exit").read_text())
    assert "Traceback" not in run.complaints
    if run.exit == 2:
        assert not run.files, "what could not be done wrote something"
    for path in sorted((case / "expected").rglob("*")):
        if path.is_file():
            file = path.relative_to(case / "expected").as_posix()
            assert run.files.get(file, b"").decode() == path.read_text(encoding="utf-8"), file


@pytest.mark.parametrize("name", NAMES)
def test_hash_seed_and_folder_change_nothing(name: str, runs: Runs) -> None:
    assert runs.elsewhere[name] == runs.here[name]


def test_null_means_the_same_in_openapi_3_0_and_3_1(runs: Runs) -> None:
    old, new = (runs.here[f"documents/nullable-{version}"].files for version in ("3-0", "3-1"))
    assert old["models.py"] == new["models.py"]


def test_every_generated_package_imports_without_a_warning(runs: Runs) -> None:
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    modules = [
        f"{folder.name}.{module.stem}"
        for folder in sorted(runs.output.iterdir())
        for module in sorted(folder.glob("*.py"))
    ]
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *modules], cwd=runs.output, check=True
    )


@pytest.fixture(scope="session")
def typed(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All packages over one copy of the runtime, which is checked once, not fifty times."""
    folder = tmp_path_factory.mktemp("typed")
    for made in sorted(runs.output.iterdir()):
        (folder / made.name).mkdir()
        for module in made.glob("*.py"):
            text = module.read_text(encoding="utf-8").replace("from ._runtime", "from runtime")
            (folder / made.name / module.name).write_text(text, encoding="utf-8")
        shutil.copytree(made / "_runtime", folder / "runtime", dirs_exist_ok=True)
    (folder / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "pythonVersion": "3.11"})
    )
    return folder


@pytest.mark.skipif(not OLDEST, reason="one Python is enough for the type checkers")
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_every_generated_package_is_typed(checker: str, typed: Path) -> None:
    options = {
        "mypy": ["--strict", "--python-version", "3.11", "."],
        "pyright": ["--pythonpath", sys.executable],
    }
    told = subprocess.run(
        [sys.executable, "-m", checker, *options[checker]],
        cwd=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-5000:]


def update(case: Path, run: Run) -> None:
    (case / "diagnostics.txt").write_text(run.printed, encoding="utf-8")
    (case / "exit").write_text(f"{run.exit}\n")
    for path in (case / "expected").rglob("*"):
        if path.is_file():
            file = path.relative_to(case / "expected").as_posix()
            path.write_bytes(run.files.get(file, b""))
