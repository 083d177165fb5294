"""Requests that a server refuses, and that can be sent many times: nothing comes of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from apigen.fuzz.operations import Operation
from apigen.fuzz.oracles.roles import Writer, is_free, writers
from apigen.fuzz.session import Session
from apigen.fuzz.traffic import Answer, Call
from apigen.fuzz.values import NoValueError
from apigen.types import Json

_EARLY = frozenset({401, 403, 405, 408, 429})
"""Refusals that come before the work, or that protect it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An operation that can be asked for something again and again."""

    operation: Operation
    writer: Writer | None
    """None if it only reads."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that is likely to be refused."""

    about: str
    """What is wrong with it."""
    call: Call


def subjects(session: Session) -> tuple[Subject, ...]:
    """Return the operations that create something, and those that read one thing."""
    writing = tuple(Subject(each.operation, each) for each in writers(session))
    reading = tuple(
        Subject(each, None)
        for each in session.usable()
        if each.method == "GET" and any(one.location == "path" for one in each.parameters)
    )
    return writing + reading


def attempts(session: Session, subject: Subject, control: Call) -> Iterator[Attempt]:
    """Give requests that are likely to be refused, made from one that succeeded."""
    if subject.writer is None:
        yield from _about_nothing(session, subject.operation)
        return
    yield Attempt("a body of the wrong type", replace(control, body=b"0", is_valid=False))
    yield Attempt("the same again", replace(control, is_valid=None))
    yield from _contradicting(session, subject.writer)


def is_refusal(answer: Answer) -> bool:
    """Tell whether an answer refuses what it was asked, after a look at it."""
    return 400 <= answer.status < 500 and answer.status not in _EARLY


def _about_nothing(session: Session, operation: Operation) -> Iterator[Attempt]:
    """Give a request about a thing that does not exist."""
    values = session.values
    given: dict[tuple[str, str], Json] = {}
    for each in operation.parameters:
        if each.location == "path":
            is_uuid = values.schemas.flat(each.schema).get("format") == "uuid"
            made = _identity(session, operation, "absent") if is_uuid else values.identifier()
            if not values.schemas.is_valid(each.schema_pointer, made, "write"):
                return
            given["path", each.name] = made
    yield Attempt("something that does not exist", values.call(operation, 0, parameters=given))


def _contradicting(session: Session, writer: Writer) -> Iterator[Attempt]:
    """Create a thing; give a request for another one under its identity."""
    sent = session.values.schemas.properties(writer.thing)
    free = (name for name in sent if is_free(session.values.schemas.flat(sent[name])))
    member = writer.apart or next(free, "")
    if writer.is_batch or writer.identity not in sent or not member:
        return
    same: dict[str, Json] = {writer.identity: _identity(session, writer.operation, "present")}
    try:
        first, second = (
            session.values.call(
                writer.operation, 0, body={**same, member: session.values.identifier()}
            )
            for _ in range(2)
        )
    except NoValueError:
        return
    if session.send(first).answer.is_success:
        yield Attempt("another thing under its identity", replace(second, is_valid=None))


def _identity(session: Session, operation: Operation, what: str) -> str:
    chance = session.random("state", session.options.namespace, operation.label, what)
    return str(UUID(int=chance.getrandbits(128), version=4))
