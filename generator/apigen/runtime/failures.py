"""What a failed call says of its request, and how long to wait before it is made again.

Retries and the outbox ask here, so that they never think differently of one answer; what follows
from it each decides for itself. Nothing here sends, waits or reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from enum import Enum

from .problems import ApiError, CallerError, ContractError, NetworkError


class Meaning(Enum):
    """What a failure says of the request that came to it."""

    UNSENT = "it cannot have reached the server"
    UNANSWERED = "nothing is known: no answer, half of one, or one that somebody else gave"
    LATER = "not now: it may succeed as it is"
    CONTENT = "the server has judged its content, and refuses it"
    SIZE = "the server refuses it for its size"
    REFUSED = "the server, or one before it, refuses it for another reason"


def meaning(error: ApiError) -> Meaning:
    """Return what an error says of its request.

    408, 425, 429 and 5xx (RFC 9110, 15.5 and 15.6; RFC 6585, 4; RFC 8470, 5.2) are for later, and a
    409 that says when to come back: an earlier attempt is still being worked on. An answer that is
    not of the contract may be that of a proxy, so that nothing follows from it; but redirects, 401
    and 403 mean the same whoever sends them. Only in a form of the contract do 400, 413 and 422
    judge the request.
    """
    if isinstance(error, NetworkError):
        return Meaning.UNANSWERED if error.sent else Meaning.UNSENT
    status = error.status or 0
    if status in {408, 425, 429} or status >= 500:
        return Meaning.LATER
    if isinstance(error, ContractError):
        known = 300 <= status < 400 or status in {401, 403}
        return Meaning.REFUSED if known else Meaning.UNANSWERED
    if status == 409 and "retry-after" in error.headers:
        return Meaning.LATER
    if isinstance(error, CallerError) and error.value is not None:
        if status == 413:
            return Meaning.SIZE
        if status in {400, 422}:
            return Meaning.CONTENT
    return Meaning.REFUSED


def may_pass(error: ApiError) -> bool:
    """Return whether the same request may succeed later."""
    return meaning(error) in {Meaning.UNSENT, Meaning.UNANSWERED, Meaning.LATER}


def was_never_sent(error: ApiError) -> bool:
    """Return whether a request cannot have reached the server."""
    return meaning(error) is Meaning.UNSENT


def backoff(attempts: int, *, base: float, cap: float, chance: float) -> float:
    """Return the seconds to wait after so many attempts: exponential, with full jitter.

    Args:
        attempts: How many there have been.
        base: Seconds: the ceiling of the first pause; each one after it is twice as high.
        cap: Seconds: the highest ceiling.
        chance: A number from 0 up to 1.

    """
    return min(cap, base * 2.0 ** min(attempts - 1, 60)) * chance


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
