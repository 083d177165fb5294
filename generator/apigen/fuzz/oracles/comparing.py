"""Two answers compared: what varies by itself is found by repetition, and left out."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from apigen.fuzz.jsonvalues import compact
from apigen.fuzz.traffic import Answer, Exchange
from apigen.pointers import escape
from apigen.types import Json

_MOST_LEAVES = 20_000
_MOST_CHANGES = 6
_WORD = re.compile(r"[A-Za-z0-9_-]+")


class VariesError(Exception):
    """The same request is answered differently again and again; nothing can be compared."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An exchange, and the names that were added to its request."""

    exchange: Exchange
    names: tuple[str, ...] = ()
    values: frozenset[str] = frozenset()
    """JSON of values that nobody else has: where one comes back it counts, even in what varies."""

    @property
    def answer(self) -> Answer:
        """Return the answer."""
        return self.exchange.answer


@dataclass(slots=True)
class Control:
    """What an operation answers when nothing is done to it.

    A difference counts only if the control, sent once more, still answers as before. Names that
    were sent are all the same in answers that refuse: these quote them.
    """

    send: Callable[[], Tried]
    """Sends the control; each time with other nonsense names."""
    latest: Tried
    ignored: set[str] = field(default_factory=set[str])
    """Pointers of what varies."""
    changes: int = 0

    def changed(self, attempt: Callable[[], Tried]) -> Exchange | None:
        """Send an attempt; return its exchange if it is answered differently from the control.

        Raises:
            VariesError: the control does not hold still.
            Refusal: nothing more may be sent.

        """
        while True:
            tried = attempt()
            if not tried.answer.status or not self._differing(tried):
                return None
            if self.holds():
                return tried.exchange

    def holds(self) -> bool:
        """Send the control once more; tell whether it is answered as before."""
        again = self.send()
        differing = self._differing(again)
        if not differing:
            return True
        self.changes += 1
        if self.changes > _MOST_CHANGES:
            raise VariesError("the same request is answered differently each time")
        if again.answer.status == self.latest.answer.status:
            counted = Counter(pointer for pointer, _ in differing)
            # Seen with both values: the same place. Seen once: something came or went.
            self.ignored |= {pointer for pointer, times in counted.items() if times > 1}
        self.latest = again
        return False

    def _differing(self, tried: Tried) -> set[tuple[str, str]]:
        one, other = self.latest, tried
        names = frozenset((*one.names, *other.names))
        first = self._counted(one, names)
        second = self._counted(other, names)
        return set(first - second) | set(second - first)

    def _counted(self, tried: Tried, names: frozenset[str]) -> Counter[tuple[str, str]]:
        found = [
            (key, one)
            for key, one in leaves(tried.answer)
            if key not in self.ignored or one in tried.values
        ]
        if tried.answer.is_success or not names:
            return Counter(found)
        return Counter((_nameless(key, names), _nameless(one, names)) for key, one in found)


def _nameless(text: str, names: frozenset[str]) -> str:
    """Return a text in which all names are the same."""
    return _WORD.sub(lambda word: "*" if word[0] in names else word[0], text)


def control(send: Callable[[], Tried]) -> Control:
    """Return a control, after it was sent often enough to know what of it varies.

    Raises:
        VariesError: it does not hold still.
        Refusal: nothing more may be sent.

    """
    made = Control(send, send())
    while not made.holds():
        pass
    return made


def leaves(answer: Answer) -> list[tuple[str, str]]:
    """Return the status, the media type and every value of the body, with their pointers."""
    found = [("status", str(answer.status)), ("media type", answer.media_type)]
    try:
        value = answer.json() if answer.is_json else answer.body.decode("utf-8", "replace")
    except ValueError:
        value = answer.body.decode("utf-8", "replace")
    for pointer, one in _leaves(value, ""):
        found.append((pointer, compact(one).decode("utf-8", "replace")))
        if len(found) > _MOST_LEAVES:
            break
    return found


def _leaves(value: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from _leaves(one, f"{pointer}/{escape(name)}")
    elif isinstance(value, list) and value:
        for number, one in enumerate(value):
            yield from _leaves(one, f"{pointer}/{number}")
    else:
        yield pointer, value


def described(one: Answer, other: Answer) -> str:
    """Return in words how an answer differs from the control's."""
    if one.status != other.status:
        return f"the answer is {other.status} instead of {one.status}"
    first, second = Counter(leaves(one)), Counter(leaves(other))
    more, fewer = (second - first).total(), (first - second).total()
    return f"{more} values of the answer are others, and {fewer} are missing"
