"""The lab of a witness: plain HTTP calls, and things of its own to send."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import httpx

Json = dict[str, Any]

EVENTS = "/api/v1/audit/events"
BATCH = "/api/v1/audit/events/batch"
NOTIFICATIONS = "/api/v1/audit/notifications"
HOLDS = "/api/v1/audit/legal-hold"
EXPORT = "/api/v1/audit/export"
VERIFY = "/api/v1/audit/verify-chain"
EFFECTIVENESS = "/api/v1/effectiveness"
HISTORY = "/api/v1/remediation-history/context"
WORKFLOWS = "/api/v1/workflows"
SEARCH = "/api/v1/workflows/search"


@dataclass(frozen=True, slots=True)
class Lab:
    """What a witness works with.

    Attributes:
        http: A client of the server.
        name: A name that nothing else on the server has: a correlation, a component.

    """

    http: httpx.Client
    name: str

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(path, json=body, headers=named)

    # Events

    def event(self, **changes: Any) -> Json:
        made = {
            "event_id": str(uuid4()),
            "version": "1.0",
            "event_type": "gateway.signal.received",
            "event_timestamp": ago(seconds=1),
            "event_category": "gateway",
            "event_action": "received",
            "event_outcome": "success",
            "correlation_id": self.name,
            "event_data": signal(),
            **changes,
        }
        return {name: value for name, value in made.items() if value is not ...}

    def store(self, **changes: Any) -> Json:
        """Store an event and return it as it was sent."""
        event = self.event(**changes)
        self.post(EVENTS, event).raise_for_status()
        return event

    def found(self, **query: Any) -> list[Json]:
        """Return the events of this lab that match."""
        return cast("list[Json]", self.page(**query).get("data", []))

    def page(self, **query: Any) -> Json:
        return json_of(self.get(EVENTS, **{"correlation_id": self.name, **query}))

    def kept(self, **changes: Any) -> Json:
        """Store an event and return it as it is found; empty if it is not."""
        event = self.store(**changes)
        found = self.found()
        same = [one for one in found if one["event_id"] == event["event_id"]]
        return same[0] if same else {}

    def takes(self, **changes: Any) -> int:
        """Return the status with which an event is answered."""
        return self.post(EVENTS, self.event(**changes)).status_code

    # Notifications

    def notification(self, **changes: Any) -> Json:
        return {
            "remediation_id": self.name,
            "notification_id": uuid4().hex,
            "recipient": "#payments-oncall",
            "channel": "slack",
            "message_summary": "restarted",
            "status": "sent",
            "sent_at": ago(minutes=1),
            **changes,
        }

    # Workflows

    def workflow(self, **changes: Any) -> Json:
        content = "kind: RemediationWorkflow\n"
        return {
            "workflow_name": f"workflow-{uuid4().hex}",
            "version": "1.0.0",
            "name": "Restart",
            "description": "Restarts pods.",
            "content": content,
            "content_hash": hashlib.sha256(content.encode()).hexdigest(),
            "execution_engine": "job",
            "labels": self.labels(),
            "status": "active",
            **changes,
        }

    def labels(self, **changes: str) -> Json:
        return {
            "signal_type": "alert",
            "severity": "critical",
            "component": self.name,
            "environment": "production",
            "priority": "P1",
            **changes,
        }

    def add(self, **changes: Any) -> Json:
        """Add a workflow and return it as it was told."""
        return json_of(self.post(WORKFLOWS, self.workflow(**changes)))

    def listed(self, **query: Any) -> Json:
        return json_of(self.get(WORKFLOWS, component=self.name, **query))

    def versions(self, **query: Any) -> list[Json]:
        """Return the workflows of this lab that match."""
        return cast("list[Json]", self.listed(**query).get("workflows", []))

    def searched(self, **changes: Any) -> Json:
        return json_of(self.post(SEARCH, {"filters": self.labels(), **changes}))

    # Legal holds

    def hold(self) -> httpx.Response:
        """Store an event and place a hold on it."""
        self.store()
        return self.post(HOLDS, {"correlation_id": self.name, "reason": "case 7"})

    def release(self) -> httpx.Response:
        return self.http.request(
            "DELETE", f"{HOLDS}/{self.name}", json={"release_reason": "case closed"}
        )

    def held(self) -> bool:
        holds = json_of(self.get(HOLDS)).get("holds", [])
        return any(hold["correlation_id"] == self.name for hold in holds)


def ago(**span: float) -> str:
    """Return a time in the past, in UTC with microseconds."""
    moment = datetime.now(UTC) - timedelta(**span)
    return moment.replace(microsecond=123456).isoformat().replace("+00:00", "Z")


def signal(**changes: Any) -> Json:
    """Return the payload of an event of the gateway."""
    return {
        "event_type": "gateway.signal.received",
        "signal_type": "alert",
        "signal_name": "KubePodCrashLooping",
        "namespace": "payments",
        "fingerprint": "5f1c09e2a7b3",
        **changes,
    }


def json_of(response: httpx.Response) -> Json:
    """Return a JSON object that was answered; empty if none was."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return cast("Json", found) if isinstance(found, dict) else {}


def kind_of(response: httpx.Response) -> str:
    """Return the media type of an answer, without its parameters."""
    return str(response.headers.get("content-type", "")).partition(";")[0]


def texts(found: Mapping[str, Any], *names: str) -> list[str]:
    """Return some members as texts, for comparisons."""
    return [str(found.get(name)) for name in names]
