"""Audit events as the server keeps them: values without a wire and without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One audit event with all its defaults filled in.

    Attributes:
        event_timestamp: When it happened, in UTC with microseconds.
        parent_event_date: When its parent happened; known once the parent has been looked up.
        event_data: The payload as JSON text: all members as they were sent.
        extensions: Members of the envelope that the contract does not name, as JSON text.
        fingerprint: SHA-256 of what was sent, to tell a repetition from another event.

    """

    event_id: UUID
    version: str
    event_type: str
    event_timestamp: datetime
    event_category: str
    event_action: str
    event_outcome: str
    actor_type: str
    actor_id: str
    actor_ip: str | None
    resource_type: str
    resource_id: str
    correlation_id: str
    parent_event_id: UUID | None
    parent_event_date: datetime | None
    namespace: str | None
    cluster_id: str | None
    severity: str
    duration_ms: int | None
    error_code: str | None
    error_message: str | None
    retention_days: int
    is_sensitive: bool
    event_data: str
    extensions: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The place of an event in the order of insertion, and in the chain of its correlation.

    Attributes:
        sequence: Grows over all events; late events come late.
        chain_sequence: Counts the events of the correlation, from 1.
        event_hash: Hash over the previous hash and the event, as lower-case hex.
        previous_event_hash: Hash of the event before this one in its correlation; empty for the
            first.
        hash_algorithm: ``sha256``, or ``hmac-sha256`` where the server has a key.

    """

    sequence: int
    chain_sequence: int | None
    event_hash: str | None
    previous_event_hash: str | None
    hash_algorithm: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The last legal hold on an event; after a release its reason tells of it."""

    legal_hold: bool = False
    legal_hold_reason: str | None = None
    legal_hold_placed_by: str | None = None
    legal_hold_placed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with what the store knows of it."""

    event: Event
    link: Link
    hold: Hold


@dataclass(frozen=True, slots=True)
class Key:
    """An idempotency key, with the fingerprint of the request that it came with."""

    text: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Write:
    """Events that are stored all or not at all.

    Attributes:
        events: The events, in the order in which they were sent.
        chosen: The identities among theirs that the producer chose.
        key: The idempotency key, if the request has one.

    """

    events: tuple[Event, ...]
    chosen: frozenset[UUID] = frozenset()
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a write.

    Attributes:
        event_ids: Identities of the events, in the order in which they were sent.
        stored: How many of them this write stored; the others were stored before.

    """

    event_ids: tuple[UUID, ...]
    stored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which events to find: those that fit every filter that is not None, newest first."""

    event_type: str | None = None
    event_category: str | None = None
    event_outcome: str | None = None
    severity: str | None = None
    correlation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    detail: tuple[str, str] | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of events, and how many there are in all."""

    events: tuple[StoredEvent, ...]
    total: int
