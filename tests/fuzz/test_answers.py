"""What is right is not reported; what is wrong is, under its code and its operation."""

from __future__ import annotations

import pytest
from tests.fuzz.running import codes, found

from apigen.fuzz.oracles import valid

PLANTED = {
    "status": ("undocumented-status", "DELETE /things/{thing_id}"),
    "type": ("answer-breaks-schema", "GET /things/{thing_id}"),
    "crash": ("server-fails", "POST /things"),
    "refuses-blue": ("valid-request-refused", "POST /things"),
}


@pytest.mark.parametrize("seed", range(3))
def test_a_shop_that_follows_its_contract_has_no_finding(seed: int) -> None:
    outcome = found(seed=seed, oracles=(valid.ORACLE,))
    assert outcome.drifts == ()
    assert outcome.untested == {}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str) -> None:
    assert PLANTED[fault] in codes(found(fault, oracles=(valid.ORACLE,)))


def test_without_writes_nothing_is_written_and_what_was_not_tested_is_said() -> None:
    outcome = found(writes=False, oracles=(valid.ORACLE,))
    assert outcome.statuses == {200: outcome.requests}
    assert "--allow-writes" in outcome.untested["POST /things"]
    assert "nothing exists" in outcome.untested["GET /things/{thing_id}"]
