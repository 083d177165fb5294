"""The tables of events: the events, their identities, their chains, the keys of their writes."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, Table, Text, Uuid

from ..types import Counting, JsonText, UtcTimestamp
from .base import metadata

CHECK_PREFIX: Final = "ck_audit_events_"
"""Begins the name of a constraint on one member of an event; the member's name follows."""

audit_events: Final = Table(
    "audit_events",
    metadata,
    # The order of insertion, which timestamps do not tell: late events are accepted.
    Column("sequence", Counting, primary_key=True),
    Column("event_date", Date, nullable=False),  # in UTC; PostgreSQL's partitions are its months
    Column("event_id", Uuid, nullable=False),
    Column("version", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("event_timestamp", UtcTimestamp, nullable=False),
    Column("event_category", Text, nullable=False),
    Column("event_action", Text, nullable=False),
    Column("event_outcome", Text, nullable=False),
    Column("actor_type", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("actor_ip", Text),
    Column("resource_type", Text, nullable=False),
    Column("resource_id", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("parent_event_id", Uuid, ForeignKey("event_identities.event_id", ondelete="RESTRICT")),
    Column("parent_event_date", UtcTimestamp),
    Column("namespace", Text),
    Column("cluster_id", Text),
    Column("severity", Text, nullable=False),
    Column("duration_ms", Integer),
    Column("error_code", Text),
    Column("error_message", Text),
    Column("retention_days", Integer, nullable=False),
    Column("is_sensitive", Boolean, nullable=False),
    Column("event_data", JsonText, nullable=False),
    Column("extensions", JsonText),
    Column("fingerprint", Text, nullable=False),
    Column("chain_sequence", Counting),
    Column("event_hash", Text),
    Column("previous_event_hash", Text),
    Column("hash_algorithm", Text),
)

event_identities: Final = Table(
    "event_identities",
    metadata,
    # Partitions of PostgreSQL are unique by themselves only: here an identity is unique in all.
    Column("event_id", Uuid, primary_key=True),
    Column("sequence", Counting, nullable=False),
    Column("event_date", Date, nullable=False),
    Column("event_timestamp", UtcTimestamp, nullable=False),
)
"""One row for each event, written before the event itself."""

chain_heads: Final = Table(
    "chain_heads",
    metadata,
    Column("correlation_id", Text, primary_key=True),
    Column("chain_sequence", Counting, nullable=False),
    Column("event_hash", Text, nullable=False),
)
"""The last link of the chain of each correlation: whoever appends to it locks its row."""

idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("event_ids", Text, nullable=False),  # JSON: what the first answer said, in its order
    Column("created_at", UtcTimestamp, nullable=False),
)
