"""Incidents that no running server shows: each planted in a project, and named by its command."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import chdir, closing
from pathlib import Path

import pytest
from tests.cli.conftest import Ended
from tests.comply.projects import CONSUMER, SPEC, make
from tests.drift.incidents import INCIDENTS
from typer.testing import CliRunner

Run = Callable[..., Ended]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project that keeps every rule."""
    make(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path) -> Run:
    """Run a command in the project."""
    from apigen.cli.main import app

    def command(*arguments: str) -> Ended:
        with chdir(project):
            ended = CliRunner().invoke(app, arguments, env={"COLUMNS": "400"})
        assert ended.exception is None or isinstance(ended.exception, SystemExit)
        return Ended(ended.exit_code, ended.stdout, ended.stderr)

    return command


def codes(ended: Ended) -> set[str]:
    """Return the codes in a report that was asked for as JSON."""
    return {each["code"] for each in json.loads(ended.out)["findings"]}


def test_i_3_a_name_that_was_retired_is_still_asked_for(project: Path, run: Run) -> None:
    call = 'import httpx\nhttpx.post("https://notes.example.org/api/v1/notes?service=a", json={})\n'
    (project / "src" / "asks.py").write_text(call)
    ended = run("lint", "--no-cache")
    assert ended.code == 1
    assert "src/asks.py:2" in ended.out
    assert "service" in ended.out


def test_i_7_two_copies_say_different_things(project: Path, run: Run) -> None:
    narrower = SPEC.replace("          - {$ref: '#/components/schemas/Long'}\n", "", 1)
    (project / "docs").mkdir()
    copy = project / "docs" / "v3.yaml"
    copy.write_text(SPEC.replace("maxLength: 2000", "maxLength: 200"))
    assert narrower != SPEC
    ended = run("diff", "docs/v3.yaml", "spec/notes.yaml", "--format", "json")
    assert ended.code == 1
    assert "response-property-max-length-increased" in codes(ended)
    assert run("comply").code == 1


@pytest.mark.parametrize(
    "schemes", ["null", "  # bearer: {type: http}", "{bearer: }"], ids=["null", "comment", "entry"]
)
def test_i_8_security_schemes_are_null(project: Path, run: Run, schemes: str) -> None:
    spec = project / "spec" / "notes.yaml"
    spec.write_text(SPEC.replace("\n    bearer: {type: http, scheme: bearer}", f" {schemes}"))
    ended = run("validate")
    assert ended.code == 1
    line = 1 + SPEC[: SPEC.index("    bearer: {type")].count("\n")
    assert re.search(rf"spec/notes.yaml:({line}|{line - 1}):\d+  \w+ AG10[37]  null", ended.out)


def test_i_12_a_text_becomes_an_enum(project: Path, run: Run) -> None:
    before = project / "before.yaml"
    before.write_text(SPEC.replace("text: {type: string, maxLength: 20}", "text: {type: string}"))
    after = project / "after.yaml"
    after.write_text(before.read_text().replace("text: {type: string}", "text: {enum: [a, b]}"))
    ended = run("diff", "before.yaml", "after.yaml", "--format", "json")
    assert ended.code == 1
    assert "request-property-became-enum" in codes(ended)


def test_i_18_a_producer_makes_up_values(project: Path, run: Run) -> None:
    consumer = project / "src" / "consumer.py"
    consumer.write_text(
        CONSUMER + '\n\nclient.create_note({"kind": "note.shrot", "body": {"text": "x"}})\n'
    )
    ended = run("comply", "--format", "json")
    assert ended.code == 1
    assert "note.shrot" in ended.out


def test_i_23_the_servers_copy_of_the_contract_is_stale(project: Path, run: Run) -> None:
    (project / "server").mkdir()
    copy = project / "server" / "openapi.yaml"
    copy.write_text(SPEC)
    settings = (project / "pyproject.toml").read_text()
    stated = settings.replace(
        'package = "notes"', 'package = "notes"\ncopies = ["server/openapi.yaml"]'
    )
    (project / "pyproject.toml").write_text(stated)
    assert run("check").code == 0
    copy.write_text(SPEC.replace("maxLength: 2000", "maxLength: 200"))
    ended = run("check", "--format", "json")
    assert ended.code == 1
    assert "AG315" in codes(ended)


def test_i_30_a_reference_with_siblings(project: Path, run: Run) -> None:
    spec = project / "spec" / "notes.yaml"
    spec.write_text(
        SPEC.replace(
            "schema: {$ref: '#/components/schemas/Note'}",
            "schema: {$ref: '#/components/schemas/Note', maxProperties: 1}",
            1,
        )
    )
    ended = run("validate", "--verbose")
    assert "spec/notes.yaml:" in ended.out
    assert "'maxProperties' beside '$ref' means nothing in OpenAPI 3.0" in ended.out


def test_i_32_a_report_says_where_it_has_looked(project: Path, run: Run) -> None:
    (project / "test" / "e2e").mkdir(parents=True)
    (project / "test" / "e2e" / "audit_test.go").write_text(
        'package e2e\n\nfunc ask() { http.Post(base+"/api/v1/notes", "", b) }\n'
    )
    ended = run("comply", "--format", "json")
    assert ended.code == 1
    assert "test/e2e/audit_test.go" in ended.out


def test_the_night_of_18_december(project: Path, run: Run) -> None:
    """The table was not there, and health said that all was well."""
    settings = (project / "pyproject.toml").read_text()
    mapped = '\n[tool.apigen.doctor.tables.short]\nwrite = "Short"\nread = "Short"\n'
    (project / "pyproject.toml").write_text(settings + mapped)
    database = project / "notes.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE another (id INTEGER)")
    ended = run("doctor", "--database-url", f"sqlite:///{database}")
    assert ended.code == 1
    assert "short" in ended.out


def test_every_incident_off_the_server_is_here() -> None:
    here = {
        name.split("_")[2]
        for name in globals()
        if name.startswith("test_i_") and name.split("_")[2].isdecimal()
    }
    assert {one.name for one in INCIDENTS if not one.on_server} == {f"I-{each}" for each in here}
