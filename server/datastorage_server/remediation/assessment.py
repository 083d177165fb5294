"""Assessments: whether one remediation helped, folded from its effectiveness events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from datastorage import models as m

from .trail import Trail, payload

WEIGHTS: Final = {"health": 0.40, "alert": 0.35, "metrics": 0.25}
"""What each component adds to the score of a remediation."""

_REASONS: Final = {one.value: one for one in m.AssessmentReason}
_DRIFTED: Final = m.AssessmentReason.SPEC_DRIFT.value


@dataclass(frozen=True, slots=True)
class Component:
    """One part of an assessment: its last event counts.

    Attributes:
        assessed: Whether it could be assessed.
        score: From 0 to 1; None if it has none that counts.
        details: The result in words.

    """

    assessed: bool = False
    score: float | None = None
    details: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the effectiveness events of a remediation say together.

    Attributes:
        components: The parts that were reported, by name.
        before: Hash over the target's specification before the remediation.
        after: The same after it.
        same: Whether both are the same, as it was reported or as they compare.
        health: The last state of the pods.
        metrics: The last metrics.
        resolved: Whether the alert went away, if that is known.
        reason: How complete the assessment is; None until it is completed.
        ended_at: When the assessment was completed.
        first_at: When the first of the events happened.

    """

    components: dict[str, Component] = field(default_factory=dict[str, Component])
    before: str | None = None
    after: str | None = None
    same: bool | None = None
    health: m.EffectivenessHealthChecks | None = None
    metrics: m.EffectivenessMetricDeltas | None = None
    resolved: bool | None = None
    reason: str | None = None
    ended_at: datetime | None = None
    first_at: datetime | None = None

    @property
    def score(self) -> float | None:
        """The weighted mean of what was assessed; 0 if the target was changed by others since."""
        if self.reason == _DRIFTED:
            return 0.0
        found = {
            name: one.score
            for name, one in self.components.items()
            if one.assessed and one.score is not None
        }
        weight = sum(WEIGHTS[name] for name in found)
        total = sum(score * WEIGHTS[name] for name, score in found.items())
        return round(total / weight, 12) if found else None

    @property
    def known_reason(self) -> m.AssessmentReason | None:
        """The reason, if it is one of those that the contract names."""
        return _REASONS.get(self.reason or "")

    @property
    def status(self) -> m.AssessmentStatus:
        """How far the assessment has come, or how it ended."""
        if self.ended_at is not None:
            if (reason := self.known_reason) is None:
                return m.AssessmentStatus.EFFECTIVENESS_ASSESSED
            return m.AssessmentStatus(reason.value)
        if any(one.assessed for one in self.components.values()):
            return m.AssessmentStatus.IN_PROGRESS
        return m.AssessmentStatus.NO_DATA


def assessed(trail: Trail) -> Assessment:
    """Return what effectiveness events, oldest first, say together."""
    found = Assessment()
    for event in trail:
        told = payload(event, m.EffectivenessAssessmentAuditPayload)
        if told is None:
            continue
        at = event.event.event_timestamp
        if found.first_at is None:
            found = replace(found, first_at=at)
        found = _with_hashes(found, told)
        match told.event_type:
            case "effectiveness.health.assessed":
                found = _with_component(replace(found, health=told.health_checks), "health", told)
            case "effectiveness.metrics.assessed":
                found = _with_component(replace(found, metrics=told.metric_deltas), "metrics", told)
            case "effectiveness.alert.assessed":
                resolution = told.alert_resolution
                resolved = resolution.alert_resolved if resolution else None
                found = _with_component(replace(found, resolved=resolved), "alert", told)
            case "effectiveness.assessment.completed":
                reason = _DRIFTED if found.reason == _DRIFTED else told.reason
                found = replace(found, reason=reason, ended_at=told.completed_at or at)
            case _:
                pass
    return found


def _with_hashes(found: Assessment, told: m.EffectivenessAssessmentAuditPayload) -> Assessment:
    before = told.pre_remediation_spec_hash or found.before
    after = told.post_remediation_spec_hash or found.after
    same = found.same if told.hash_match is None else told.hash_match
    if before and after and told.hash_match is None:
        same = before == after
    return replace(found, before=before, after=after, same=same)


def _with_component(
    found: Assessment, name: str, told: m.EffectivenessAssessmentAuditPayload
) -> Assessment:
    # A score out of its range says nothing; what it would do to the mean would be made up.
    score = told.score if told.score is not None and 0 <= told.score <= 1 else None
    done = score is not None if told.assessed is None else told.assessed
    one = Component(done, score if done else None, told.details)
    return replace(found, components={**found.components, name: one})
