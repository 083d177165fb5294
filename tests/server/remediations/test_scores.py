"""A remediation told from its events: the score."""

from __future__ import annotations

import pytest
from tests.server.remediations.telling import Teller

from datastorage import DataStorage
from datastorage import models as m
from datastorage.problems import NotFound


def test_a_score_is_the_weighted_mean_of_what_was_assessed(
    client: DataStorage, tell: Teller
) -> None:
    tell("effectiveness.health.assessed", 9, assessed=True, score=1, details="All is well.")
    found = client.get_effectiveness_score(tell.rr)
    assert (found.score, found.assessment_status) == (1.0, m.AssessmentStatus.IN_PROGRESS)
    tell("effectiveness.alert.assessed", 8, assessed=True, score=0.5)
    tell("effectiveness.metrics.assessed", 7, assessed=False, score=None)
    found = client.get_effectiveness_score(tell.rr)
    assert found.score == pytest.approx((0.40 * 1 + 0.35 * 0.5) / 0.75)
    assert found.components.health_details == "All is well."
    assert found.components.metrics_assessed is False
    assert found.components.metrics_score is None
    assert found.hash_comparison == m.HashComparisonData()


def test_the_event_that_happened_last_wins_whenever_it_comes(
    client: DataStorage, tell: Teller
) -> None:
    tell("effectiveness.health.assessed", 5, assessed=True, score=0.25)
    tell("effectiveness.health.assessed", 9, assessed=True, score=1)
    assert client.get_effectiveness_score(tell.rr).score == 0.25


def test_an_assessment_ends_with_its_reason(client: DataStorage, tell: Teller) -> None:
    tell("effectiveness.assessment.scheduled", 9, component="scheduled")
    assert client.get_effectiveness_score(tell.rr).assessment_status is m.AssessmentStatus.NO_DATA
    tell("effectiveness.assessment.completed", 8, component="completed", reason="made up")
    ended = client.get_effectiveness_score(tell.rr).assessment_status
    assert ended is m.AssessmentStatus.EFFECTIVENESS_ASSESSED
    for ago, reason in ((7, "AlertDecayTimeout"), (6, "Unrecoverable"), (5, "Full")):
        tell("effectiveness.assessment.completed", ago, component="completed", reason=reason)
        assert client.get_effectiveness_score(tell.rr).assessment_status.value == reason


def test_a_target_that_drifted_scores_nothing_for_good(client: DataStorage, tell: Teller) -> None:
    tell("effectiveness.health.assessed", 9, assessed=True, score=1)
    tell("effectiveness.assessment.completed", 8, component="completed", reason="SpecDrift")
    tell("effectiveness.assessment.completed", 7, component="completed", reason="Full")
    found = client.get_effectiveness_score(tell.rr)
    assert (found.score, found.assessment_status.value) == (0.0, "SpecDrift")


def test_a_score_out_of_its_range_does_not_count(client: DataStorage, tell: Teller) -> None:
    tell("effectiveness.health.assessed", 9, assessed=True, score=1e300)
    tell("effectiveness.alert.assessed", 8, assessed=True, score=-1)
    assert client.get_effectiveness_score(tell.rr).score is None
    tell("effectiveness.metrics.assessed", 7, assessed=True, score=0.5)
    assert client.get_effectiveness_score(tell.rr).score == 0.5


def test_hashes_are_compared(client: DataStorage, tell: Teller) -> None:
    hashes = {"pre_remediation_spec_hash": "a", "post_remediation_spec_hash": "b"}
    tell("effectiveness.hash.computed", 9, component="hash", **hashes)
    found = client.get_effectiveness_score(tell.rr).hash_comparison
    assert found == m.HashComparisonData(**hashes, hash_match=False)


def test_what_was_never_assessed_is_not_found(client: DataStorage, tell: Teller) -> None:
    tell("gateway.signal.received")
    with pytest.raises(NotFound) as told:
        client.get_effectiveness_score(tell.rr)
    assert told.value.type == "https://kubernaut.ai/problems/effectiveness-not-found"
