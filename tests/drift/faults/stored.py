"""What the database keeps other than it was sent, or does not keep."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from tests.drift.changes import Edit
from tests.drift.fault import Fault, Within, Witness
from tests.drift.faults.storing import Storing, column, events, notes, payload, storing, with_parts
from tests.drift.lab import EVENTS, NOTIFICATIONS, Lab, ago, json_of, signal

from datastorage_server.api import Api
from datastorage_server.events import Event, Receipt, Write
from datastorage_server.store import Store, StoreFailed, StoreUnavailable

_RECORD: Final = "POST /api/v1/audit/events"
_BATCH: Final = "POST /api/v1/audit/events/batch"
_NOTIFY: Final = "POST /api/v1/audit/notifications"


def _cut(length: int) -> Edit:
    return lambda text: text and text[:length]


def _kept(name: str, sent: Any, kept: Any) -> Witness:
    """Return a witness of a member that is kept as something else than was sent."""
    return lambda lab: lab.kept(**{name: sent}).get(name) == kept


def _data(sent: Any, kept: Any) -> Witness:
    return lambda lab: lab.kept(event_data=signal(extra=sent))["event_data"].get("extra") == kept


def _fault(
    name: str,
    drift: str,
    install: Within,
    witness: Witness,
    *,
    operation: str = _RECORD,
    incident: str | None = None,
) -> Fault:
    return Fault(
        name=name,
        kind="database",
        operation=operation,
        drift=drift,
        install=install,
        witness=witness,
        incident=incident,
    )


async def _lose(store: Store, write: Write) -> Receipt:
    """Answer as if it were stored, and roll back."""
    return Receipt(tuple(event.event_id for event in write.events), len(write.events))


async def _lose_failures(store: Store, write: Write) -> Receipt:
    lost = any(event.event_outcome == "failure" for event in write.events)
    return await (_lose(store, write) if lost else store.append(write))


async def _keep_first(store: Store, write: Write) -> Receipt:
    await store.append(replace(write, events=write.events[:1], key=None))
    return Receipt(tuple(event.event_id for event in write.events), len(write.events))


async def _fail(store: Store, write: Write) -> Receipt:
    raise StoreFailed("no such table: audit_events", code="SQLITE_ERROR")


async def _no_partition(store: Store, write: Write) -> Receipt:
    """Fail where the table of an earlier day is missing."""
    if any(event.event_timestamp.date() < datetime.now(UTC).date() for event in write.events):
        raise StoreFailed("no partition of relation audit_events found for row", code="23514")
    return await store.append(write)


async def _refuse_long_messages(store: Store, write: Write) -> Receipt:
    if any(len(event.error_message or "") > 255 for event in write.events):
        raise StoreFailed("value too long for type character varying(255)", code="22001")
    return await store.append(write)


async def _refuse_small_ints(store: Store, write: Write) -> Receipt:
    if any((event.duration_ms or 0) > 32767 for event in write.events):
        raise StoreFailed("smallint out of range", code="22003")
    return await store.append(write)


async def _refuse_agents(store: Store, write: Write) -> Receipt:
    """Fail where the table's CHECK lacks a category of the contract."""
    if any(event.event_category == "agentsession" for event in write.events):
        raise StoreFailed("new row violates check constraint event_category", code="23514")
    return await store.append(write)


def _exhausted(api: Api) -> Api:
    """Return a server that leaks a connection with every refused read of its store."""
    leaked: list[Write] = []

    async def write(store: Store, asked: Write) -> Receipt:
        if len(leaked) >= 10:
            raise StoreUnavailable("no connection is free", code="53300")
        try:
            return await store.append(asked)
        except Exception:
            leaked.append(asked)
            raise

    return with_parts(api, store=Storing(api.store, write))


def _sees_exhausted(lab: Lab) -> bool:
    event = lab.store()
    for _ in range(10):  # each contradicts what is stored
        lab.post(EVENTS, {**event, "event_action": "other"})
    return lab.takes() == 503


def _healthy(lab: Lab) -> bool:
    return lab.takes() == 500 and lab.get("/health").status_code == 200


def _noted(name: str, sent: Any, kept: Any) -> Witness:
    return lambda lab: (
        json_of(lab.post(NOTIFICATIONS, lab.notification(**{name: sent}))).get(name) == kept
    )


def _rounded(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: float(f"{value:.6g}") if isinstance(value, float) else value
        for name, value in payload.items()
    }


def _as_floats(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: int(float(value)) if isinstance(value, int) and value > 2**53 else value
        for name, value in payload.items()
    }


