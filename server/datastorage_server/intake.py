"""Intake: from events as they are sent to events as they are stored.

The contract has been checked before. What is checked here are the rules that OpenAPI cannot state;
the contract tells them as ``x-apigen-`` constraints.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast
from uuid import uuid4

from pydantic_core import to_json

from datastorage import models as m

from .events import Event, Key, Write

MAX_DATA_BYTES: Final = 256 * 1024
MAX_DATA_DEPTH: Final = 10
OLDEST: Final = timedelta(days=7)
NEWEST: Final = timedelta(minutes=60)
RETENTION_DAYS: Final = 2555

_SORTED: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_STORED_MEMBERS: Final = frozenset(m.AuditEvent.model_fields)


@dataclass(frozen=True, slots=True)
class Sent:
    """An event as it was sent: read by the contract, and as plain JSON with all its members.

    Attributes:
        data: Its payload as JSON text.
        person: The name of the person who sent it: they are its actor, whatever it says. A
            service is believed, since it tells of others.

    """

    request: m.AuditEventRequest
    members: Mapping[str, object]
    data: str
    person: str | None = None


def sent_as(
    request: m.AuditEventRequest, members: Mapping[str, object], person: str | None = None
) -> Sent:
    """Return an event as it was sent, by *person* if its sender is one."""
    return Sent(request, members, _compact(members["event_data"]), person)


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with events: messages by field, the payload's size and depth apart."""

    fields: Mapping[str, str]
    data: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.fields or self.data)


def prefixes(count: int, *, batch: bool) -> dict[int, str]:
    """Return what stands before the names of each event's fields, by the event's index."""
    return {index: f"{index}." if batch else "" for index in range(count)}


def faults(sent: Sequence[Sent], names: Mapping[int, str]) -> Faults:
    """Return what is wrong with events whatever the time and whatever is stored."""
    fields: dict[str, str] = {}
    data: dict[str, str] = {}
    for index, event in enumerate(sent):
        payload = cast("Mapping[str, object]", event.members["event_data"])
        if payload.get("event_type") != event.request.event_type:
            fields[f"{names[index]}event_type"] = "must equal event_data.event_type"
        told = _size_fault(payload, event.data)
        if told:
            data[f"{names[index]}event_data"] = told
    return Faults(fields, data)


def _size_fault(payload: Mapping[str, object], text: str) -> str:
    brackets = text.count("{") + text.count("[")
    if brackets > MAX_DATA_DEPTH and _deeper(payload, MAX_DATA_DEPTH):
        return f"must not be nested deeper than {MAX_DATA_DEPTH} levels"
    if len(text) * 4 > MAX_DATA_BYTES and len(text.encode()) > MAX_DATA_BYTES:
        return f"must not be larger than {MAX_DATA_BYTES} bytes"
    return ""


def _deeper(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        inner = list(cast("dict[str, object]", value).values())
    elif isinstance(value, list):
        inner = cast("list[object]", value)
    else:
        return False
    return levels == 0 or any(_deeper(one, levels - 1) for one in inner)


def untimely(write: Write, now: datetime, names: Mapping[int, str]) -> dict[str, str]:
    """Return the timestamps that lie too far from now, by field. Both bounds are inclusive."""
    return {
        f"{names[index]}event_timestamp": told
        for index, event in enumerate(write.events)
        if (told := _untimely(event.event_timestamp, now))
    }


def _untimely(timestamp: datetime, now: datetime) -> str:
    if timestamp < now - OLDEST:
        return "must not be older than 7 days"
    if timestamp > now + NEWEST:
        return "must not be more than 60 minutes in the future"
    return ""


def write_of(operation: str, sent: Sequence[Sent], key: str | None) -> Write:
    """Return the write that events ask for, with an identity for those that have none."""
    events = tuple(_event(one) for one in sent)
    chosen = frozenset(one.request.event_id for one in sent if one.request.event_id)
    if key is None:
        return Write(events, chosen)
    told = "\n".join((operation, *(event.fingerprint for event in events)))
    return Write(events, chosen, Key(key, _digest(told)))


def _event(sent: Sent) -> Event:
    request = sent.request
    category = request.event_category.value
    return Event(
        event_id=request.event_id or uuid4(),
        version=request.version,
        event_type=request.event_type,
        event_timestamp=_utc(request.event_timestamp),
        event_category=category,
        event_action=request.event_action,
        event_outcome=request.event_outcome.value,
        actor_type="user" if sent.person else _given(request.actor_type, "service"),
        actor_id=sent.person or _given(request.actor_id, f"{category}-service"),
        actor_ip=request.actor_ip,
        resource_type=_given(request.resource_type, category),
        resource_id=_given(request.resource_id, request.correlation_id),
        correlation_id=request.correlation_id,
        parent_event_id=request.parent_event_id,
        parent_event_date=None,  # looked up, whatever was sent
        namespace=request.namespace,
        cluster_id=request.cluster_id,
        severity=_given(request.severity, "info"),
        duration_ms=request.duration_ms,
        error_code=request.error_code,
        error_message=request.error_message,
        retention_days=_days(request.retention_days),
        is_sensitive=bool(request.is_sensitive),
        event_data=sent.data,
        extensions=_extensions(sent.members),
        fingerprint=_digest(_SORTED.encode(sent.members)),
    )


def _utc(moment: datetime) -> datetime:
    """Return a time in UTC; one that only its own zone can tell becomes the nearest that UTC can.

    Those are the first and the last hours of the calendar, far out of the bounds of an event.
    """
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        edge = datetime.min if moment.year == 1 else datetime.max
        return edge.replace(tzinfo=UTC)


def _given(text: str | None, default: str) -> str:
    return default if text is None else text


def _days(days: int | None) -> int:
    return RETENTION_DAYS if days is None else days


def _extensions(members: Mapping[str, object]) -> str | None:
    """Return the members that neither an event nor a stored event has by the contract."""
    if members.keys() <= _STORED_MEMBERS:
        return None
    others = {name: value for name, value in members.items() if name not in _STORED_MEMBERS}
    return _compact(others)


def _compact(value: object) -> str:
    return to_json(value).decode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
