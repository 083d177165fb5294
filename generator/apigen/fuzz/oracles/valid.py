"""The oracle ``valid``: requests that follow the contract are taken."""

from collections.abc import Iterator

from apigen.diagnostics.drifts import SERVER_ERROR, VALID_REFUSED
from apigen.fuzz.drifts import Drift
from apigen.fuzz.operations import Operation
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Exchange
from apigen.fuzz.values import NoValueError

_REFUSALS = frozenset({400, 405, 406, 415, 422})
"""Statuses that say that the request is wrong. What the state of the server decides (404, 409) or
its protection (401, 403, 413, 429) is no verdict on the request."""


def _run(session: Session) -> Iterator[Finding]:
    """Send the examples and a few more requests of each operation, writes first."""
    for operation in _in_order(session):
        examples = _count(session, operation)
        for n in range(examples):
            try:
                call = session.values.call(operation, n)
            except NoValueError as why:
                yield Untested(operation.label, str(why))
                break
            exchange = session.send(call)
            if exchange.answer.is_success:
                yield Tested(operation.label)
            yield from _judged(operation, exchange)


def _in_order(session: Session) -> list[Operation]:
    """Return the operations: those that create things first, those that remove them last."""
    order = {"POST": 0, "PUT": 1, "GET": 2, "HEAD": 3, "PATCH": 4, "OPTIONS": 5, "DELETE": 6}
    return sorted(
        session.usable(),
        key=lambda each: (order.get(each.method, 9), each.path.count("{"), len(each.path)),
    )


def _count(session: Session, operation: Operation) -> int:
    media = session.values.media_type(operation)
    return session.options.examples + (len(media.examples) if media is not None else 0)


def _judged(operation: Operation, exchange: Exchange) -> Iterator[Drift]:
    status = exchange.answer.status
    if status >= 500 and status not in {501, 503}:
        yield Drift(
            SERVER_ERROR,
            operation.label,
            operation.place,
            says="a request that follows the contract is answered",
            did=f"the server failed with {status}",
            exchanges=(exchange,),
            subject=str(status),
        )
    if status in _REFUSALS:
        yield Drift(
            VALID_REFUSED,
            operation.label,
            operation.place,
            says="this request follows the contract",
            did=f"the server refused it with {status}",
            exchanges=(exchange,),
            subject=str(status),
        )


ORACLE = Oracle("valid", "requests that follow the contract are taken", _run, requests=6)
