"""How an outbox delivers: what goes together, and what an answer means for it.

Nothing is sent here.

What the server says about the content of a batch (400, 413, 422, in a form of the contract) divides
it until the one event that is at fault stands alone. Everything else that is no success says that
the batch has not been judged: it is kept, and sent again under the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from .failures import Meaning, meaning
from .media import Json
from .operations import Call, Operation
from .problems import ApiError, CallerError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Generic[T]):
    """What the contract says of sending events from a queue.

    Attributes:
        operation: What takes them.
        key: The keyword of the parameter that carries the idempotency key.
        item: How one event is written.
        batched: Whether the operation takes an array of events, rather than one.
        max_items: The most events in a batch.
        max_bytes: The largest body of a batch; a larger event goes alone.
        grouped: Returns what an event has in common with those that it stays in order with.
        dated: Returns the time of an event that its age is judged by.
        max_age: The age in seconds from which on the server refuses an event; None if it never
            does.
        identity: The member, by its name on the wire, that identifies an event; empty if there is
            none. It is filled where it was left out, so that the server knows an event again that
            comes under another key.
        identified: Returns that member's value.
        key_problem: The problem type that says that a key was used before with other content.

    """

    operation: Operation[Any]
    key: str
    item: Json[T]
    batched: bool = True
    max_items: int = 100
    max_bytes: int = 1024 * 1024
    grouped: Callable[[T], object] = lambda _: None
    dated: Callable[[T], datetime | None] = lambda _: None
    max_age: float | None = None
    identity: str = ""
    identified: Callable[[T], object] = lambda _: None
    key_problem: str = ""

    def body(self, payloads: Sequence[bytes]) -> bytes:
        """Return the body of a request: the same bytes for the same events, at any time."""
        return b"[" + b",".join(payloads) + b"]" if self.batched else payloads[0]

    def call(self, payloads: Sequence[bytes], key: str) -> Call[Any]:
        """Return the call that sends events under a key."""
        return self.operation.call_with(self.body(payloads), **{self.key: key})

    def fitting(self, sizes: Sequence[int]) -> int:
        """Return how many of the first events go into one batch: at least one."""
        room = self.max_bytes - 1
        for count, size in enumerate(sizes[: self.max_items]):
            room -= size + 1
            if room < 0:
                return max(count, 1)
        return min(len(sizes), self.max_items)

    def is_too_old(self, dated: float | None, now: float) -> bool:
        """Return whether the server would refuse an event for its age."""
        return self.max_age is not None and dated is not None and now - dated > self.max_age


class Verdict(Enum):
    """What to do with a batch that was not taken."""

    WAIT = "wait"
    HALVE = "halve"
    HALVE_BYTES = "halve by bytes"
    RENEW = "send under a new key"


def verdict(error: ApiError, delivery: Delivery[Any]) -> Verdict:
    """Return what an error means for the batch that got it."""
    if _is_about_the_key(error, delivery.key_problem):
        # With an identity in each event another key stores nothing twice. Without, nobody knows.
        return Verdict.RENEW if delivery.identity else Verdict.WAIT
    match meaning(error):
        case Meaning.CONTENT:
            return Verdict.HALVE
        case Meaning.SIZE:
            return Verdict.HALVE_BYTES
        case _:  # not judged
            return Verdict.WAIT


def _is_about_the_key(error: ApiError, key_problem: str) -> bool:
    if not isinstance(error, CallerError) or error.value is None:
        return False  # not of the contract: a proxy may have said it
    if key_problem:
        return error.type == key_problem
    return "idempotency" in error.type.lower()


def middle(sizes: Sequence[int], found: Verdict) -> int:
    """Return how many events of a batch of two or more form its first half."""
    if found is not Verdict.HALVE_BYTES:
        return len(sizes) // 2
    half, taken = sum(sizes) / 2, 0
    for count, size in enumerate(sizes[:-1]):
        taken += size
        if taken >= half:
            return count + 1
    return len(sizes) - 1
