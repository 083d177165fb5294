"""Verification: whether the events of a correlation are as they were written."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Final, Protocol

from datastorage import models as m

from .chain import KEYED, PLAIN, ChainKey, Head, KeyMissing, canonical, digest
from .events import StoredEvent
from .problems import log_failure, of_database
from .store import StoreError

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that holds no event: somebody wrote to the database past the server.

    Attributes:
        event_id: What stands for its identity, if that is a text.

    """

    event_id: str | None
    chain_sequence: int | None
    event_hash: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What is amiss with an event, or with a gap where one should be.

    Attributes:
        event: The event; None where events are missing.
        expected: The hash that it should have, if that can be told.
        messages: What is amiss, each in a sentence.

    """

    event: StoredEvent | Unreadable | None
    expected: str | None
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """What came of checking a chain.

    Attributes:
        total: How many events there are.
        skipped: How many prove nothing: without a hash, hashed with a key that this server does
            not have, or hashed without the key that it has.
        findings: What is amiss, in the order of the chain; one finding at most for each event.

    """

    total: int
    skipped: int
    findings: tuple[Finding, ...]

    @property
    def verified(self) -> int:
        """Return how many events are as they were written."""
        return self.total - self.skipped - sum(one.event is not None for one in self.findings)

    @property
    def tampered(self) -> frozenset[str]:
        """Return the identities of the events that are not, as far as they can be read."""
        named = (_name(one.event) for one in self.findings if one.event)
        return frozenset(name for name in named if name)


def _name(event: StoredEvent | Unreadable) -> str | None:
    return event.event_id if isinstance(event, Unreadable) else str(event.event.event_id)


NO_HASH: Final = "it has no hash"
UNKNOWN: Final = "its hash is of an unknown kind"
CHANGED: Final = "it is not as it was written"
UNREADABLE: Final = "it cannot be read as an event"
KEYLESS: Final = "it was hashed without the key, after others that were hashed with it"


@dataclass(frozen=True, slots=True)
class HashVerdict:
    """What the hash of one event proves.

    Attributes:
        due: The hash that it should have, if that can be told.
        proven: Whether it is as it was written. Without the key for it nobody can say; and where
            there is a key, a hash that anybody could have made proves nothing.
        fault: What is amiss, in a sentence; empty if nothing is.

    """

    due: str | None = None
    proven: bool = False
    fault: str = ""


def check_hash(event: StoredEvent, key: ChainKey | None) -> HashVerdict:
    """Check the hash of an event over what is stored of it; not whether it follows another."""
    link = event.link
    if unhashed(event):
        return HashVerdict()
    if link.event_hash is None or link.chain_sequence is None or link.hash_algorithm is None:
        return HashVerdict(fault=NO_HASH)
    content = canonical(event.event, link.sequence, link.chain_sequence)
    try:
        due = digest(link.previous_event_hash or "", content, link.hash_algorithm, key)
    except KeyMissing:
        return HashVerdict()
    except ValueError:
        return HashVerdict(fault=UNKNOWN)
    if not compare_digest(due, link.event_hash):
        return HashVerdict(due, fault=CHANGED)
    return HashVerdict(due, proven=key is None or link.hash_algorithm != PLAIN)


def unhashed(event: StoredEvent) -> bool:
    """Return whether an event never had a hash, as those that were brought in from elsewhere."""
    link = event.link
    return link.event_hash is link.previous_event_hash is link.hash_algorithm is None


class ChainStore(Protocol):
    """Where chains are read."""

    async def read_chain(
        self, correlation_id: str, take: Callable[[Sequence[StoredEvent | Unreadable]], None]
    ) -> Head:
        """Give all events of a correlation in the order of insertion, and return the chain's head.

        All of it is one snapshot. *take* is called with some events at a time.

        Raises:
            StoreError: The database failed.

        """
        ...


@dataclass(slots=True)
class ChainCheck:
    """A chain while it is read: events are taken in their order, some at a time."""

    key: ChainKey | None
    at: Head = field(default_factory=Head)
    total: int = 0
    skipped: int = 0
    keyed: bool = False
    findings: list[Finding] = field(default_factory=list[Finding])

    def take(self, events: Sequence[StoredEvent | Unreadable]) -> None:
        """Check the next events."""
        for event in events:
            self.total += 1
            if isinstance(event, Unreadable):
                self.findings.append(Finding(event, None, (UNREADABLE,)))
                self._move_to(event.chain_sequence, event.event_hash)
            else:
                self._check(event)
                self._move_to(event.link.chain_sequence, event.link.event_hash)

    def _move_to(self, place: int | None, event_hash: str | None) -> None:
        self.at = Head(self.at.chain_sequence + 1 if place is None else place, event_hash or "")

    def _check(self, event: StoredEvent) -> None:
        found = check_hash(event, self.key)
        keyless = self.keyed and event.link.hash_algorithm == PLAIN
        told = (self._misplaced(event), found.fault, KEYLESS if keyless else "")
        messages = tuple(message for message in told if message)
        self.keyed |= event.link.hash_algorithm == KEYED
        if messages:
            self.findings.append(Finding(event, found.due, messages))
        elif not found.proven:
            self.skipped += 1

    def _misplaced(self, event: StoredEvent) -> str:
        """Return how an event does not follow the one before it; empty if it does."""
        link = event.link
        if unhashed(event):
            return NO_HASH if self.at.event_hash else ""
        wanted = self.at.chain_sequence + 1
        place = wanted if link.chain_sequence is None else link.chain_sequence
        if place > wanted:
            return f"{_counted(place - wanted)} before it"
        if place < wanted:
            return f"it stands at {place}, where {wanted} is due"
        if link.previous_event_hash != self.at.event_hash:
            return "it does not follow the event that is before it"
        return ""

    def finish(self, head: Head) -> ChainVerdict:
        """Return the verdict, knowing the head of the chain."""
        missing = head.chain_sequence - self.at.chain_sequence
        if missing > 0:
            self.findings.append(Finding(None, None, (f"{_counted(missing)} at the end",)))
        elif head != self.at and not self.findings:
            told = "the end of the chain is not the one that was recorded"
            self.findings.append(Finding(None, None, (told,)))
        return ChainVerdict(self.total, self.skipped, tuple(self.findings))


def _counted(missing: int) -> str:
    return "an event is missing" if missing == 1 else f"{missing} events are missing"


async def verify(store: ChainStore, correlation_id: str, key: ChainKey | None) -> ChainVerdict:
    """Check the chain of a correlation; one without events is fine.

    Raises:
        StoreError: The database failed.

    """
    check = ChainCheck(key)
    head = await store.read_chain(correlation_id, check.take)
    return check.finish(head)


async def answer(
    store: ChainStore, correlation_id: str, key: ChainKey | None, now: datetime
) -> m.VerifyChainResponse:
    """Return the answer to a request to verify a chain.

    Raises:
        ApiError: The database failed.

    """
    try:
        verdict = await verify(store, correlation_id, key)
    except StoreError as error:
        log_failure(_LOG, "verifyAuditChain", error)
        raise of_database(error, "nothing was verified") from error
    return m.VerifyChainResponse(
        correlation_id=correlation_id,
        is_valid=not verdict.findings,
        total_events=verdict.total,
        verified_events=verdict.verified,
        skipped_null_hash=verdict.skipped,
        tampered_events=[_told(finding) for finding in verdict.findings],
        verification_time=now,
        message=_message(verdict),
    )


def _told(finding: Finding) -> m.TamperedEvent:
    message = "; ".join(finding.messages)
    if finding.event is None:
        return m.TamperedEvent(message=message)
    if isinstance(finding.event, Unreadable):
        row = finding.event
        return m.TamperedEvent(event_id=row.event_id, actual_hash=row.event_hash, message=message)
    event, link = finding.event.event, finding.event.link
    known = {
        "expected_hash": finding.expected,
        "actual_hash": link.event_hash,
        "previous_hash": link.previous_event_hash,
    }
    return m.TamperedEvent(
        event_id=str(event.event_id),
        event_timestamp=event.event_timestamp,
        message=message,
        **{name: value for name, value in known.items() if value is not None},
    )


def _message(verdict: ChainVerdict) -> str:
    if verdict.findings:
        return f"{len(verdict.findings)} things are amiss with {verdict.total} events"
    if verdict.skipped:
        return (
            f"{verdict.verified} of {verdict.total} events are as they were written; the others"
            " cannot be checked here"
        )
    return f"all {verdict.total} events are as they were written" if verdict.total else "no events"
