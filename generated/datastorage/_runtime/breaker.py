"""A circuit breaker: while a server does not answer, calls fail at once instead of waiting for it.

Nothing here sends, waits or reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from threading import Lock
from typing import Final

from .problems import ApiError, CircuitOpen, InvalidArgument, NetworkError


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """When calls are given up before they are made.

    Attributes:
        failures: So many attempts in a row without an answer (no connection, a time limit passed,
            502, 503, 504) open the circuit.
        seconds: How long it stays open. Then one call may probe the server; if it gets an answer
            the circuit is closed, if not it stays open for as long again.
        probe: The path, below the base URL, that is asked first by the call that probes: one that
            answers 2xx when the service is ready. Empty: the call itself is the probe.

    Raises:
        InvalidArgument: A number is out of range.

    """

    failures: int = 5
    seconds: float = 5.0
    probe: str = ""

    def __post_init__(self) -> None:
        if self.failures < 1 or not 0 < self.seconds < float("inf"):
            raise InvalidArgument("a breaker needs failures >= 1 and seconds > 0")
        if self.probe and not (self.probe.startswith("/") and self.probe.isprintable()):
            raise InvalidArgument("the probe of a breaker is a path: it starts with '/'")


class Entry(Enum):
    """How a call may pass."""

    FREE = "free"
    PROBE = "as the one that probes"


class Circuit:
    """The state of a breaker; threads may share it.

    Times are seconds of a clock that never goes back.
    """

    def __init__(self, breaker: Breaker) -> None:
        self.breaker: Final = breaker
        self._lock = Lock()
        self._failures = 0
        self._until: float | None = None  # open until then; None is closed
        self._probing = False

    def enter(self, now: float) -> Entry:
        """Let an attempt pass.

        Raises:
            CircuitOpen: It may not.

        """
        if not self._is_open():  # one read: no lock where all is well
            return Entry.FREE
        with self._lock:
            until = self._until  # another thread may have closed it meanwhile
            if until is None:
                return Entry.FREE
            if now >= until and not self._probing:
                self._probing = True
                return Entry.PROBE
            left = max(until - now, 0.0)
            raise CircuitOpen(
                f"not tried: the server has not answered {self._failures} times in a row;"
                f" it is probed again in {left:.1f} s"
            )

    def _is_open(self) -> bool:
        return self._until is not None

    def leave(self, entry: Entry, now: float, error: ApiError | None) -> None:
        """Say what came of an attempt that :meth:`enter` let pass."""
        if not is_outage(error):
            if self._failures or self._until is not None:
                with self._lock:
                    self._failures, self._until, self._probing = 0, None, False
            return
        with self._lock:
            self._failures += 1
            if entry is Entry.PROBE:
                self._probing = False
            if entry is Entry.PROBE or self._failures >= self.breaker.failures:
                self._until = now + self.breaker.seconds

    def abandon(self, entry: Entry) -> None:
        """Say that nothing is known of an attempt: it was cancelled. Another may probe."""
        if entry is Entry.PROBE:
            with self._lock:
                self._probing = False


class Circuits:
    """Circuits that clients share: one for each base URL, for all who are given this object.

    What one client learns of a server then holds for the others, blocking or awaited: they fail at
    once too, and one call of them all probes.

    Args:
        breaker: Of all its circuits; None for what the first client of a base URL usually has.

    """

    def __init__(self, breaker: Breaker | None = None) -> None:
        self._breaker = breaker
        self._lock = Lock()
        self._by_url: dict[str, Circuit] = {}

    def of(self, base_url: str, usual: Breaker) -> Circuit:
        """Return the circuit of a base URL.

        Args:
            base_url: Without user information.
            usual: What it is made of, if it is new and nothing else was said.

        """
        place, _, path = base_url.partition("://")[2].partition("/")
        name = f"{base_url.partition(':')[0]}://{place}".lower() + f"/{path}"
        with self._lock:
            if name not in self._by_url:
                self._by_url[name] = Circuit(self._breaker or usual)
            return self._by_url[name]


def is_outage(error: ApiError | None) -> bool:
    """Return whether nobody was there to answer."""
    return isinstance(error, NetworkError) or (
        error is not None and error.status in {502, 503, 504}
    )
