"""The catalogue of workflow versions."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic.operations import Operations

from datastorage_server.sql.types import Counting, JsonText, UtcTimestamp

revision: Final = "0003_workflows"
down_revision: Final = "0002_notifications"
branch_labels: Final = None
depends_on: Final = None

_LENGTHS: Final = {"workflow_name": 255, "version": 50, "disabled_by": 255, "updated_by": 255}
_STATUSES: Final = ("active", "disabled", "deprecated", "archived")
_SEVERITIES: Final = ("critical", "high", "medium", "low")
_PRIORITIES: Final = ("P0", "P1", "P2", "P3", "*")


def upgrade(op: Operations) -> None:
    """Make the table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE workflow_sequence AS bigint")
    op.create_table(
        "workflows",
        sa.Column("sequence", Counting, primary_key=True, autoincrement=False),
        sa.Column("workflow_id", sa.Uuid, nullable=False, unique=True),
        *(_text(name) for name in ("workflow_name", "version")),
        sa.Column("document", JsonText, nullable=False),
        *(_text(name) for name in ("signal_type", "severity", "component")),
        *(_text(name) for name in ("environment", "priority", "status")),
        sa.Column("disabled_at", UtcTimestamp),
        *(sa.Column(name, sa.Text) for name in ("disabled_by", "disabled_reason", "updated_by")),
        sa.Column("is_latest", sa.Boolean, nullable=False),
        sa.Column("previous_version", sa.Text),
        sa.Column("created_at", UtcTimestamp, nullable=False),
        sa.Column("updated_at", UtcTimestamp, nullable=False),
        sa.UniqueConstraint("workflow_name", "version", name="uq_workflows_version"),
        *_checks(),
    )
    latest = sa.text("is_latest")
    op.create_index(
        "uq_workflows_latest",
        "workflows",
        ["workflow_name"],
        unique=True,
        postgresql_where=latest,
        sqlite_where=latest,
    )
    op.create_index(
        "ix_workflows_labels", "workflows", ["signal_type", "severity", "environment", "status"]
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _checks() -> list[sa.CheckConstraint]:
    """Return the limits of the contract, each named after the member that it bounds."""
    enums = {"status": _STATUSES, "severity": _SEVERITIES, "priority": _PRIORITIES}
    rules = {name: f"length({name}) <= {length}" for name, length in _LENGTHS.items()}
    for name, values in enums.items():
        known = ", ".join(f"'{value}'" for value in values)
        rules[name] = f"{name} IN ({known})"
    return [sa.CheckConstraint(rule, name=f"ck_workflows_{name}") for name, rule in rules.items()]
