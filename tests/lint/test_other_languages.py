"""Requests in other languages than Python are found, and what only looks like one is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from apigen.diagnostics import Diagnostic
from apigen.guard.surface import Surface

from .test_bypasses import HERE, linted


def cases(name: str) -> Iterator[tuple[str, str]]:
    """Yield file and content of each case; a blank line ends one, '===' names the file."""
    text = (HERE / name).read_text(encoding="utf-8")
    for section in text.split("=== ")[1:]:
        file, _, rest = section.partition("\n")
        for snippet in filter(str.strip, rest.split("\n\n")):
            yield file, snippet.strip("\n") + "\n"


def written(file: str, snippet: str) -> str:
    if not file.endswith(".ipynb"):
        return snippet
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "source": snippet.splitlines(keepends=True),
    }
    prose = {"cell_type": "markdown", "source": ["`requests.get('/api/v1/audit/events')`"]}
    return json.dumps({"cells": [prose, cell], "nbformat": 4}, indent=1)


def found(folder: Path, surface: Surface, name: str) -> list[tuple[str, list[Diagnostic]]]:
    """Return each case with what is found in it; all are looked at in one run."""
    each: dict[str, str] = {}
    for number, (file, snippet) in enumerate(cases(name)):
        path = f"{number}/{file}"
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(written(file, snippet), encoding="utf-8")
        each[path] = snippet
    told: dict[str, list[Diagnostic]] = {}
    for one in linted(folder, surface):
        assert one.place
        told.setdefault(one.place.file, []).append(one)
    return [(f"{PurePosixPath(path).name}: {each[path]}", told.get(path, [])) for path in each]


def test_bypasses_are_found(tmp_path: Path, datastorage: Surface) -> None:
    all_of_them = found(tmp_path, datastorage, "bypasses_elsewhere.txt")
    assert len(all_of_them) >= 82
    assert [case for case, told in all_of_them if not told] == []


def test_innocents_are_left_in_peace(tmp_path: Path, datastorage: Surface) -> None:
    all_of_them = found(tmp_path, datastorage, "innocents_elsewhere.txt")
    assert len(all_of_them) >= 99
    assert [(case, told[0].message) for case, told in all_of_them if told] == []


def test_a_finding_names_the_operation_and_what_to_write(
    tmp_path: Path, datastorage: Surface
) -> None:
    script = 'set -e\n  curl "$DATASTORAGE_URL/api/v1/audit/events?limit=5&service=gateway"\n'
    (tmp_path / "job.sh").write_text(script, encoding="utf-8")
    (one,) = linted(tmp_path, datastorage)
    assert one.place
    assert (one.place.line, one.place.column) == (2, 3)
    assert "curl bypasses the generated client: GET /api/v1/audit/events is q" in one.message
    assert "has no parameter 'service'" in one.message
    assert one.hint.endswith("DataStorage(url).query_audit_events(limit=5)")


def test_a_finding_in_a_notebook_stands_at_the_line_of_the_file(
    tmp_path: Path, datastorage: Surface
) -> None:
    code = 'import requests\n\nrequests.get("http://datastorage:8080/api/v1/audit/events")\n'
    text = written("study.ipynb", code)
    (tmp_path / "study.ipynb").write_text(text, encoding="utf-8")
    (one,) = linted(tmp_path, datastorage)
    assert one.place
    assert "requests.get(" in text.splitlines()[one.place.line - 1]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("job.sh", "curl http://datastorage:8080/health  # apigen: allow[raw-http] a probe"),
        ("page.js", "// apigen: allow[AG701] a probe\nfetch('http://datastorage:8080/health')"),
        (
            "main.go",
            'http.Get("http://datastorage:8080/health") // apigen: allow[raw-http] a probe',
        ),
        ("ci.yml", "run: curl http://datastorage:8080/health # apigen: allow[raw-http] a probe"),
    ],
)
def test_a_comment_allows_in_any_language(
    tmp_path: Path, datastorage: Surface, file: str, line: str
) -> None:
    (tmp_path / file).write_text(line + "\n", encoding="utf-8")
    assert linted(tmp_path, datastorage) == []


NEVER_CLOSED = ("$(", "${", "`", '"$(', "{", "'", "<<E\n", "a: [", "/*", "/[", "\\")
SUFFIXES = ("sh", "mk", "dockerfile", "yml", "js", "ts", "go", "ipynb")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("piece", NEVER_CLOSED)
def test_what_is_never_closed_ends(
    tmp_path: Path, datastorage: Surface, suffix: str, piece: str
) -> None:
    hostile = "curl fetch /api/v1/audit/events " + piece * 1000
    (tmp_path / f"x.{suffix}").write_text(hostile, encoding="utf-8")
    linted(tmp_path, datastorage)


def test_aliases_within_aliases_end(tmp_path: Path, datastorage: Surface) -> None:
    lines = ["a0: &a0 [curl http://datastorage:8080/api/v1/audit/events]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    (tmp_path / "x.yml").write_text("\n".join([*lines, "run: *a29"]), encoding="utf-8")
    linted(tmp_path, datastorage)
