"""Legal holds, and the triggers that keep what is stored from being changed or deleted."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic.operations import Operations

from datastorage_server.sql.guards import guard, guard_partitions
from datastorage_server.sql.types import Counting, UtcTimestamp

revision: Final = "0004_legal_holds"
down_revision: Final = "0003_workflows"
branch_labels: Final = None
depends_on: Final = None

_UNUSED: Final = (
    "legal_hold",
    "legal_hold_reason",
    "legal_hold_placed_by",
    "legal_hold_placed_at",
)
"""Columns of events that no version has written: a hold is on a correlation, and later events of
it are held, too.
"""


def upgrade(op: Operations) -> None:
    """Make the table and the triggers."""
    op.drop_index("ix_audit_events_held", "audit_events")
    for name in _UNUSED:
        op.execute(f"ALTER TABLE audit_events DROP COLUMN {name}")
    ended = "(released_at IS NULL) = ({} IS NULL)"
    op.create_table(
        "legal_holds",
        sa.Column("sequence", Counting, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("correlation_id", "reason")),
        sa.Column("placed_by", sa.Text, nullable=False),
        sa.Column("placed_at", UtcTimestamp, nullable=False),
        sa.Column("released_at", UtcTimestamp),
        *(sa.Column(name, sa.Text) for name in ("released_by", "release_reason")),
        *_check("correlation_id", "length(correlation_id) <= 255"),
        *_check("reason", "length(reason) BETWEEN 1 AND 2000"),
        *_check("release_reason", "length(release_reason) BETWEEN 1 AND 2000"),
        *_check("released_by", ended.format("released_by")),
        *_check("released_at", ended.format("release_reason")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_legal_holds_correlation", "legal_holds", ["correlation_id", "sequence"])
    in_force = sa.text("released_at IS NULL")
    op.create_index(
        "uq_legal_holds_in_force",
        "legal_holds",
        ["correlation_id"],
        unique=True,
        postgresql_where=in_force,
        sqlite_where=in_force,
    )
    guard(op.get_bind())
    guard_partitions(op.get_bind())


def _check(member: str, rule: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(rule, name=f"ck_legal_holds_{member}")]
