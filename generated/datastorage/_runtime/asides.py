"""Batches that the server fails on again and again: they are set aside, and others pass them.

Nothing here is on the disk: after a restart a batch is tried in its turn, and set aside anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STUBBORN: Final = 5
"""So many answers of 500 set a batch aside: it is the batch then, or else others fail too."""
MOST: Final = 8
"""So many batches at most are aside: where all fail, it is the server, and no more are tried."""


@dataclass(slots=True)
class _Failing:
    """A batch that failed; times are seconds of a clock that never goes back."""

    count: int = 0
    tried: float = 0.0
    due: float = 0.0
    asked: float = 0.0

    @property
    def is_aside(self) -> bool:
        return self.count >= STUBBORN


class Asides:
    """Which batches are set aside, by their keys."""

    def __init__(self) -> None:
        self._failing: dict[str, _Failing] = {}

    @property
    def keys(self) -> frozenset[str]:
        """The batches that are set aside."""
        return frozenset(key for key, each in self._failing.items() if each.is_aside)

    @property
    def is_full(self) -> bool:
        """Whether no other batch may be set aside."""
        return len(self.keys) >= MOST

    def failures(self, key: str) -> int:
        """Return how often the server failed on a batch."""
        return self._failing[key].count if key in self._failing else 0

    def failed(self, key: str, *, by_server: bool) -> bool:
        """Count an attempt that failed, and return whether the batch is set aside.

        Args:
            key: Of the batch.
            by_server: Whether it was the server that failed on it (500).

        """
        if by_server and (key in self._failing or not self.is_full):
            self._failing.setdefault(key, _Failing()).count += 1
        return key in self.keys

    def rest(self, key: str, now: float, seconds: float, asked: float) -> None:
        """Say when a batch that is set aside was tried, and for how long it rests.

        Args:
            key: Of the batch.
            now: When it was tried.
            seconds: Until it is tried again.
            asked: How many of them the server demanded.

        """
        each = self._failing[key]
        each.tried, each.due, each.asked = now, now + seconds, asked

    def hurry(self, least: float) -> None:
        """Let no batch rest longer than *least* seconds, or what the server demanded."""
        for each in self._failing.values():
            each.due = min(each.due, each.tried + max(each.asked, least))

    def resting(self, now: float) -> frozenset[str]:
        """Return the batches that are set aside and not due."""
        return frozenset(k for k, each in self._failing.items() if each.is_aside and each.due > now)

    def forget(self, key: str) -> None:
        """Say that there is no such batch any more."""
        self._failing.pop(key, None)
