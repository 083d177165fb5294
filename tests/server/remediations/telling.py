"""What tells a server of remediations, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from datastorage import DataStorage
from datastorage import models as m

NOW = datetime.now(UTC).replace(microsecond=0)
RR = "rr-1"
TARGET = "payments/Deployment/payment-api"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of a remediation that no other test tells of, and asks about it."""

    client: DataStorage
    event: Any
    rr: str
    name: str

    @property
    def target(self) -> str:
        return f"payments/Deployment/{self.name}"

    def __call__(self, event_type: str, ago: float = 10, rr: str = "", /, **members: Any) -> None:
        """Store an event, so many minutes ago; of another remediation if *rr* is given."""
        envelope = {name: members.pop(name) for name in ("cluster_id",) if name in members}
        producer = event_type.partition(".")[0]
        data = {**NEEDED[producer], **members, "event_type": event_type}
        self.client.create_audit_event(
            self.event(
                event_type,
                event_data=data,
                event_category=CATEGORIES.get(producer, "gateway"),
                event_timestamp=(NOW - timedelta(minutes=ago)).isoformat(),
                correlation_id=self.named(rr),
                **envelope,
            )
        )

    def named(self, rr: str) -> str:
        return f"{self.rr}{rr}" if len(rr) < 3 else rr

    def ask(self, **changes: Any) -> m.RemediationHistoryContext:
        asked: Json = {
            "target_kind": "Deployment",
            "target_name": self.name,
            "target_namespace": "payments",
            "current_spec_hash": "h1",
            **changes,
        }
        return self.client.get_remediation_history_context(**asked)

    def uids(self, tier: m.RemediationHistoryTier1 | m.RemediationHistoryTier2) -> list[str]:
        return [one.remediation_uid.removeprefix(self.rr) for one in tier.chain]


CATEGORIES = {"effectiveness": "effectiveness", "orchestrator": "orchestration"}
NEEDED: dict[str, Json] = {
    "effectiveness": {"correlation_id": RR, "namespace": "payments", "component": "health"},
    "orchestrator": {"rr_name": RR, "namespace": "payments"},
    "remediation": {"rr_name": RR, "namespace": "payments"},
    "gateway": {
        "signal_type": "alert",
        "signal_name": "KubePodCrashLooping",
        "namespace": "payments",
        "fingerprint": "5f1c09e2a7b3",
    },
    "apifrontend": {
        "session_id": "s",
        "rr_name": RR,
        "rr_namespace": "payments",
        "target_kind": "Deployment",
        "target_name": "payment-api",
        "fingerprint": "5f1c09e2a7b3",
        "signal_name": "KubePodCrashLooping",
    },
    "aianalysis": {
        "analysis_name": "a",
        "namespace": "payments",
        "phase": "Completed",
        "approval_required": False,
        "degraded_mode": False,
        "warnings_count": 0,
    },
    "workflowexecution": {
        "workflow_id": "restart",
        "workflow_version": "1.2.0",
        "target_resource": TARGET,
        "phase": "Completed",
        "container_image": "registry.test/restart@sha256:1",
        "execution_name": "we-1",
    },
    "webhook": {
        "rr_name": RR,
        "namespace": "payments",
        "modified_by": "someone",
        "modified_at": "2026-08-22T11:40:03Z",
    },
}
