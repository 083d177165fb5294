"""The other commands, and what holds for all of them."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apigen.diagnostics.registry import all_codes
from apigen.diagnostics.rules import CODES

Apigen = Callable[..., Any]
COMMANDS = ("generate", "check", "validate", "doctor", "explain", "init")


def test_a_version_is_told(apigen: Apigen) -> None:
    assert apigen("--version").out.startswith("apigen 0.")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(apigen: Apigen, command: str) -> None:
    ended = apigen(command, "--help")
    assert ended.code == 0
    assert f"\n    apigen {command}" in ended.out


def test_a_sound_document_validates(apigen: Apigen, pets: Path) -> None:
    ended = apigen("validate", "api.yaml")
    assert (ended.code, ended.out) == (0, "Pets 1.2.0: 1 of 1 operations\n")


def test_validate_takes_the_configured_document(apigen: Apigen, pets: Path) -> None:
    assert "Pets" in apigen("validate").out


def test_a_mistake_is_1_and_at_its_line(apigen: Apigen, pets: Path) -> None:
    text = (pets / "api.yaml").read_text(encoding="utf-8")
    (pets / "api.yaml").write_text(text.replace("description: The pet.", ""), encoding="utf-8")
    ended = apigen("validate", "api.yaml")
    assert ended.code == 1
    assert "api.yaml:" in ended.out


def test_a_document_that_cannot_be_read_is_2(apigen: Apigen, pets: Path) -> None:
    (pets / "api.yaml").write_bytes(b"\xff\xff")
    assert apigen("validate", "api.yaml").code == 2
    assert apigen("validate", "gone.yaml").code == 2


def test_validate_holds_a_document_to_rules_when_asked(apigen: Apigen, pets: Path) -> None:
    ended = apigen("validate", "api.yaml", "--rules")
    assert ended.code == 1
    assert "AG407" in ended.err + ended.out
    rules = [part for code in CODES for part in ("--without", code.id)]
    assert apigen("validate", "api.yaml", "--rules", *rules).code == 0
    assert apigen("validate", "api.yaml").code == 0


def test_a_rule_that_there_is_not_is_refused(apigen: Apigen, pets: Path) -> None:
    ended = apigen("validate", "api.yaml", "--rules", "--without", "filter-opn")
    assert ended.code == 2
    assert "did you mean 'filter-open'?" in ended.err + ended.out


def test_the_configuration_chooses_rules(apigen: Apigen, pets: Path) -> None:
    settings = pets / "pyproject.toml"
    written = settings.read_text(encoding="utf-8")
    settings.write_text(f"{written}\nrules = true\n", encoding="utf-8")
    assert apigen("validate").code == 1
    assert apigen("validate", "--no-rules").code == 0
    names = ", ".join(f'"{code.slug}"' for code in CODES)
    settings.write_text(f"{written}\nrules = true\nwithout = [{names}]\n", encoding="utf-8")
    assert apigen("validate").code == 0
    settings.write_text(f'{written}\nwithout = ["no-such-rule"]\n', encoding="utf-8")
    assert apigen("validate").code == 2


def test_validate_speaks_to_machines(apigen: Apigen, pets: Path) -> None:
    assert json.loads(apigen("validate", "--format", "sarif").out)["version"] == "2.1.0"
    text = (pets / "api.yaml").read_text(encoding="utf-8")
    (pets / "api.yaml").write_text(text + "mistake: 1\n", encoding="utf-8")
    assert apigen("validate", "--format", "github").out.startswith("::warning file=api.yaml,")


def test_a_code_is_explained_by_id_and_by_name(apigen: Apigen) -> None:
    ended = apigen("explain", "ag302")
    assert ended.code == 0
    assert ended.out.startswith("AG302 edited-by-hand (error)\n")
    assert apigen("explain", "edited-by-hand").out == ended.out


def test_an_unknown_code_gets_a_suggestion(apigen: Apigen) -> None:
    ended = apigen("explain", "edited-by-hands")
    assert ended.code == 2
    assert "did you mean 'edited-by-hand'?" in ended.err


def test_all_codes_are_listed(apigen: Apigen) -> None:
    lines = apigen("explain").out.splitlines()
    assert any(line.startswith("AG302 ") for line in lines)
    assert any(line.startswith("D26 ") for line in lines)
    codes = [line.split()[0] for line in lines]
    assert codes == [code.id for code in all_codes()]


def test_init_adds_to_what_is_there(apigen: Apigen, pets: Path) -> None:
    present = "[project]\nname = 'x' # a comment"
    (pets / "pyproject.toml").write_text(present, encoding="utf-8")
    ended = apigen("init")
    assert ended.code == 0
    text = (pets / "pyproject.toml").read_text(encoding="utf-8")
    assert text.startswith(present + "\n\n[tool.apigen]\n")
    assert tomllib.loads(text)["tool"]["apigen"] == {
        "spec": "api.yaml",
        "output": "generated",
        "package": "api_client",
    }
    assert "id: apigen-check" in ended.out
    assert "apigen check --full --format github" in ended.out
    assert apigen("generate").code == 0


def test_init_refuses_where_there_is_a_configuration(apigen: Apigen, pets: Path) -> None:
    before = (pets / "pyproject.toml").read_bytes()
    ended = apigen("init")
    assert ended.code == 2
    assert "AG905" in ended.out
    assert (pets / "pyproject.toml").read_bytes() == before


def test_init_makes_a_file_and_takes_flags(apigen: Apigen, pets: Path) -> None:
    (pets / "pyproject.toml").unlink()
    (pets / "data-storage-v1.yaml").write_bytes((pets / "api.yaml").read_bytes())
    assert apigen("init").code == 2  # which of the two?
    assert apigen("init", "--spec", "data-storage-v1.yaml", "--output", 'a"b').code == 0
    value = tomllib.loads((pets / "pyproject.toml").read_text(encoding="utf-8"))
    assert value["tool"]["apigen"] == {
        "spec": "data-storage-v1.yaml",
        "output": 'a"b',
        "package": "data_storage_v1",
    }


def test_init_leaves_a_broken_file_alone(apigen: Apigen, pets: Path) -> None:
    (pets / "pyproject.toml").write_text("nonsense", encoding="utf-8")
    assert apigen("init").code == 2
    assert (pets / "pyproject.toml").read_text(encoding="utf-8") == "nonsense"


def test_a_bug_ends_as_a_request_to_report_it(pets: Path) -> None:
    code = (
        "import sys\n"
        "from apigen import pipeline\n"
        "def fail(*_, **__): raise KeyError('oops')\n"
        "pipeline.validate = fail\n"
        "from apigen.cli.main import main\n"
        "sys.argv = ['apigen', *sys.argv[1:]]\n"
        "main()\n"
    )

    def run(*flags: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *flags, "validate", "api.yaml"]
        return subprocess.run(command, cwd=pets, capture_output=True, check=False, encoding="utf-8")

    ended = run()
    assert ended.returncode == 3
    assert "this is a bug of apigen" in ended.stderr
    assert "KeyError: 'oops'" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Traceback" in run("--debug").stderr


def test_a_reader_that_goes_away_is_no_error(pets: Path) -> None:
    command = f"{sys.executable} -m apigen explain | head -n 1; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(
        ["bash", "-c", command], cwd=pets, capture_output=True, check=False, encoding="utf-8"
    )
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_a_full_disk_is_told(pets: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "apigen", "explain"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            encoding="utf-8",
        )
    assert ended.returncode == 2
    assert "No space left" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_terminal_without_our_letters_is_no_bug(process: Apigen, pets: Path) -> None:
    text = (pets / "api.yaml").read_text(encoding="utf-8").replace("title: Pets", "title: Tiere ü")
    (pets / "api.yaml").write_text(text, encoding="utf-8")
    ended = process("validate", PYTHONIOENCODING="ascii")
    assert (ended.code, ended.out) == (0, "Tiere \\xfc 1.2.0: 1 of 1 operations\n")


def test_an_interrupt_is_130_and_changes_nothing(pets: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from apigen import pipeline\n"
        "from apigen.cli.main import main\n"
        "built = pipeline.build\n"
        "def interrupted(*given):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return built(*given)\n"
        "pipeline.build = interrupted\n"
        "sys.argv = ['apigen', 'generate']\n"
        "sys.exit(main())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=pets, capture_output=True, encoding="utf-8", check=False
    )
    assert ended.returncode == 130
    assert "Traceback" not in ended.stderr
    assert not (pets / "out").exists()


def test_an_error_of_a_database_is_explained(apigen: Apigen) -> None:
    ended = apigen("explain", "42P01")
    assert ended.code == 0
    assert "undefined_table (layer: database" in ended.out
    assert "Next: apigen doctor" in ended.out


def test_a_log_on_standard_input_is_explained(pets: Path) -> None:
    log = 'x\nERROR: relation "a\x1b[2J" does not exist (SQLSTATE 42P01)\n'
    ended = subprocess.run(
        [sys.executable, "-m", "apigen", "explain", "-"],
        input=log, cwd=pets, capture_output=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert ended.returncode == 0
    assert ended.stdout.startswith("line 2: ERROR")
    assert "\x1b" not in ended.stdout
    ended = subprocess.run(
        [sys.executable, "-m", "apigen", "explain", "-"],
        input="all is well\n", cwd=pets, capture_output=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, "")