def _known_members(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payload without the members that a fixed table of them does not have."""
    return {name: value for name, value in payload.items() if name not in ("extra", "team")}


def _last_second(event: Event) -> Event:
    return replace(event, event_timestamp=event.event_timestamp.replace(microsecond=0))


def _lost_seconds(lab: Lab) -> bool:
    return ".123456" not in lab.kept()["event_timestamp"]


FAULTS: Final = (
    _fault(
        "severity-cut",
        "The column of `severity` is 10 characters wide; what is longer is cut.",
        column("severity", _cut(10)),
        _kept("severity", "informational", "informatio"),
    ),
    _fault(
        "version-cut",
        "The column of `version` is 10 characters wide; what is longer is cut.",
        column("version", _cut(10)),
        _kept("version", "1.0.0-rc.1+build", "1.0.0-rc.1"),
    ),
    _fault(
        "resource-id-cut",
        "The column of `resource_id` is 200 characters wide; what is longer is cut.",
        column("resource_id", _cut(200)),
        _kept("resource_id", "r" * 255, "r" * 200),
    ),
    _fault(
        "long-message-refused",
        "The column of `error_message` is 255 characters wide; what is longer breaks.",
        storing(_refuse_long_messages),
        lambda lab: lab.takes(error_message="m" * 300) == 500,
    ),
    _fault(
        "duration-in-two-bytes",
        "The column of `duration_ms` has two bytes; more than 32767 breaks.",
        storing(_refuse_small_ints),
        lambda lab: lab.takes(duration_ms=40000) == 500,
    ),
    _fault(
        "category-not-in-check",
        "The CHECK of the table lacks the category `agentsession`.",
        storing(_refuse_agents),
        lambda lab: lab.takes(event_category="agentsession") == 500,
    ),
    _fault(
        "partition-missing",
        "Events of an earlier day have no partition.",
        storing(_no_partition),
        lambda lab: lab.takes(event_timestamp=ago(days=2)) == 500,
    ),
    _fault(
        "microseconds-lost",
        "Times are kept in whole seconds.",
        events(_last_second),
        _lost_seconds,
    ),
    _fault(
        "floats-rounded",
        "Numbers in a payload are kept with six digits.",
        payload(_rounded),
        _data(0.123456789, 0.123457),
    ),
    _fault(
        "big-integers-rounded",
        "Integers in a payload above 2^53 are kept as floats.",
        payload(_as_floats),
        _data(2**53 + 1, 2**53),
    ),
    _fault(
        "payload-members-lost",
        "Members of a payload that the contract does not name are not kept.",
        payload(_known_members),
        _data("kept", None),
        incident="I-19",
    ),
    _fault(
        "envelope-members-lost",
        "Members of an event that the contract does not name are not kept.",
        column("extensions", lambda _: None),
        lambda lab: "team" not in lab.kept(team="payments"),
    ),
    _fault(
        "actor-in-lower-case",
        "`actor_id` is kept in lower case.",
        column("actor_id", lambda text: text and text.lower()),
        _kept("actor_id", "Alice", "alice"),
    ),
    _fault(
        "white-space-trimmed",
        "White space around `event_action` is not kept.",
        column("event_action", str.strip),
        _kept("event_action", " started ", "started"),
    ),
    _fault(
        "text-normalised",
        "`namespace` is kept in another Unicode normal form than was sent.",
        column("namespace", lambda text: text and unicodedata.normalize("NFC", text)),
        _kept("namespace", "e\u0301", "\u00e9"),
    ),
    _fault(
        "characters-replaced",
        "Characters outside Latin-1 are kept as question marks.",
        column(
            "error_message",
            lambda text: text and text.encode("latin-1", "replace").decode("latin-1"),
        ),
        _kept("error_message", "\u65e5\u672c", "??"),
    ),
    _fault(
        "empty-text-is-null",
        "An empty `cluster_id` is kept as null.",
        column("cluster_id", lambda text: text or None),
        _kept("cluster_id", "", None),
    ),
    _fault(
        "cluster-lost",
        "`cluster_id` is not kept.",
        column("cluster_id", lambda _: None),
        _kept("cluster_id", "prod-eu-1", None),
    ),
    _fault(
        "zero-is-null",
        "A `duration_ms` of 0 is kept as null.",
        column("duration_ms", lambda number: number or None),
        _kept("duration_ms", 0, None),
    ),
    _fault(
        "never-sensitive",
        "`is_sensitive` is kept as false.",
        column("is_sensitive", lambda _: False),
        _kept("is_sensitive", True, False),
    ),
    _fault(
        "retention-default",
        "Without `retention_days` 90 are kept, not 2555.",
        column("retention_days", lambda days: 90 if days == 2555 else days),
        _kept("retention_days", None, 90),
    ),
    _fault(
        "severity-default",
        "Without `severity` nothing is kept, not `info`.",
        column("severity", lambda text: "" if text == "info" else text),
        _kept("severity", None, ""),
    ),
    _fault(
        "events-lost",
        "Events are answered with 201 and not kept.",
        storing(_lose),
        lambda lab: not lab.kept(),
    ),
    _fault(
        "failures-lost",
        "Events with the outcome `failure` are answered with 201 and not kept.",
        storing(_lose_failures),
        lambda lab: not lab.kept(event_outcome="failure"),
    ),
    _fault(
        "batch-keeps-the-first",
        "Of a batch only the first event is kept.",
        storing(_keep_first),
        lambda lab: (
            lab.post(f"{EVENTS}/batch", [lab.event(), lab.event()]).status_code == 201
            and len(lab.found()) == 1
        ),
        operation=_BATCH,
    ),
    _fault(
        "healthy-while-writes-fail",
        "Health is told as healthy while no event can be written.",
        storing(_fail),
        _healthy,
        operation="GET /health",
    ),
    _fault(
        "pool-leaks",
        "After ten refused writes no connection is free.",
        Within(_exhausted),
        _sees_exhausted,
    ),
    _fault(
        "summary-cut",
        "The column of `message_summary` is 255 characters wide; what is longer is cut.",
        notes("message_summary", _cut(255)),
        _noted("message_summary", "s" * 1000, "s" * 255),
        operation=_NOTIFY,
    ),
    _fault(
        "recipient-in-lower-case",
        "`recipient` is kept in lower case.",
        notes("recipient", str.lower),
        _noted("recipient", "#OnCall", "#oncall"),
        operation=_NOTIFY,
    ),
)
