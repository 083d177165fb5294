"""What a failure means: one answer for the retries of a call and for the outbox."""

from __future__ import annotations

from typing import Any

import pytest

from apigen.runtime.delivery import Delivery, Verdict, verdict
from apigen.runtime.failures import Meaning, backoff, demanded, may_pass, meaning, was_never_sent
from apigen.runtime.media import Json
from apigen.runtime.operations import Body, Operation
from apigen.runtime.problems import (
    ApiError,
    BadRequest,
    CallerError,
    CircuitOpen,
    Conflict,
    ConnectFailed,
    ConnectionLost,
    ContractError,
    InvalidArgument,
    InvalidContent,
    ServiceError,
    ServiceUnavailable,
    TimedOut,
)

DELIVERY: Delivery[Any] = Delivery(
    operation=Operation(
        id="w", method="POST", path="/w", body=Body((Json(list[int]),)), success={}
    ),
    key="key",
    item=Json(int),
)


def judged(error: ApiError) -> ApiError:
    """Return an error whose answer was in a form of the contract."""
    error.value = {"title": "no"}
    return error


FAILURES: list[tuple[ApiError, Meaning]] = [
    (InvalidArgument("x"), Meaning.REFUSED),
    (ConnectFailed(), Meaning.UNSENT),
    (CircuitOpen(), Meaning.UNSENT),
    (TimedOut(sent=False), Meaning.UNSENT),
    (TimedOut(sent=True), Meaning.UNANSWERED),
    (ConnectionLost(sent=True), Meaning.UNANSWERED),
    (InvalidContent(status=201), Meaning.UNANSWERED),
    (ContractError(status=404), Meaning.UNANSWERED),
    (ContractError(status=400), Meaning.UNANSWERED),
    (ContractError(status=302), Meaning.REFUSED),
    (ContractError(status=403), Meaning.REFUSED),
    (ContractError(status=500), Meaning.LATER),
    (ServiceError(status=500), Meaning.LATER),
    (ServiceUnavailable(), Meaning.LATER),
    *((CallerError(status=status), Meaning.LATER) for status in (408, 425, 429)),
    (Conflict(), Meaning.REFUSED),
    (Conflict(headers={"Retry-After": "1"}), Meaning.LATER),
    (judged(CallerError(status=422)), Meaning.CONTENT),
    (judged(BadRequest()), Meaning.CONTENT),
    (BadRequest(), Meaning.REFUSED),
    (judged(CallerError(status=413)), Meaning.SIZE),
    (judged(CallerError(status=401)), Meaning.REFUSED),
]


@pytest.mark.parametrize(("error", "means"), FAILURES, ids=repr)
def test_a_failure_has_one_meaning(error: ApiError, means: Meaning) -> None:
    assert meaning(error) is means
    assert was_never_sent(error) == (means is Meaning.UNSENT)


@pytest.mark.parametrize("error", [error for error, _ in FAILURES], ids=repr)
def test_what_a_call_is_made_again_for_an_outbox_never_divides(error: ApiError) -> None:
    judged = meaning(error) in {Meaning.CONTENT, Meaning.SIZE}
    assert (verdict(error, DELIVERY) is not Verdict.WAIT) == judged
    assert not (judged and may_pass(error))


def test_pauses_double_up_to_the_cap() -> None:
    pauses = [backoff(n, base=1.0, cap=5.0, chance=0.5) for n in (1, 2, 3, 4, 10_000)]
    assert pauses == [0.5, 1.0, 2.0, 2.5, 2.5]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("Fri, 15 Jan 2027 08:00:10 GMT", 10.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("-1", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("\u0667", 0.0),
        ("9" * 400, 999_999_999.0),
        ("Fri, 15 Jan 99999 08:00:10 GMT", 0.0),
    ],
)
def test_retry_after_comes_as_seconds_or_as_a_date(text: str, seconds: float) -> None:
    error = ServiceUnavailable(headers={"Retry-After": text})
    assert demanded(error, lambda: 1_800_000_000.0) == seconds
