"""``apigen fuzz --app`` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers, ImmutableMultiDict
from typer.testing import CliRunner

from apigen.cli.main import app

SPEC = Path(__file__).parent / "notes.yaml"
Fuzz = Callable[..., tuple[int, str]]


@pytest.fixture
def fuzz() -> Fuzz:
    def run(name: str, *flags: str) -> tuple[int, str]:
        given = ["fuzz", "--spec", str(SPEC), "--app", name, "--no-engine", *flags]
        ended = CliRunner().invoke(app, given)
        assert ended.exception is None or isinstance(ended.exception, SystemExit)
        return ended.exit_code, ended.output

    return run


def slugs(out: str) -> set[tuple[str, str]]:
    report: dict[str, Any] = json.loads(out[out.index("{") :])
    return {(each["slug"], each["finding"]) for each in report["findings"]}


def test_an_application_is_served_and_its_code_is_read(fuzz: Fuzz) -> None:
    flags = ("--oracle", "valid", "--oracle", "code", "--quiet", "--format", "json")
    code, out = fuzz("tests.whitebox.starlettes:clean", *flags)
    assert (code, slugs(out)) == (0, set()), out
    code, out = fuzz("tests.whitebox.fastapis:application", *flags)
    assert (code, slugs(out)) == (0, set()), out
    code, out = fuzz("tests.whitebox.starlettes:computing", *flags)
    assert code == 1
    assert slugs(out) == {("code-reads-undocumented", "AG993 GET /notes query hidden")}


def test_the_framework_is_left_as_it_was(fuzz: Fuzz) -> None:
    before = vars(ImmutableMultiDict)["__getitem__"], vars(Headers)["__contains__"]
    fuzz("tests.whitebox.starlettes:clean", "--oracle", "code")
    after = vars(ImmutableMultiDict)["__getitem__"], vars(Headers)["__contains__"]
    assert after == before


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere.at.all:app", "ModuleNotFoundError"),
        ("tests.whitebox.starlettes:absent", "AttributeError"),
        ("tests.whitebox.starlettes", "MODULE:OBJECT"),
        ("tests.whitebox.starlettes:unstartable", "did not start"),
    ],
)
def test_an_application_that_cannot_be_had_ends_with_2(fuzz: Fuzz, name: str, says: str) -> None:
    code, out = fuzz(name)
    assert code == 2
    assert says in out


def test_beside_a_url_only_the_code_is_read(fuzz: Fuzz) -> None:
    nobody = ("--url", "http://127.0.0.1:9", "--oracle", "code", "--format", "json", "--quiet")
    code, out = fuzz("tests.whitebox.starlettes:helped_only", *nobody)
    assert code == 1
    assert slugs(out) == {("code-reads-undocumented", "AG993 GET /notes query hidden")}
