"""Indexes for what is told of remediations: their trails, and the attempts on a resource."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic.operations import Operations

revision: Final = "0005_remediations"
down_revision: Final = "0004_legal_holds"
branch_labels: Final = None
depends_on: Final = None

_TRAIL: Final = (
    "gateway.signal.received",
    "apifrontend.rr.created",
    "aianalysis.analysis.completed",
    "workflowexecution.selection.completed",
    "workflowexecution.execution.started",
    "orchestrator.lifecycle.created",
    "orchestrator.lifecycle.completed",
    "orchestrator.lifecycle.failed",
    "webhook.remediationrequest.timeout_modified",
    "effectiveness.health.assessed",
    "effectiveness.hash.computed",
    "effectiveness.alert.assessed",
    "effectiveness.metrics.assessed",
    "effectiveness.assessment.scheduled",
    "effectiveness.assessment.completed",
    "effectiveness.alert_decay.detected",
)


def upgrade(op: Operations) -> None:
    """Make the indexes: only over the events that are asked for, so that others cost nothing."""
    types = ", ".join(f"'{one}'" for one in _TRAIL)
    _index(
        op,
        "trail",
        ["correlation_id", "event_type", "event_timestamp", "sequence"],
        f"event_type IN ({types})",
    )
    # The start of the target will do, and keys of PostgreSQL must not be longer than 2704 bytes.
    target = sa.text("substr(event_data ->> 'target_resource', 1, 600)")
    _index(
        op,
        "target",
        [target, "event_timestamp", "sequence"],
        "event_type = 'remediation.workflow_created'",
    )


def _index(op: Operations, name: str, columns: list[str | sa.TextClause], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        f"ix_audit_events_{name}",
        "audit_events",
        columns,
        postgresql_where=where,
        sqlite_where=where,
    )
