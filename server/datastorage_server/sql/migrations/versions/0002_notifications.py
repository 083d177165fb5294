"""Audits of notifications."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic.operations import Operations

from datastorage_server.sql.types import Counting, UtcTimestamp

revision: Final = "0002_notifications"
down_revision: Final = "0001_events"
branch_labels: Final = None
depends_on: Final = None

_LENGTHS: Final = {
    "remediation_id": 255,
    "notification_id": 255,
    "recipient": 500,
    "message_summary": 1000,
    "delivery_status": 255,
    "error_message": 1000,
}
_CHANNELS: Final = ("email", "slack", "pagerduty", "teams", "webhook")
_STATUSES: Final = ("sent", "failed", "pending")


def upgrade(op: Operations) -> None:
    """Make the table."""
    op.create_table(
        "notification_audit",
        sa.Column("id", Counting, primary_key=True, autoincrement=True),
        *(_text(name) for name in ("remediation_id", "notification_id", "recipient", "channel")),
        *(_text(name) for name in ("message_summary", "status")),
        sa.Column("sent_at", UtcTimestamp, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("delivery_status", "error_message")),
        sa.Column("escalation_level", sa.Integer),
        sa.Column("idempotency_key", sa.Text),
        _text("fingerprint"),
        sa.Column("created_at", UtcTimestamp, nullable=False),
        sa.Column("updated_at", UtcTimestamp, nullable=False),
        sa.UniqueConstraint("notification_id", name="uq_notification_audit_notification_id"),
        sa.UniqueConstraint("idempotency_key", name="uq_notification_audit_idempotency_key"),
        *_checks(),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notification_audit_remediation", "notification_audit", ["remediation_id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _checks() -> list[sa.CheckConstraint]:
    """Return the limits of the contract, each named after the member that it bounds."""
    rules = {name: f"length({name}) <= {length}" for name, length in _LENGTHS.items()} | {
        "channel": _one_of("channel", _CHANNELS),
        "status": _one_of("status", _STATUSES),
        "escalation_level": "escalation_level BETWEEN 0 AND 5",
    }
    return [
        sa.CheckConstraint(rule, name=f"ck_notification_audit_{name}")
        for name, rule in rules.items()
    ]


def _one_of(name: str, values: tuple[str, ...]) -> str:
    known = ", ".join(f"'{value}'" for value in values)
    return f"{name} IN ({known})"
