"""Strangers are refused where the contract says so, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.drift.guard import WRITER
from tests.drift.serving import switchable
from tests.fuzz import faulty
from tests.fuzz.guarded import KEY, LOGIN, SPEC, TOKEN, guarding

from apigen.diagnostics import Report
from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.operations import read
from apigen.fuzz.oracles import identities
from apigen.fuzz.oracles.forging import Caller, caller
from apigen.fuzz.secrets import Identity
from apigen.fuzz.sending import sender
from apigen.fuzz.session import Options, Session
from apigen.fuzz.values import values

BEARER = (("Authorization", f"Bearer {TOKEN}"), ("X-Partner", KEY))
BASIC = (("Authorization", f"Basic {LOGIN}"),)


def session_of(url: str, headers: tuple[tuple[str, str], ...]) -> Session:
    contract = read(SPEC, Report())
    known = {"me": Identity("me", headers)}
    sending = sender(url, identities=known, default="me")
    made = values(contract, 0, "apigen-fuzz-test")
    return Session(contract, contract.operations, sending, made, {}, Options())


def outcome(url: str, headers: tuple[tuple[str, str], ...]) -> Outcome:
    session = session_of(url, headers)
    try:
        return run(session, (identities.ORACLE,), lambda _: None)
    finally:
        session.sender.close()


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("anybody", ("AG980", "GET /tokens", "none")),
        ("any-token", ("AG981", "GET /tokens", "forged")),
        ("unsigned", ("AG981", "GET /tokens", "forged")),
        ("prefix", ("AG981", "GET /tokens", "forged")),
        ("any-key", ("AG981", "GET /keys", "forged")),
        ("login-page", ("AG982", "GET /tokens", "none")),
        ("hidden", ("AG982", "GET /tokens", "none")),
        ("closed", ("AG983", "GET /open", "401")),
        ("bare", ("AG984", "GET /tokens", "whose token has no scheme before it")),
        (
            "query",
            ("AG984", "GET /tokens", "whose token is in the query parameter 'access_token'"),
        ),
    ],
)
def test_who_is_let_in_or_kept_out_wrongly_is_found(fault: str, key: tuple[str, str, str]) -> None:
    with guarding(fault) as (url, _):
        found = outcome(url, BEARER)
    assert {each.key for each in found.failing if each.oracle == "identities"} == {key}
    assert found.failing[0].place.line > 1


def test_a_server_that_asks_who_calls_is_left_in_peace() -> None:
    with guarding() as (url, _):
        found = outcome(url, BEARER)
    assert found.drifts == ()
    assert found.unjudged["identities"] == {
        "GET /login": "it documents 401, which may be about its body",
        "GET /passwords": "no credentials that it asks for were given (--token-file or --header)",
    }


def test_no_session_of_the_known_caller_is_kept_for_the_stranger() -> None:
    with guarding("session") as (url, _):
        session = session_of(url, BEARER)
        session.send(session.values.call(session.operations[0], 0))
        found = run(session, (identities.ORACLE,), lambda _: None)
        session.sender.close()
    assert found.drifts == ()


def test_no_wrong_password_is_tried_for_the_account_that_calls() -> None:
    with guarding() as (url, guarded):
        found = outcome(url, BASIC)
    assert {each for each in guarded.logins if each.startswith("me:")} <= {"me:my-password"}
    assert "nobodyme:my-password" in guarded.logins
    assert [each for each in found.drifts if each.operation == "GET /passwords"] == []


def test_without_credentials_nothing_is_claimed() -> None:
    with guarding("anybody") as (url, _):
        session = session_of(url, ())
        session.send(session.values.call(session.operations[0], 0))
        found = run(session, (identities.ORACLE,), lambda _: None)
        session.sender.close()
    assert found.drifts == ()
    told = found.unjudged["identities"]["GET /tokens"]
    assert told.startswith("no credentials that it asks for were given")
    assert "accepts everybody" in told


def test_of_cookies_each_one_is_forged() -> None:
    known = Caller("me", (("Cookie", "theme=dark; session=abcdef"),), ())
    assert [each.headers for each in known.forgeries()] == [
        (("Cookie", "theme=dasl; session=abcdfg"),),
        (("Cookie", "theme=dark-forged; session=abcdef-forged"),),
    ]


def test_a_token_is_put_into_no_url_that_others_see() -> None:
    known = Caller("me", BEARER, ())
    assert [each.query for each in known.elsewhere(is_local=False)] == ["", "", ""]


def test_forged_credentials_differ_and_are_not_shown() -> None:
    contract = read(SPEC, Report())
    for headers in (BEARER, BASIC):
        operation = contract.operations[0 if headers is BEARER else 2]
        known = caller(contract, operation, {"me": Identity("me", headers)})
        assert known is not None
        for forgery in known.forgeries():
            assert not set(forgery.headers) & set(known.credentials)
    with guarding("query") as (url, _):
        session = session_of(url, BEARER)
        found = run(session, (identities.ORACLE,), lambda _: None)
        session.sender.close()
    kept = str(list(session.recording))
    assert KEY[:12] not in kept
    assert TOKEN not in kept
    assert found.failing


@pytest.mark.parametrize(
    ("fault", "keys"),
    [
        ("clean-guarded", set[tuple[str, str, str]]()),
        ("any-token", {("AG981", "POST /api/v1/audit/events", "forged")}),
    ],
)
def test_of_the_real_server(tmp_path: Path, fault: str, keys: set[tuple[str, str, str]]) -> None:
    with switchable(tmp_path) as server:
        found = faulty.found(server, fault, (identities.ORACLE,), token=WRITER)
    assert {each.key for each in found.drifts} == keys
    assert found.left_out == {}
