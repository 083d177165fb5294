"""Other people's documents: each one generates, imports, and is counted.

They are run where APIGEN_SPECS_DIR shows them (default: ``../shared/specs`` beside the checkout)
and are no part of the project. ``expected.json`` holds how many operations of each one are whole,
raw and left out; ``pytest tests/documents --update`` rewrites it.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest
import yaml

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

HERE = Path(__file__).parent
SPECS = Path(os.environ.get("APIGEN_SPECS_DIR", HERE.parents[2] / "shared" / "specs")).absolute()
EXPECTED: dict[str, dict[str, int]] = json.loads((HERE / "expected.json").read_text())
REAL = ("datastorage-2025-12.yaml", "datastorage-2026-08.yaml")
LARGE = 700_000
"""Bytes of a document that one run on the oldest Python is enough for: it takes minutes."""
OLDEST = sys.version_info[:2] == (3, 11)
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
SUMMARY = re.compile(
    r": (\d+) of (\d+) operations(?: \((\d+) whole(?:, (\d+) raw)?(?:, (\d+) left out)?\))?$", re.M
)


@dataclass(frozen=True)
class Made:
    """What came of one document."""

    exit: int
    complaints: str
    findings: tuple[dict[str, Any], ...]
    digests: Mapping[str, str]
    """Of all files that were written."""
    output: Path
    package: str

    @property
    def counts(self) -> dict[str, int]:
        """Return how many operations are whole, raw and left out, as the summary says."""
        found = SUMMARY.search(self.complaints)
        assert found, self.complaints
        made, present, whole, raw, left_out = (int(each or 0) for each in found.groups())
        assert present == made + left_out
        whole = whole if found[3] else made
        assert made == whole + raw
        return {"whole": whole, "raw": raw, "left_out": left_out}


def reason_to_skip(name: str) -> str:
    path = SPECS / name
    if not path.is_file():
        return f"{name} is not in APIGEN_SPECS_DIR ({SPECS})"
    if not OLDEST and is_large(name):
        return f"{name} is large: it runs on Python 3.11"
    return ""


@pytest.fixture(params=sorted(EXPECTED))
def document(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if reason := reason_to_skip(name):
        pytest.skip(reason)
    return name


def is_large(name: str) -> bool:
    return (SPECS / name).stat().st_size > LARGE


def package(name: str) -> str:
    return "doc_" + re.sub(r"\W", "_", name.rpartition(".")[0])


def begun(folder: Path, names: list[str], seed: str) -> "subprocess.Popen[bytes]":
    """Begin to generate from all documents, one after another in forks of one process."""
    plan: list[tuple[str, list[str]]] = []
    for name in names:
        run = folder / package(name)
        run.mkdir(parents=True)
        options = f"--output {run} --package {package(name)} --format json".split()
        file = ["--output-file", str(run / "findings.json")]
        plan.append((str(run), ["generate", "--spec", str(SPECS / name), *options, *file]))
    (folder / "plan.json").write_text(json.dumps(plan))
    return subprocess.Popen(
        [sys.executable, str(HERE.parent / "run_commands.py"), str(folder / "plan.json")],
        env={**os.environ, "PYTHONHASHSEED": seed},
    )


def ended(folder: Path, name: str) -> Made:
    run = folder / package(name)
    findings = run / "findings.json"
    output = run / package(name)
    return Made(
        int(Path(f"{run}.exit").read_text()),
        Path(f"{run}.err").read_text(),
        tuple(json.loads(findings.read_text())["findings"]) if findings.is_file() else (),
        {
            path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(output.rglob("*"))
            if path.is_file()
        },
        run,
        package(name),
    )


@pytest.fixture(scope="session")
def twice(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, tuple[Made, Made]]:
    """Generate from every document that a chosen test asks for, with two hash seeds at once.

    A large one is generated once, and stands for both.
    """
    asked = {
        str(item.callspec.params.get("document", ""))
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    asked |= set(REAL)
    names = [name for name in sorted(EXPECTED) if name in asked and not reason_to_skip(name)]
    folders = {seed: tmp_path_factory.mktemp(f"seed{seed}") for seed in ("0", "4711")}
    again = [name for name in names if not is_large(name)]
    runs = [begun(folders["0"], names, "0"), begun(folders["4711"], again, "4711")]
    assert [run.wait() for run in runs] == [0, 0]
    made = {name: ended(folders["0"], name) for name in names}
    other = {name: ended(folders["4711"], name) for name in again}
    return {name: (made[name], other.get(name, made[name])) for name in names}


@cache
def present(name: str) -> int:
    """Return how many operations stand in a document, read without any code of ours."""
    text = (SPECS / name).read_bytes()
    read: Any = json.loads(text) if name.endswith(".json") else yaml.load(text, yaml.CSafeLoader)
    value = cast("dict[str, dict[str, dict[str, Json]]]", read)
    return sum(len(METHODS & set(item)) for item in (value.get("paths") or {}).values())


def test_the_documents_are_there_where_it_counts() -> None:
    missing = [name for name in EXPECTED if not (SPECS / name).is_file()]
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"{len(missing)} documents are not in APIGEN_SPECS_DIR ({SPECS})")
    assert not missing


def test_a_document_generates(document: str, twice: Mapping[str, tuple[Made, Made]]) -> None:
    made = twice[document][0]
    assert made.exit == 0, made.complaints
    assert "Traceback" not in made.complaints
    assert {"__init__.py", "models.py", "problems.py", "pyproject.toml"} <= set(made.digests)


def test_no_operation_is_lost(
    document: str, twice: Mapping[str, tuple[Made, Made]], pytestconfig: pytest.Config
) -> None:
    counts = twice[document][0].counts
    if pytestconfig.getoption("--update"):
        EXPECTED[document] = counts
        lines = [f"  {json.dumps(name)}: {json.dumps(EXPECTED[name])}" for name in sorted(EXPECTED)]
        (HERE / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    assert counts == EXPECTED[document]
    assert sum(counts.values()) == present(document)


def test_each_operation_that_is_raw_or_left_out_is_said_at_its_place(
    document: str, twice: Mapping[str, tuple[Made, Made]]
) -> None:
    made = twice[document][0]
    for code, number in (("AG131", made.counts["raw"]), ("AG132", made.counts["left_out"])):
        found = [finding for finding in made.findings if finding["code"] == code]
        named = {" ".join(each["message"].split(" ")[:2]).rstrip(":") for each in found}
        assert len(named) == number
        assert all(each["place"]["line"] > 0 and each["place"]["pointer"] for each in found)


def test_hash_seeds_change_nothing(document: str, twice: Mapping[str, tuple[Made, Made]]) -> None:
    if is_large(document):
        pytest.skip(f"{document} is large: it is generated once")
    one, other = twice[document]
    assert one.digests == other.digests
    assert one.findings == other.findings


def test_the_package_imports_and_all_its_validators_build(
    document: str, twice: Mapping[str, tuple[Made, Made]]
) -> None:
    made = twice[document][0]
    probed = subprocess.run(
        [sys.executable, "-W", "error", HERE / "probe.py", made.output, made.package],
        capture_output=True,
        text=True,
        check=False,
    )
    assert probed.returncode == 0, probed.stderr[-3000:]
    assert int(probed.stdout.split()[-1]) == made.counts["whole"] + made.counts["raw"]


@pytest.mark.skipif(not OLDEST, reason="one Python is enough for the type checkers")
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_the_real_contracts_packages_are_typed(
    checker: str, twice: Mapping[str, tuple[Made, Made]], tmp_path: Path
) -> None:
    if not set(REAL) <= set(twice):
        pytest.skip(f"the real DataStorage documents are not in APIGEN_SPECS_DIR ({SPECS})")
    made = [twice[name][0] for name in REAL]
    for each in made:
        (tmp_path / each.package).symlink_to(each.output / each.package)
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "pythonVersion": "3.11", "include": ["doc_*"]})
    )
    options = {
        "mypy": ["--strict", "--python-version", "3.11", *(f"-p{each.package}" for each in made)],
        "pyright": ["--pythonpath", sys.executable],
    }
    told = subprocess.run(
        [sys.executable, "-m", checker, *options[checker]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-5000:]
    assert "0 errors" in told.stdout or "no issues found in" in told.stdout
