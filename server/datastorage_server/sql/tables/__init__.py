"""Tables: what is kept, as the statements of the store name it.

The migrations make the tables; these are their names for SQLAlchemy, and what
:mod:`datastorage_server.sql.schema` looks for in a database.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Table

from .base import metadata
from .catalogue import workflows
from .events import (
    CHECK_PREFIX,
    audit_events,
    chain_heads,
    event_identities,
    idempotency_keys,
)
from .holds import legal_holds
from .notifications import notification_audit

TABLES: Final[tuple[Table, ...]] = (
    audit_events,
    event_identities,
    chain_heads,
    idempotency_keys,
    legal_holds,
    notification_audit,
    workflows,
)
"""All tables, in the order in which people are told of what is missing: the events come first."""

__all__ = [
    "CHECK_PREFIX",
    "TABLES",
    "audit_events",
    "chain_heads",
    "event_identities",
    "idempotency_keys",
    "legal_holds",
    "metadata",
    "notification_audit",
    "workflows",
]
