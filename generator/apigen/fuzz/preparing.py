"""What must be sent before an operation can succeed: its ``x-apigen-after``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from apigen.fuzz.jsonvalues import mapping, sequence, text
from apigen.fuzz.operations import Operation
from apigen.fuzz.session import Session
from apigen.fuzz.traffic import Exchange
from apigen.pointers import at, exists, split
from apigen.types import Json


@dataclass(frozen=True, slots=True)
class Step:
    """One request that comes before."""

    operation: str
    """Its operationId."""
    body: Mapping[str, Json]
    """Members of its body that matter; the others are those of any valid request."""
    gives: Mapping[str, str]
    """By parameter of the operation that follows, a JSON pointer into the body that was sent."""


def steps(operation: Operation) -> tuple[Step, ...]:
    """Return what must be sent before an operation, in order."""
    stated = operation.extensions.get("x-apigen-after")
    each = [mapping(one) for one in (stated if isinstance(stated, list) else [stated])]
    return tuple(
        Step(
            text(one.get("operation")),
            mapping(one.get("body")),
            {name: text(pointer) for name, pointer in mapping(one.get("parameters")).items()},
        )
        for one in each
        if one
    )


def prepare(session: Session, operation: Operation) -> str:
    """Send what comes before an operation, and remember the parameters that it gives.

    Returns why it can't be done; empty if it was done or nothing comes before.

    Raises:
        NoValueError: a request can't be made.
        Refusal: the budget is spent.

    """
    for step in steps(operation):
        before = session.contract.by_id(step.operation)
        if before is None:
            return f"x-apigen-after names {step.operation!r}, which there is not"
        if not session.sender.may(before.method):
            return f"{before.label} comes before it and writes"
        exchange = session.send(session.values.call(before, 0, body=step.body))
        if not exchange.answer.is_success:
            return f"{before.label} comes before it and is answered {exchange.answer.status}"
        _remember(session, operation, step, exchange)
    return ""


def _remember(session: Session, operation: Operation, step: Step, exchange: Exchange) -> None:
    try:
        sent: Json = json.loads(exchange.call.body or b"null")
    except ValueError:
        return  # a form, or a text
    item = sequence(sent)[0] if sequence(sent) else sent
    for name, pointer in step.gives.items():
        if exists(item, split(pointer)):
            session.values.pool.prepared[operation.label, name] = at(item, split(pointer))
