"""Filters, pages, counts and defaults agree: each planted disagreement is named."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from tests.drift.serving import Switch, switchable
from tests.fuzz.clean import SPEC
from tests.fuzz.faulty import found

from apigen.diagnostics import Report
from apigen.fuzz.operations import read
from apigen.fuzz.oracles import lists, valid
from apigen.fuzz.reporting import html, text

FIND = "GET /api/v1/audit/events"
EXPORT = "GET /api/v1/audit/export"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, Switch]]:
    with switchable(tmp_path_factory.mktemp("lists"), 0) as (url, switch):
        yield url, switch


@pytest.mark.parametrize("seed", range(3))
def test_lists_of_a_clean_server_agree(server: tuple[str, Switch], seed: int) -> None:
    outcome = found(server, "clean", (lists.ORACLE,), seed)
    assert outcome.drifts == ()
    assert not {FIND, EXPORT} & outcome.unjudged["lists"].keys()


def test_a_list_that_is_too_short_is_said_to_be_untested(server: tuple[str, Switch]) -> None:
    outcome = found(server, "clean", (lists.ORACLE,), 9)
    label = "GET /api/v1/audit/legal-hold"
    reason = outcome.unjudged["lists"][label]
    assert "fewer than" in reason
    contract = read(SPEC, Report())
    shown = text.render(outcome, contract).split("not judged: lists: ")
    assert any(label in each and each.rstrip().endswith(reason) for each in shown[1].splitlines())
    assert f"<td>{label} (oracle lists)</td><td>{reason}</td>" in html.render(outcome, contract)


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("severity-ignored", ("AG953", FIND, "severity")),
        ("since-ignored", ("AG953", FIND, "since")),
        ("export-correlation-ignored", ("AG953", EXPORT, "correlation_id")),
        ("unsteady-order", ("AG954", FIND, "")),
        ("offset-in-pages", ("AG955", FIND, "offset")),
        ("never-more", ("AG955", FIND, "has_more")),
        ("total-of-the-page", ("AG955", FIND, "total")),
        ("default-limit-of-100", ("AG956", FIND, "limit")),
    ],
)
def test_a_disagreement_is_named(
    server: tuple[str, Switch], fault: str, key: tuple[str, str, str]
) -> None:
    assert {each.key for each in found(server, fault, (lists.ORACLE,)).failing} == {key}


def test_a_run_on_what_the_same_run_left_is_not_accused(server: tuple[str, Switch]) -> None:
    """The namespace and the seed are those of the run before: so are its requests."""
    for _ in range(2):
        outcome = found(server, "clean", (valid.ORACLE, lists.ORACLE), 1)
        assert [each.message for each in outcome.drifts] == []
