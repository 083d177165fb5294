"""History: what was tried before on a resource, for whoever has to decide on the next attempt."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from datastorage import models as m

from ..events import StoredEvent
from ..problems import log_failure, of_database
from ..store import StoreError
from .assessment import Assessment, assessed
from .trail import ASSESSMENTS, ENDINGS, Attempts, Trail, TrailStore, payload
from .windows import earlier, go_duration, windows

MOST: Final = 500
"""How many attempts of each tier are looked at: the newest ones."""

EACH: Final = 20
"""How many events of each type are read for each attempt."""

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Attributes:
        kind: Kind of the resource.
        name: Its name.
        namespace: Its namespace; empty if it has none.
        spec_hash: Hash over its present specification.
        near: How far the first tier reaches back, as Go writes durations.
        far: How far the second tier reaches back.
        cluster_id: The cluster that the resource is in, if it is given.

    """

    kind: str
    name: str
    namespace: str
    spec_hash: str
    near: str
    far: str
    cluster_id: str | None

    @property
    def target(self) -> str:
        """The resource as the contract writes it."""
        return "/".join(part for part in (self.namespace, self.kind, self.name) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to remedy the resource, that began from its present state or ended in it."""

    uid: str
    begun: m.RemediationOrchestratorAuditPayload
    ended: m.RemediationOrchestratorAuditPayload | None
    ended_at: datetime
    match: m.HashMatch
    assessment: Assessment


async def answer(store: TrailStore, asked: Question, now: datetime) -> m.RemediationHistoryContext:
    """Return what was tried before.

    Raises:
        ApiError: A window makes no sense, or the database failed.

    """
    near, far = windows(asked.near, asked.far)
    border = earlier(now, near)
    try:
        recent = await _tier(store, asked, border, now)
        older = await _tier(store, asked, earlier(now, far), border)
    except StoreError as error:
        log_failure(_LOG, "getRemediationHistoryContext", error)
        raise of_database(error, "nothing was read") from error
    told = {one.uid for one in recent}  # an attempt that began anew is told where it did so last
    older = [one for one in older if one.uid not in told]
    before = m.HashMatch.PRE_REMEDIATION
    return m.RemediationHistoryContext(
        target_resource=asked.target,
        current_spec_hash=asked.spec_hash,
        regression_detected=any(one.match is before for one in (*recent, *older)),
        tier1=m.RemediationHistoryTier1(
            window=go_duration(near), chain=[_entry(one) for one in recent]
        ),
        tier2=m.RemediationHistoryTier2(
            window=go_duration(far), chain=[_summary(one) for one in older]
        ),
    )


async def _tier(
    store: TrailStore, asked: Question, after: datetime, until: datetime
) -> Sequence[Attempt]:
    """Return the attempts that began in a span of time, those that ended first at the front."""
    wanted = Attempts(
        target=asked.target, after=after, until=until, cluster_id=asked.cluster_id, limit=MOST
    )
    begun = {one.event.correlation_id: one for one in await store.attempts(wanted)}
    if len(begun) == MOST:
        _LOG.warning("the newest %d attempts on %s are told, not all", MOST, asked.target)
    if not begun:
        return ()
    trails = await store.trails(begun.keys(), (*ASSESSMENTS, *ENDINGS), EACH)
    found = [_attempt(event, trails, asked.spec_hash) for event in begun.values()]
    told = [one for one in found if one is not None]
    return sorted(told, key=lambda one: (one.ended_at, one.uid))


def _attempt(event: StoredEvent, trails: Mapping[str, Trail], spec_hash: str) -> Attempt | None:
    """Return the attempt that an event began; None if it has nothing to do with the state."""
    begun = payload(event, m.RemediationOrchestratorAuditPayload)
    if begun is None:
        return None
    trail = trails.get(event.event.correlation_id, ())
    ending = next((one for one in reversed(trail) if one.event.event_type in ENDINGS), None)
    assessment = assessed(tuple(one for one in trail if one.event.event_type in ASSESSMENTS))
    if spec_hash in (begun.pre_remediation_spec_hash, assessment.before):
        match = m.HashMatch.PRE_REMEDIATION
    elif spec_hash == assessment.after:
        match = m.HashMatch.POST_REMEDIATION
    else:
        return None
    at = event.event.event_timestamp
    return Attempt(
        uid=event.event.correlation_id,
        begun=begun,
        ended=payload(ending, m.RemediationOrchestratorAuditPayload) if ending else None,
        ended_at=ending.event.event_timestamp if ending else assessment.first_at or at,
        match=match,
        assessment=assessment,
    )


def _outline(one: Attempt) -> dict[str, Any]:
    """Return the members that both tiers have."""
    outcome = (one.ended.crd_outcome or one.ended.outcome) if one.ended else None
    members = {
        "remediation_uid": one.uid,
        "action_type": one.begun.action_type,
        "effectiveness_score": one.assessment.score,
        "signal_resolved": one.assessment.resolved,
        "hash_match": one.match,
        "assessment_reason": one.assessment.known_reason,
        "completed_at": one.ended_at,
    }
    return members | _known(signal_type=one.begun.signal_type, outcome=outcome)


def _summary(one: Attempt) -> m.RemediationHistorySummary:
    return m.RemediationHistorySummary(**_outline(one))


def _entry(one: Attempt) -> m.RemediationHistoryEntry:
    told = one.assessment
    return m.RemediationHistoryEntry(
        **_outline(one),
        **_known(
            signal_fingerprint=one.begun.signal_fingerprint,
            pre_remediation_spec_hash=one.begun.pre_remediation_spec_hash or told.before,
            post_remediation_spec_hash=told.after,
            health_checks=_health(told.health),
            metric_deltas=_metrics(told.metrics),
            assessed_at=told.ended_at,
        ),
        side_effects=[],  # no event tells of any
    )


def _health(found: m.EffectivenessHealthChecks | None) -> m.RemediationHealthChecks | None:
    if found is None:
        return None
    names = m.RemediationHealthChecks.model_fields
    return m.RemediationHealthChecks(**_known(**{name: getattr(found, name) for name in names}))


def _metrics(found: m.EffectivenessMetricDeltas | None) -> m.RemediationMetricDeltas | None:
    if found is None:
        return None
    names = m.RemediationMetricDeltas.model_fields
    return m.RemediationMetricDeltas(**_known(**{name: getattr(found, name) for name in names}))


def _known(**members: object) -> dict[str, Any]:
    """Return the members that are not None: the contract leaves the others out."""
    return {name: value for name, value in members.items() if value is not None}
