"""What the last run found is used again only where nothing differs."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from apigen.guard import kept, linting, running
from apigen.guard.policy import Policy
from apigen.guard.surface import Surface

TODAY = datetime.date(2026, 11, 25)
CALL = "import requests\nfrom paths import EVENTS\nrequests.get(EVENTS)\n"
EVENTS = 'EVENTS = "http://datastorage:8080/api/v1/audit/events"\n'


class Runs:
    """Runs over one folder, and a count of those that looked at its files."""

    def __init__(self, folder: Path, surface: Surface) -> None:
        self.folder, self.surface, self.looked = folder / "tree", surface, 0
        self.cache, self.contract = folder / "cache", folder / "contract.yaml"
        self.folder.mkdir()
        self.contract.write_text("openapi: 3.1.0", encoding="utf-8")
        self.write("call.py", CALL)
        self.write("paths.py", EVENTS)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def search(self, texts: Mapping[str, str], before: kept.Kept | None) -> running.Searched:
        self.looked += 1
        path = str(self.contract)
        known = before.known if before else None
        again = linting.looked(texts, [self.surface], Policy(), known)
        return running.Searched(again, {path: kept.content(path)})

    def codes(self, *settings: str) -> list[str]:
        keep = running.Keep(self.cache, settings)
        done = running.run(
            self.folder, [self.folder], Policy(), self.search, today=TODAY, keep=keep
        )
        return [each.code.id for each in done.findings]

    def file(self) -> Path:
        (found,) = self.cache.iterdir()
        return found


@pytest.fixture
def runs(tmp_path: Path, datastorage: Surface) -> Runs:
    made = Runs(tmp_path, datastorage)
    assert made.codes() == ["AG701"]
    return made


def test_a_second_run_finds_the_same_without_looking(runs: Runs) -> None:
    assert runs.codes() == ["AG701"]
    assert runs.looked == 1


def test_a_constant_of_another_file_matters(runs: Runs) -> None:
    runs.write("paths.py", EVENTS.replace("datastorage", "api.example.org"))
    assert runs.codes() == []
    assert runs.looked == 2


def test_a_file_by_another_name_matters(runs: Runs) -> None:
    (runs.folder / "paths.py").rename(runs.folder / "others.py")
    assert runs.codes() == []


def test_an_allowance_is_decided_anew(runs: Runs) -> None:
    runs.write("call.py", CALL.rstrip() + "  # apigen: allow[raw-http] a probe\n")
    assert runs.codes() == []


def test_settings_and_the_contract_matter(runs: Runs) -> None:
    runs.codes("another")
    assert runs.looked == 2
    runs.contract.write_text("openapi: 3.0.3", encoding="utf-8")
    runs.codes("another")
    assert runs.looked == 3


def signed(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def altered(key: str, value: object) -> bytes:
    whole: dict[str, object] = {"key": "k", "inputs": {"a": "b"}, "surfaces": (), "digests": {}}
    whole |= {"looked": (), "reads": {}, "found": {}, key: value}
    return signed(json.dumps(whole).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\n",
        signed(b"[]"),
        signed(b"{}"),
        signed(b"[" * 100_000),
        altered("found", {"call.py": [["AG701"]]}),
        altered("found", {"call.py": [["AG000", 1, 1, 1, "", "", "", ""]]}),
        altered("found", []),
        altered("inputs", {}),
    ],
)
def test_a_cache_that_is_damaged_is_as_good_as_none(runs: Runs, content: bytes) -> None:
    runs.file().write_bytes(content)
    assert runs.codes() == ["AG701"]
    assert runs.looked == 2


def test_a_changed_byte_is_noticed(runs: Runs) -> None:
    runs.file().write_bytes(runs.file().read_bytes().replace(b"AG701", b"AG702"))
    assert runs.codes() == ["AG701"]


def test_where_nothing_can_be_kept_all_is_looked_at(runs: Runs) -> None:
    runs.cache = runs.contract  # no folder
    assert runs.codes() == ["AG701"]
    assert runs.looked == 2
