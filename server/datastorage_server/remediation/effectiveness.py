"""Effectiveness: the answer to the question whether a remediation helped."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final

from datastorage import models as m
from datastorage.problems import NotFound

from ..problems import PROBLEM_BASE, log_failure, of_database
from ..store import StoreError
from .assessment import WEIGHTS, Assessment, Component, assessed
from .trail import ASSESSMENTS, TrailStore

EACH: Final = 100
"""How many events of a type are read: those before them are outdone by them."""

_LOG: Final = logging.getLogger(__name__)


async def answer(
    store: TrailStore, correlation_id: str, now: datetime
) -> m.EffectivenessScoreResponse:
    """Return how much a remediation helped.

    Raises:
        ApiError: It has not been assessed, or the database failed.

    """
    try:
        trails = await store.trails([correlation_id], ASSESSMENTS, EACH)
    except StoreError as error:
        log_failure(_LOG, "getEffectivenessScore", error)
        raise of_database(error, "nothing was read") from error
    if correlation_id not in trails:
        raise NotFound(
            "no effectiveness event carries this correlation",
            type=f"{PROBLEM_BASE}effectiveness-not-found",
            title="Effectiveness Assessment Not Found",
        )
    found = assessed(trails[correlation_id])
    return m.EffectivenessScoreResponse(
        correlation_id=correlation_id,
        score=found.score,
        components=_components(found),
        hash_comparison=_comparison(found),
        assessment_status=found.status,
        computed_at=now,
    )


def _components(found: Assessment) -> m.EffectivenessComponents:
    members: dict[str, Any] = {}
    for name in WEIGHTS:
        one = found.components.get(name, Component())
        members |= {f"{name}_assessed": one.assessed, f"{name}_score": one.score}
        if one.details is not None:
            members[f"{name}_details"] = one.details
    return m.EffectivenessComponents(**members)


def _comparison(found: Assessment) -> m.HashComparisonData:
    members: dict[str, Any] = {
        "pre_remediation_spec_hash": found.before,
        "post_remediation_spec_hash": found.after,
        "hash_match": found.same,
    }
    known = {name: value for name, value in members.items() if value is not None}
    return m.HashComparisonData(**known)
