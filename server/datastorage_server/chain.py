"""The hash chain: what makes a change of a stored event visible.

The events of one correlation form a chain in the order in which they were stored. The hash of each
covers the hash of the one before and every stored member of its own: docs/audit-proof.md says how
to compute it without this program.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

from pydantic_core import to_json

from .events import Event, Link

PLAIN: Final = "sha256"
KEYED: Final = "hmac-sha256"

_NAMES: Final = tuple(sorted([*(one.name for one in fields(Event)), "chain_sequence", "sequence"]))
"""The names of what is hashed, in the order in which it is hashed."""

_VALUES: Final = attrgetter(
    *(name if name not in {"chain_sequence", "sequence"} else "event_id" for name in _NAMES)
)
"""Takes what is hashed out of an event; the numbers are put in their places later."""


@dataclass(frozen=True, slots=True)
class ChainKey:
    """The secret of a keyed chain: without it nobody can make a chain that holds."""

    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many events it has, and the hash of the last one."""

    chain_sequence: int = 0
    event_hash: str = ""


@dataclass(frozen=True, slots=True)
class Locked:
    """What a writer holds: the ends of its chains, and numbers in the order of insertion."""

    heads: Mapping[str, Head]
    sequences: Sequence[int]


class KeyMissing(Exception):  # noqa: N818 - named after what happened, as the store's errors are
    """A hash was made with a key, and there is none to check it with."""


def canonical(event: Event, sequence: int, chain_sequence: int) -> bytes:
    """Return the bytes that are hashed for an event.

    A JSON object (RFC 8259) in UTF-8 with sorted names and no white space: every member of the
    stored event as a text, a number, true, false or null. The payload is the JSON text that was
    stored, as one string, so that not a letter of it can change.
    """
    members: dict[str, Any] = dict(zip(_NAMES, _VALUES(event), strict=True))
    members["event_timestamp"] = _moment(event.event_timestamp)
    if event.parent_event_date is not None:
        members["parent_event_date"] = _moment(event.parent_event_date)
    members["sequence"], members["chain_sequence"] = sequence, chain_sequence
    return to_json(members)


def _moment(value: datetime) -> str:
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return f"{utc.isoformat(timespec='microseconds')[:-6]}Z"  # without the offset


def linked(event: Event, sequence: int, head: Head, key: ChainKey | None) -> Link:
    """Return the link of an event that is stored after the head of its chain."""
    chain_sequence = head.chain_sequence + 1
    algorithm = KEYED if key else PLAIN
    content = canonical(event, sequence, chain_sequence)
    return Link(
        sequence=sequence,
        chain_sequence=chain_sequence,
        event_hash=digest(head.event_hash, content, algorithm, key),
        previous_event_hash=head.event_hash,
        hash_algorithm=algorithm,
    )


def digest(previous: str, content: bytes, algorithm: str, key: ChainKey | None) -> str:
    """Return the hash over the previous hash, as its hex digits, and the content of an event.

    Raises:
        KeyMissing: The algorithm needs a key.
        ValueError: There is no such algorithm.

    """
    message = previous.encode() + content
    if algorithm == PLAIN:
        return hashlib.sha256(message).hexdigest()
    if algorithm != KEYED:
        raise ValueError(algorithm)
    if key is None:
        raise KeyMissing
    return hmac.new(key.secret, message, hashlib.sha256).hexdigest()


def chained(
    events: Sequence[Event],
    sequences: Sequence[int],
    heads: Mapping[str, Head],
    key: ChainKey | None,
) -> tuple[list[Link], Mapping[str, Head]]:
    """Return the links of events that are stored in this order, and the new ends of their chains.

    *heads* are the present ends; a correlation that has none begins its chain.
    """
    ends: dict[str, Head] = {}
    links: list[Link] = []
    for event, sequence in zip(events, sequences, strict=True):
        name = event.correlation_id
        link = linked(event, sequence, ends.get(name) or heads.get(name) or Head(), key)
        ends[name] = Head(link.chain_sequence or 0, link.event_hash or "")
        links.append(link)
    return links, ends
