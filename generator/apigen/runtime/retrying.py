"""When a call is made again, and after which pause. Nothing here sends, waits or reads a clock.

A call is repeated only where that can do no harm: its method is idempotent (RFC 9110, 9.2.2), or it
carries an idempotency key, or nothing of it had been sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from .operations import Call
from .problems import ApiError, ContractError, InvalidArgument, NetworkError


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
        return min(self.cap, self.base * 2.0 ** min(attempts - 1, 60)) * chance


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


def may_pass(error: ApiError) -> bool:
    """Return whether the same request may succeed later.

    So it is for lost connections and passed time limits, for 408, 425, 429 and 5xx, and for an
    answer that is cut short or not of the contract: a proxy may have given it. A 409 counts if it
    says when to come back: an earlier attempt is still being worked on.
    """
    if isinstance(error, NetworkError):
        return True
    status = error.status or 0
    if status in {408, 425, 429} or status >= 500:
        return True
    if isinstance(error, ContractError):
        return not (300 <= status < 400 or status in {401, 403})
    return status == 409 and "retry-after" in error.headers


def was_never_sent(error: ApiError) -> bool:
    """Return whether a request cannot have reached the server."""
    return isinstance(error, NetworkError) and not error.sent


def demanded(error: ApiError | None, now: Callable[[], float]) -> float:
    """Return the seconds that an answer asks to wait: Retry-After (RFC 9110, section 10.2.3).

    Args:
        error: What came of a call.
        now: Returns the time, in seconds since 1970, that a date is compared with.

    """
    text = error.headers.get("retry-after", "").strip() if error else ""
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0
    return max(until - now(), 0.0)
