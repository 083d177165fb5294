"""``apigen check``, as a user meets it."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Apigen = Callable[..., Any]


@pytest.fixture
def package(apigen: Apigen, pets: Path) -> Path:
    assert apigen("generate").code == 0
    return pets / "out/pets"


def stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {
        path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("flags", [(), ("--full",)])
def test_what_was_just_generated_is_fresh(
    apigen: Apigen, package: Path, flags: tuple[str, ...]
) -> None:
    ended = apigen("check", *flags)
    assert (ended.code, ended.out) == (0, "out/pets: fresh\n")


def test_a_changed_contract_is_told_with_the_file_that_changed(
    apigen: Apigen, pets: Path, package: Path
) -> None:
    spec = pets / "api.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("20", "30"), encoding="utf-8")
    before = stamps(pets)
    ended = apigen("check")
    assert ended.code == 1
    assert "models.py  error AG301  out of date: the contract changed (api.yaml)" in ended.out
    assert stamps(pets) == before


def test_a_change_without_effect_is_none(apigen: Apigen, pets: Path, package: Path) -> None:
    spec = pets / "api.yaml"
    spec.write_text("# a comment\n" + spec.read_text(encoding="utf-8"), encoding="utf-8")
    assert apigen("check").code == 0


def test_changed_settings_are_told(apigen: Apigen, pets: Path, package: Path) -> None:
    ended = apigen("check", "--client", "Zoo")
    assert ended.code == 1
    assert "the settings changed (client)" in ended.out


def test_a_changed_generator_is_told(apigen: Apigen, package: Path) -> None:
    record = package / ".apigen.json"
    text = record.read_text(encoding="utf-8").replace('"apigen": "', '"apigen": "0.0.')
    record.write_text(text, encoding="utf-8")
    assert apigen("check").code == 0  # nothing comes of it
    (package / "client.py").unlink()
    assert "missing: deleted" in apigen("check").out


def test_an_edit_is_told_and_shown(apigen: Apigen, package: Path) -> None:
    with (package / "client.py").open("a", encoding="utf-8") as file:
        file.write("mine\x1b[31m\n")
    ended = apigen("check", "--diff")
    assert ended.code == 1
    assert "client.py  error AG302  edited by hand" in ended.out
    assert "-mine\\x1b[31m" in ended.out
    assert "\x1b" not in ended.out


def test_a_leftover_is_told(apigen: Apigen, package: Path) -> None:
    (package / "_runtime/old.py").write_text("", encoding="utf-8")
    ended = apigen("check")
    assert ended.code == 1
    assert "_runtime/old.py  error AG304  extra" in ended.out


def test_a_package_that_was_never_generated_is_told(apigen: Apigen, pets: Path) -> None:
    ended = apigen("check")
    assert ended.code == 1
    assert ended.out.count("error AG") == 1
    assert "AG311" in ended.out
    assert not (pets / "out").exists()


def test_a_document_that_is_gone_is_2(apigen: Apigen, pets: Path, package: Path) -> None:
    (pets / "api.yaml").unlink()
    assert apigen("check").code == 2


def test_findings_win_over_failures(apigen: Apigen, pets: Path) -> None:
    (pets / "pyproject.toml").write_text(
        '[tool.apigen]\noutput = "out"\n'
        '[[tool.apigen.contract]]\nspec = "gone.yaml"\npackage = "two"\n'
        '[[tool.apigen.contract]]\nspec = "api.yaml"\npackage = "one"\n',
        encoding="utf-8",
    )
    assert apigen("check").code == 1


def test_a_checkout_with_other_line_ends_is_fresh(
    apigen: Apigen, pets: Path, package: Path
) -> None:
    for path in pets.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert apigen("check").code == 0
    assert apigen("check", "--full").code == 0


@pytest.mark.skipif(os.getuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_can_be_checked(apigen: Apigen, package: Path) -> None:
    package.chmod(0o500)
    assert apigen("check").code == 0
    package.chmod(0o700)


def test_the_fast_answer_imports_nothing_heavy(package: Path, pets: Path) -> None:
    code = (
        "import sys\n"
        "from apigen.cli.main import main\n"
        "sys.argv = ['apigen', 'check']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code in (0, None), end.code\n"
        "heavy = {'pydantic', 'jinja2', 'yaml', 'datamodel_code_generator', 'jsonschema',"
        " 'openapi_spec_validator', 'httpx', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=pets, capture_output=True, check=False, encoding="utf-8"
    )
    assert ended.stdout.splitlines() == ["out/pets: fresh", "[]"], ended.stderr


def seconds(*command: str, cwd: Path) -> float:
    """Return the least CPU time of a few runs, without the interpreter's own start."""

    def once(arguments: tuple[str, ...]) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once(command) for _ in range(5)) - min(once(("-c", "pass")) for _ in range(5))


def test_the_fast_answer_generates_nothing(package: Path, pets: Path) -> None:
    # Measured: 0.25 s of CPU. Importing what generates takes more than a second.
    assert seconds("-m", "apigen", "check", cwd=pets) < 0.8
