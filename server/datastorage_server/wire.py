"""From stored events to the contract's models."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from datastorage import models as m

from .events import Event, Page, Search, StoredEvent


def page(found: Page, search: Search) -> m.AuditEventsQueryResponse:
    """Return the answer to a query."""
    after = search.offset + len(found.events)
    return m.AuditEventsQueryResponse.model_construct(
        data=[event(one) for one in found.events],
        pagination=m.Pagination(
            limit=search.limit,
            offset=search.offset,
            total=found.total,
            has_more=after < found.total,
        ),
    )


def event(found: StoredEvent) -> m.AuditEvent:
    """Return a stored event in the contract's form.

    Not validated: the payload goes out as it came in, even if its type has since been renamed or
    its numbers and times are finer than Python's.
    """
    stored, link, hold = found.event, found.link, found.hold
    built = m.AuditEvent.model_construct(
        event_id=stored.event_id,
        event_timestamp=stored.event_timestamp,
        event_date=stored.event_timestamp.date(),
        event_type=stored.event_type,
        version=stored.version,
        event_category=m.EventCategory(stored.event_category),
        event_action=stored.event_action,
        event_outcome=m.EventOutcome(stored.event_outcome),
        correlation_id=stored.correlation_id,
        actor_type=stored.actor_type,
        actor_id=stored.actor_id,
        resource_type=stored.resource_type,
        resource_id=stored.resource_id,
        parent_event_id=stored.parent_event_id,
        parent_event_date=stored.parent_event_date,
        severity=stored.severity,
        retention_days=stored.retention_days,
        is_sensitive=stored.is_sensitive,
        event_hash=link.event_hash,
        previous_event_hash=link.previous_event_hash,
        legal_hold=hold.legal_hold,
        legal_hold_reason=hold.legal_hold_reason,
        legal_hold_placed_by=hold.legal_hold_placed_by,
        legal_hold_placed_at=hold.legal_hold_placed_at,
        event_data=from_json(stored.event_data),
        **_present(stored),
    )
    if stored.extensions is not None and built.model_extra is not None:
        built.model_extra.update(from_json(stored.extensions))
    return built


def _present(stored: Event) -> dict[str, Any]:
    """Return the members that are left out when nothing was sent for them."""
    members = {
        "actor_ip": stored.actor_ip,
        "namespace": stored.namespace,
        "cluster_id": stored.cluster_id,
        "duration_ms": stored.duration_ms,
        "error_code": stored.error_code,
        "error_message": stored.error_message,
    }
    return {name: value for name, value in members.items() if value is not None}
