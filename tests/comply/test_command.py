"""``apigen comply`` as it is called."""

import contextlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apigen.cli.main import app


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    with contextlib.chdir(folder):
        ended = CliRunner().invoke(app, ["comply", "--quiet", *arguments])
    assert ended.exception is None or isinstance(ended.exception, SystemExit)
    return ended.exit_code, ended.stdout


OPEN = [word for rule in ("R1", "R2", "R13", "R14", "R18") for word in ("--without", rule)]


def test_what_can_not_be_verified_is_no_success(kept: Path) -> None:
    code, said = run(kept)
    assert code == 2
    assert "5 not verifiable (R1, R2, R13, R14, R18)" in said
    assert "| R14 | ? not verifiable |" in said


def test_what_is_left_out_on_purpose_is_not_asked(kept: Path) -> None:
    code, said = run(kept, *OPEN)
    assert code == 0
    assert "13 met, 0 broken, 0 not verifiable." in said


def test_a_broken_rule_wins_over_one_that_can_not_be_told(project: Path) -> None:
    (project / "src" / "x.py").write_text(
        'import requests\nrequests.get("https://notes.example.org/api/v1/notes/<b>|x")\n'
    )
    code, said = run(project, "--format", "json")
    assert code == 1
    verdicts = {each["id"]: each for each in json.loads(said)["rules"]}
    assert verdicts["R4"]["verdict"] == "broken"
    assert verdicts["R4"]["findings"][0]["file"] == "src/x.py"
    assert verdicts["R14"]["missing"]


def test_the_page_shows_what_files_say_as_text(project: Path) -> None:
    hostile = "<script>alert(1)</script>"
    (project / "src" / "x.py").write_text(f'EVENT = {{"kind": "{hostile}"}}\n')
    page = project / "out.html"
    assert run(project, "--format", "html", "--output-file", str(page))[0] == 1
    text = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text
    assert 'id="R15"' in text


@pytest.mark.parametrize("rule", ["R99", "x"])
def test_a_rule_that_there_is_not_is_refused(kept: Path, rule: str) -> None:
    assert run(kept, "--without", rule)[0] == 2
