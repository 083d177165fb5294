"""One exchange with a server, without input or output: what to send, when again, what came of it.

:func:`exchange` is a generator: it yields effects and is given their outcomes. The clients perform
the effects; whatever decides anything stands here, and sees no socket. The clock is handed in.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from .auth import Bearer, Secret
from .breaker import Breaker, Circuit, Entry
from .failures import demanded, may_pass, was_never_sent
from .operations import Call
from .problems import ApiError, CircuitOpen, ConnectFailed, RequestLine, Unauthorized
from .replies import Answer, Reply, read
from .retrying import RETRY, Retried, Retry, is_repeatable
from .transport import CallOptions, Origin, Send, Timeout, checked

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pause:
    """An effect: tell those who want to know that a call is made again, then wait."""

    retried: Retried


@dataclass(frozen=True, slots=True)
class Token:
    """An effect: give the token of *bearer*; a new one, if the last was not accepted."""

    bearer: Bearer
    renew: bool = False


Effect: TypeAlias = Send | Pause | Token
Outcome: TypeAlias = Reply | Secret | ApiError | None
"""What comes of an effect: a reply, a token, nothing, or why there is none."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a client goes about its calls.

    Attributes:
        retry: How often a call is made again.
        deadline: Seconds for a call with all of its attempts; None for no end.
        circuit: The state of its breaker; None if it has none.
        bearer: Whose token is sent.
        clock: Returns seconds that never go back.
        today: Returns seconds since 1970.
        chance: Returns a number from 0 up to 1.

    """

    retry: Retry = RETRY
    deadline: float | None = None
    circuit: Circuit | None = field(default_factory=lambda: Circuit(Breaker()))
    bearer: Bearer | None = None
    clock: Callable[[], float] = time.monotonic
    today: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random


def exchange(
    origin: Origin, conduct: Conduct, call: Call[T], options: CallOptions
) -> Generator[Effect, Outcome, Answer[T]]:
    """Yield the effects that carry out *call*, and return its answer.

    Raises:
        ApiError: There is no answer, or it is none that stands for a value.

    """
    operation = call.operation
    began = conduct.clock()
    deadline = conduct.deadline if options.deadline is None else options.deadline
    until = float("inf") if deadline is None else began + deadline
    attempt = 0
    last: ApiError | None = None
    headers: HeaderFields | None = None
    while True:
        attempt += 1
        try:
            headers = headers or _headers(origin, call, options)
            send = _send(origin, call, options, headers, until, conduct.clock())
            reply = yield from _attempt(origin, conduct, send, last)
            value = read(operation, reply, origin.layers)
        except ApiError as error:
            shown = RequestLine(operation.method, origin.shown_url + call.target.partition("?")[0])
            error.about(operation.id, shown)
            now = conduct.clock()
            if error is last:  # the circuit has opened: what opened it tells more
                error.elapsed = now - began
                raise
            last = error
            error.attempts, error.elapsed = attempt, now - began
            retry = options.retry or conduct.retry
            pause = _pause(conduct, retry, error, attempt)
            repeatable = is_repeatable(call, headers or {}) or was_never_sent(error)
            end = min(until, began + retry.within)
            if pause is None or not repeatable or now + pause.retried.pause >= end:
                raise
        else:
            return Answer(value, reply.status, reply.headers, origin.shown_url + call.target)
        yield pause


def _pause(conduct: Conduct, retry: Retry, error: ApiError, attempt: int) -> Pause | None:
    """Return how long to wait before the call is made again; None if it is not."""
    if attempt >= retry.attempts or isinstance(error, CircuitOpen) or not may_pass(error):
        return None
    wait = max(retry.pause(attempt, conduct.chance()), demanded(error, conduct.today))
    return Pause(Retried(error.operation or "", error, attempt, retry.attempts, wait))


def _attempt(
    origin: Origin, conduct: Conduct, send: Send, last: ApiError | None
) -> Generator[Effect, Outcome, Reply]:
    """Send once, if the circuit lets it pass; raise *last* again if that has opened it."""
    circuit = conduct.circuit
    if circuit is None:
        return (yield from _authorized(conduct, send))
    try:
        entry = circuit.enter(conduct.clock())
    except CircuitOpen:
        if last is not None:
            raise last from last.__cause__
        raise
    try:
        if entry is Entry.PROBE and circuit.breaker.probe:
            yield from _probe(origin, circuit, send)
        reply = yield from _authorized(conduct, send)
    except ApiError as error:
        if error.layer == "caller":  # found on this side: it tells nothing of the server
            circuit.abandon(entry)
        else:
            circuit.leave(entry, conduct.clock(), error)
        raise
    except BaseException:  # cancelled
        circuit.abandon(entry)
        raise
    down = reply.status in {502, 503, 504}
    circuit.leave(entry, conduct.clock(), ConnectFailed() if down else None)
    return reply


def _probe(origin: Origin, circuit: Circuit, send: Send) -> Generator[Effect, Outcome, None]:
    """Ask whether the service is ready, before it is given a call."""
    path = circuit.breaker.probe
    headers = {"accept": "*/*"}
    asked = Send("GET", origin.base_url + path, headers, None, send.timeout, "", send.until)
    outcome = yield asked
    if isinstance(outcome, ApiError):
        raise outcome
    if not isinstance(outcome, Reply) or not 200 <= outcome.status < 300:
        status = outcome.status if isinstance(outcome, Reply) else 0
        raise CircuitOpen(f"not tried: {path} answered {status}, so the service is not ready")


def _authorized(conduct: Conduct, send: Send) -> Generator[Effect, Outcome, Reply]:
    """Send with a token, and once more with a new one if it is not accepted."""
    bearer = conduct.bearer
    if bearer is None or "authorization" in send.headers:
        return _reply((yield send))
    token = yield Token(bearer)
    reply = _reply((yield send.authorized(_token(token))))
    if reply.status != Unauthorized.status or bearer.is_fixed:
        return reply
    renewed = yield Token(bearer, renew=True)
    return reply if renewed == token else _reply((yield send.authorized(_token(renewed))))


def _reply(outcome: Outcome) -> Reply:
    if isinstance(outcome, Reply):
        return outcome
    assert isinstance(outcome, ApiError)  # noqa: S101 - for the type checker
    raise outcome


def _token(outcome: Outcome) -> Secret:
    if isinstance(outcome, Secret):
        return outcome
    assert isinstance(outcome, ApiError)  # noqa: S101 - for the type checker
    raise outcome


def _headers(origin: Origin, call: Call[object], options: CallOptions) -> HeaderFields:
    fields = HeaderFields(origin.headers)
    fields.update({name.lower(): value for name, value in call.headers})
    if options.headers:
        fields.update(checked(options.headers))
    return fields


def _send(
    origin: Origin,
    call: Call[object],
    options: CallOptions,
    headers: Mapping[str, str],
    until: float,
    now: float,
) -> Send:
    timeout = origin.timeout if options.timeout is None else Timeout.of(options.timeout)
    if until != float("inf"):
        timeout = (timeout or Timeout()).within(max(until - now, 0.001))
    operation = call.operation
    url = origin.base_url + call.target
    return Send(operation.method, url, headers, call.content, timeout, operation.id, until)


class HeaderFields(dict[str, str]):
    """Header fields that do not show their values: tracebacks may show variables."""

    def __repr__(self) -> str:
        return f"HeaderFields({', '.join(self)})"
