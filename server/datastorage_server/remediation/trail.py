"""Trails: the events of remediations, read by their correlation or by their target."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from ..events import StoredEvent

M = TypeVar("M", bound=BaseModel)

ASSESSMENTS: Final = (
    "effectiveness.health.assessed",
    "effectiveness.hash.computed",
    "effectiveness.alert.assessed",
    "effectiveness.metrics.assessed",
    "effectiveness.assessment.scheduled",
    "effectiveness.assessment.completed",
    "effectiveness.alert_decay.detected",
)
"""Types of the events that tell whether a remediation helped."""

ENDINGS: Final = ("orchestrator.lifecycle.completed", "orchestrator.lifecycle.failed")
"""Types of the events that tell how a remediation ended."""

GENESIS: Final = ("gateway.signal.received", "apifrontend.rr.created")
"""Types of the events with which a remediation begins."""

TIMEOUT_CHANGED: Final = "webhook.remediationrequest.timeout_modified"
SELECTED: Final = "workflowexecution.selection.completed"
EXECUTED: Final = "workflowexecution.execution.started"
ANALYSED: Final = "aianalysis.analysis.completed"

PARTS: Final = (
    *GENESIS,
    ANALYSED,
    SELECTED,
    EXECUTED,
    "orchestrator.lifecycle.created",
    *ENDINGS,
    TIMEOUT_CHANGED,
)
"""Types of the events that hold parts of a RemediationRequest."""

ATTEMPT: Final = "remediation.workflow_created"
"""Type of the event that tells which resource is acted upon, and in which state it was."""

Trail = tuple[StoredEvent, ...]
"""Events of one remediation, oldest first; of equal times, the one stored first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Which attempts to remedy a resource are asked for: the newest ones, *limit* at most.

    Attributes:
        target: The resource, as ``namespace/Kind/name`` or ``Kind/name``.
        after: Only those that began later than this.
        until: Only those that did not begin later than this.
        cluster_id: Only those in this cluster, if it is given.

    """

    target: str
    after: datetime
    until: datetime
    cluster_id: str | None
    limit: int


class TrailStore(Protocol):
    """Where the events of remediations are read. Every method may raise StoreError."""

    async def trails(
        self, correlations: Collection[str], types: Sequence[str], each: int
    ) -> Mapping[str, Trail]:
        """Return the newest *each* events of each type, for each correlation that has any."""
        ...

    async def attempts(self, wanted: Attempts) -> Trail:
        """Return the events with which attempts to remedy a resource began, oldest first."""
        ...

    async def is_known(self, correlation_id: str) -> bool:
        """Return whether any event carries the correlation."""
        ...


def payload(event: StoredEvent, model: type[M]) -> M | None:
    """Return the payload of an event; None if it is not what the contract now says."""
    try:
        return model.model_validate_json(event.event.event_data)
    except ValidationError:
        return None
