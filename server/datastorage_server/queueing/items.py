"""What is queued: a write of events or a notification, and how it is kept as text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from ..events import Event, Key, Write
from ..notifications import Notification

Item: TypeAlias = Write | Notification
"""What a request asked to be stored, with all that was decided when it was accepted."""

_TIMES: Final = frozenset({"event_timestamp", "parent_event_date", "sent_at"})
_IDENTITIES: Final = frozenset({"event_id", "parent_event_id"})


class Damaged(Exception):  # noqa: N818 - named after what happened, as the store's errors are
    """A queued text is not what was written."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an item lays claim to: nothing else may be stored under these.

    Attributes:
        key: The idempotency key, and the fingerprint of its request.
        identities: The identities that the producer chose, each with the fingerprint of its event.

    """

    key: tuple[str, str] | None
    identities: Mapping[str, str]


def claims(item: Item) -> Claims:
    """Return what an item lays claim to; events and notifications never share a name."""
    if isinstance(item, Notification):
        key = f"notification {item.idempotency_key}" if item.idempotency_key else None
        named = {f"notification {item.notification_id}": item.fingerprint}
        return Claims((key, item.fingerprint) if key else None, named)
    key = f"event {item.key.text}" if item.key else None
    return Claims(
        (key, item.key.fingerprint) if key and item.key else None,
        {
            f"event {event.event_id}": event.fingerprint
            for event in item.events
            if event.event_id in item.chosen
        },
    )


def encode(item: Item) -> str:
    """Return an item as JSON text, with a digest before it."""
    if isinstance(item, Notification):
        plain: dict[str, Any] = {"notification": _plain(item)}
    else:
        plain = {
            "events": [_plain(event) for event in item.events],
            "chosen": sorted(str(identity) for identity in item.chosen),
            "key": asdict(item.key) if item.key else None,
        }
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return f"{_digest(text)} {text}"


def decode(content: str) -> Item:
    """Return the item of a text.

    Raises:
        Damaged: It is not what :func:`encode` returned.

    """
    found = members(content)
    try:
        if "notification" in found:
            return Notification(**_read(found["notification"]))
        return Write(
            tuple(Event(**_read(one)) for one in found["events"]),
            frozenset(UUID(identity) for identity in found["chosen"]),
            Key(**found["key"]) if found["key"] else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged("the queued write is of another version of the server") from error


def members(content: str) -> Mapping[str, Any]:
    """Return the JSON object of a text, whichever version of the server wrote it.

    Raises:
        Damaged: It is not what :func:`encode` returned.

    """
    digest, _, text = content.partition(" ")
    if digest != _digest(text):
        raise Damaged("the queued write is damaged: its digest does not fit")
    found: Mapping[str, Any] = json.loads(text)
    return found


def events_of(item: Item) -> int:
    """Return how many records an item is."""
    return 1 if isinstance(item, Notification) else len(item.events)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Event | Notification) -> dict[str, Any]:
    return {one.name: _text(getattr(value, one.name)) for one in fields(value)}


def _text(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def _read(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in members.items()}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _TIMES:
        return datetime.fromisoformat(value)
    return UUID(value) if name in _IDENTITIES else value
