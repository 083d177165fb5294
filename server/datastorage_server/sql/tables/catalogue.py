"""The table of workflow versions."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Table, Text, Uuid

from ..types import Counting, JsonText, UtcTimestamp
from .base import metadata

workflows: Final = Table(
    "workflows",
    metadata,
    # The order of insertion: versions may be made within one tick of the clock.
    Column("sequence", Counting, primary_key=True),
    Column("workflow_id", Uuid, nullable=False),
    Column("workflow_name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("document", JsonText, nullable=False),
    Column("signal_type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("component", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("disabled_at", UtcTimestamp),
    Column("disabled_by", Text),
    Column("disabled_reason", Text),
    Column("updated_by", Text),
    Column("is_latest", Boolean, nullable=False),
    Column("previous_version", Text),
    Column("created_at", UtcTimestamp, nullable=False),
    Column("updated_at", UtcTimestamp, nullable=False),
)
