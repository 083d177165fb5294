"""When a call is made again, and after which pause. Nothing here sends, waits or reads a clock.

A call is repeated only where that can do no harm: its method is idempotent (RFC 9110, 9.2.2), or it
carries an idempotency key, or nothing of it had been sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .failures import backoff
from .operations import Call
from .problems import ApiError, InvalidArgument


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often a call is made again that failed, and how long to pause before.

    Attributes:
        attempts: How often it is tried in all; 1 never repeats a call.
        base: Seconds: the ceiling of the first pause; each one after it is twice as high. The
            pause is drawn at random from nothing up to the ceiling ("full jitter").
        cap: Seconds: the highest ceiling.
        within: Seconds from the start of the call after which none is made again.

    A server's ``Retry-After`` lengthens the pause. It is not waited for if it
    leads beyond *within* or the deadline of the call.

    Raises:
        InvalidArgument: A number is out of range.

    """

    attempts: int = 3
    base: float = 0.1
    cap: float = 30.0
    within: float = 30.0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise InvalidArgument(f"a call is tried at least once, not {self.attempts} times")
        if not (0 <= self.base <= self.cap < float("inf")):
            raise InvalidArgument("the pauses of a retry need 0 <= base <= cap, in seconds")

    def pause(self, attempts: int, chance: float) -> float:
        """Return the seconds to wait after so many attempts; *chance* is from 0 up to 1."""
        return backoff(attempts, base=self.base, cap=self.cap, chance=chance)


RETRY: Final = Retry()
"""What a client does if it is not told."""

NO_RETRY: Final = Retry(attempts=1)
"""Every call is tried once."""


@dataclass(frozen=True, slots=True)
class Retried:
    """A call failed and will be made again: what a hook is told.

    Attributes:
        operation: The operation's id.
        error: What went wrong; ``error.layer`` says where.
        attempt: How many attempts there have been.
        attempts: How many there may be.
        pause: Seconds until the next one.

    """

    operation: str
    error: ApiError
    attempt: int
    attempts: int
    pause: float

    def __str__(self) -> str:
        return (
            f"{self.error}; attempt {self.attempt} of {self.attempts},"
            f" the next in {self.pause:.2f} s"
        )


_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
_KEY: Final = "idempotency-key"


def is_repeatable(call: Call[object], headers: Mapping[str, str]) -> bool:
    """Return whether a call can be made twice and takes effect once.

    *headers* are those it is sent with, names in lower case.
    """
    return call.operation.method in _IDEMPOTENT or bool(headers.get(_KEY))
