"""The store: what the server asks of a database, and how that can fail.

::

    StoreError
    ├── Refusal                   the write contradicts what is stored
    │   ├── KeyReused, IdentityTaken, ParentsMissing
    ├── StoreUnavailable          the database cannot be used now; later it may
    └── StoreFailed               the database refuses, and will refuse again
        ├── SchemaMissing         because its schema is not that of this version
        └── PartitionMissing      because events of a month have no table
"""

# ruff: noqa: N818 - named after what happened, as the errors of the generated package are

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from .events import Page, Receipt, Search, Write


class StoreError(Exception):
    """What kept the store from doing what it was asked; nothing was written."""


class Refusal(StoreError):
    """The write contradicts what is stored."""


class KeyReused(Refusal):
    """The idempotency key belongs to another request."""


class IdentityTaken(Refusal):
    """Other events are stored under identities that the producer chose.

    Attributes:
        identities: The identity of each such event, by its index in the write.

    """

    def __init__(self, identities: Mapping[int, UUID]) -> None:
        super().__init__("another event is stored under this identity")
        self.identities = dict(identities)


class ParentsMissing(Refusal):
    """Parents of events are not stored.

    Attributes:
        indexes: Where in the write the events without their parents are.

    """

    def __init__(self, indexes: Sequence[int]) -> None:
        super().__init__("the parent event is not stored")
        self.indexes = tuple(indexes)


class StoreUnavailable(StoreError):
    """The database cannot be used now; the message says why, without addresses or secrets.

    Attributes:
        code: The SQLSTATE or the result code of SQLite; empty if the database gave none.
        words: What the database said, for the log only.

    """

    def __init__(self, reason: str, *, code: str = "", words: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.words = words


class StoreFailed(StoreError):
    """The database refuses, and will refuse again; the message says why, without secrets.

    Attributes:
        fields: The members of an event that the database does not take, and why.
        code: The SQLSTATE or the result code of SQLite; empty if the database gave none.
        words: What the database said, for the log only.

    """

    def __init__(
        self,
        reason: str,
        fields: Mapping[str, str] | None = None,
        *,
        code: str = "",
        words: str = "",
    ) -> None:
        super().__init__(reason)
        self.fields = dict(fields or {})
        self.code = code
        self.words = words


class SchemaMissing(StoreFailed):
    """The database has not all tables, columns and migrations; the message names the first."""


class PartitionMissing(StoreFailed):
    """Events that would be accepted now have no partition; the message names the month."""


class Store(Protocol):
    """Where events are kept. Every method may raise StoreUnavailable and StoreFailed."""

    async def append(self, write: Write) -> Receipt:
        """Store all events of a write durably, or none; a repetition stores nothing.

        Raises:
            Refusal: The write contradicts what is stored.

        """
        ...

    async def recall(self, write: Write) -> Receipt | None:
        """Return the receipt of a write that was stored before as a whole, else None.

        Raises:
            KeyReused: The idempotency key belongs to another request.

        """
        ...

    async def find(self, search: Search) -> Page:
        """Return a page of events, newest first and of equal times the greatest identity first."""
        ...

    async def ping(self) -> None:
        """Return if the database answers."""
        ...

    async def check_schema(self) -> None:
        """Return if the database answers and has all tables and columns.

        Raises:
            StoreFailed: Something is missing; the message names it.

        """
        ...
