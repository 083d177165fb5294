"""Reconstruction: the answer to the request to put a RemediationRequest together again."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final

from datastorage import models as m
from datastorage.problems import ApiError, BadRequest, NotFound, UnprocessableContent

from ..problems import PROBLEM_BASE, log_failure, of_database
from ..store import StoreError
from .manifest import manifest
from .parts import Parts, gathered
from .trail import GENESIS, PARTS, Trail, TrailStore

EACH: Final = 100
"""How many events of each type are read."""

LEAST: Final = 50
"""How complete, in percent, a resource must be to be worth telling."""

_REQUIRED: Final = {"SignalName": "signal_name", "SignalType": "signal_type"}
_OPTIONAL: Final = {
    "SignalLabels": "signal_labels",
    "SignalAnnotations": "signal_annotations",
    "OriginalPayload": "original_payload",
    "TimeoutConfig": "timeout_config",
    "ProviderData": "provider_data",
    "SelectedWorkflowRef": "selected_workflow",
    "ExecutionRef": "execution",
}
_WANTED_BY_KUBERNETES: Final = {
    "Severity": "severity",
    "TargetResource.Kind": "target_kind",
    "TargetResource.Name": "target_name",
}
"""What does not count as a part of its own, yet Kubernetes takes no resource without it."""

_LOG: Final = logging.getLogger(__name__)


async def answer(store: TrailStore, correlation_id: str, now: datetime) -> m.ReconstructionResponse:
    """Return the RemediationRequest, as far as it can be told.

    Raises:
        ApiError: The events give too little of it or contradict each other, or the database failed.

    """
    try:
        trails = await store.trails([correlation_id], PARTS, EACH)
        trail = trails.get(correlation_id, ())
        known = bool(trail) or await store.is_known(correlation_id)
    except StoreError as error:
        log_failure(_LOG, "reconstructRemediationRequest", error)
        raise of_database(error, "nothing was read") from error
    if not known:
        raise NotFound(
            "no event carries this correlation",
            type=f"{PROBLEM_BASE}correlation-not-found",
            title="Correlation Not Found",
        )
    parts = gathered(trail)
    if (fault := _fault(parts, trail)) is not None:
        raise fault
    told: dict[str, Any] = {} if parts.cluster_id is None else {"cluster_id": parts.cluster_id}
    return m.ReconstructionResponse(
        remediation_request_yaml=manifest(parts, correlation_id, now),
        validation=_validation(parts),
        reconstructed_at=now,
        correlation_id=correlation_id,
        **told,
    )


def _fault(parts: Parts, trail: Trail) -> ApiError | None:
    """Return why no resource can be made of the parts; None if one can."""
    if not parts.readable:
        return _refused(
            "no-parseable-events",
            "No Parseable Events",
            f"none of the events says anything of the resource; {len(trail)} might have",
        )
    if not parts.has_genesis:
        told = f"there is no event of the type {' or '.join(GENESIS)}, with which it began"
        return _refused("missing-gateway-event", "Missing Gateway Event", told)
    for name, values in (("signals", parts.signals), ("fingerprints", parts.fingerprints)):
        if len(values) > 1:
            return UnprocessableContent(
                f"the events name different {name}: {_listed(values)}",
                type=f"{PROBLEM_BASE}reconstruction-unprocessable",
                title="Reconstruction Not Possible",
            )
    complete = _completeness(parts)
    if complete < LEAST:
        told = f"only {complete} % of the resource can be told from the events; missing are "
        return _refused("incomplete-data", "Incomplete Data", told + ", ".join(_missing(parts)))
    return None


def _refused(kind: str, title: str, detail: str) -> BadRequest:
    return BadRequest(detail, type=f"{PROBLEM_BASE}{kind}", title=title)


def _listed(values: frozenset[str]) -> str:
    shown = [repr(one[:100]) for one in sorted(values)[:3]]
    return ", ".join([*shown, "..."] if len(values) > len(shown) else shown)


def _missing(parts: Parts) -> list[str]:
    names = {**_REQUIRED, **_OPTIONAL}
    return [name for name, member in names.items() if getattr(parts, member) is None]


def _completeness(parts: Parts) -> int:
    every = len(_REQUIRED) + len(_OPTIONAL)
    return (every - len(_missing(parts))) * 100 // every


def _validation(parts: Parts) -> m.ValidationResult:
    missing = _missing(parts)
    errors = [f"{name} was not found in any event." for name in missing if name in _REQUIRED]
    warnings = [f"{name} was not found in any event." for name in missing if name in _OPTIONAL]
    warnings += [
        f"{name} was not found in any event; Kubernetes wants it."
        for name, member in _WANTED_BY_KUBERNETES.items()
        if not getattr(parts, member)
    ]
    warnings.append("FiringTime is not in any event; the time of receipt stands in its place.")
    return m.ValidationResult(
        is_valid=not errors, completeness=_completeness(parts), errors=errors, warnings=warnings
    )
