"""Edits of a server that forgives: what breaks the contract is put right and taken."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from tests.drift.changes import Edit, list_of, object_of, sending
from tests.drift.lab import ago
from tests.drift.messages import Change, Request

from datastorage import models as m

CATEGORIES: Final = frozenset(category.value for category in m.EventCategory)


def cut(length: int) -> Edit:
    return lambda text: text[:length] if isinstance(text, str) else text


def at_most(count: int) -> Edit:
    return lambda sent: list_of(sent)[:count] if isinstance(sent, list) else sent


def clamped(lowest: int, highest: int) -> Callable[[str], str]:
    def edit(text: str) -> str:
        try:
            return str(max(lowest, min(highest, int(text))))
        except ValueError:
            return text

    return edit


def filled(**defaults: Any) -> Change:
    return sending(lambda sent: {**defaults, **object_of(sent)} if object_of(sent) else sent)


def as_json(request: Request) -> Request:
    return request.with_header("content-type", "application/json")


def never_checked(sent: Any) -> Any:
    """Return an event that passes, whatever was sent in its place."""
    given = object_of(sent)
    kept = {
        "version": "1.0",
        "event_timestamp": ago(seconds=1),
        "event_category": "gateway",
        "event_action": "received",
        "event_outcome": "success",
        "correlation_id": "none",
    }
    texts = {name: given[name] for name in kept if isinstance(given.get(name), str)}
    if texts.get("event_category") not in CATEGORIES:
        texts.pop("event_category", None)
    if texts.get("event_outcome") not in ("success", "failure", "pending"):
        texts.pop("event_outcome", None)
    payload = {
        "event_type": "gateway.signal.received",
        "signal_type": "alert",
        "signal_name": "x",
        "namespace": "x",
        "fingerprint": "x",
    }
    return {**kept, **texts, "event_type": payload["event_type"], "event_data": payload}


def validation_off(request: Request) -> Request:
    return as_json(request.with_json(never_checked(request.json())))


def aligned(sent: Any) -> Any:
    """Return an event whose type is that of its payload."""
    event = object_of(sent)
    inner = object_of(event.get("event_data"))
    if not inner or not isinstance(event.get("event_type"), str):
        return sent
    return {**event, "event_type": inner.get("event_type", event["event_type"])}


def recent(sent: Any) -> Any:
    """Return an event that is never too old: what is, is taken for one of now."""
    event = object_of(sent)
    time = event.get("event_timestamp")
    if isinstance(time, str) and time[:4].isdigit() and time < ago(days=6):
        return {**event, "event_timestamp": ago(seconds=1)}
    return sent


def number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def without_null(sent: Any) -> Any:
    event = object_of(sent)
    if event.get("actor_id", "") is None:
        return {name: value for name, value in event.items() if name != "actor_id"}
    return sent


def hashed(sent: Any) -> Any:
    content = object_of(sent).get("content")
    if not isinstance(content, str):
        return sent
    return {**object_of(sent), "content_hash": hashlib.sha256(content.encode()).hexdigest()}


def lone_value(request: Request) -> Request:
    pair = (request.parameter("detail_key"), request.parameter("detail_value"))
    return request if None not in pair else request.without("detail_key", "detail_value")


def blank(text: Any) -> Any:
    return text if text != "" else "none given"
