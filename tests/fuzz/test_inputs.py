"""What a handler looks at and no contract names is found by its name, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fuzz.hiding import hiding
from tests.fuzz.running import session_of
from tests.fuzz.storing import copied, outcome, without_parameters

from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.oracles import inputs, valid
from apigen.fuzz.oracles.naming import spellings

QUERY = "GET /api/v1/audit/events"
RECORD = "POST /api/v1/audit/events"
BATCH = "POST /api/v1/audit/events/batch"
FORGOTTEN = (
    ("event_outcome", "severity", "correlation_id", "since", "until"),
    ("event_type", "event_category", "severity", "limit", "offset"),
)


def inputs_of(*faults: str) -> Outcome:
    with hiding(*faults) as url:
        session = session_of(url)
        try:
            return run(session, (valid.ORACLE, inputs.ORACLE), lambda _: None)
        finally:
            session.sender.close()


def named(outcome: Outcome) -> set[tuple[str, str]]:
    """Return the inputs that were found."""
    return {
        (each.operation, each.subject)
        for each in outcome.drifts
        if each.code.slug == "undocumented-input"
    }


@pytest.mark.parametrize("forgotten", FORGOTTEN)
def test_the_parameters_that_the_contract_forgot_are_named(
    forgotten: tuple[str, ...], tmp_path: Path
) -> None:
    spec = copied(tmp_path)
    without_parameters(spec, forgotten)
    oracles = (valid.ORACLE, inputs.ORACLE)
    found = outcome(spec, tmp_path, oracles, only=(QUERY, RECORD))
    assert named(found) == {(QUERY, f"query {name}") for name in forgotten}


@pytest.mark.parametrize("seed", range(2))
def test_a_server_that_follows_its_contract_hides_nothing(seed: int, tmp_path: Path) -> None:
    spec = copied(tmp_path)
    oracles = (valid.ORACLE, inputs.ORACLE)
    found = outcome(spec, tmp_path, oracles, seed=seed, only=(QUERY, RECORD, BATCH, "GET /health"))
    assert found.left_out == {}
    assert found.drifts == ()


@pytest.mark.parametrize(
    ("fault", "operation", "subject"),
    [
        ("hidden-query", "GET /things", "query weight"),
        ("hidden-header", "GET /things", "header X-Tenant"),
        ("hidden-member", "POST /things", "body number"),
    ],
)
def test_a_hidden_input_is_named_also_where_unknown_ones_are_ignored(
    fault: str, operation: str, subject: str
) -> None:
    assert named(inputs_of(fault)) == {(operation, subject)}


def test_a_shop_without_faults_hides_nothing() -> None:
    assert inputs_of().drifts == ()


def test_answers_that_vary_by_themselves_name_nobody() -> None:
    assert named(inputs_of("moody")) == set()


def test_names_are_written_as_other_customs_have_them() -> None:
    assert spellings("event_type") == ["eventType", "event-type", "EVENT_TYPE", "Event_type"]
    assert "event_type" in spellings("eventType")
