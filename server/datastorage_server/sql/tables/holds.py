"""The table of legal holds: those in force, and those that were."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table, Text

from ..types import Counting, UtcTimestamp
from .base import metadata

legal_holds: Final = Table(
    "legal_holds",
    metadata,
    Column("sequence", Counting, primary_key=True),
    Column("correlation_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", UtcTimestamp, nullable=False),
    Column("released_at", UtcTimestamp),
    Column("released_by", Text),
    Column("release_reason", Text),
)
"""Rows are never deleted, and change only once: when the hold ends."""
