"""The oracle ``answers``: each recorded exchange against what the contract says of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from apigen.diagnostics.drifts import (
    ANSWER_BREAKS_SCHEMA,
    UNDOCUMENTED_MEDIA_TYPE,
    UNDOCUMENTED_MEMBER,
    UNDOCUMENTED_STATUS,
)
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.operations import Contract, MediaType, Operation, Response
from apigen.fuzz.oracles import headers, members, problems
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.traffic import Answer, Exchange
from apigen.pointers import unescape
from apigen.types import Json


@dataclass(frozen=True, slots=True)
class Judge:
    """Holds exchanges against the contract, in the order in which they were recorded."""

    contract: Contract
    schemas: Schemas
    sent: set[str] = field(default_factory=set[str])
    """Names of members that were sent: a server that gives them back has not made them up."""

    def judged(self, exchange: Exchange) -> Iterator[Drift]:
        """Give what one exchange does that the contract does not say."""
        self.sent.update(_sent(exchange))
        operation = self.contract.by_label(exchange.call.label)
        if operation is not None and exchange.answer.status and not exchange.answer.is_cut:
            yield from _judged(self.contract, self.schemas, operation, exchange, self.sent)


def _sent(exchange: Exchange) -> Iterator[str]:
    body = exchange.call.body
    if body is None or body.lstrip()[:1] not in {b"{", b"["}:
        return
    try:
        yield from members.names(Answer(0, body=body).json())
    except ValueError:
        return


def _judged(
    contract: Contract,
    schemas: Schemas,
    operation: Operation,
    exchange: Exchange,
    sent: set[str],
) -> Iterator[Drift]:
    answer = exchange.answer
    response = operation.response(answer.status)
    if response is None and exchange.call.is_beyond and 400 <= answer.status < 500:
        return
    if response is None:
        yield Drift(
            UNDOCUMENTED_STATUS,
            operation.label,
            contract.place(f"{operation.pointer}/responses"),
            says=f"the statuses are {', '.join(each.status for each in operation.responses)}",
            did=f"the server answered {answer.status}",
            exchanges=(exchange,),
            subject=str(answer.status),
        )
        return
    if response.status == "default":
        yield _by_default(operation, response, exchange)
    media = media_of(response, answer)
    if media is None and response.content and answer.body:
        yield Drift(
            UNDOCUMENTED_MEDIA_TYPE,
            operation.label,
            response.place,
            says=f"a {answer.status} is {', '.join(each.name for each in response.content)}",
            did=f"the server sent {answer.media_type or 'no media type'}",
            exchanges=(exchange,),
            subject=f"{answer.status} {answer.media_type}",
        )
    yield from headers.judged(contract, schemas, operation, response, exchange)
    if media is not None and media.schema != {} and answer.is_json and answer.body:
        yield from _body(contract, schemas, operation, media, exchange, sent)


def _by_default(operation: Operation, response: Response, exchange: Exchange) -> Drift:
    """Return the doubt about a status that only the catch-all response covers.

    A success hides behind it what nobody documented; an error may be what it is meant for.
    """
    status = exchange.answer.status
    return Drift(
        UNDOCUMENTED_STATUS,
        operation.label,
        response.place,
        says=f"{status} is not documented but by 'default'",
        did=f"the server answered {status}",
        exchanges=(exchange,),
        subject=str(status),
        kind=Kind.UNDOCUMENTED if status < 400 else Kind.SUSPICION,
    )


def media_of(response: Response, answer: Answer) -> MediaType | None:
    """Return the documented media type of an answer, the most exact one; None if none is."""
    kind = answer.media_type.partition("/")[0]
    for wanted in (answer.media_type, f"{kind}/*", "*/*"):
        for each in response.content:
            if each.name.partition(";")[0].strip().lower() == wanted:
                return each
    return None


def _body(
    contract: Contract,
    schemas: Schemas,
    operation: Operation,
    media: MediaType,
    exchange: Exchange,
    sent: set[str],
) -> Iterator[Drift]:
    status = exchange.answer.status
    try:
        value = exchange.answer.json()
    except ValueError as why:
        faults = [("", "json", str(why))]
    else:
        yield from problems.judged(contract, operation, value, exchange)
        yield from _members(contract, schemas, operation, media, exchange, value, sent)
        found = schemas.faults(media.schema_pointer, value, "read")
        faults = [(each.pointer, each.keyword, each.message) for each in found]
    for pointer, keyword, message in faults:
        where = pointer or "the body"
        yield Drift(
            ANSWER_BREAKS_SCHEMA,
            operation.label,
            contract.place(media.schema_pointer),
            says=f"a {status} follows its schema",
            did=f"{where} broke it: {message}",
            exchanges=(exchange,),
            subject=f"{status} {_without_numbers(pointer)} {keyword}",
        )


def _members(
    contract: Contract,
    schemas: Schemas,
    operation: Operation,
    media: MediaType,
    exchange: Exchange,
    value: Json,
    sent: set[str],
) -> Iterator[Drift]:
    status = exchange.answer.status
    found = [
        pointer
        for pointer in members.undocumented(schemas, media.schema, value)
        if not _is_given_back(unescape(pointer.rpartition("/")[2]), sent)
    ]
    for pointer in dict.fromkeys(_without_numbers(each) for each in found):
        yield Drift(
            UNDOCUMENTED_MEMBER,
            operation.label,
            contract.place(media.schema_pointer),
            says=f"a {status} has no member {pointer}",
            did="the server sent it",
            exchanges=(exchange,),
            subject=f"{status} {pointer}",
            kind=Kind.UNDOCUMENTED,
        )


def _is_given_back(name: str, sent: set[str]) -> bool:
    """Tell whether a member's name came from this run, or from an earlier one that left it here."""
    return name in sent or members.is_probe(name)


def _without_numbers(pointer: str) -> str:
    """Return a pointer in which all items of a list are one."""
    return "/".join("*" if token.isdecimal() else token for token in pointer.split("/"))
