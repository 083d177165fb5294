"""Parts: what the events of a remediation say of its RemediationRequest, put together."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from datastorage import models as m

from ..events import StoredEvent
from .trail import ANALYSED, EXECUTED, GENESIS, SELECTED, TIMEOUT_CHANGED, Trail, payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What is known of a RemediationRequest; None where no event said anything.

    Attributes:
        fingerprints: All fingerprints that the events name: one, unless they contradict.
        signals: All names of signals that the events name, alike.
        received_at: When the signal was received, by the first event that tells of it.
        original_payload: The signal as it arrived.
        provider_data: What the analysis was answered, as JSON.

    """

    readable: int = 0
    fingerprints: frozenset[str] = frozenset()
    signals: frozenset[str] = frozenset()
    signal_name: str | None = None
    signal_type: str | None = None
    signal_source: str | None = None
    fingerprint: str | None = None
    severity: str | None = None
    target_kind: str | None = None
    target_name: str | None = None
    target_namespace: str | None = None
    received_at: datetime | None = None
    signal_labels: dict[str, str] | None = None
    signal_annotations: dict[str, str] | None = None
    original_payload: dict[str, Any] | None = None
    timeout_config: dict[str, str] | None = None
    provider_data: str | None = None
    selected_workflow: dict[str, str] | None = None
    execution: dict[str, str] | None = None
    phase: str | None = None
    outcome: str | None = None
    failure_phase: str | None = None
    failure_reason: str | None = None
    ended_at: datetime | None = None
    cluster_id: str | None = None

    @property
    def has_genesis(self) -> bool:
        """Whether an event told how it began."""
        return bool(self.signals)


_MERGED: Final = frozenset(one.name for one in fields(Parts)) - {
    "readable",
    "fingerprints",
    "signals",
    "received_at",
}


def gathered(trail: Trail) -> Parts:
    """Return what events, oldest first, say; later ones have the last word on each member."""
    found = Parts()
    for event in trail:
        told = _told(event)
        if told is None:
            continue
        given = {name: value for name in _MERGED if (value := getattr(told, name)) is not None}
        if event.event.cluster_id is not None:
            given["cluster_id"] = event.event.cluster_id
        found = replace(
            found,
            readable=found.readable + 1,
            fingerprints=found.fingerprints | told.fingerprints,
            signals=found.signals | told.signals,
            received_at=found.received_at or told.received_at,
            **given,
        )
    return found


def _told(event: StoredEvent) -> Parts | None:
    """Return what one event says; None if its payload cannot be read."""
    kind = event.event.event_type
    if kind in GENESIS:
        return _of_genesis(event)
    if kind == ANALYSED:
        analysis = payload(event, m.AIAnalysisAuditPayload)
        return None if analysis is None else Parts(provider_data=_provider_data(analysis))
    if kind in (SELECTED, EXECUTED):
        return _of_execution(event)
    if kind == TIMEOUT_CHANGED:
        change = payload(event, m.RemediationRequestWebhookAuditPayload)
        return None if change is None else Parts(timeout_config=_times(change.new_timeout_config))
    return _of_lifecycle(event)


def _of_genesis(event: StoredEvent) -> Parts | None:
    if event.event.event_type == "apifrontend.rr.created":
        asked = payload(event, m.ApifrontendRRCreatedPayload)
        return None if asked is None else _of_frontend(event, asked)
    signal = payload(event, m.GatewayAuditPayload)
    return None if signal is None else _of_signal(event, signal)


def _of_frontend(event: StoredEvent, asked: m.ApifrontendRRCreatedPayload) -> Parts:
    return Parts(
        fingerprints=frozenset({asked.fingerprint}),
        signals=frozenset({asked.signal_name}),
        signal_name=asked.signal_name or None,
        signal_source=asked.signal_source,
        fingerprint=asked.fingerprint,
        target_kind=asked.target_kind,
        target_name=asked.target_name,
        target_namespace=event.event.namespace,
        received_at=event.event.event_timestamp,
    )


def _of_signal(event: StoredEvent, signal: m.GatewayAuditPayload) -> Parts:
    return Parts(
        fingerprints=frozenset({signal.fingerprint}),
        signals=frozenset({signal.signal_name}),
        signal_name=signal.signal_name or None,
        signal_type=signal.signal_type,
        signal_source=event.event.actor_id,
        fingerprint=signal.fingerprint,
        severity=signal.severity or None,
        target_kind=signal.resource_kind,
        target_name=signal.resource_name,
        target_namespace=signal.namespace,
        received_at=event.event.event_timestamp,
        signal_labels=signal.signal_labels,
        signal_annotations=signal.signal_annotations,
        original_payload=signal.original_payload,
    )


def _of_execution(event: StoredEvent) -> Parts | None:
    run = payload(event, m.WorkflowExecutionAuditPayload)
    if run is None:
        return None
    if event.event.event_type == EXECUTED:
        return Parts(execution={"kind": "WorkflowExecution", "name": run.execution_name})
    chosen = {
        "workflowId": run.workflow_id,
        "version": run.workflow_version,
        "executionBundle": run.container_image,
    }
    return Parts(selected_workflow=chosen)


def _of_lifecycle(event: StoredEvent) -> Parts | None:
    step = payload(event, m.RemediationOrchestratorAuditPayload)
    if step is None:
        return None
    times = _times(step.timeout_config)
    match step.event_type:
        case "orchestrator.lifecycle.completed":
            phase = "Completed"
        case "orchestrator.lifecycle.failed":
            phase = "Failed"
        case _:
            return Parts(timeout_config=times)
    return Parts(
        timeout_config=times,
        phase=phase,
        outcome=step.crd_outcome,
        failure_phase=step.failure_phase and step.failure_phase.value,
        failure_reason=step.failure_reason and step.failure_reason.value,
        ended_at=event.event.event_timestamp,
    )


def _provider_data(analysis: m.AIAnalysisAuditPayload) -> str | None:
    summary = analysis.provider_response_summary
    if summary is None:
        return None
    told = summary.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _times(config: m.TimeoutConfig | None) -> dict[str, str] | None:
    if config is None:
        return None
    known = config.model_dump(mode="json", by_alias=True, exclude_none=True)
    names = ("global", "processing", "analyzing", "executing")
    return {name: known[name] for name in names if name in known} or None
