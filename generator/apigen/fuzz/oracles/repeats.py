"""The oracle ``repeats``: under one idempotency key a thing is created once."""

from collections.abc import Iterator

from apigen.diagnostics.relations import KEY_REUSED, STORED_TWICE
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.jsonvalues import is_equal, mapping
from apigen.fuzz.operations import Operation
from apigen.fuzz.oracles.roles import Writer, writers
from apigen.fuzz.oracles.stored import read_json, unread
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Exchange
from apigen.fuzz.values import NoValueError, written
from apigen.fuzz.values.pool import items
from apigen.types import Json

_REFUSALS = (409, 422)


def _run(session: Session) -> Iterator[Finding]:
    for writer in writers(session):
        header = _header(writer)
        if not header:
            continue
        if writer.is_batch:
            yield Untested(writer.operation.label, "batches are not repeated under their key")
            continue
        try:
            yield from _repeated(session, writer, header)
        except NoValueError as why:
            yield Untested(writer.operation.label, str(why))


def _header(writer: Writer) -> str:
    parameters = writer.operation.parameters
    return next((each.name for each in parameters if each.is_idempotency_key), "")


def _repeated(session: Session, writer: Writer, header: str) -> Iterator[Finding]:
    """Send one request twice under one key, and then another one under it."""
    operation, key = writer.operation, session.values.key()
    mark, other = session.values.identifier(), session.values.identifier()
    parameters = {**session.values.parameters(operation), ("header", header): key}
    made = mapping(session.values.body(operation, writer.media, len(writer.media.examples)))
    body = {name: one for name, one in made.items() if name != writer.identity}
    if not writer.apart or writer.listing is None:
        yield Untested(operation.label, "nothing lists what it creates alone")
        return
    call = written(operation, parameters, writer.media, {**body, writer.apart: mark})
    first, second = session.send(call), session.send(call)
    if first.answer.status != 201:
        yield Untested(
            operation.label, f"a request with {header} is answered {first.answer.status}"
        )
        return
    yield Tested(operation.label)
    yield from _counted(session, writer, mark, (first, second))
    changed = session.send(
        written(operation, parameters, writer.media, {**body, writer.apart: other})
    )
    documented = [each for each in _REFUSALS if operation.response(each, exactly=True)]
    if changed.answer.is_success and documented:
        yield Drift(
            KEY_REUSED,
            operation.label,
            operation.place,
            says=f"a key that was used with another body is refused ({documented[-1]})",
            did=f"the server answered {changed.answer.status}",
            exchanges=(first, changed),
            subject=header,
            kind=Kind.VIOLATION if _is_told(operation) else Kind.SUSPICION,
        )


def _is_told(operation: Operation) -> bool:
    """Tell whether a documented refusal is about keys: a lone 422 is about wrong bodies."""
    return any(operation.response(each, exactly=True) for each in (400, 409))


def _counted(
    session: Session, writer: Writer, mark: Json, sent: tuple[Exchange, ...]
) -> Iterator[Finding]:
    listing = writer.listing.operation if writer.listing is not None else writer.operation
    call = session.values.call(listing, 0, parameters={("query", writer.apart): mark})
    exchange = session.send(call)
    if not exchange.answer.is_success:
        yield unread(writer, exchange)
        return
    listed = items(listing, read_json(exchange))
    same = [each for each in listed if is_equal(mapping(each).get(writer.apart), mark)]
    if len(same) > 1:
        yield Drift(
            STORED_TWICE,
            writer.operation.label,
            writer.operation.place,
            says="a request that is repeated under its key writes nothing",
            did=f"{listing.label} lists {len(same)}",
            exchanges=(*sent, exchange),
            subject="repeated",
        )


ORACLE = Oracle("repeats", "under one idempotency key once is created", _run, requests=1)
