"""Remediations told from their events: the history of a resource."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.server.remediations.telling import NOW, Teller

from datastorage import DataStorage
from datastorage.problems import BadRequest
from datastorage_server.remediation.windows import go_duration, windows


def attempted(
    tell: Teller, ago: float, rr: str, *, before: str, after: str = "", **more: Any
) -> None:
    """Tell of an attempt from beginning to end."""
    tell(
        *("remediation.workflow_created", ago, rr),
        target_resource=tell.target,
        pre_remediation_spec_hash=before,
        action_type="RestartPod",
        signal_type="alert",
        signal_fingerprint="5f1c",
        **more,
    )
    ended = {"outcome": "Success", "crd_outcome": "Remediated"}
    tell("orchestrator.lifecycle.completed", ago - 0.1, rr, **ended)
    if after:
        hashes = {"pre_remediation_spec_hash": before, "post_remediation_spec_hash": after}
        tell("effectiveness.hash.computed", ago - 0.2, rr, component="hash", **hashes)


def test_history_has_two_tiers_oldest_first(client: DataStorage, tell: Teller) -> None:
    day = 24 * 60
    attempted(tell, 3 * day, "1", before="h0", after="h1")
    attempted(tell, 2 * day, "2", before="h0", after="h2")
    attempted(tell, 60, "3", before="h1", after="h2")
    attempted(tell, 30, "4", before="h2", after="h1")
    found = tell.ask()
    assert found.target_resource == tell.target
    assert (found.tier1.window, found.tier2.window) == ("24h0m0s", "2160h0m0s")
    assert (tell.uids(found.tier1), tell.uids(found.tier2)) == (["3", "4"], ["1"])
    assert [one.hash_match.value for one in found.tier1.chain if one.hash_match] == [
        "preRemediation",
        "postRemediation",
    ]
    assert found.regression_detected
    assert not tell.ask(current_spec_hash="h0", tier1_window="1h", tier2_window="2h").tier2.chain
    assert tell.uids(tell.ask(tier1_window="45m", tier2_window="2h").tier2) == ["3"]


def test_an_attempt_is_told_in_detail(client: DataStorage, tell: Teller) -> None:
    attempted(tell, 30, tell.rr, before="h1", after="h2")
    checks = {"pod_running": True, "restart_delta": 2, "total_replicas": 3}
    tell("effectiveness.health.assessed", 9, assessed=True, score=1, health_checks=checks)
    deltas = {"error_rate_before": 0.31, "error_rate_after": 0.01, "cpu_before": None}
    tell("effectiveness.metrics.assessed", 8, assessed=True, score=0.5, metric_deltas=deltas)
    tell("effectiveness.alert.assessed", 7, alert_resolution={"alert_resolved": True}, score=1)
    tell("effectiveness.assessment.completed", 6, component="completed", reason="Full")
    (one,) = tell.ask().tier1.chain
    told = json.loads(one.model_dump_json(by_alias=True, exclude_unset=True))
    completed, assessed = told.pop("completedAt"), told.pop("assessedAt")
    assert datetime.fromisoformat(completed) == NOW - timedelta(minutes=29.9)
    assert datetime.fromisoformat(assessed) == NOW - timedelta(minutes=6)
    assert told == {
        "remediationUID": tell.rr,
        "signalFingerprint": "5f1c",
        "signalType": "alert",
        "actionType": "RestartPod",
        "outcome": "Remediated",
        "effectivenessScore": pytest.approx(0.4 + 0.35 + 0.125),
        "signalResolved": True,
        "hashMatch": "preRemediation",
        "preRemediationSpecHash": "h1",
        "postRemediationSpecHash": "h2",
        "healthChecks": {"podRunning": True, "restartDelta": 2},
        "metricDeltas": {"errorRateBefore": 0.31, "errorRateAfter": 0.01},
        "sideEffects": [],
        "assessmentReason": "Full",
    }


def test_history_is_of_one_resource_in_one_cluster(client: DataStorage, tell: Teller) -> None:
    attempted(tell, 30, "1", before="h1", cluster_id="eu")
    attempted(tell, 20, "2", before="h1", cluster_id="us")
    tell("remediation.workflow_created", 9, "3", target_resource="Node/payment-api")
    tell("remediation.workflow_created", 9, "4", target_resource=f"{tell.target}-2")
    assert tell.uids(tell.ask().tier1) == ["1", "2"]
    assert tell.uids(tell.ask(cluster_id="us").tier1) == ["2"]
    assert tell.ask(target_name="other").tier1.chain == []
    assert not tell.ask(current_spec_hash="h9").regression_detected
    node = {"target_kind": "Node", "target_name": "n1", "target_namespace": ""}
    tell(
        *("remediation.workflow_created", 9, "5"),
        target_resource="Node/n1",
        pre_remediation_spec_hash="h1",
    )
    found = tell.ask(**node)
    assert (found.target_resource, tell.uids(found.tier1)) == ("Node/n1", ["5"])


def test_a_target_longer_than_any_key_is_stored_and_found(
    client: DataStorage, tell: Teller
) -> None:
    names = ["🦊" * 253, "🦊" * 252 + "x"]
    for rr, name in zip(("1", "2"), names, strict=True):
        tell(
            *("remediation.workflow_created", 9, rr),
            target_resource=f"{'n' * 253}/{'K' * 253}/{name}",
            pre_remediation_spec_hash="h1",
        )
    tell("remediation.workflow_created", 9, "3", target_resource="🦊" * 60_000)
    for rr, name in zip(("1", "2"), names, strict=True):
        found = tell.ask(target_namespace="n" * 253, target_kind="K" * 253, target_name=name)
        assert tell.uids(found.tier1) == [rr]


@pytest.mark.parametrize(
    ("near", "far", "field"),
    [
        ("24h", "24h", "query.tier2Window"),
        ("48h", "24h", "query.tier2Window"),
        ("0s", "24h", "query.tier1Window"),
        ("1ns", "24h", "query.tier1Window"),
    ],
)
def test_windows_that_make_no_sense_are_refused(near: str, far: str, field: str) -> None:
    with pytest.raises(BadRequest) as told:
        windows(near, far)
    assert told.value.type == "https://kubernaut.ai/problems/invalid-parameter"
    assert list(told.value.field_errors or {}) == [field]


def test_days_are_no_unit_of_a_window(tell: Teller) -> None:
    with pytest.raises(BadRequest):
        tell.ask(tier2_window="7d")
    assert tell.ask(tier2_window="999999h999999h999999h999999h999999h999999h").tier2.chain == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("24h", "24h0m0s"),
        ("1.5h", "1h30m0s"),
        ("90s", "1m30s"),
        ("1500ms", "1.5s"),
        ("20ms", "20ms"),
        ("1500us", "1.5ms"),
        ("7us", "7µs"),
        ("2160h", "2160h0m0s"),
    ],
)
def test_windows_are_told_as_go_writes_them(given: str, told: str) -> None:
    near, _ = windows(given, "999999h")
    assert go_duration(near) == told
