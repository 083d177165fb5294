"""The oracle ``identities``: strangers are refused where the contract asks for credentials.

An operation that asks for some gets a valid request without any, and with forged ones; an open one
gets a request of nobody. What a refusal looks like the oracle ``answers`` sees.
"""

from collections.abc import Iterator
from dataclasses import replace

from apigen.diagnostics.core import Code
from apigen.diagnostics.identities import (
    ANYBODY_ACCEPTED,
    CREDENTIALS_ELSEWHERE,
    FORGED_ACCEPTED,
    NOT_REFUSED,
    OPEN_REFUSED,
)
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.operations import Operation
from apigen.fuzz.oracles.forging import Caller, Forgery, caller, is_by_bearer, is_by_certificate
from apigen.fuzz.preparing import prepare
from apigen.fuzz.sending import is_loopback
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Answer, Exchange
from apigen.fuzz.values import NoValueError
from apigen.pointers import exists, split

_REFUSALS = (401, 403)
_NO_VERDICT = frozenset({0, 429, 502, 503, 504})
"""Statuses that say nothing about who called."""

_HINTS = {
    ANYBODY_ACCEPTED: "leave the credentials out if the server is configured to accept everybody",
    FORGED_ACCEPTED: "in the command the variable holds the forged credentials",
}


def _run(session: Session) -> Iterator[Finding]:
    last = {"PATCH": 1, "DELETE": 2}
    for operation in sorted(session.usable(), key=lambda each: last.get(each.method, 0)):
        try:
            if operation.is_open:
                yield from _open(session, operation)
            else:
                yield from _secured(session, operation)
        except NoValueError as why:
            yield Untested(operation.label, str(why))


def _secured(session: Session, operation: Operation) -> Iterator[Finding]:
    contract = session.contract
    if is_by_certificate(contract, operation):
        yield Untested(operation.label, "a certificate of the client may be enough")
        return
    known = caller(contract, operation, session.sender.identities)
    if known is None:
        yield Untested(operation.label, _without(session, operation))
        return
    if unprepared := prepare(session, operation):
        yield Untested(operation.label, unprepared)
        return
    for forgery in (Forgery(), *known.forgeries()):
        found = list(_judged(session, operation, known, forgery))
        yield from found
        if any(isinstance(each, Drift) for each in found):
            return  # whoever lets everybody in does not look at tokens
    if is_by_bearer(contract, operation):
        yield from _elsewhere(session, operation, known)


def _without(session: Session, operation: Operation) -> str:
    """Return why nothing can be said where nobody has credentials."""
    sent = session.recording.of(operation.label)
    does = "; the server accepts everybody" if any(e.answer.is_success for e in sent) else ""
    return f"no credentials that it asks for were given (--token-file or --header){does}"


def _judged(
    session: Session, operation: Operation, known: Caller, forgery: Forgery
) -> Iterator[Finding]:
    """Send a valid request as nobody, or with forged credentials."""
    exchange = _sent(session, operation, known, forgery)
    status = exchange.answer.status
    if exchange.answer.is_success:
        yield Tested(operation.label)
        code = FORGED_ACCEPTED if forgery.headers else ANYBODY_ACCEPTED
        yield _drift(session, operation, code, exchange, forgery)
    elif status in _REFUSALS:
        yield Tested(operation.label)
    elif status in _NO_VERDICT:
        yield Untested(operation.label, f"a request {forgery} is answered {status or 'not at all'}")
    else:
        good = session.send(session.values.call(operation, 0), identity=known.identity)
        if good.answer.is_success:
            yield Tested(operation.label)
            yield _drift(session, operation, NOT_REFUSED, exchange, forgery)
        else:
            yield Untested(operation.label, f"with credentials it is answered {good.answer.status}")


def _sent(session: Session, operation: Operation, known: Caller, forgery: Forgery) -> Exchange:
    secret = forgery.query.partition("=")[2]
    session.sender.redactor.learn((*known.credentials, *forgery.headers, ("", secret)))
    call = session.values.call(operation, 0)
    added = (*call.headers, *known.others, *forgery.headers)
    if forgery.query:
        mark = "&" if "?" in call.url else "?"
        call = replace(call, url=f"{call.url}{mark}{forgery.query}", is_valid=None, is_beyond=True)
    return session.send(replace(call, headers=added), anonymous=True)


def _elsewhere(session: Session, operation: Operation, known: Caller) -> Iterator[Drift]:
    """Send good credentials where the contract has none."""
    for forgery in known.elsewhere(is_local=is_loopback(session.sender.url)):
        exchange = _sent(session, operation, known, forgery)
        if exchange.answer.is_success:
            drift = _drift(session, operation, CREDENTIALS_ELSEWHERE, exchange, forgery)
            yield replace(drift, subject=forgery.how, kind=Kind.UNDOCUMENTED, hint="")


def _drift(
    session: Session, operation: Operation, code: Code, exchange: Exchange, forgery: Forgery
) -> Drift:
    own = f"{operation.pointer}/security"
    is_own = exists(session.contract.value, split(own))
    schemes = " or ".join(" and ".join(names) for names in operation.security)
    return Drift(
        code,
        operation.label,
        session.contract.place(own if is_own else "/security"),
        says=f"credentials are asked for ({schemes})",
        did=f"the server answered {exchange.answer.status} to a request {forgery}",
        exchanges=(exchange,),
        subject="forged" if forgery.headers else "none",
        hint=_HINTS.get(code, ""),
    )


def _open(session: Session, operation: Operation) -> Iterator[Finding]:
    """Send a request of nobody to an operation that asks for no credentials."""
    contract = session.contract
    if not contract.security_schemes:
        yield Untested(operation.label, "the contract says nothing about credentials")
        return
    if unprepared := prepare(session, operation):
        yield Untested(operation.label, unprepared)
        return
    exchange = session.send(session.values.call(operation, 0), anonymous=True)
    if exchange.answer.status not in _REFUSALS:
        yield Tested(operation.label)
    elif reason := _is_ambiguous(session, operation, exchange.answer):
        yield Untested(operation.label, reason)
    else:
        yield Tested(operation.label)
        yield Drift(
            OPEN_REFUSED,
            operation.label,
            operation.place,
            says="no credentials are asked for",
            did=f"the server answered {exchange.answer.status} to a request without any",
            exchanges=(exchange,),
            subject=str(exchange.answer.status),
        )


def _is_ambiguous(session: Session, operation: Operation, answer: Answer) -> str:
    """Return why a refusal may be about something else than credentials; empty if it is not.

    A login documents 401 for a wrong password in its body.
    """
    if operation.response(answer.status, exactly=True) is None:
        return ""
    good = session.send(session.values.call(operation, 0))
    again = session.send(session.values.call(operation, 0), anonymous=True)
    if good.answer.is_success and again.answer.status in _REFUSALS:
        return ""
    return f"it documents {answer.status}, which may be about its body"


ORACLE = Oracle("identities", "strangers are refused, where and only where", _run, requests=7)
