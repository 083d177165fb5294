"""The oracle ``stored``: what was sent is what everybody reads, once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from apigen.diagnostics.drifts import SERVER_ERROR
from apigen.diagnostics.relations import NOT_KEPT, NOT_STORED, STORED_TWICE
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.jsonvalues import compact, count, mapping, sequence
from apigen.fuzz.operations import Operation
from apigen.fuzz.oracles.keeping import differences, is_loss, is_stated
from apigen.fuzz.oracles.probing import changes
from apigen.fuzz.oracles.roles import Writer, is_free, writers
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Exchange
from apigen.fuzz.values import NoValueError, written
from apigen.fuzz.values.generation import is_identifier
from apigen.fuzz.values.pool import items
from apigen.types import Json

_TURNS = 6
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Sent:
    """Things that were sent, and what came of it."""

    things: list[dict[str, Json]]
    exchange: Exchange


def _run(session: Session) -> Iterator[Finding]:
    for writer in writers(session):
        try:
            yield from _tried(session, writer)
        except NoValueError as why:
            yield Untested(writer.operation.label, str(why))


def _tried(session: Session, writer: Writer) -> Iterator[Finding]:
    label = writer.operation.label
    turns = (
        1 if writer.is_batch else max(_TURNS, min(session.values.variants(writer.operation), 12))
    )
    for turn in range(turns):
        body = session.values.body(writer.operation, writer.media, turn)
        base = mapping(sequence(body)[0] if writer.is_batch else body)
        held = (writer.identity, writer.apart)
        wanted = changes(session.values.schemas, writer.thing, base, turn, held)
        for each in _accepted(session, writer, base, wanted):
            if isinstance(each, Drift):
                yield each
            elif each.exchange.answer.status == 201:
                yield Tested(label)
                yield from _read(session, writer, each)
    yield Untested(label, "no request of it created anything")


def _accepted(
    session: Session, writer: Writer, base: Mapping[str, Json], wanted: Mapping[str, Json]
) -> Iterator[Sent | Drift]:
    """Send a thing with changed members; halve them where it is refused."""
    sent = create(session, writer, {**base, **wanted})
    status = sent.exchange.answer.status
    if status == 201:
        yield sent
        return
    if len(wanted) > 1:
        names = list(wanted)
        for half in (names[: len(names) // 2], names[len(names) // 2 :]):
            yield from _accepted(session, writer, base, {name: wanted[name] for name in half})
    elif status == 500:
        yield Drift(
            SERVER_ERROR,
            writer.operation.label,
            writer.operation.place,
            says="a request that follows the contract is answered",
            did=f"the server failed with {status}",
            exchanges=(sent.exchange,),
            subject=str(status),
        )


def create(session: Session, writer: Writer, thing: Mapping[str, Json], mark: str = "") -> Sent:
    """Send a thing with an identity of its own, in a batch three of them, under one mark."""
    operation = writer.operation
    mark = mark or session.values.identifier()
    things = [dict(thing)]
    if writer.is_batch:
        things = [dict(thing), dict(thing), dict(thing)]
    members = session.values.schemas.properties(writer.thing)
    for each in things:
        if writer.apart:
            each[writer.apart] = mark
        each.update(_renewed(session, writer, each))
        if writer.identity in members:
            unique = session.values.identifier()
            each[writer.identity] = str(uuid5(NAMESPACE_URL, unique))
    body: Json = [*things] if writer.is_batch else dict(things[0])
    parameters = session.values.parameters(operation)
    is_valid = session.values.schemas.is_valid(writer.media.schema_pointer, body, "write")
    call = written(operation, parameters, writer.media, body, is_valid=is_valid or None)
    return Sent(things, session.send(call))


def _renewed(session: Session, writer: Writer, thing: Mapping[str, Json]) -> dict[str, Json]:
    """Return new identifiers for a thing: the same ones again would be a conflict."""
    node = session.values.schemas.flat(writer.thing)
    members, required = mapping(node.get("properties")), sequence(node.get("required"))
    return {
        name: session.values.identifier(count(inner.get("maxLength")))
        for name in thing
        if name != writer.apart
        and name in required
        and is_identifier(name)
        and is_free(inner := session.values.schemas.flat(members.get(name, {})))
    }


def _read(session: Session, writer: Writer, sent: Sent) -> Iterator[Finding]:
    """Hold what was sent against the answer, and against what each reader gives."""
    answer = mapping(read_json(sent.exchange))
    if not writer.is_batch:
        echoed = {name: one for name, one in sent.things[0].items() if name in answer}
        yield from _compared(session, writer, echoed, dict(answer), (sent.exchange,))
    identity = answer.get(writer.identity) if not writer.is_batch else None
    if writer.reader is not None and identity is not None:
        yield from _by_identity(session, writer, writer.reader, identity, sent)
    if writer.listing is not None and writer.apart and writer.identity:
        yield from _listed(session, writer, sent, identity)


def _by_identity(
    session: Session, writer: Writer, reader: Operation, identity: Json, sent: Sent
) -> Iterator[Finding]:
    given = {**session.values.parameters(reader), ("path", writer.identity): identity}
    exchange = session.send(written(reader, given, is_valid=True))
    proof = (sent.exchange, exchange)
    if exchange.answer.status in {404, 410}:
        yield _lost(writer, reader, proof)
    elif exchange.answer.is_success:
        yield from _compared(session, writer, sent.things[0], read_json(exchange), proof)
    else:
        yield unread(writer, exchange)


def _listed(session: Session, writer: Writer, sent: Sent, identity: Json) -> Iterator[Finding]:
    listing = writer.listing
    if listing is None:
        return
    mark = sent.things[0][writer.apart]
    call = session.values.call(listing.operation, 0, parameters={("query", writer.apart): mark})
    exchange = session.send(call)
    if not exchange.answer.is_success:
        yield unread(writer, exchange)
        return
    proof = (sent.exchange, exchange)
    found = [mapping(one) for one in items(listing.operation, read_json(exchange))]
    found = [one for one in found if one.get(writer.apart) == mark]
    for thing in sent.things:
        wanted = identity if identity is not None else thing.get(writer.identity)
        same = [one for one in found if one.get(writer.identity) == wanted]
        if not same:
            yield _lost(writer, listing.operation, proof)
            continue
        yield from _compared(session, writer, thing, dict(same[0]), proof)
    if len(found) > len(sent.things):
        yield Drift(
            STORED_TWICE,
            writer.operation.label,
            writer.operation.place,
            says=f"the request creates {len(sent.things)}",
            did=f"{listing.operation.label} lists {len(found)}",
            exchanges=proof,
        )


def unread(writer: Writer, exchange: Exchange) -> Untested:
    """Say that a reader did not show what was created."""
    status = exchange.answer.status or "nothing"
    reason = f"asked for what {writer.operation.label} had created, it answered {status}"
    return Untested(exchange.call.label, reason)


def _compared(
    session: Session,
    writer: Writer,
    sent: Mapping[str, Json],
    read: Json,
    proof: tuple[Exchange, ...],
) -> Iterator[Drift]:
    anonymous = not session.identities and not session.sender.default
    schemas = session.values.schemas
    is_sure = is_stated(session.contract.value)
    for where, one, other in differences(
        schemas, writer.thing, dict(sent), read, anonymous=anonymous
    ):
        yield Drift(
            NOT_KEPT,
            writer.operation.label,
            session.contract.place(writer.media.schema_pointer),
            says=f"{where} is sent as {_shown(one)}",
            did=f"{proof[-1].call.label} gives {_shown(other)}",
            exchanges=proof,
            subject=where,
            kind=Kind.VIOLATION if is_sure or is_loss(one, other) else Kind.SUSPICION,
        )


def _lost(writer: Writer, reader: Operation, proof: tuple[Exchange, ...]) -> Drift:
    return Drift(
        NOT_STORED,
        writer.operation.label,
        writer.operation.place,
        says="the answer 201 says that it is created",
        did=f"{reader.label} does not find it",
        exchanges=proof,
    )


def read_json(exchange: Exchange) -> Json:
    """Return the body of an answer; None if it is no JSON."""
    try:
        return exchange.answer.json()
    except ValueError:
        return None


def _shown(value: Json) -> str:
    written_ = compact(value).decode("utf-8", "replace")
    return written_ if len(written_) <= _MOST_SHOWN else f"{written_[:_MOST_SHOWN]}…"


ORACLE = Oracle("stored", "what was sent is what is read", _run, requests=12)
