"""Bypasses are found and named; what merely looks like one is left in peace."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from apigen.diagnostics import Diagnostic, Place, Report
from apigen.guard import linting, policy
from apigen.guard.policy import Policy
from apigen.guard.surface import Surface, as_json, from_json

HERE = Path(__file__).parent
TODAY = datetime.date(2026, 11, 25)
PREAMBLE = """\
import asyncio, enum, functools, http.client, importlib, logging, os, pathlib, posixpath, queue, re
import string, subprocess, unittest.mock, urllib.parse, urllib.request
import aiohttp, boto3, httplib2, httpx, httpx2, niquests, redis, requests, requests_mock, responses
import respx, starlette.routing, starlette.testclient, treq, urllib3, yarl
from requests import get as alias
from datastorage import DataStorage
import other
BASE = os.environ["DATASTORAGE_URL"]
BASE2 = os.environ["BASE_URL"]
GITHUB_API = os.environ["GITHUB_API"]
PATHS = {"events": f"{BASE}/api/v1/audit/events"}
class Paths(str, enum.Enum):
    EVENTS = f"{BASE}/api/v1/audit/events"
class Derived(requests.Session):
    pass
class Api:
    def __init__(self, base):
        self.http = httpx.Client(base_url=base)
    def events(self):
        return self.fetch("/api/v1/audit/events")
    def fetch(self, path):
        return self.http.get(path)
def fetch(path):
    return requests.get(BASE + path)
def made():
    return httpx.Client(base_url=BASE)
"""
OTHER = """\
import requests
EVENTS = "http://datastorage:8080/api/v1/audit/events"
def load(path):
    return requests.get("http://datastorage:8080" + path)
def describe(path):
    return "path " + path
