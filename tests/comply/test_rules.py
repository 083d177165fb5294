"""Each rule: kept, broken by one change, and not verifiable where nothing can be looked at."""

import contextlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest
from tests.comply.projects import generate, judge, look

from apigen.comply.drifted import read_report
from apigen.comply.facts import Facts
from apigen.comply.judgement import Verdict

Change = Callable[[Path], object]


def edit(name: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def write(name: str, text: str) -> Change:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def spec(old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        edit("spec/notes.yaml", old, new)(folder)
        generate(folder)

    return change


def allow(rest: str) -> Change:
    table = f'exclude = ["generated"]\n\n[[tool.apigen.lint.allow]]\npath = "src/x.py"\n{rest}'
    return edit("pyproject.toml", 'exclude = ["generated"]', table)


def both(*changes: Change) -> Change:
    return lambda folder: [change(folder) for change in changes]


def without(*names: str) -> Change:
    def change(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return change


RAW = 'import requests\nrequests.post("https://notes.example.org/api/v1/notes", timeout=1)\n'
PARSED = RAW.replace("requests.post", "answer = requests.post") + 'kind = answer.json()["kind"]\n'
CAUGHT = (
    "from notes import Notes\ntry:\n    ds = Notes('https://a', timeout=1)\n"
    "except ValueError:\n    ds = None\n"
)
NO_CODE = without("src/consumer.py", "src/service.py")
NO_SPEC = write("pyproject.toml", "[tool.other]\n")
KIND = "{name: X-Note-Kind, in: header, schema: {type: string}}"
HEADER = f"      tags: [notes]\n      parameters: [{KIND}]\n"

BROKEN: list[tuple[str, Change, str]] = [
    ("R3", spec("maxLength: 20}", "maxLength: 20, example: 3}"), "AG406"),
    ("R3", edit("spec/notes.yaml", "description: Kept.", "descripton: Kept."), "AG1"),
    ("R4", write("src/x.py", RAW), "AG701"),
    ("R5", both(write("src/x.py", RAW), allow('reason = "r"\nuntil = 2025-12-31\n')), "AG707"),
    ("R5", both(write("src/x.py", RAW), allow('reason = " "\n')), "AG709"),
    ("R6", write("src/x.py", PARSED), "AG703"),
    ("R7", edit("generated/notes/__init__.py", "import", "import  "), "AG3"),
    ("R7", edit("spec/notes.yaml", "maxLength: 20}", "maxLength: 21}"), "AG3"),
    ("R8", write("copy.yaml", "openapi: 3.0.3\ninfo: {}\ntitle: Notes\n"), ""),
    ("R9", edit("generated/notes/.apigen.json", '"apigen": "', '"apigen": "9.'), "AG753"),
    ("R10", write("src/x.py", CAUGHT), "AG705"),
    ("R15", write("src/x.py", 'EVENT = {"kind": "note.shrt"}\n'), "AG751"),
    ("R15", write("src/x.py", 'f(kind="note.short", body={"kind": "note.long"})\n'), "AG751"),
    ("R16", allow('reason = "of something that is gone"\n'), "AG708"),
    ("R17", spec("      tags: [notes]\n", HEADER), "AG408"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "change", "code"), BROKEN)
def test_what_breaks_a_rule_is_named(project: Path, rule: str, change: Change, code: str) -> None:
    change(project)
    said = judge(project, rule)
    assert said.verdict is Verdict.BROKEN, said
    assert {found.code.id for found in said.findings if found.code.id.startswith(code)}, said


UNVERIFIABLE: list[tuple[str, Change]] = [
    *((rule, NO_SPEC) for rule in ("R3", "R4", "R7", "R8", "R9", "R11", "R12", "R15", "R17")),
    *((rule, NO_CODE) for rule in ("R4", "R5", "R6", "R10", "R12", "R15")),
    ("R9", without("generated/notes/.apigen.json")),
    ("R11", edit("generated/notes/_runtime/__init__.py", '"""', '""" ')),
    ("R12", without("src/service.py")),
]


@pytest.mark.parametrize(("rule", "change"), UNVERIFIABLE)
def test_where_nothing_is_looked_at_nothing_is_met(
    project: Path, rule: str, change: Change
) -> None:
    change(project)
    said = judge(project, rule)
    assert said.verdict is Verdict.UNVERIFIABLE, said
    assert said.missing


@pytest.mark.parametrize(
    "rule", ["R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12", "R15", "R16", "R17"]
)
def test_a_project_that_keeps_the_rules_is_told_so(known: Facts, rule: str) -> None:
    said = look(known, rule)
    assert said.verdict is Verdict.MET, said
    assert all(each.command and each.looked_at and each.result for each in said.evidence)
    assert said.evidence


def report(*findings: dict[str, str], ended: str, reached: tuple[str, ...] = ("GET /a",)) -> str:
    untested = {} if reached else {"GET /a": "why"}
    lists = {"reached": reached, "untested": untested, "ended": [ended]}
    return json.dumps({**lists, "findings": findings})


def drift(slug: str, kind: str = "violation") -> dict[str, str]:
    return {"slug": slug, "operation": "GET /a", "did": "m", "kind": kind}


@pytest.mark.parametrize(
    ("rule", "oracle", "slug"),
    [
        ("R1", "inputs", "undocumented-input"),
        ("R2", "routes", "undocumented-route"),
        ("R13", "valid", "undocumented-status"),
    ],
)
def test_a_run_against_the_service_is_evidence(
    known: Facts, tmp_path: Path, rule: str, oracle: str, slug: str
) -> None:
    file = tmp_path / "fuzz.json"

    def verdict(text: str) -> Verdict:
        file.write_text(text, encoding="utf-8")
        return look(replace(known, drifted=read_report(file)), rule).verdict

    assert verdict(report(drift(slug), ended=oracle)) is Verdict.BROKEN
    assert verdict(report(drift(slug, "suspicion"), ended=oracle)) is Verdict.MET
    assert verdict(report(ended=oracle)) is Verdict.MET
    assert verdict(report(ended="another")) is Verdict.UNVERIFIABLE
    assert verdict(report(ended=oracle, reached=())) is Verdict.UNVERIFIABLE
    assert look(known, rule).verdict is Verdict.UNVERIFIABLE


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"reached": 1}', "\0"])
def test_what_is_no_report_is_told(project: Path, text: str) -> None:
    file = project / "fuzz.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"\S"):
        read_report(file)
    assert judge(project, "R13", fuzz_report=file).verdict is Verdict.UNVERIFIABLE


RENAMED = ("text: {type: string, maxLength: 20}", "words: {type: string, maxLength: 20}")


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([], Verdict.MET),
        ([RENAMED], Verdict.BROKEN),
        ([RENAMED, ("version: 1.0.0", "version: 2.0.0")], Verdict.MET),
        ([("version: 1.0.0", "version: 0.9.0")], Verdict.BROKEN),
    ],
)
def test_what_breaks_needs_a_version_that_says_so(
    project: Path, changes: list[tuple[str, str]], verdict: Verdict
) -> None:
    old = project.parent / "old.yaml"
    old.write_bytes((project / "spec/notes.yaml").read_bytes())
    for before, after in changes:
        edit("spec/notes.yaml", before, after)(project)
    said = judge(project, "R18", against=str(old))
    assert said.verdict is verdict, said
    assert "breaking changes, version 1.0.0 then" in said.evidence[0].result


