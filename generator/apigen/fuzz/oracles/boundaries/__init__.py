"""The oracle ``boundaries``: each constraint holds on both of its sides.

An otherwise valid request that was seen to succeed is sent again with one value at the edge of one
constraint. What the contract allows must be taken; a refusal counts if the plain request still
succeeds and the edge is refused again. What it forbids must not be answered with success. Neither
may break the server.
"""

from collections.abc import Callable, Iterator

from apigen.diagnostics.boundaries import (
    BOUNDARY_BREAKS,
    CONSTRAINT_IGNORED,
    UNREADABLE_TAKEN,
    VALUE_REFUSED,
)
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.operations import Operation
from apigen.fuzz.oracles.boundaries.edges import Side
from apigen.fuzz.oracles.boundaries.probes import Base, Probe, of_body, of_parameters, of_whole
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Answer, Exchange
from apigen.fuzz.values import NoValueError

_REFUSALS = frozenset({400, 405, 406, 413, 415, 422})
"""Statuses that say that the request is wrong; others are about the server's state or callers."""
_NO_FAULTS = frozenset({501, 503})
_BASES = 4
"""Plain requests of an operation that are tried, besides its examples."""
_OTHERS = 3
"""Further plain requests whose members are looked into; of a union with many alternatives another
seed takes other ones."""


def _run(session: Session) -> Iterator[Finding]:
    deeper: set[tuple[str, str]] = set()
    last = {"PATCH": 1, "DELETE": 2}
    for operation in sorted(session.usable(), key=lambda each: last.get(each.method, 0)):
        try:
            bases = list(_bases(session, operation))
        except NoValueError as why:
            yield Untested(operation.label, str(why))
            continue
        if not bases:
            yield Untested(operation.label, "no plain request of it succeeds")
            continue
        yield Tested(operation.label)
        for probe in _probes(bases, deeper):
            yield from _judged(bases[0], probe)


def _probes(bases: list[Base], deeper: set[tuple[str, str]]) -> Iterator[Probe]:
    yield from of_parameters(bases[0])
    yield from of_whole(bases[0])
    for base in bases:
        yield from of_body(base, deeper=deeper)


def _bases(session: Session, operation: Operation) -> Iterator[Base]:
    """Give the plain requests that succeed: the one with the largest body first."""
    media = session.values.media_type(operation)
    examples = len(media.examples) if media is not None else 0
    count = examples + max(_BASES, session.values.variants(operation) + 2) if media else 2
    found: list[tuple[int, Base]] = []
    seen: set[tuple[str, str]] = set()
    for n in range(count):
        base = Base(session, operation, n, seen=seen)
        exchange = session.send(base.call())
        if exchange.answer.is_success:
            found.append((len(exchange.call.body or b""), base))
            if media is None:
                break
    ranked = [base for _, base in sorted(found, key=lambda each: -each[0])]
    others = ranked[1:]
    session.random("boundaries", operation.label).shuffle(others)
    yield from (*ranked[:1], *others[:_OTHERS])


def _judged(base: Base, probe: Probe) -> Iterator[Drift]:
    """Send a probe; give what its answer proves."""
    exchange = _sent(base, probe)
    if exchange is None:
        return
    answer = exchange.answer
    if _is_broken(answer) and _holds(base, probe, _is_broken):
        did = f"the server failed with {answer.status}" if answer.status else "there was no answer"
        yield _drift(base, probe, exchange, did)
    elif probe.side is Side.OUTSIDE and answer.is_success:
        yield _drift(base, probe, exchange, f"the server took {probe.about} with {answer.status}")
    elif probe.side is Side.INSIDE and _is_refused(answer) and _holds(base, probe, _is_refused):
        did = f"the server refused {probe.about} with {answer.status}"
        yield _drift(base, probe, exchange, did)


def _sent(base: Base, probe: Probe) -> Exchange | None:
    try:
        call = probe.make()
    except NoValueError:
        return None
    return None if call is None else base.session.send(call)


def _holds(base: Base, probe: Probe, is_so: Callable[[Answer], bool]) -> bool:
    """Tell whether it happens again, while the plain request still succeeds."""
    try:
        plain = base.session.send(base.call())
    except NoValueError:
        return False
    again = _sent(base, probe) if plain.answer.is_success else None
    return again is not None and is_so(again.answer)


def _is_broken(answer: Answer) -> bool:
    return not answer.status or (answer.status >= 500 and answer.status not in _NO_FAULTS)


def _is_refused(answer: Answer) -> bool:
    return answer.status in _REFUSALS


def _drift(base: Base, probe: Probe, exchange: Exchange, did: str) -> Drift:
    allowed = {
        Side.INSIDE: "is allowed",
        Side.OUTSIDE: "is not allowed",
        Side.EITHER: "is answered",
    }[probe.side]
    if _is_broken(exchange.answer):
        code = BOUNDARY_BREAKS
    elif probe.side is Side.INSIDE:
        code = VALUE_REFUSED
    else:
        code = UNREADABLE_TAKEN if probe.is_raw else CONSTRAINT_IGNORED
    return Drift(
        code,
        base.operation.label,
        base.session.contract.place(probe.pointer),
        says=f"{probe.where}: {probe.about} {allowed} ({probe.keyword})",
        did=did,
        exchanges=(exchange,),
        subject=f"{probe.where} {probe.keyword}",
        kind=Kind.SUSPICION if code is VALUE_REFUSED and probe.is_unsaid else Kind.VIOLATION,
    )


ORACLE = Oracle("boundaries", "each constraint holds on both sides", _run, weight=2, requests=60)
