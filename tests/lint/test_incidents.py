"""Drift that once went unseen between a service and its consumers: each incident, planted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from apigen.guard.surface import Surface

from .test_bypasses import GET, linted, write

UNDOCUMENTED = {"event_category", "event_outcome", "severity", "since", "until"}


def without(surface: Surface, *ids: str) -> Surface:
    """Return a contract that lacks operations which its service serves."""
    return replace(surface, endpoints=tuple(e for e in surface.endpoints if e.id not in ids))


def test_parameters_that_the_contract_lacks_are_listed(
    tmp_path: Path, datastorage: Surface
) -> None:
    poorer = replace(
        datastorage,
        endpoints=tuple(
            replace(e, arguments=tuple(a for a in e.arguments if a.wire not in UNDOCUMENTED))
            for e in datastorage.endpoints
        ),
    )
    query = "&".join(f"{name}=x" for name in sorted(UNDOCUMENTED))
    (tmp_path / "job.sh").write_text(f'curl "$DATASTORAGE_URL/api/v1/audit/events?{query}"\n')
    (one,) = linted(tmp_path, poorer)
    assert all(f"'{name}'" in one.message for name in UNDOCUMENTED)


def test_a_total_that_is_never_sent_is_read_by_hand(tmp_path: Path, datastorage: Surface) -> None:
    write(tmp_path, GET + 'answer = requests.get(url)\nanswer.json()["total_count"]\n')
    assert [each.code.id for each in linted(tmp_path, datastorage)] == ["AG701", "AG703"]


@pytest.mark.parametrize("path", ["/api/v1/audit/events/batch", "/api/v1/audit/verify-chain"])
def test_an_operation_that_is_served_and_not_in_the_contract_is_told(
    tmp_path: Path, datastorage: Surface, path: str
) -> None:
    gone = {e.id for e in datastorage.endpoints if e.path == path}
    assert gone
    write(tmp_path, f'import requests\nrequests.post("http://datastorage:8080{path}", json=[])\n')
    assert [each.code.id for each in linted(tmp_path, without(datastorage, *gone))] == ["AG702"]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("test/e2e/audit_test.go", 'url := base + "/api/v1/audit/events"\nhttp.Get(url)\n'),
        ("test/e2e/audit_test.go", 'http.Post(base+"/api/v1/audit/events", "", b)\n'),
        (
            "internal/gateway/audit.go",
            'req, err := http.NewRequest("GET", base+"/api/v1/audit/events", nil)\n',
        ),
        (
            "test/e2e/audit_test.go",
            'dsClient := dsgen.NewClient(base)\nhttp.Get(base + "/api/v1/audit/events")\n',
        ),
    ],
)
def test_what_a_search_for_a_keyword_did_not_see_is_found(
    tmp_path: Path, datastorage: Surface, file: str, code: str
) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(code, encoding="utf-8")
    assert [each.code.id for each in linted(tmp_path, datastorage)] == ["AG701"]
