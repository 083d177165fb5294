"""One request: where it goes, what it is sent with, and what the failures of sending it mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from .auth import Secret
from .headers import check_field
from .problems import (
    ApiError,
    ConnectFailed,
    ConnectionLost,
    InvalidArgument,
    InvalidContent,
    NetworkError,
    TimedOut,
)
from .retrying import Retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """Seconds to wait in each phase of a request; None waits for ever.

    Attributes:
        connect: For the connection to be there.
        read: For the next bytes of the answer.
        write: For the next bytes of the request to be taken.
        pool: For a free connection of the client.

    """

    connect: float | None = 5.0
    read: float | None = 5.0
    write: float | None = 5.0
    pool: float | None = 5.0

    def __post_init__(self) -> None:
        for phase, seconds in self.phases().items():
            if seconds is not None and not seconds > 0:
                raise InvalidArgument(f"a timeout must be above 0 s, not {phase}={seconds}")

    @classmethod
    def of(cls, timeout: float | Timeout) -> Timeout:
        """Return a timeout as such; a number holds for each phase."""
        if isinstance(timeout, Timeout):
            return timeout
        return cls(connect=timeout, read=timeout, write=timeout, pool=timeout)

    def phases(self) -> dict[str, float | None]:
        """Return the seconds by phase."""
        return {
            "connect": self.connect,
            "read": self.read,
            "write": self.write,
            "pool": self.pool,
        }

    def within(self, seconds: float) -> Timeout:
        """Return this with no phase longer than so many seconds."""
        phases = self.phases()
        if all(each is not None and each <= seconds for each in phases.values()):
            return self
        return Timeout(
            **{
                name: seconds if each is None else min(each, seconds)
                for name, each in phases.items()
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many connections a client has.

    Attributes:
        connections: The most at a time.
        idle: The most that are kept for later.
        idle_seconds: How long one is kept. Less than the server keeps it, which is 5 s for
            uvicorn: else a request may be sent into a connection that is being closed.

    """

    connections: int = 100
    idle: int = 20
    idle_seconds: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """What one call does differently from its client.

    Attributes:
        timeout: Seconds for each phase of the request; None for the client's timeout.
        headers: Header fields that are added, or replace those of the client and the call.
        retry: How often the call is made again; None for the client's way.
        deadline: Seconds for the call with all of its attempts and pauses; None for the client's.

    """

    timeout: float | Timeout | None = None
    headers: Mapping[str, str] | None = field(default=None, repr=False)  # may carry secrets
    retry: Retry | None = None
    deadline: float | None = None

    def __post_init__(self) -> None:
        if self.deadline is not None:
            check_deadline(self.deadline)


def check_deadline(seconds: float) -> None:
    """Raise InvalidArgument unless these are seconds that a call may take."""
    if not seconds > 0:
        raise InvalidArgument(f"a deadline must be above 0 s, not {seconds}")


NO_OPTIONS: Final = CallOptions()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a client sends its calls, and what it adds to each.

    Attributes:
        base_url: What stands before each target; may hold user information.
        shown_url: The same, fit for logs.
        headers: Header fields of every request, names in lower case.
        timeout: Seconds by phase; None leaves it to the HTTP client.
        layers: The layer of each registered type of problem.

    """

    base_url: str = field(repr=False)
    shown_url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout: Timeout | None
    layers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Send:
    """An effect: send this request, and answer with its outcome."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes | None = field(repr=False)
    timeout: Timeout | None
    operation: str
    until: float = float("inf")
    """The time, by the clock of the client, when the whole answer must be there."""

    def authorized(self, token: Secret) -> Send:
        """Return this with a bearer token."""
        field = {"authorization": f"Bearer {token.reveal()}"}
        return replace(self, headers={**self.headers, **field})

    @property
    def extensions(self) -> dict[str, Any]:
        """What the HTTP library is told beside the request."""
        told: dict[str, Any] = {"apigen.operation": self.operation}
        if self.timeout:
            told["timeout"] = self.timeout.phases()
        return told


def checked(headers: Mapping[str, str]) -> dict[str, str]:
    """Return header fields with their names in lower case.

    Raises:
        InvalidArgument: HTTP cannot carry one of them.

    """
    for name, value in headers.items():
        try:
            check_field(name, value)
        except ValueError as error:
            raise InvalidArgument(f"header {name!r}: {error}") from None
    return {name.lower(): value for name, value in headers.items()}


_FAILURES: Final[Mapping[str, tuple[type[NetworkError], bool, str]]] = MappingProxyType(
    {
        "ConnectTimeout": (TimedOut, False, "no connection within {connect} s"),
        "PoolTimeout": (TimedOut, False, "no free connection within {pool} s"),
        "WriteTimeout": (TimedOut, True, "the request was not taken within {write} s"),
        "ReadTimeout": (TimedOut, True, "no answer within {read} s"),
        "TimeoutException": (TimedOut, True, "the time ran out"),
        "ConnectError": (ConnectFailed, False, "no connection"),
        "ProxyError": (ConnectFailed, False, "no connection through the proxy"),
        "UnsupportedProtocol": (ConnectFailed, False, "no way to connect"),
        "TransportError": (ConnectionLost, True, "the connection was lost before the answer"),
        "SSLError": (ConnectionLost, True, "the connection was lost before the answer"),
    }
)
"""Class, whether the request may have been sent, and words for exceptions of httpx, httpx2 and ssl.

Both libraries have these names; the first name in an exception's ancestry holds.
"""


def failure(error: Exception, send: Send) -> ApiError:
    """Return what an exception of the HTTP library means."""
    names = [kind.__name__ for kind in type(error).__mro__]
    if "LocalProtocolError" in names or "InvalidURL" in names:
        # The library quotes what it refuses, which may be a secret: it is not passed on.
        return InvalidArgument("the HTTP library refuses to send this request")
    found = next((_FAILURES[name] for name in names if name in _FAILURES), None)
    if found is None:
        invalid = InvalidContent(f"the body cannot be decoded: {error}")
        invalid.__cause__ = error
        return invalid
    kind, sent, words = found
    phases = (send.timeout or Timeout()).phases() if send.timeout else dict.fromkeys(_PHASES, "…")
    reason = "" if issubclass(kind, TimedOut) else f": {error}" if str(error) else ""
    lost = kind(words.format(**phases) + reason, sent=sent)
    lost.__cause__ = error
    return lost


_PHASES: Final = ("connect", "read", "write", "pool")
