"""What a run may take is all that it takes."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from tests.fuzz.running import session_of
from tests.fuzz.shop import SPEC, selling
from typer.testing import CliRunner

from apigen.cli.main import app
from apigen.fuzz import engine
from apigen.fuzz.campaign import run
from apigen.fuzz.oracles import valid
from apigen.fuzz.sending import Budget, Clock, Limits, Spent, sender
from apigen.fuzz.traffic import Call


@dataclass(slots=True)
class Time:
    """A clock that goes when somebody sleeps."""

    now: float = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)


def test_the_rate_is_kept_also_if_it_is_less_than_one_a_second() -> None:
    time = Time()
    budget = Budget(Limits(seconds=60, per_second=0.5), time.clock())
    taken = list[float]()
    for _ in range(4):
        budget.take()
        taken.append(time.now)
    assert taken == [100, 102, 104, 106]


def test_nobody_waits_for_a_turn_that_comes_after_the_end() -> None:
    time = Time()
    budget = Budget(Limits(seconds=5, per_second=0.25), time.clock())
    budget.take()
    budget.take()
    with pytest.raises(Spent, match="time is over"):
        budget.take()
    assert (time.now, budget.requests) == (104, 2)


def test_a_request_may_take_no_longer_than_the_run() -> None:
    time = Time()
    budget = Budget(Limits(seconds=60, timeout=10), time.clock())
    assert budget.timeout == 10
    time.sleep(57)
    assert budget.timeout == 3


@pytest.mark.parametrize("most", [1, 7])
def test_the_engine_sends_no_more_requests_than_it_may(most: int) -> None:
    with selling() as (url, shop):
        session = session_of(url, limits=Limits(requests=most))
        outcome = run(session, (engine.ORACLE,), lambda _: None)
        session.sender.close()
    assert len(shop.seen) == session.sender.budget.requests == most
    assert outcome.cut_short == ("engine",)


def test_a_run_whose_oracle_was_cut_short_is_not_complete() -> None:
    with selling() as (url, _):
        session = session_of(url, limits=Limits(requests=20))
        outcome = run(session, (valid.ORACLE,), lambda _: None)
        session.sender.close()
    assert outcome.left_out == {"valid": "all 20 requests are used up"}
    assert not outcome.untested
    assert not outcome.is_complete


@contextmanager
def stalling() -> Generator[str]:
    """Give the URL of a server that sends half of a body, and then nothing until it is left."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
                connection.recv(1)  # until the other side ends it

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def test_a_body_that_stalls_is_cut_when_the_time_of_the_answer_is_over() -> None:
    with stalling() as url:
        sending = sender(url, limits=Limits(timeout=0.2))
        answer = sending.send(Call("GET", "/")).answer
        sending.close()
    assert (answer.status, answer.body, answer.is_cut) == (200, b"half", True)


def test_bounds_are_said_in_words() -> None:
    helped = CliRunner().invoke(app, ["fuzz", "--help"], env={"COLUMNS": "200"}).stdout
    assert "x>=" not in re.sub(r"\s", "", helped)
    ended = CliRunner().invoke(
        app, ["fuzz", "--spec", str(SPEC), "--url", "http://[::1]:9", "--time-budget", "0.5"]
    )
    assert ended.exit_code == 2
    assert "0.5 is less than 1" in ended.stderr
