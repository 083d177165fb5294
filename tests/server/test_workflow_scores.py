"""Scores of workflows: what labels add and take, case by case."""

from __future__ import annotations

from typing import Any

import pytest

from datastorage_server.workflows.scoring import MOST_BOOST, Score, best, score

ALL = {
    "gitOpsManaged": True,
    "gitOpsTool": "argocd",
    "pdbProtected": True,
    "serviceMesh": "istio",
    "networkIsolated": True,
    "helmManaged": True,
    "stateful": True,
    "hpaEnabled": True,
}
Labels = dict[str, Any]


@pytest.mark.parametrize(
    ("wanted", "offered", "boost", "penalty"),
    [
        ({}, {}, 0.0, 0.0),
        (ALL, {}, 0.0, 0.0),
        (ALL, ALL, MOST_BOOST, 0.0),
        ({"pdbProtected": True}, {"pdbProtected": True}, 0.05, 0.0),
        ({"pdbProtected": True}, {"pdbProtected": False}, 0.0, 0.0),
        ({"pdbProtected": False}, {"pdbProtected": False}, 0.0, 0.0),
        ({"gitOpsManaged": True}, {"gitOpsManaged": False}, 0.0, 0.1),
        ({"gitOpsManaged": False}, {"gitOpsManaged": True}, 0.0, 0.1),
        ({"gitOpsManaged": True}, {}, 0.0, 0.0),
        ({"gitOpsTool": "flux"}, {"gitOpsTool": "argocd"}, 0.0, 0.1),
        ({"gitOpsTool": "flux"}, {"gitOpsTool": "*"}, 0.05, 0.0),
        ({"gitOpsTool": "*"}, {"gitOpsTool": "flux"}, 0.05, 0.0),
        ({"serviceMesh": "istio"}, {"serviceMesh": "linkerd"}, 0.0, 0.0),
        (
            {"gitOpsManaged": True, "failed_detections": ["gitOpsManaged"]},
            {"gitOpsManaged": True},
            0.0,
            0.0,
        ),
        (
            {"gitOpsManaged": True},
            {"gitOpsManaged": False, "failed_detections": ["gitOpsManaged"]},
            0.0,
            0.0,
        ),
        ({"later": True}, {"later": True}, 0.0, 0.0),
    ],
)
def test_detected_labels(wanted: Labels, offered: Labels, boost: float, penalty: float) -> None:
    expected = Score(round((5 + boost - penalty) / 10, 6), boost, penalty)
    assert score(wanted, {}, offered, {}) == expected


@pytest.mark.parametrize(
    ("wanted", "offered", "boost"),
    [
        ({"team": ["a"]}, {"team": ["a", "b"]}, 0.05),
        ({"team": ["a"]}, {"team": ["b"]}, 0.0),
        ({"team": ["a"]}, {"team": ["*"]}, 0.025),
        ({"team": ["a"]}, {"team": []}, 0.0),
        ({"team": ["a"]}, {}, 0.0),
        ({"team": ["a"], "tier": ["1"]}, {"team": ["a"], "tier": ["1"]}, 0.1),
        ({str(n): ["a"] for n in range(20)}, {str(n): ["a"] for n in range(20)}, MOST_BOOST),
    ],
)
def test_custom_labels(wanted: Labels, offered: Labels, boost: float) -> None:
    assert score({}, wanted, {}, offered).boost == boost


def test_the_best_come_first_and_equals_keep_their_order() -> None:
    scores = [(0, Score(0.5, 0, 0)), (1, Score(0.6, 0, 0)), (2, Score(0.5, 0, 0))]
    assert [index for index, _ in best(scores, 0.0, 10)] == [1, 0, 2]
    assert [index for index, _ in best(scores, 0.0, 2)] == [1, 0]
    assert [index for index, _ in best(scores, 0.55, 10)] == [1]
