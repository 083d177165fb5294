"""The judge of a campaign: it knows what was taken and what is stored, and nothing of how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

Named = tuple[str, int]
"""An event: its group, and its place in it. Groups are appended in the order of their numbers."""


@dataclass(frozen=True)
class Judgement:
    """What is wrong; nothing, if all is well."""

    lost: tuple[Named, ...]
    """Taken, and not stored."""
    twice: tuple[Named, ...]
    """Stored more than once."""
    disordered: tuple[Named, ...]
    """Stored after one of its group that was appended later."""
    strangers: tuple[Named, ...]
    """Stored, and never appended."""

    def __bool__(self) -> bool:
        return not (self.lost or self.twice or self.disordered or self.strangers)

    def __str__(self) -> str:
        return ", ".join(
            f"{len(found)} {name} {list(found[:5]) if found else ''}".strip()
            for name, found in vars(self).items()
        )


def judge(
    taken: Iterable[Named], stored: Iterable[Named], uncertain: Iterable[Named] = ()
) -> Judgement:
    """Hold what is stored, in the order of storing, against what was taken.

    *uncertain* are events whose process was killed before it could say that they were taken: they
    may be stored, once, and need not be.
    """
    wanted, found = set(taken), list(stored)
    counts = Counter(found)
    return Judgement(
        lost=tuple(sorted(wanted - counts.keys())),
        twice=tuple(sorted(each for each, count in counts.items() if count > 1)),
        disordered=tuple(_disordered(found)),
        strangers=tuple(sorted(counts.keys() - wanted - set(uncertain))),
    )


def _disordered(stored: Iterable[Named]) -> Iterable[Named]:
    highest: dict[str, int] = {}
    for group, number in stored:
        if number < highest.get(group, -1):
            yield group, number
        highest[group] = max(number, highest.get(group, -1))
