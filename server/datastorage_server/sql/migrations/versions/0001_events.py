"""Events, their identities, their chains, and the keys of their writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from alembic.operations import Operations

from datastorage_server.sql.partitions import make_partitions
from datastorage_server.sql.types import Counting, JsonText, UtcTimestamp

revision: Final = "0001_events"
down_revision: Final = None
branch_labels: Final = None
depends_on: Final = None

_LENGTHS: Final = {
    "version": 20,
    "event_type": 100,
    "event_action": 50,
    "actor_type": 50,
    "actor_id": 255,
    "actor_ip": 45,
    "resource_type": 100,
    "resource_id": 255,
    "correlation_id": 255,
    "namespace": 253,
    "cluster_id": 255,
    "severity": 20,
    "error_code": 50,
}
_CATEGORIES: Final = (
    "gateway",
    "notification",
    "analysis",
    "aiagent",
    "signalprocessing",
    "workflow",
    "workflowexecution",
    "orchestration",
    "approval",
    "effectiveness",
    "actiontype",
    "apifrontend",
    "security",
    "agentsession",
)
_OUTCOMES: Final = ("success", "failure", "pending")


def upgrade(op: Operations) -> None:
    """Make the tables."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("CREATE SEQUENCE event_sequence AS bigint")
    _make_identities(op)
    _make_events(op, postgresql=postgresql)
    _make_indexes(op)
    _make_others(op)
    if postgresql:
        make_partitions(op.get_bind(), datetime.now(UTC))


def _make_identities(op: Operations) -> None:
    op.create_table(
        "event_identities",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", Counting, nullable=False),
        sa.Column("event_date", sa.Date, nullable=False),
        sa.Column("event_timestamp", UtcTimestamp, nullable=False),
        sqlite_with_rowid=False,
    )


def _make_events(op: Operations, *, postgresql: bool) -> None:
    # Unique in a partition of PostgreSQL is only what has the partition's key in it.
    key = ("sequence", "event_date") if postgresql else ("sequence",)
    op.create_table(
        "audit_events",
        *_envelope(),
        *_payload(),
        sa.PrimaryKeyConstraint(*key, name="pk_audit_events"),
        sa.ForeignKeyConstraint(
            ["parent_event_id"],
            ["event_identities.event_id"],
            name="fk_audit_events_parent_event_id",
            ondelete="RESTRICT",
        ),
        *_checks(postgresql=postgresql),
        postgresql_partition_by="RANGE (event_date)",
    )


def _envelope() -> list[sa.Column[Any]]:
    return [
        sa.Column("sequence", Counting, nullable=False, autoincrement=False),
        sa.Column("event_date", sa.Date, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        *(_text(name) for name in ("version", "event_type")),
        sa.Column("event_timestamp", UtcTimestamp, nullable=False),
        *(_text(name) for name in ("event_category", "event_action", "event_outcome")),
        *(_text(name) for name in ("actor_type", "actor_id")),
        sa.Column("actor_ip", sa.Text),
        *(_text(name) for name in ("resource_type", "resource_id", "correlation_id")),
        sa.Column("parent_event_id", sa.Uuid),
        sa.Column("parent_event_date", UtcTimestamp),
        sa.Column("namespace", sa.Text),
        sa.Column("cluster_id", sa.Text),
        _text("severity"),
        sa.Column("duration_ms", sa.Integer),
        sa.Column("error_code", sa.Text),
        sa.Column("error_message", sa.Text),
        sa.Column("retention_days", sa.Integer, nullable=False),
        sa.Column("is_sensitive", sa.Boolean, nullable=False),
    ]


def _payload() -> list[sa.Column[Any]]:
    return [
        sa.Column("event_data", JsonText, nullable=False),
        sa.Column("extensions", JsonText),
        _text("fingerprint"),
        sa.Column("chain_sequence", Counting),
        sa.Column("event_hash", sa.Text),
        sa.Column("previous_event_hash", sa.Text),
        sa.Column("hash_algorithm", sa.Text),
        sa.Column("legal_hold", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("legal_hold_reason", sa.Text),
        sa.Column("legal_hold_placed_by", sa.Text),
        sa.Column("legal_hold_placed_at", UtcTimestamp),
    ]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _checks(*, postgresql: bool) -> list[sa.CheckConstraint]:
    """Return the limits of the contract, each named after the member that it bounds.

    A VARCHAR(n) would do for neither database: SQLite takes longer texts for it, and PostgreSQL
    does not say which column was too narrow.
    """
    day = (
        "(event_timestamp AT TIME ZONE 'UTC')::date"
        if postgresql
        else "substr(event_timestamp, 1, 10)"
    )
    rules = {name: f"length({name}) <= {length}" for name, length in _LENGTHS.items()} | {
        "event_category": _one_of("event_category", _CATEGORIES),
        "event_outcome": _one_of("event_outcome", _OUTCOMES),
        "duration_ms": "duration_ms BETWEEN 0 AND 2147483647",
        "retention_days": "retention_days BETWEEN 1 AND 2555",
        "event_date": f"event_date = {day}",
    }
    return [
        sa.CheckConstraint(rule, name=f"ck_audit_events_{name}") for name, rule in rules.items()
    ]


def _one_of(name: str, values: tuple[str, ...]) -> str:
    known = ", ".join(f"'{value}'" for value in values)
    return f"{name} IN ({known})"


def _make_indexes(op: Operations) -> None:
    columns = {
        "time": ["event_timestamp", "event_id"],
        "correlation": ["correlation_id", "event_timestamp", "event_id"],
        "type": ["event_type", "event_timestamp", "event_id"],
        "category": ["event_category", "event_timestamp", "event_id"],
    }
    for name, indexed in columns.items():
        op.create_index(f"ix_audit_events_{name}", "audit_events", indexed)
    # Few events have parents or are held: the others cost these indexes nothing.
    partial = {"parent": ("parent_event_id", "parent_event_id IS NOT NULL")}
    partial["held"] = ("correlation_id", "legal_hold")
    for name, (column, condition) in partial.items():
        where = sa.text(condition)
        op.create_index(
            f"ix_audit_events_{name}",
            "audit_events",
            [column],
            postgresql_where=where,
            sqlite_where=where,
        )


def _make_others(op: Operations) -> None:
    op.create_table(
        "chain_heads",
        sa.Column("correlation_id", sa.Text, primary_key=True),
        sa.Column("chain_sequence", Counting, nullable=False),
        sa.Column("event_hash", sa.Text, nullable=False),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("event_ids", sa.Text, nullable=False),
        sa.Column("created_at", UtcTimestamp, nullable=False),
    )
