"""Manifests: a RemediationRequest as a YAML document that Kubernetes accepts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import yaml

from .parts import Parts

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z./-]*")
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_LABEL: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")
_OUTCOMES: Final = frozenset(
    {"Remediated", "NoActionRequired", "ManualReviewRequired", "VerificationTimedOut"}
)
_NAME_LENGTH: Final = 200


class _Dumper(yaml.SafeDumper):
    """Writes texts in quotes that another reader of YAML might take for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    del dumper  # no text is an alias of another
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    return yaml.ScalarNode("tag:yaml.org,2002:str", value, style=None if plain else '"')


_Dumper.add_representer(str, _text)


def manifest(parts: Parts, correlation_id: str, now: datetime) -> str:
    """Return the RemediationRequest that the parts make, as YAML; what is not known is left out."""
    document = {
        "apiVersion": "remediation.kubernaut.ai/v1alpha1",
        "kind": "RemediationRequest",
        "metadata": _metadata(correlation_id, now),
        "spec": _spec(parts),
        "status": _status(parts),
    }
    return yaml.dump(
        {name: part for name, part in document.items() if part},
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=2**31,
    )


def _metadata(correlation_id: str, now: datetime) -> Mapping[str, Any]:
    return {
        "name": f"rr-reconstructed-{_name(correlation_id)}-{int(now.timestamp())}",
        "namespace": "kubernaut-system",
        "labels": {
            "app.kubernetes.io/managed-by": "kubernaut-datastorage",
            "kubernaut.ai/reconstructed": "true",
            "kubernaut.ai/correlation-id": _label(correlation_id),
        },
        "annotations": {
            "kubernaut.ai/reconstructed-at": _time(now),
            "kubernaut.ai/reconstruction-source": "audit-trail",
            "kubernaut.ai/correlation-id": correlation_id,
        },
        "finalizers": ["kubernaut.ai/audit-retention"],
    }


def _spec(parts: Parts) -> Mapping[str, Any]:
    target = _known(
        kind=parts.target_kind, name=parts.target_name, namespace=parts.target_namespace or None
    )
    payload = parts.original_payload
    return _known(
        signalFingerprint=parts.fingerprint,
        signalName=parts.signal_name,
        severity=parts.severity,
        signalType=parts.signal_type,
        signalSource=parts.signal_source,
        targetType="kubernetes",
        targetResource=target or None,
        firingTime=_time(parts.received_at),
        receivedTime=_time(parts.received_at),
        signalLabels=parts.signal_labels,
        signalAnnotations=parts.signal_annotations,
        providerData=parts.provider_data,
        originalPayload=None if payload is None else json.dumps(payload, ensure_ascii=False),
    )


def _status(parts: Parts) -> Mapping[str, Any]:
    return _known(
        overallPhase=parts.phase,
        outcome=parts.outcome if parts.outcome in _OUTCOMES else None,
        completedAt=_time(parts.ended_at),
        failurePhase=parts.failure_phase,
        failureReason=parts.failure_reason,
        timeoutConfig=parts.timeout_config,
        selectedWorkflowRef=parts.selected_workflow,
        executionRef=parts.execution,
    )


def _known(**members: object) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _time(moment: datetime | None) -> str | None:
    """Return a time as Kubernetes writes it: in UTC, without fractions of a second."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _name(correlation_id: str) -> str:
    """Return a correlation as a part of a resource's name (RFC 1123): another for another one."""
    name = re.sub(r"[^a-z0-9]+", "-", correlation_id.lower()).strip("-")[:_NAME_LENGTH].strip("-")
    return name if name == correlation_id else f"{name}-{_digest(correlation_id)}".lstrip("-")


def _label(correlation_id: str) -> str:
    """Return a correlation as the value of a label; one that cannot be one is cut and hashed."""
    if _LABEL.fullmatch(correlation_id):
        return correlation_id
    start = re.sub(r"[^A-Za-z0-9]+", "-", correlation_id)[:40].strip("-")
    return f"{start}-{_digest(correlation_id)}".lstrip("-")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