"""


def lines(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def linted(folder: Path, surface: Surface, rules: Policy | None = None) -> list[Diagnostic]:
    done = linting.lint(folder, [folder], [surface], rules or Policy(), today=TODAY)
    return list(done.findings)


def bypasses(folder: Path, surface: Surface, line: str) -> list[Diagnostic]:
    (folder / "other.py").write_text(OTHER, encoding="utf-8")
    (folder / "consumer.py").write_text(PREAMBLE + line + "\n", encoding="utf-8")
    own = [each for each in linted(folder, surface) if each.code.id in {"AG701", "AG702"}]
    before = PREAMBLE.count("\n")
    return [each for each in own if each.place and each.place.line > before]


@pytest.mark.parametrize("line", lines("bypasses.txt"))
def test_a_bypass_is_found(tmp_path: Path, datastorage: Surface, line: str) -> None:
    assert bypasses(tmp_path, datastorage, line)


@pytest.mark.parametrize("line", lines("innocents.txt"))
def test_an_innocent_is_left_in_peace(tmp_path: Path, datastorage: Surface, line: str) -> None:
    assert bypasses(tmp_path, datastorage, line) == []


def write(folder: Path, text: str, name: str = "consumer.py") -> None:
    (folder / name).write_text(text, encoding="utf-8")


GET = 'import requests\nurl = "http://datastorage:8080/api/v1/audit/events"\n'


def test_the_finding_names_the_operation_and_shows_the_call(
    tmp_path: Path, datastorage: Surface
) -> None:
    write(tmp_path, GET + 'requests.get(url, params={"correlation_id": "rr-1", "limit": 5})\n')
    (found,) = linted(tmp_path, datastorage)
    assert "GET /api/v1/audit/events is queryAuditEvents" in found.message
    assert found.hint == "write ds.query_audit_events(correlation_id='rr-1', limit=5)"
    assert found.place
    assert (found.place.line, found.place.column) == (3, 1)


def test_a_retired_parameter_is_named(tmp_path: Path, datastorage: Surface) -> None:
    write(tmp_path, GET + 'requests.get(url + "?service=gateway")\n')  # once sent by the gateway
    (found,) = linted(tmp_path, datastorage)
    assert "has no parameter 'service'" in found.message


def test_an_operation_that_the_contract_lacks_is_told(tmp_path: Path, datastorage: Surface) -> None:
    write(tmp_path, GET + 'requests.get("http://datastorage:8080/api/v1/audit/retired")\n')
    assert [each.code.id for each in linted(tmp_path, datastorage)] == ["AG702"]


def test_end_to_end_tests_are_looked_at_too(tmp_path: Path, datastorage: Surface) -> None:
    folder = tmp_path / "test" / "e2e"  # where seven raw queries once stood unseen
    folder.mkdir(parents=True)
    write(folder, GET + "def test_it():\n    requests.get(url)\n", "test_audit.py")
    (found,) = linted(tmp_path, datastorage)
    assert found.place
    assert found.place.file == "test/e2e/test_audit.py"


def test_an_answer_parsed_by_hand_is_told(tmp_path: Path, datastorage: Surface) -> None:
    write(tmp_path, GET + 'answer = requests.get(url)\ntotal = answer.json()["total_count"]\n')
    assert [each.code.id for each in linted(tmp_path, datastorage)] == ["AG701", "AG703"]


def test_a_class_that_repeats_a_generated_model_is_told(
    tmp_path: Path, datastorage: Surface
) -> None:
    members = next(each for each in datastorage.models if each.name == "AuditEventRequest").members
    body = "".join(f"    {name}: str\n" for name in members)
    write(tmp_path, f"from pydantic import BaseModel\nclass Event(BaseModel):\n{body}")
    (found,) = linted(tmp_path, datastorage)
    assert "the generated model 'AuditEventRequest'" in found.message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("try:\n    DataStorage('http://x', timeout=1)\nexcept Exception:\n    x = 0", "AG705"),
        ("try:\n    m.TimeBound('x')\nexcept ValueError:\n    pass", "AG705"),
        ("try:\n    DS.health_check()\nexcept Exception:\n    pass", "AG706"),
        ("with contextlib.suppress(Exception):\n    DS.health_check()", "AG706"),
        ("try:\n    DS.health_check()\nexcept ApiError:\n    pass", None),
        ("try:\n    DS.health_check()\nexcept Exception:\n    raise", None),
        ('try:\n    DataStorage("http://x", timeout=1)\nexcept Exception:\n    sys.exit(1)', None),
    ],
)  # fmt: skip
def test_what_is_caught_goes_further(
    tmp_path: Path, datastorage: Surface, body: str, code: str | None
) -> None:
    start = "import contextlib, sys\nfrom datastorage import ApiError, DataStorage, models as m\n"
    write(tmp_path, f'{start}DS = DataStorage("http://x", timeout=1)\n{body}\n')
    assert [each.code.id for each in linted(tmp_path, datastorage)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# apigen: allow[raw-http] a probe of the wire", []),
        ('# apigen: allow[AG701] until=2027-01-31 reason="a probe"', []),
        ("# apigen: allow[raw-http] until=2026-11-24 a probe", ["AG701", "AG707"]),
        ("# apigen: allow[raw-http]", ["AG701", "AG709"]),
        ("# apigen: allow[raw-http] until=soon a probe", ["AG709"]),
        ("# apigen: allow[shadow-model] a probe", ["AG701", "AG708"]),
    ],
)
def test_a_comment_allows_with_a_reason_and_until_a_day(
    tmp_path: Path, datastorage: Surface, comment: str, codes: list[str]
) -> None:
    write(tmp_path, f"{GET}requests.get(url)  {comment}\n")
    assert sorted(each.code.id for each in linted(tmp_path, datastorage)) == codes


@pytest.mark.parametrize(("part", "codes"), [("", ["AG708"]), ("part", [])])
def test_a_run_over_a_part_says_nothing_of_allowances_elsewhere(
    tmp_path: Path, datastorage: Surface, part: str, codes: list[str]
) -> None:
    (tmp_path / "part").mkdir()
    write(tmp_path / "part", "x = 1\n")
    allowance = policy.Allowance(Place("pyproject.toml"), "elsewhere", (), "", "a reason", None)
    rules = Policy(allow=(allowance,))
    done = linting.lint(tmp_path, [tmp_path / part], [datastorage], rules, today=TODAY)
    assert [each.code.id for each in done.findings] == codes


@pytest.mark.parametrize("text", ["def (", "x = '\\ud800", "(" * 3000, "x\0", "-" * 100_000 + "1"])
def test_what_cannot_be_read_is_said(tmp_path: Path, datastorage: Surface, text: str) -> None:
    write(tmp_path, f"import requests, datastorage\n{text}")
    assert [each.code.id for each in linted(tmp_path, datastorage)] == ["AG710"]


def test_nothing_to_look_at_is_no_success(tmp_path: Path, datastorage: Surface) -> None:
    assert [each.code.id for each in linted(tmp_path, datastorage)] == ["AG712"]


def test_a_surface_survives_being_kept(datastorage: Surface) -> None:
    assert from_json(as_json(datastorage)) == datastorage


def test_settings_that_mean_nothing_are_told() -> None:
    report = Report()
    assert policy.read(None, report) == Policy()
    assert not report
