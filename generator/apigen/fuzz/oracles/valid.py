"""The oracle ``valid``: requests that follow the contract are taken."""

from collections.abc import Iterator

from apigen.diagnostics.drifts import SERVER_ERROR, VALID_REFUSED
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.jsonvalues import mapping, text
from apigen.fuzz.operations import Operation
from apigen.fuzz.preparing import prepare
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Exchange
from apigen.fuzz.values import NoValueError

_RULES = frozenset({400, 422})
"""What is sent where values break a rule. A request that was made along the schemas may break one
that the contract states in words only: this is a suspicion. A documented example may not."""
_REFUSALS = frozenset({400, 405, 406, 415, 422})
"""Statuses that say that the request is wrong. What the state of the server decides (404, 409) or
its protection (401, 403, 413, 429) is no verdict on the request."""


_ROUNDS = 3
"""What is about things that did not exist yet is tried again: other operations make them."""


def _run(session: Session) -> Iterator[Finding]:
    """Send the examples and a few more requests of each operation, writes first."""
    waiting = _in_order(session)
    for _ in range(_ROUNDS):
        reasons: dict[str, str] = {}
        for operation in waiting:
            yield from _tried(session, operation, reasons)
        waiting = [each for each in waiting if each.label in reasons]
        _list_again(session, waiting)
        yield from (Untested(label, reason) for label, reason in reasons.items())


def _tried(session: Session, operation: Operation, reasons: dict[str, str]) -> Iterator[Finding]:
    """Send the requests of one operation; note why they can't be made, or met with no success."""
    try:
        if unprepared := prepare(session, operation):
            yield Untested(operation.label, unprepared)
    except NoValueError as why:
        reasons[operation.label] = str(why)
        return
    for n in range(_count(session, operation)):
        try:
            call = session.values.call(operation, n)
        except NoValueError as why:
            reasons[operation.label] = str(why)
            return
        exchange = session.send(call)
        if exchange.answer.is_success:
            yield Tested(operation.label)
        yield from _judged(operation, exchange, is_example=n < _examples(session, operation))
    if not any(one.answer.is_success for one in session.recording.of(operation.label)):
        yield from _searched(session, operation)


def _searched(session: Session, operation: Operation) -> Iterator[Finding]:
    """Try one known thing after another, until the operation succeeds on one of them."""
    for parameter in operation.parameters:
        rule = mapping(session.values.schemas.flat(parameter.schema).get("x-apigen-exists"))
        if parameter.location != "path" or not rule:
            continue
        for value in session.values.pool.listed(rule, own=not operation.is_safe):
            given = {(parameter.location, parameter.name): value}
            exchange = session.send(session.values.call(operation, 0, parameters=given))
            if exchange.answer.is_success:
                yield Tested(operation.label)
                return


def _list_again(session: Session, waiting: list[Operation]) -> None:
    """Ask again for what exists, where operations wait for it."""
    wanted: dict[str, Operation] = {}
    for operation in waiting:
        for parameter in operation.parameters:
            schema = session.values.schemas.flat(parameter.schema)
            rule = mapping(schema.get("x-apigen-exists"))
            listing = session.contract.by_id(text(rule.get("operation")))
            if listing is not None and session.sender.may(listing.method):
                wanted[listing.label] = listing
    for listing in wanted.values():
        session.send(session.values.call(listing, 0))


def _in_order(session: Session) -> list[Operation]:
    """Return the operations: those that create things first, those that remove them last."""
    order = {"POST": 0, "PUT": 1, "GET": 2, "HEAD": 3, "PATCH": 4, "OPTIONS": 5, "DELETE": 6}
    return sorted(
        session.usable(),
        key=lambda each: (order.get(each.method, 9), each.path.count("{"), len(each.path)),
    )


def _count(session: Session, operation: Operation) -> int:
    """Return how many requests are sent: examples, each variant of a body, and a few more."""
    return _examples(session, operation) + max(
        session.options.examples, session.values.variants(operation) + 2
    )


def _examples(session: Session, operation: Operation) -> int:
    media = session.values.media_type(operation)
    return len(media.examples) if media is not None else 0


def _judged(operation: Operation, exchange: Exchange, *, is_example: bool) -> Iterator[Drift]:
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
            subject=f"{'example' if is_example else 'made'} {status}",
            kind=Kind.VIOLATION if is_example or status not in _RULES else Kind.SUSPICION,
            hint="" if is_example else "perhaps a rule that the contract states in prose only",
        )


ORACLE = Oracle("valid", "requests that follow the contract are taken", _run, requests=6)
