"""Each constraint is tried on both sides, and a server that keeps them all is left in peace."""

from __future__ import annotations

import pytest
from tests.fuzz.running import codes, found

from apigen.fuzz.campaign import Outcome
from apigen.fuzz.oracles import boundaries


def tried(*faults: str, seed: int = 0, writes: bool = True) -> Outcome:
    return found(*faults, seed=seed, writes=writes, oracles=(boundaries.ORACLE,))


@pytest.mark.parametrize("seed", [0, 1])
def test_a_server_that_keeps_its_contract_is_left_in_peace(seed: int) -> None:
    outcome = tried(seed=seed)
    assert outcome.drifts == ()
    assert outcome.cut_short == ()


@pytest.mark.parametrize(
    ("fault", "code", "operation", "subject"),
    [
        ("any-colour", "constraint-ignored", "GET /things", "query colour enum"),
        ("refuses-blue", "allowed-value-refused", "POST /things", "body /colour enum"),
        ("crash", "boundary-breaks-server", "POST /things", "body /weight maximum"),
        ("long-names", "constraint-ignored", "POST /things", "body /thing_id maxLength"),
        ("old", "constraint-ignored", "POST /things", "body /bought_at x-apigen-oldest"),
        ("any-media", "unreadable-body-accepted", "POST /things", "body content"),
    ],
)
def test_a_constraint_that_does_not_hold_is_named(
    fault: str, code: str, operation: str, subject: str
) -> None:
    outcome = tried(fault)
    assert (code, operation) in codes(outcome)
    drift = next(each for each in outcome.failing if each.subject == subject)
    assert drift.code.slug == code
    assert drift.place.line > 1
    assert drift.exchanges


def test_nothing_is_written_where_it_is_not_allowed() -> None:
    outcome = tried("refuses-blue", "any-colour", writes=False)
    assert codes(outcome) == {("constraint-ignored", "GET /things")}
