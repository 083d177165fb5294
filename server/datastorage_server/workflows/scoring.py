"""Scores: which of the workflows that match a fault fits it best.

Half of the whole is for matching at all. Labels that agree add to it, GitOps labels that contradict
take from it, and a wildcard counts half::

    score = (5 + boosts - penalties) / 10
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

BASE: Final = 5.0
SCALE: Final = 10.0
WILDCARD: Final = "*"

BOOSTS: Final[Mapping[str, float]] = {
    "gitOpsManaged": 0.10,
    "gitOpsTool": 0.10,
    "pdbProtected": 0.05,
    "serviceMesh": 0.05,
    "networkIsolated": 0.03,
    "helmManaged": 0.02,
    "stateful": 0.02,
    "hpaEnabled": 0.02,
}
PENALTIES: Final[Mapping[str, float]] = {"gitOpsManaged": 0.10, "gitOpsTool": 0.10}
CUSTOM_BOOST: Final = 0.05
MOST_BOOST: Final = 0.39
"""The most that labels can add: custom labels fill up what the detected ones leave."""

_PLACES: Final = 6
"""Digits behind the point, so that sums of tenths look like what they are."""

Labels = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """How well a workflow fits, from 0 to 1, and what of it labels added and took."""

    total: float
    boost: float
    penalty: float


def score(wanted: Labels, wanted_custom: Labels, offered: Labels, offered_custom: Labels) -> Score:
    """Return how well the labels that a workflow offers fit those of a fault."""
    unknown = _texts(wanted.get("failed_detections")) | _texts(offered.get("failed_detections"))
    known = {name: value for name, value in wanted.items() if name not in unknown}
    boost = sum(_boost(name, value, offered.get(name)) for name, value in known.items())
    boost += sum(_custom(values, offered_custom.get(key)) for key, values in wanted_custom.items())
    penalty = sum(_penalty(name, value, offered.get(name)) for name, value in known.items())
    boost = round(min(boost, MOST_BOOST), _PLACES)
    penalty = round(penalty, _PLACES)
    return Score(round((BASE + boost - penalty) / SCALE, _PLACES), boost, penalty)


def _boost(name: str, wanted: object, offered: object) -> float:
    most = BOOSTS.get(name, 0.0)
    if not wanted or not offered:
        return 0.0
    if wanted == offered:
        return most / 2 if wanted == WILDCARD else most
    return most / 2 if WILDCARD in (wanted, offered) else 0.0


def _penalty(name: str, wanted: object, offered: object) -> float:
    """Contradicting is more than saying nothing: a label that is absent costs nothing."""
    contradicts = offered is not None and wanted != offered and WILDCARD not in (wanted, offered)
    return PENALTIES.get(name, 0.0) if contradicts else 0.0


def _custom(wanted: object, offered: object) -> float:
    accepted, values = _texts(offered), _texts(wanted)
    if values & accepted - {WILDCARD}:
        return CUSTOM_BOOST
    return CUSTOM_BOOST / 2 if WILDCARD in accepted | values and accepted and values else 0.0


def _texts(value: object) -> set[str]:
    items = cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
    return {str(item) for item in items}


def best(scores: Iterable[tuple[int, Score]], least: float, most: int) -> list[tuple[int, Score]]:
    """Return the indexes that reach a score, best first; of equal ones the earlier is better."""
    reached = [(index, found) for index, found in scores if found.total >= least]
    return sorted(reached, key=lambda one: (-one[1].total, one[0]))[:most]
