"""Pages of events as the store gives them for an export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from ..events import Search, StoredEvent

LARGEST: Final = 50 * 1024 * 1024
"""How many bytes an export has at most."""


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Events in the order in which they were stored.

    Attributes:
        events: The events.
        before: The hash of the event before each in its chain, by correlation and place in it;
            where one is not stored, it is not there.

    """

    events: tuple[StoredEvent, ...]
    before: Mapping[tuple[str, int], str]


class PageTooLarge(Exception):  # noqa: N818 - named after what happened, as the store's errors are
    """The page would be larger than the server signs."""


class ExportStore(Protocol):
    """Where exports are read."""

    async def read_page(self, search: Search, most: int) -> ExportPage:
        """Return the events that fit a search, in the order in which they were stored.

        *most* is how many bytes their payloads may have in all.

        Raises:
            PageTooLarge: They have more.
            ValueError: One of them cannot be read.
            StoreError: The database failed.

        """
        ...
