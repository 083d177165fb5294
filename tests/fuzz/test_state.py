"""What refused requests leave behind is found, and health that does not tell the truth."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from tests.drift.serving import Switch, switchable
from tests.fuzz import faulty
from tests.fuzz.tiring import SPEC, tiring

from apigen.diagnostics import Report
from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.operations import read
from apigen.fuzz.oracles import boundaries, state, valid
from apigen.fuzz.sending import Limits, sender
from apigen.fuzz.session import Options, Oracle, Session
from apigen.fuzz.values import values

Keys = set[tuple[str, str, str]]


def outcome(fault: str, limits: Limits | None = None, first: tuple[Oracle, ...] = ()) -> Outcome:
    """Return what a run comes to; ``answers`` has its say elsewhere."""
    contract = read(SPEC, Report())
    with tiring(fault) as url:
        sending = sender(url, writes=True, limits=limits or Limits())
        made = values(contract, 0, "apigen-fuzz-test")
        session = Session(contract, contract.operations, sending, made, {}, Options(writes=True))
        try:
            return run(session, (*first, state.ORACLE), lambda _: None)
        finally:
            sending.close()


def keys(found: Outcome) -> Keys:
    return {each.key for each in found.failing if each.oracle == "state"}


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("writer-tires", ("AG985", "POST /things", "plain")),
        ("reader-tires", ("AG985", "GET /things/{name}", "plain")),
        ("broken", ("AG987", "GET /ready", "writes")),
    ],
)
def test_what_wears_out_or_lies_is_named(fault: str, key: tuple[str, str, str]) -> None:
    found = outcome(fault, first=(valid.ORACLE,))
    assert keys(found) == {key}
    assert found.failing[0].exchanges


def test_both_operations_of_health_are_lost() -> None:
    lost = {("AG986", each, "refusals") for each in ("GET /ready", "GET /live")}
    assert keys(outcome("health-tires")) == lost


def test_a_server_that_other_oracles_wore_out_is_named_too() -> None:
    found = outcome("writer-tires", first=(valid.ORACLE, boundaries.ORACLE))
    assert keys(found) == {("AG985", "POST /things", "plain")}


@pytest.mark.parametrize("fault", ["", "broken-and-told"])
def test_a_server_that_tells_the_truth_is_left_in_peace(fault: str) -> None:
    assert keys(outcome(fault)) == set()


def test_a_server_that_limits_what_it_refuses_is_not_tested() -> None:
    found = outcome("limits")
    assert keys(found) == set()
    told = found.unjudged["state"]["POST /things"]
    assert told == "only 5 requests that are refused could be sent"


def test_it_takes_no_more_than_its_part_of_the_requests() -> None:
    found = outcome("", Limits(requests=60))
    assert found.requests <= 60
    assert found.cut_short == ()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, Switch]]:
    with switchable(tmp_path_factory.mktemp("state"), 0) as (url, switch):
        yield url, switch


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("clean", Keys()),
        ("pool-leaks", {("AG985", "POST /api/v1/audit/events", "plain")}),
        (
            "healthy-while-writes-fail",
            {("AG987", "GET /health", "writes"), ("AG987", "GET /health/ready", "writes")},
        ),
    ],
)
def test_of_the_real_server(server: tuple[str, Switch], fault: str, found: Keys) -> None:
    assert keys(faulty.found(server, fault, (state.ORACLE,))) == found
