"""Sends calls within budgets and manners, and records each exchange without its secrets."""

import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from ssl import SSLContext, create_default_context
from typing import Any
from urllib.parse import urlsplit

import httpx

from apigen.fuzz.secrets import Identity, Redactor
from apigen.fuzz.traffic import Answer, Call, Exchange, Recording

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE", "TRACE"})
_DEPLOYING = frozenset({502, 503})
_PAUSE = 0.5
"""Seconds between attempts while a service is being deployed."""
_LEAST = 0.001
"""Seconds: no wait is shorter, since one of none is endless to some."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Refusal(Exception):  # noqa: N818 - a call that is not made is no fault
    """A call is not made; the text says why."""


class Spent(Refusal):
    """The time or the requests of the run are used up: an oracle lets it pass upwards."""


class NotAllowed(Refusal):
    """The method changes things, and writing was not allowed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take."""

    seconds: float = 300.0
    """For the whole run."""
    requests: int = 20_000
    per_second: float = 0.0
    """Requests a second at most; 0 is as many as can be."""
    timeout: float = 10.0
    """Seconds for one answer."""
    answer_bytes: int = 8 * 1024 * 1024
    """Of one answer; what is beyond is not read."""
    patience: float = 20.0
    """Seconds of the whole run that are spent waiting for a service that is being deployed."""


@dataclass(frozen=True, slots=True)
class Tls:
    """How a server is recognised, and how we show who we are."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    is_verified: bool = True

    def context(self) -> SSLContext | bool:
        """Return what httpx wants.

        Raises:
            OSError: a file can't be read, or holds no certificate (``ssl.SSLError`` is one).

        """
        if not self.is_verified and self.certificate is None:
            return False
        context = create_default_context(cafile=None if self.ca is None else str(self.ca))
        if not self.is_verified:
            context.check_hostname = False
            context.verify_mode = 0  # type: ignore[assignment]  # CERT_NONE, without the import
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context


