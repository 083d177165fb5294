"""Calls that are made again, tested without a clock and without a socket."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from apigen.runtime.breaker import Breaker, Circuit, Entry
from apigen.runtime.exchange import Conduct, Effect, Outcome, Pause, exchange
from apigen.runtime.headers import Headers
from apigen.runtime.media import Text
from apigen.runtime.operations import Operation, Parameter
from apigen.runtime.problems import (
    ApiError,
    CircuitOpen,
    ConnectFailed,
    ConnectionLost,
    InvalidArgument,
    ServiceUnavailable,
)
from apigen.runtime.replies import Reply
from apigen.runtime.retrying import NO_RETRY, Retried, Retry
from apigen.runtime.transport import CallOptions, Origin, Send, Timeout

if TYPE_CHECKING:
    from .conftest import Driver

TEXT = (Text(),)
GET: Operation[str] = Operation(
    id="get", method="GET", path="/x", success={"200": TEXT}, errors={"4XX": TEXT, "5XX": TEXT}
)
POST: Operation[str] = Operation(
    id="post",
    method="POST",
    path="/x",
    parameters=(Parameter("Idempotency-Key", "key", "header"),),
    success={"200": TEXT},
    errors={"4XX": TEXT, "5XX": TEXT},
)
ORIGIN = Origin(base_url="http://h", shown_url="http://h", headers={}, timeout=None, layers={})


def reply(status: int, content: bytes = b"ok", **headers: str) -> Reply:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, Headers({"content-type": "text/plain", **fields}.items()), content)


class World:
    """Performs effects with outcomes from a list; its clock goes on by the pauses alone."""

    def __init__(self, *outcomes: Outcome, seconds: float = 0.0, **conduct: Any) -> None:
        self.outcomes: list[Outcome] = list(outcomes)
        self.now, self.seconds = 1000.0, seconds
        self.pauses: list[float] = []
        self.sent: list[Send] = []
        conduct = {"circuit": None, **conduct}
        self.conduct = Conduct(
            clock=lambda: self.now, today=lambda: 1_800_000_000.0, chance=lambda: 0.5, **conduct
        )

    def call(self, call: Any, options: CallOptions | None = None) -> str:
        flow = exchange(ORIGIN, self.conduct, call, options or CallOptions())
        try:
            effect: Effect = next(flow)
            while True:
                effect = flow.send(self._perform(effect))
        except StopIteration as done:
            value: str = done.value.value
            return value

    def _perform(self, effect: Effect) -> Outcome:
        if isinstance(effect, Pause):
            self.pauses.append(effect.retried.pause)
            self.now += effect.retried.pause
            return None
        assert isinstance(effect, Send)
        self.sent.append(effect)
        self.now += self.seconds
        return self.outcomes.pop(0)


def test_a_read_is_made_again_after_pauses_of_full_jitter() -> None:
    world = World(ConnectionLost("lost", sent=True), reply(503), reply(200))
    assert world.call(GET.call()) == "ok"
    assert world.pauses == [0.05, 0.1]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_write_is_made_again_only_with_an_idempotency_key(status: int) -> None:
    assert World(reply(status), reply(200)).call(POST.call(key="k")) == "ok"
    once = World(reply(status), reply(200))
    with pytest.raises(ApiError) as caught:
        once.call(POST.call())
    assert len(once.sent) == 1
    assert "attempts" not in str(caught.value)


def test_every_attempt_carries_the_same_key() -> None:
    world = World(reply(500), reply(500), reply(200))
    world.call(POST.call(key="k-1"))
    assert [send.headers["idempotency-key"] for send in world.sent] == ["k-1"] * 3


def test_what_was_never_sent_can_be_sent_again_without_a_key() -> None:
    assert World(ConnectFailed("refused"), reply(200)).call(POST.call()) == "ok"
    with pytest.raises(ConnectionLost):
        World(ConnectionLost("lost", sent=True)).call(POST.call())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422])
def test_what_the_caller_did_wrong_is_not_made_again(status: int) -> None:
    with pytest.raises(ApiError):
        World(reply(status)).call(GET.call())


def test_a_conflict_that_says_when_to_come_back_is_an_attempt_still_under_way() -> None:
    world = World(reply(409, retry_after="2"), reply(200))
    assert world.call(POST.call(key="k")) == "ok"
    assert world.pauses == [2.0]


def test_an_answer_cut_short_or_of_a_proxy_is_asked_for_again() -> None:
    html = Reply(404, Headers({"content-type": "text/html"}.items()), b"<html>")
    cut = Reply(200, Headers({"content-type": "text/plain"}.items()), b"\xff")
    assert World(html, cut, reply(200)).call(GET.call()) == "ok"
    moved = Reply(302, Headers({"location": "/"}.items()), b"")
    with pytest.raises(ApiError, match="redirect"):
        World(moved).call(GET.call())


def test_the_last_error_says_how_often_over_what_time_and_which_layer() -> None:
    world = World(reply(503), reply(503), reply(503), seconds=1.0)
    with pytest.raises(ServiceUnavailable) as caught:
        world.call(GET.call())
    assert caught.value.attempts == 3
    assert "[service; 3 attempts over 3.1" in str(caught.value)


def test_what_would_pass_the_deadline_is_not_waited_for() -> None:
    world = World(reply(503, retry_after="60"))
    with pytest.raises(ServiceUnavailable):
        world.call(GET.call())
    assert world.pauses == []
    world = World(reply(503, retry_after="60"), reply(200))
    assert world.call(GET.call(), CallOptions(retry=Retry(within=90.0))) == "ok"
    with pytest.raises(ServiceUnavailable):
        World(reply(503), seconds=2.0).call(GET.call(), CallOptions(deadline=2.0))


def test_no_phase_of_an_attempt_is_longer_than_what_is_left_of_the_deadline() -> None:
    world = World(reply(503), reply(200), seconds=2.0, deadline=5.0)
    world.call(GET.call(), CallOptions(timeout=Timeout(read=None, connect=1.0)))
    phases = [send.timeout.phases() for send in world.sent if send.timeout]
    assert [each["connect"] for each in phases] == [1.0, 1.0]
    assert phases[0]["read"] == 5.0
    assert phases[1]["read"] == pytest.approx(2.95)


def test_a_call_can_be_told_not_to_be_made_again() -> None:
    world = World(reply(503))
    with pytest.raises(ServiceUnavailable):
        world.call(GET.call(), CallOptions(retry=NO_RETRY))


@pytest.mark.parametrize(
    "made",
    [
        lambda: Retry(attempts=0),
        lambda: Retry(base=5.0, cap=1.0),
        lambda: Retry(cap=float("nan")),
        lambda: CallOptions(deadline=0),
        lambda: Breaker(failures=0),
        lambda: Breaker(seconds=-1),
        lambda: Breaker(probe="ready"),
    ],
)
def test_senseless_numbers_are_refused(made: Callable[[], object]) -> None:
    with pytest.raises(InvalidArgument):
        made()


def test_an_open_circuit_fails_at_once_and_one_call_probes() -> None:
    circuit = Circuit(Breaker(failures=2, seconds=5.0, probe="/ready"))
    conduct: dict[str, Any] = {"circuit": circuit, "retry": NO_RETRY}
    world = World(ConnectFailed("no"), ConnectFailed("no"), **conduct)
    for _ in range(2):
        with pytest.raises(ConnectFailed):
            world.call(GET.call())
    with pytest.raises(CircuitOpen, match=r"2 times in a row; it is probed again in 5\.0 s"):
        world.call(GET.call())
    assert len(world.sent) == 2
    world.now += 5.0
    world.outcomes = [reply(503)]
    with pytest.raises(CircuitOpen, match="/ready answered 503"):
        world.call(GET.call())
    world.now += 5.0
    world.outcomes = [reply(200), reply(200), reply(200)]
    assert world.call(GET.call()) == "ok"
    assert world.call(GET.call()) == "ok"
    assert [send.url for send in world.sent[2:]] == [
        f"http://h/{p}" for p in ("ready", "ready", "x", "x")
    ]


def test_when_the_circuit_opens_amid_a_call_its_last_error_is_told() -> None:
    circuit = Circuit(Breaker(failures=2))
    world = World(ConnectFailed("no"), ConnectFailed("no"), circuit=circuit)
    with pytest.raises(ConnectFailed) as caught:
        world.call(GET.call())
    assert caught.value.attempts == 2


def test_errors_of_the_service_do_not_open_the_circuit() -> None:
    world = World(*[reply(500)] * 9, circuit=Circuit(Breaker(failures=1)), retry=NO_RETRY)
    for _ in range(9):
        with pytest.raises(ApiError):
            world.call(GET.call())


def test_a_probe_that_was_cancelled_leaves_the_probing_to_another() -> None:
    circuit = Circuit(Breaker(failures=1, seconds=5.0))
    circuit.leave(Entry.FREE, 0.0, ConnectFailed())
    world = World(circuit=circuit)
    flow = exchange(ORIGIN, world.conduct, GET.call(), CallOptions())
    next(flow)
    with pytest.raises(CircuitOpen):
        circuit.enter(world.now)
    flow.close()
    assert circuit.enter(world.now) is Entry.PROBE


def test_each_repetition_is_told_to_the_hook_and_to_the_log(
    driver: Driver, caplog: pytest.LogCaptureFixture
) -> None:
    answers = [503, 503, 200]
    told: list[Retried] = []

    async def awaited_hook(retried: Retried) -> None:
        told.append(retried)

    with caplog.at_level(logging.WARNING, "apigen.runtime"):
        answer = driver.exchange(
            GET.call(),
            lambda request: (answers.pop(0), {"content-type": "text/plain"}, b"s3cret"),
            retry=Retry(base=0.001),
            headers={"Authorization": "Bearer s3cret"},
            on_retry=awaited_hook if driver.awaited else told.append,
        )
    assert answer.value == "s3cret"
    assert [(each.attempt, each.attempts, each.operation) for each in told] == [
        (1, 3, "get"),
        (2, 3, "get"),
    ]
    assert len(caplog.records) == 2
    assert "503" in caplog.text
