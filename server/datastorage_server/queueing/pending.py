"""What is pending: the claims and the sizes of queued writes, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ..notifications import Notification, NotificationExists
from ..store import IdentityTaken, KeyReused
from .items import Claims, Item, claims


@dataclass(frozen=True, slots=True)
class _One:
    claims: Claims
    accepted_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Pending:
    """The writes that wait, by their numbers, in the order in which they were accepted."""

    _writes: dict[int, _One] = field(default_factory=dict[int, "_One"])
    _keys: dict[str, str] = field(default_factory=dict[str, str])
    _identities: dict[str, str] = field(default_factory=dict[str, str])
    _held: Counter[str] = field(default_factory=Counter[str])

    def __len__(self) -> int:
        return len(self._writes)

    def add(self, number: int, item: Item, accepted_at: datetime, size: int) -> None:
        """Take note of a write that is queued, and of its size in bytes."""
        found = claims(item)
        self._writes[number] = _One(found, accepted_at, size)
        for table, name, fingerprint in self._each(found):
            table[name] = fingerprint
            self._held[name] += 1

    def remove(self, number: int) -> int:
        """Forget a write, and return its size; its claims end unless another makes them too."""
        one = self._writes.pop(number, None)
        if one is None:
            return 0
        for table, name, _ in self._each(one.claims):
            self._held[name] -= 1
            if not self._held[name]:
                del self._held[name], table[name]
        return one.size

    def oldest(self) -> datetime | None:
        """Return when the first of them was accepted."""
        return next((one.accepted_at for one in self._writes.values()), None)

    def is_repeated(self, item: Item) -> bool:
        """Return whether the same request waits already, under the key that it has.

        Raises:
            KeyReused: Another request with its key waits.
            IdentityTaken: Another event with its identity waits.
            NotificationExists: A notification with its identity waits, and this has another key.

        """
        found = claims(item)
        if found.key is not None:
            name, fingerprint = found.key
            waiting = self._keys.get(name)
            if waiting is not None and waiting != fingerprint:
                raise KeyReused("the idempotency key belongs to another request")
            if waiting is not None:
                return True
        self._check_identities(item, found.identities)
        return False

    def _check_identities(self, item: Item, identities: Mapping[str, str]) -> None:
        if isinstance(item, Notification):
            if any(name in self._identities for name in identities):
                raise NotificationExists
            return
        taken: dict[int, UUID] = {}
        for index, event in enumerate(item.events):
            known = self._identities.get(f"event {event.event_id}", event.fingerprint)
            if known != event.fingerprint:
                taken[index] = event.event_id
        if taken:
            raise IdentityTaken(taken)

    def _each(self, found: Claims) -> list[tuple[dict[str, str], str, str]]:
        told = [(self._identities, name, print_) for name, print_ in found.identities.items()]
        return [*told, (self._keys, *found.key)] if found.key else told
