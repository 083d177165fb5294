"""``apigen generate``, as a user meets it."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Apigen = Callable[..., Any]


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_it_writes_a_package_and_says_what_it_made(process: Apigen, pets: Path) -> None:
    ended = process("generate")
    assert ended.code == 0
    first, second = ended.out.splitlines()
    assert first == "Pets 1.2.0: 1 of 1 operations"
    assert re.fullmatch(r"out/pets: \d+ files: \d+ created \(\d+\.\d s\)", second)
    assert {"__init__.py", "client.py", "models.py", "pyproject.toml", ".apigen.json"} <= {
        path.name for path in (pets / "out/pets").iterdir()
    }


def test_three_flags_are_enough(apigen: Apigen, pets: Path) -> None:
    (pets / "pyproject.toml").unlink()
    ended = apigen("generate", "--spec", "api.yaml", "--output", "a/b", "--package", "my_pets")
    assert ended.code == 0
    assert "class MyPets" in (pets / "a/b/my_pets/client.py").read_text(encoding="utf-8")


def test_a_second_run_changes_nothing(apigen: Apigen, pets: Path) -> None:
    apigen("generate")
    before = everything(pets)
    ended = apigen("generate")
    assert ended.code == 0
    assert re.search(r": \d+ files: \d+ unchanged", ended.out)
    assert everything(pets) == before


def test_runs_at_once_leave_one_whole_package(apigen: Apigen, pets: Path) -> None:
    command = [sys.executable, "-m", "apigen", "generate", "--quiet"]
    runs = [subprocess.Popen(command, cwd=pets) for _ in range(3)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0, 0]
    assert apigen("check", "--full").code == 0
    assert [path.name for path in (pets / "out").iterdir()] == ["pets"]


def test_the_same_bytes_come_from_any_folder_and_any_hash_seed(process: Apigen, pets: Path) -> None:
    flags = ("generate", "--package", "pets", "--spec")
    process(*flags, "api.yaml", "--output", "one", PYTHONHASHSEED="1")
    (pets / "deep/er").mkdir(parents=True)
    process(
        *flags, "../../api.yaml", "--output", "../../two", cwd=pets / "deep/er", PYTHONHASHSEED="2"
    )
    assert everything(pets / "one") == everything(pets / "two")


def test_a_document_that_is_no_document_writes_nothing(apigen: Apigen, pets: Path) -> None:
    apigen("generate")
    before = everything(pets / "out")
    (pets / "api.yaml").write_text("openapi: 3.0.3\nopenapi: 3.0.3\n", encoding="utf-8")
    ended = apigen("generate")
    assert ended.code == 2
    assert "api.yaml:2:1  error" in ended.out
    assert "Traceback" not in ended.out + ended.err
    assert everything(pets / "out") == before


def test_a_missing_document_is_told(apigen: Apigen, pets: Path) -> None:
    (pets / "api.yaml").unlink()
    ended = apigen("generate")
    assert (ended.code, "api.yaml" in ended.out) == (2, True)
    assert not (pets / "out").exists()


def test_an_edit_by_hand_is_kept_until_forced(apigen: Apigen, pets: Path) -> None:
    apigen("generate")
    edited = pets / "out/pets/client.py"
    edited.write_text("mine", encoding="utf-8")
    ended = apigen("generate")
    assert ended.code == 1
    assert "AG302" in ended.out
    assert "nothing was written" in ended.out
    assert edited.read_text(encoding="utf-8") == "mine"
    assert apigen("generate", "--force").code == 0
    assert edited.read_text(encoding="utf-8") != "mine"


def test_a_dry_run_shows_and_does_not_write(apigen: Apigen, pets: Path) -> None:
    ended = apigen("generate", "--dry-run", "--diff")
    assert ended.code == 0
    assert "+++ out/pets/client.py" in ended.out
    assert "create client.py" in ended.out
    assert not (pets / "out").exists()


def test_strict_fails_on_a_warning_and_writes_all_the_same(apigen: Apigen, pets: Path) -> None:
    text = (pets / "api.yaml").read_text(encoding="utf-8")
    (pets / "api.yaml").write_text(text + "mistake: 1\n", encoding="utf-8")
    assert apigen("generate").code == 0
    ended = apigen("generate", "--strict")
    assert ended.code == 1
    assert "warning" in ended.out


def test_findings_as_json_are_alone_on_stdout(apigen: Apigen, pets: Path) -> None:
    text = (pets / "api.yaml").read_text(encoding="utf-8")
    (pets / "api.yaml").write_text(text + "mistake: 1\n", encoding="utf-8")
    ended = apigen("generate", "--format", "json")
    assert "AG1" in json.dumps(json.loads(ended.out))
    assert "1 of 1 operations" in ended.err


def test_findings_go_to_a_file(apigen: Apigen, pets: Path) -> None:
    ended = apigen("generate", "--format", "sarif", "--output-file", "f.sarif")
    assert ended.code == 0
    assert json.loads((pets / "f.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_quiet_says_nothing_of_success(apigen: Apigen, pets: Path) -> None:
    ended = apigen("generate", "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_targets_choose_what_is_generated(apigen: Apigen, pets: Path) -> None:
    assert apigen("generate", "--target", "models").code == 0
    made = {path.name for path in (pets / "out/pets").iterdir()}
    assert "models.py" in made
    assert not made & {"client.py", "server.py"}


def test_what_targets_no_longer_give_is_deleted(apigen: Apigen, pets: Path) -> None:
    apigen("generate")
    ended = apigen("generate", "--target", "models")
    assert "deleted" in ended.out
    assert not (pets / "out/pets/server.py").exists()


def test_several_contracts_are_generated_in_one_run(apigen: Apigen, pets: Path) -> None:
    (pets / "pyproject.toml").write_text(
        '[tool.apigen]\noutput = "out"\n'
        '[[tool.apigen.contract]]\nspec = "api.yaml"\npackage = "one"\n'
        '[[tool.apigen.contract]]\nspec = "gone.yaml"\npackage = "two"\n',
        encoding="utf-8",
    )
    ended = apigen("generate")
    assert ended.code == 2
    assert (pets / "out/one/client.py").is_file()
    assert "gone.yaml" in ended.out


@pytest.mark.parametrize(
    "arguments",
    [("generate", "--nope"), ("nope",), ("generate", "--format", "xml"), ("check", "extra")],
)
def test_wrong_usage_is_2(apigen: Apigen, pets: Path, arguments: tuple[str, ...]) -> None:
    ended = apigen(*arguments)
    assert ended.code == 2
    assert "Usage:" in ended.err


def test_wrong_settings_are_2_and_at_their_line(apigen: Apigen, pets: Path) -> None:
    (pets / "pyproject.toml").write_text("[tool.apigen]\nspecs = 1\n", encoding="utf-8")
    ended = apigen("generate")
    assert ended.code == 2
    assert "pyproject.toml:2:1  error AG902" in ended.out


def test_a_folder_that_cannot_be_made_is_told(apigen: Apigen, pets: Path) -> None:
    (pets / "out").write_text("a file", encoding="utf-8")
    ended = apigen("generate")
    assert ended.code == 2
    assert "AG308" in ended.out
    assert "Traceback" not in ended.err


def test_the_packages_own_pyproject_is_sound(apigen: Apigen, pets: Path) -> None:
    apigen("generate")
    value = tomllib.loads((pets / "out/pets/pyproject.toml").read_text(encoding="utf-8"))
    assert value["project"]["name"] == "pets"
    assert value["project"]["version"] == "1.2.0"
    assert value["project"]["dependencies"] == ["httpx>=0.28", "pydantic>=2.12"]