def is_loopback(url: str) -> bool:
    """Tell whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    return host in _LOOPBACK or host.startswith("127.")


@dataclass(frozen=True, slots=True)
class Clock:
    """What tells the time, and lets it pass."""

    now: Callable[[], float] = time.monotonic
    """Returns seconds since some moment; never goes back."""
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Budget:
    """What is left of the limits. Whoever sends a request takes it from here, at once before."""

    limits: Limits
    clock: Clock = Clock()
    started: float = field(init=False)
    requests: int = 0
    waited: float = 0.0
    due: float = 0.0
    until: float | None = None
    """When the share of the oracle at work ends, by the same clock; None if it has none."""

    def __post_init__(self) -> None:
        """Begin to count."""
        self.started = self.clock.now()

    @property
    def seconds_of_run(self) -> float:
        """Return the seconds that are left of the run."""
        return self.limits.seconds - (self.clock.now() - self.started)

    @property
    def seconds_left(self) -> float:
        """Return the seconds that are left of the share at work, or of the run."""
        left = self.seconds_of_run
        return left if self.until is None else min(left, self.until - self.clock.now())

    @property
    def timeout(self) -> float:
        """Return the seconds that one answer may take: the run ends on time."""
        return max(min(self.limits.timeout, self.seconds_of_run), _LEAST)

    def share(self, part: float) -> None:
        """Give whoever works next a part of what is left of the run."""
        self.until = None
        self.until = self.clock.now() + max(self.seconds_left, 0.0) * part

    def take(self) -> None:
        """Take a request, when its turn has come.

        Raises:
            Spent: nothing is left, or would be when the turn comes.

        """
        if self.requests >= self.limits.requests:
            raise Spent(f"all {self.limits.requests} requests are used up")
        pause = max(self.due - self.clock.now(), 0.0)
        if pause >= self.seconds_left:
            raise Spent(self.over)
        if pause:
            self.clock.sleep(pause)
        if self.seconds_left <= 0:
            raise Spent(self.over)
        self.requests += 1
        if self.limits.per_second > 0:
            self.due = max(self.due, self.clock.now()) + 1 / self.limits.per_second

    @property
    def over(self) -> str:
        """Return what is said when no time is left."""
        return "the run's time is over" if self.until is None else "its share of time is over"

    def wait(self) -> bool:
        """Wait for a service that is being deployed; tell whether there is patience left."""
        if self.waited + _PAUSE > self.limits.patience or self.seconds_left < _PAUSE:
            return False
        self.waited += _PAUSE
        self.clock.sleep(_PAUSE)
        return True


@dataclass(slots=True)
class Sender:
    """Sends calls to one server. Redirects are answers; nothing raises but a Refusal."""

    url: str
    """The base URL, without a slash at its end."""
    budget: Budget
    recording: Recording
    redactor: Redactor
    identities: Mapping[str, Identity]
    default: str
    """The name of the identity that calls are sent as."""
    allowed: frozenset[str]
    """Methods that may be used."""
    client: httpx.Client
    source: str = ""
    """Which oracle is at work; written into the recording."""

    def may(self, method: str) -> bool:
        """Tell whether a method may be used."""
        return method.upper() in self.allowed

    def send(self, call: Call, *, identity: str | None = None, anonymous: bool = False) -> Exchange:
        """Send a call and return the exchange, as it is recorded.

        Args:
            call: What to send. A path is put behind the base URL.
            identity: As whom; None means the default.
            anonymous: Without any credentials.

        Raises:
            Refusal: the call may not be made, or the budget is spent.

        """
        if not self.may(call.method):
            raise NotAllowed(f"{call.method} changes things, and --allow-writes was not given")
        name = "" if anonymous else identity or self.default
        call = replace(
            call, url=self.absolute(call.url), identity="anonymous" if anonymous else name
        )
        added = self.identities[name].credentials() if name in self.identities else ()
        self.redactor.learn(added)
        given = {key.lower() for key, _ in call.headers}
        added = tuple(pair for pair in added if pair[0].lower() not in given)
        answer = self._patiently(replace(call, headers=(*call.headers, *added)))
        kept = self.redactor.call(call, added)
        return self.recording.add(kept, self.redactor.answer(answer), self.source)

    def absolute(self, url: str) -> str:
        """Return a URL with the base URL before it."""
        return self.url + url if url.startswith("/") else url

    def _patiently(self, call: Call) -> Answer:
        """Send until the service is there; a write is repeated only if it was never received."""
        while True:
            self.budget.take()
            answer = self._once(call)
            was_refused = answer.failure.startswith("ConnectError")
            is_away = was_refused or (answer.status in _DEPLOYING and call.method in _SAFE)
            if not is_away or not self.budget.wait():
                return answer

    def _once(self, call: Call) -> Answer:
        """Send; what the end of the run interrupts is no answer."""
        clock, started = self.budget.clock, self.budget.clock.now()
        seconds = self.budget.timeout
        try:
            request = self.client.build_request(
                call.method,
                call.url,
                headers=list(call.headers),
                content=call.body,
                timeout=seconds,
            )
            response = self.client.send(request, stream=True)
            try:
                left = max(seconds - (clock.now() - started), _LEAST)
                body, is_cut = _read(response, self.budget.limits.answer_bytes, left)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, UnicodeError) as error:
            if isinstance(error, httpx.TimeoutException) and self.budget.seconds_of_run <= 0:
                raise Spent("the run's time is over") from None
            return Answer(
                0, failure=f"{type(error).__name__}: {error}", seconds=clock.now() - started
            )
        headers = tuple(response.headers.multi_items())
        return Answer(response.status_code, headers, body, clock.now() - started, is_cut=is_cut)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


def sender(
    url: str,
    *,
    limits: Limits = Limits(),
    identities: Mapping[str, Identity] | None = None,
    default: str = "",
    writes: bool = False,
    tls: Tls = Tls(),
) -> Sender:
    """Return a sender to a server.

    Args:
        url: The server's base URL.
        limits: What may be taken.
        identities: Who may call, by name.
        default: The name of the one that calls are sent as; empty for nobody.
        writes: Whether methods that change things may be used.
        tls: How the server is recognised.

    Raises:
        OSError: a certificate can't be read.

    """
    client = httpx.Client(
        timeout=limits.timeout,
        verify=tls.context(),
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # a session would give us away
        headers={"user-agent": "apigen-fuzz", "accept": "*/*"},
    )
    return Sender(
        url.rstrip("/"),
        Budget(limits),
        Recording(),
        Redactor(),
        identities or {},
        default,
        _SAFE | _WRITING if writes else _SAFE,
        client,
    )


def _read(response: httpx.Response, most: int, seconds: float) -> tuple[bytes, bool]:
    """Return a body, and whether more of it was to come than may be read, or than came in time."""
    parts: list[bytes] = []
    size = 0
    with _ended(response, seconds) as is_over:
        try:
            for chunk in response.iter_bytes():
                parts.append(chunk)
                size += len(chunk)
                if size > most:
                    return b"".join(parts)[:most], True
        except httpx.TransportError:
            if not is_over.is_set():
                raise
    return b"".join(parts), is_over.is_set()


@contextmanager
def _ended(response: httpx.Response, seconds: float) -> Generator[threading.Event]:
    """End a connection after some seconds: the client's own timeout begins anew with each chunk."""
    is_over = threading.Event()
    stream = response.extensions.get("network_stream")
    connection: Any = None if stream is None else stream.get_extra_info("socket")

    def end() -> None:
        is_over.set()
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    if connection is None:
        yield is_over
        return
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()
