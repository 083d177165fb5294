"""``--fix`` writes the generated call where nothing is left to chance, and else says why not."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.guard.fixing import files
from apigen.guard.fixing.texts import rewritten
from apigen.guard.surface import Argument, Endpoint, Surface

from .test_bypasses import linted

HEAD = """\
import os
import requests
from datastorage import DataStorage
BASE = os.environ["DATASTORAGE_URL"]
EVENTS = f"{BASE}/api/v1/audit/events"
DS = DataStorage(BASE, timeout=5)
"""
START = HEAD.count("\n") + 1
FIXED = [
    ('requests.get(f"{BASE}/health").raise_for_status()', "DS.health_check()"),
    ('requests.get(BASE + "/health").raise_for_status()', "DS.health_check()"),
    ('requests.get(f"{BASE}/health", timeout=5).raise_for_status()', "DS.health_check()"),
    ('(requests.get(f"{BASE}/health").raise_for_status())', "DS.health_check()"),
    ("requests.get(EVENTS).raise_for_status()", "DS.query_audit_events()"),
    (
        "requests.get(\n    EVENTS,\n    params={'correlation_id': 'é\\'\\n', 'limit': 5},\n)"
        ".raise_for_status()",
        'DS.query_audit_events(correlation_id="\\xe9\'\\n", limit=5)',
    ),
    (
        'def f(event: str) -> None:\n    requests.get(f"{BASE}/api/v1/effectiveness/{event}",'
        " timeout=5.0).raise_for_status()",
        "def f(event: str) -> None:\n    DS.get_effectiveness_score(event)",
    ),
]  # fmt: skip
LEFT = [
    ('requests.get(f"{BASE}/health")', "only a plain call"),
    ('x = requests.get(f"{BASE}/health")', "part of something larger"),
    ('requests.get(f"{BASE}/health", headers={}).raise_for_status()', "more than parameters"),
    ('requests.get(f"{BASE}/health", timeout=6).raise_for_status()', "same time-out"),
    ("requests.get(EVENTS, {}).raise_for_status()", "only a plain call"),
    ("requests.get(EVENTS, **{}).raise_for_status()", "more than parameters"),
    ("requests.get(EVENTS, params=BASE).raise_for_status()", "not written out"),
    ("requests.get(EVENTS, params={'service': 'x'}).raise_for_status()", "not the operation's"),
    ("requests.get(EVENTS, params={'limit': '5'}).raise_for_status()", "not sure to be int"),
    ("requests.get(EVENTS, params={'limit': True}).raise_for_status()", "not sure to be int"),
    ("requests.get(EVENTS, params={'event_outcome': 'success'}).raise_for_status()", "not sure"),
    ('requests.get(f"{BASE}/api/v1/audit/events?limit=5").raise_for_status()', "has a query"),
    ("requests.post(EVENTS).raise_for_status()", "takes a body"),
    ("requests.get(EVENTS  # why\n).raise_for_status()", "comment"),
    (
        'requests.get("http://datastorage:8080/health").raise_for_status()',
        "same address",
    ),
    (
        'def f(event):\n    requests.get(f"{BASE}/api/v1/effectiveness/{event}")'
        ".raise_for_status()",
        "not sure to be str",
    ),
    (
        "def f(event: str):\n    event = 5\n"
        '    requests.get(f"{BASE}/api/v1/effectiveness/{event}").raise_for_status()',
        "not sure to be str",
    ),
    (
        "class str: ...\ndef f(event: str):\n"
        '    requests.get(f"{BASE}/api/v1/effectiveness/{event}").raise_for_status()',
        "not sure to be str",
    ),
    ("try:\n    requests.get(EVENTS).raise_for_status()\nfinally:\n    pass", "may be caught"),
    ("with lock:\n    requests.get(EVENTS).raise_for_status()", "may be caught"),
    ("requests.get(EVENTS).raise_for_status()\nx = requests.HTTPError", "names errors"),
    (
        "requests.get(EVENTS).raise_for_status()\nfrom requests import HTTPError",
        "more from the library",
    ),
    ("requests.get(EVENTS).raise_for_status()\nDS.close()", "same address"),
    ("with DS:\n    pass\nrequests.get(EVENTS).raise_for_status()", "same address"),
    ("requests.get(EVENTS).raise_for_status()\nDS = None", "same address"),
    ("requests.get(EVENTS).raise_for_status()\ndef f(DS): ...", "same address"),
    ("requests.get(EVENTS).raise_for_status()\ndef f(BASE): ...", "same address"),
    ("requests.get(EVENTS).raise_for_status()\nrequests.get = print", "only a plain call"),
    ("requests.get(EVENTS).raise_for_status()\nfrom x import *", "only a plain call"),
    ("requests.get(EVENTS).raise_for_status()\n\x0c", "not plain text"),
]  # fmt: skip


def run(text: str, surface: Surface) -> tuple[str, str]:
    """Return the text after its head, and the reason why the first call in it is left."""
    assert text.startswith(HEAD)
    tree = ast.parse(text)
    wanted = {
        (node.lineno, node.col_offset + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func).startswith("requests.")
        and node.func.attr != "raise_for_status"
    }
    done = rewritten(text, wanted, [surface])
    assert (done.text == text) is (done.count == 0)
    return done.text.removeprefix(HEAD), "; ".join(done.left.values())


@pytest.mark.parametrize(("before", "after"), FIXED)
def test_what_is_certain_is_written(datastorage: Surface, before: str, after: str) -> None:
    assert run(f"{HEAD}{before}\n", datastorage) == (f"{after}\n", "")


@pytest.mark.parametrize(("code", "reason"), LEFT)
def test_what_is_not_certain_stays(datastorage: Surface, code: str, reason: str) -> None:
    text, said = run(f"{HEAD}{code}\n", datastorage)
    assert text == f"{code}\n"
    assert reason in said


def test_a_client_made_later_is_not_used(datastorage: Surface) -> None:
    made = "DS = DataStorage(BASE, timeout=5)\n"
    text = HEAD.replace(made, "") + "requests.get(EVENTS).raise_for_status()\n" + made
    done = rewritten(text, {(START - 1, 1)}, [datastorage])
    assert list(done.left.values()) == ["'DS' is made after the call"]


def test_a_name_in_a_constant_is_not_that_of_a_function(datastorage: Surface) -> None:
    hold = 'W = HOLD = "a"\nW = "b"\nURL = f"{BASE}/api/v1/audit/legal-hold/{W}"\n'
    call = "def f(W: str) -> None:\n    requests.delete(URL).raise_for_status()\n"
    text, reason = run(HEAD + hold + call, datastorage)
    assert text == hold + call
    assert reason


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_text_keeps_its_value_and_the_file_its_shape(value: str) -> None:
    argument = Argument("correlation_id", "correlation_id", "query", "str", required=False)
    path = "/api/v1/audit/events"
    query = Endpoint("query", "GET", path, "query", (argument,), "")
    surface = Surface("T", "datastorage", "DataStorage", (), (query,), (), ())
    call = f"requests.get(EVENTS, params={{'correlation_id': {value!r}}}).raise_for_status()"
    text, reason = run(f'{HEAD}"é"; {call}; print({value!r})\n', surface)
    if "#" in value:  # may be a comment
        assert reason
        return
    assert reason == ""
    _, changed, printed = ast.parse(text).body
    assert f"correlation_id={value!r})" in ast.unparse(changed)
    assert ast.unparse(printed) == f"print({value!r})"


@pytest.mark.parametrize(
    ("address", "fixed"),
    [("http://h/v2/pets", False), ("http://h/v2/v2/pets", False)],
)
def test_a_base_path_that_the_client_was_not_given_is_no_match(address: str, fixed: bool) -> None:
    """The client adds the operation's own path only; the contract's base path it is told."""
    pets = Endpoint("listPets", "GET", "/v2/pets", "list_pets", (), "")
    surface = Surface("Pets", "datastorage", "DataStorage", ("h",), (pets,), (), (), base="/v2")
    text = f'{HEAD}A = DataStorage("http://h")\nrequests.get("{address}").raise_for_status()\n'
    assert bool(rewritten(text, {(START + 1, 1)}, [surface]).count) is fixed
    given = text.replace('"http://h")', '"http://h/v2")')
    after = rewritten(given, {(START + 1, 1)}, [surface])
    assert bool(after.count) is (address == "http://h/v2/pets")


def test_a_name_of_a_document_that_is_no_identifier_is_not_written() -> None:
    argument = Argument("x", "x=1); evil(", "query", "str", required=False)
    for call, arguments in (("a(); evil", ()), ("a", (argument,)), ("class", ())):
        bad = Endpoint("a", "GET", "/a", call, arguments, "")
        surface = Surface("T", "datastorage", "DataStorage", (), (bad,), (), ())
        text = f'{HEAD}requests.get(f"{{BASE}}/a").raise_for_status()\n'
        assert run(text, surface)[1] == "a generated name is no identifier"


def test_a_file_is_replaced_as_a_whole_and_once(tmp_path: Path, datastorage: Surface) -> None:
    path = tmp_path / "job.py"
    path.write_text(f'{HEAD}requests.get(f"{{BASE}}/health").raise_for_status()\n')
    path.chmod(0o750)
    (plan,) = files.planned(tmp_path, linted(tmp_path, datastorage), [datastorage]).values()
    assert isinstance(plan, files.Plan)
    files.write(plan)
    assert path.read_text() == f"{HEAD}DS.health_check()\n"
    assert path.stat().st_mode & 0o777 == 0o750
    assert [each.name for each in tmp_path.iterdir()] == ["job.py"]
    assert [each.code.id for each in linted(tmp_path, datastorage)] == []


def test_a_file_that_was_changed_meanwhile_is_left(tmp_path: Path, datastorage: Surface) -> None:
    path = tmp_path / "job.py"
    path.write_text(f'{HEAD}requests.get(f"{{BASE}}/health").raise_for_status()\n')
    (plan,) = files.planned(tmp_path, linted(tmp_path, datastorage), [datastorage]).values()
    assert isinstance(plan, files.Plan)
    path.write_text("x = 1\n")
    files.write(plan)
    assert path.read_text() == "x = 1\n"


@pytest.mark.parametrize("name", ["test_job.py", "tests/job.py", "job.ipynb", "link.py"])
def test_tests_notebooks_and_links_are_left(
    tmp_path: Path, datastorage: Surface, name: str
) -> None:
    text = f'{HEAD}requests.get(f"{{BASE}}/health").raise_for_status()\n'
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    target = tmp_path / "target.txt" if name == "link.py" else path
    target.write_text(text)
    if target != path:
        path.symlink_to(target)
    found = [each for each in linted(tmp_path, datastorage) if name != "job.ipynb"]
    plans = files.planned(tmp_path, found, [datastorage])
    assert all(isinstance(each, str) for each in plans.values())
    assert target.read_text() == text


def test_the_command_writes_says_and_ends_as_what_is_left_asks(tmp_path: Path) -> None:
    spec = Path(__file__).parents[2] / "spec" / "data-storage-v1.yaml"
    call = 'requests.get(f"{BASE}/health").raise_for_status()\n'
    job = tmp_path / "job.py"
    job.write_text(f"{HEAD}{call}x = {call}")
    command = [sys.executable, "-m", "apigen", "lint", "job.py", "--fix", "--no-cache"]
    command += ["--spec", str(spec), "--package", "datastorage", "--client", "DataStorage"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "no fix: it is part of something larger" in done.stdout
    assert "1 calls rewritten" in done.stdout
    assert job.read_text() == f"{HEAD}DS.health_check()\nx = {call}"
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "0 calls rewritten" in again.stdout
    assert job.read_text() == f"{HEAD}DS.health_check()\nx = {call}"
