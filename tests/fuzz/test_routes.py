"""Paths and methods that nobody documented are found, and those of no one are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fuzz.hiding import hiding
from tests.fuzz.running import codes, session_of
from tests.fuzz.storing import copied, outcome

from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.oracles import routes, valid


def routes_of(*faults: str, writes: bool = True) -> Outcome:
    with hiding(*faults) as url:
        session = session_of(url, writes=writes)
        try:
            return run(session, (valid.ORACLE, routes.ORACLE), lambda _: None)
        finally:
            session.sender.close()


@pytest.mark.parametrize(
    ("fault", "code", "operation"),
    [
        ("version", "undocumented-route", "GET /v2/things"),
        ("slash", "undocumented-route", "GET /things/"),
        ("method", "undocumented-method", "PUT /things/{thing_id}"),
    ],
)
def test_what_is_served_and_not_documented_is_found(fault: str, code: str, operation: str) -> None:
    assert (code, operation) in codes(routes_of(fault))


@pytest.mark.parametrize("fault", ["", "catch-all"])
def test_what_answers_everything_is_no_route(fault: str) -> None:
    assert routes_of(fault).drifts == ()


def test_nothing_is_written_where_it_is_not_allowed() -> None:
    assert ("undocumented-method", "PUT /things/{thing_id}") not in codes(
        routes_of("method", writes=False)
    )


def test_the_real_server_has_no_other_routes(tmp_path: Path) -> None:
    spec = copied(tmp_path)
    only = ("GET /api/v1/audit/events", "POST /api/v1/audit/events", "GET /health")
    found = outcome(spec, tmp_path, (routes.ORACLE,), only=only)
    assert found.left_out == {}
    assert found.drifts == ()