@pytest.mark.parametrize("against", ["nowhere.yaml", "git:no-such-ref", "git:"])
def test_an_earlier_contract_that_can_not_be_had(project: Path, against: str) -> None:
    said = judge(project, "R18", against=against)
    assert said.verdict is Verdict.UNVERIFIABLE, said


def test_a_copy_that_equals_its_source_is_no_other_contract(project: Path) -> None:
    (project / "copy.yaml").write_bytes((project / "spec/notes.yaml").read_bytes())
    said = judge(project, "R8")
    assert said.verdict is Verdict.MET
    assert "1 copies that equal" in said.evidence[0].result


def test_without_a_package_it_is_not_fresh(project: Path) -> None:
    rmtree(project / "generated")
    assert judge(project, "R7").verdict is Verdict.BROKEN


@pytest.mark.parametrize(("length", "verdict"), [(20, Verdict.MET), (10, Verdict.BROKEN)])
def test_contract_and_database_agree_on_lengths(
    project: Path, tmp_path: Path, length: int, verdict: Verdict
) -> None:
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('\n[tool.apigen.doctor.tables.short]\nwrite = "Short"\nread = "Short"\n')
    database = tmp_path / "notes.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "CREATE TABLE short (kind TEXT PRIMARY KEY CHECK (kind IN ('note.short')), "
            f"text TEXT NOT NULL CHECK (length(text) <= {length}))"
        )
        connection.commit()
    told = judge(project, "R14", database_url=f"sqlite:///{database}")
    assert told.verdict is verdict
    if verdict is Verdict.BROKEN:
        assert any("20 characters" in str(each) for each in told.evidence)


def test_a_database_that_cannot_be_reached_says_nothing(project: Path, tmp_path: Path) -> None:
    absent = f"sqlite:///{tmp_path / 'absent' / 'notes.db'}"
    assert judge(project, "R14", database_url=absent).verdict is Verdict.UNVERIFIABLE
