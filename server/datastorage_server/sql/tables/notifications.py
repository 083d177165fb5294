"""The table of audits of notifications."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, Table, Text

from ..types import Counting, UtcTimestamp
from .base import metadata

notification_audit: Final = Table(
    "notification_audit",
    metadata,
    Column("id", Counting, primary_key=True),
    Column("remediation_id", Text, nullable=False),
    Column("notification_id", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message_summary", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("sent_at", UtcTimestamp, nullable=False),
    Column("delivery_status", Text),
    Column("error_message", Text),
    Column("escalation_level", Integer),
    Column("idempotency_key", Text),
    Column("fingerprint", Text, nullable=False),
    Column("created_at", UtcTimestamp, nullable=False),
    Column("updated_at", UtcTimestamp, nullable=False),
)
