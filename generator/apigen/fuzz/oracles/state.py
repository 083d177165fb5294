"""The oracle ``state``: refused requests cost the server nothing, and health tells the truth.

A plain request that succeeds is the control. After many requests that are refused it must succeed
as before, and what said that the server is healthy must say so still. Where writes fail from the
beginning, health must not say that all is well.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from apigen.diagnostics.state import EXHAUSTED, HEALTH_LOST, HEALTHY_IN_VAIN
from apigen.fuzz.drifts import Drift
from apigen.fuzz.oracles.health import Health, healths
from apigen.fuzz.oracles.refusing import Attempt, Subject, attempts, is_refusal, subjects
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Answer, Call, Exchange
from apigen.fuzz.values import NoValueError

_TIMES = 50
"""How often a request that is refused is sent."""
_FEWEST = 10
"""Fewer say nothing: pools of connections are of about this size."""
_CONTROLS = 4


@dataclass(frozen=True, slots=True)
class _Control:
    """A plain request of an operation, and what came of it."""

    call: Call
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class _Refused:
    """A request that was refused again and again."""

    about: str
    exchange: Exchange
    """The last time."""
    times: int


def _run(session: Session) -> Iterator[Finding]:
    asked = subjects(session)
    known = healths(session)
    controls: dict[str, _Control] = {}
    failing: list[Exchange] = []
    for subject in asked:
        label = subject.operation.label
        try:
            control = _control(session, subject)
        except NoValueError as why:
            yield Untested(label, str(why))
            continue
        if control.exchange.answer.is_success:
            controls[label] = control
        elif _is_broken(control.exchange.answer) and subject.writer is not None:
            earlier = _earlier(session, label)
            if earlier is not None:
                yield Tested(label)
                yield _exhausted(subject, (earlier, control.exchange), "what was refused before")
                return
            failing.append(control.exchange)
        if label not in controls:
            yield Untested(label, f"a plain request is answered {control.exchange.answer.status}")
    yield from _healthy_in_vain(session, known, failing, asked)
    yield from _refused_often(
        session, [each for each in asked if _label(each) in controls], controls
    )
    yield from _still_healthy(session, known)


def _label(subject: Subject) -> str:
    return subject.operation.label


def _control(session: Session, subject: Subject) -> _Control:
    """Return the first plain request that succeeds; the last one if none does."""
    for n in range(_CONTROLS - 1):
        call = session.values.call(subject.operation, n)
        exchange = session.send(call)
        if exchange.answer.is_success:
            return _Control(call, exchange)
    call = session.values.call(subject.operation, _CONTROLS - 1)
    return _Control(call, session.send(call))


def _earlier(session: Session, label: str) -> Exchange | None:
    """Return a success of an operation that requests which were refused came after."""
    sent = session.recording.of(label)
    first = next((each for each in sent if each.answer.is_success), None)
    after = sent[sent.index(first) :] if first is not None else ()
    refused = sum(is_refusal(each.answer) for each in after)
    return first if refused >= _FEWEST else None


def _is_broken(answer: Answer) -> bool:
    return not answer.status or (answer.status >= 500 and answer.status != 501)


def _refused_often(
    session: Session, asked: list[Subject], controls: dict[str, _Control]
) -> Iterator[Finding]:
    """Send what is refused, each time with a look at the control; end where that breaks."""
    last: _Refused | None = None
    for index, subject in enumerate(asked):
        label, control = _label(subject), controls[_label(subject)]
        most = _most(session, len(asked) - index)
        floor = session.seconds_left * (1 - 1 / (len(asked) - index + 1))
        sent = 0
        try:
            for attempt in attempts(session, subject, control.call):
                refused = _repeated(session, attempt, most, floor)
                last = refused or last
                sent = max(sent, refused.times if refused else 0)
                broken = _broken(session, subject) if last is not None else None
                if last is not None and broken is not None:
                    yield Tested(label)
                    proof = (control.exchange, last.exchange, broken)
                    yield _exhausted(subject, proof, f"{last.times} requests with {last.about}")
                    return
        except NoValueError as why:
            yield Untested(label, str(why))
            continue
        few = f"only {sent} requests that are refused could be sent"
        yield Tested(label) if sent >= _FEWEST else Untested(label, few)


def _most(session: Session, subjects_left: int) -> int:
    """Return how often an attempt is sent: a part of what is left of the run's requests."""
    budget = session.sender.budget
    return min(_TIMES, (budget.limits.requests - budget.requests) // (4 * subjects_left))


def _repeated(session: Session, attempt: Attempt, most: int, floor: float) -> _Refused | None:
    """Send an attempt as often as the time allows, while it is refused; None if it never is."""
    found: _Refused | None = None
    for times in range(1, most + 1):
        if session.seconds_left <= floor:
            break
        exchange = session.send(attempt.call)
        if not is_refusal(exchange.answer):
            break
        found = _Refused(attempt.about, exchange, times)
    return found


def _broken(session: Session, subject: Subject) -> Exchange | None:
    """Return a plain request that fails, if another one does too; None if one is answered."""
    failed: Exchange | None = None
    for n in range(2):
        failed = session.send(session.values.call(subject.operation, n))
        if not _is_broken(failed.answer):
            return None
    return failed


def _exhausted(subject: Subject, proof: tuple[Exchange, ...], after: str) -> Drift:
    operation, status = subject.operation, proof[-1].answer.status
    return Drift(
        EXHAUSTED,
        operation.label,
        operation.place,
        says="a request that is refused leaves the server as it was",
        did=f"after {after} a plain one {f'fails with {status}' if status else 'is not answered'}",
        exchanges=proof,
        subject="plain",
        hint="the request that is refused is one of many",
    )


def _healthy_in_vain(
    session: Session, known: tuple[Health, ...], failing: list[Exchange], asked: tuple[Subject, ...]
) -> Iterator[Drift]:
    """Give the operations of health that say all is well while most writes fail."""
    writing = sum(each.writer is not None for each in asked)
    if not failing or 2 * len(failing) < writing:
        return
    names = " and ".join(each.call.label for each in failing)
    for health in (each for each in known if each.is_about_writes):
        now = session.send(session.values.call(health.operation, 0))
        if now.answer.is_success:
            yield Drift(
                HEALTHY_IN_VAIN,
                health.operation.label,
                health.operation.place,
                says="it is told if the server does not work",
                did=f"the server answered {now.answer.status} while each {names} fails",
                exchanges=(failing[0], now),
                subject="writes",
            )


def _still_healthy(session: Session, known: tuple[Health, ...]) -> Iterator[Finding]:
    for health in known:
        yield Tested(health.operation.label)
        first, now = (session.send(session.values.call(health.operation, 0)) for _ in range(2))
        if _is_broken(first.answer) and _is_broken(now.answer):
            yield Drift(
                HEALTH_LOST,
                health.operation.label,
                health.operation.place,
                says="it does not depend on requests that are refused",
                did=f"the server answered {health.before.answer.status} before them, "
                f"{now.answer.status} after",
                exchanges=(health.before, now),
                subject="refusals",
            )


ORACLE = Oracle("state", "refused requests leave the server as it was", _run, requests=60)
