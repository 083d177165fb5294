"""``apigen fuzz`` as a user meets it: exit codes, formats, manners, secrets."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from tests.fuzz.shop import SPEC, TOKEN, selling
from typer.testing import CliRunner

from apigen.cli.main import app

Fuzz = Callable[..., tuple[int, str, str]]


@pytest.fixture
def fuzz(tmp_path: Path) -> Fuzz:
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n", encoding="utf-8")

    def run(url: str, *flags: str) -> tuple[int, str, str]:
        given = ["fuzz", "--spec", str(SPEC), "--url", url, "--oracle", "valid"]
        ended = CliRunner().invoke(app, [*given, "--token-file", str(token), *flags])
        assert ended.exception is None or isinstance(ended.exception, SystemExit)
        return ended.exit_code, ended.stdout, ended.stderr

    return run


def test_a_shop_without_faults_ends_with_0(fuzz: Fuzz) -> None:
    with selling() as (url, _):
        code, out, _ = fuzz(url)
    assert code == 0, out
    assert "no drift found in 4 operations" in out


def test_drift_ends_with_1_and_names_the_operations(fuzz: Fuzz, tmp_path: Path) -> None:
    with selling("status", "member") as (url, shop):
        code, out, err = fuzz(url, "--report-dir", str(tmp_path / "report"))
        assert code == 1
        assert "\n  DELETE /things/{thing_id}\n" in out
        assert out.count("curl -sS") >= 2
        assert any(TOKEN in headers.get("Authorization", "") for _, _, headers in shop.seen)
    everything = (
        out
        + err
        + "".join(each.read_text(encoding="utf-8") for each in (tmp_path / "report").iterdir())
    )
    assert TOKEN not in everything
    found = json.loads((tmp_path / "report" / "fuzz.json").read_text(encoding="utf-8"))
    assert "DELETE /things/{thing_id}" in found["drifted"]
    assert len(found["findings"]) >= 2
    suite = Xml.parse(tmp_path / "report" / "fuzz.junit.xml").getroot()
    assert {each.get("name") for each in suite.iter("testcase") if len(each)} == set(
        found["drifted"]
    )
    sarif = json.loads((tmp_path / "report" / "fuzz.sarif").read_text(encoding="utf-8"))
    assert sarif["runs"][0]["results"]
    page = (tmp_path / "report" / "fuzz.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<h1>" in page


def test_a_run_that_tested_nothing_ends_with_2(fuzz: Fuzz) -> None:
    with selling() as (url, shop):
        code, out, _ = fuzz(url, "--read-only")
        assert {method for method, _, _ in shop.seen} == {"GET"}
    assert code == 2
    assert "not tested: 3 operations" in out


def test_a_dry_run_sends_nothing(fuzz: Fuzz) -> None:
    with selling() as (url, shop):
        code, out, _ = fuzz(url, "--dry-run")
        assert shop.seen == []
    assert code == 0
    assert "valid" in out


def test_an_accepted_finding_does_not_count_until_its_day(fuzz: Fuzz, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.toml"

    def accept(day: str) -> tuple[int, str, str]:
        entry = '[[accepted]]\nfinding = "AG930 DELETE /things/{thing_id} 200"\n'
        baseline.write_text(f'{entry}reason = "old clients"\nuntil = {day}\n', encoding="utf-8")
        with selling("status") as (url, _):
            return fuzz(url, "--baseline", str(baseline))

    today = datetime.now(UTC).date()
    assert accept(str(today + timedelta(days=2)))[0] == 0
    code, _, err = accept(str(today - timedelta(days=2)))
    assert code == 1
    assert "AG923" in err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--only", "GET /nowhere"), "no operation"),
        (("--oracle", "delphi"), "no oracle"),
        (("--rate", "fast"), "--rate"),
        (("--header", "no colon"), "a header is"),
        (("--baseline", "absent.toml"), "baseline"),
        (("--identity", "x"), "--identity"),
    ],
)
def test_flags_that_make_no_sense_end_with_2(fuzz: Fuzz, flags: tuple[str, ...], said: str) -> None:
    code, out, _ = fuzz("http://127.0.0.1:9", *flags)
    assert code == 2
    assert said in out


def test_a_curl_line_sends_the_same_again(fuzz: Fuzz) -> None:
    with selling("crash") as (url, shop):
        _, out, _ = fuzz(url, "--seed", "3")
        line = next(row for row in out.splitlines() if " curl " in row and "POST" in row)
        command = line.partition("again")[2].strip()
        shop.seen.clear()
        ended = subprocess.run(
            ["sh", "-c", command.replace("curl ", "curl --noproxy '*' ", 1)],
            env={"AUTHORIZATION": f"Bearer {TOKEN}", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            check=True,
            encoding="utf-8",
        )
    assert "500" in ended.stdout.splitlines()[0]
