"""The oracle ``answers``: each recorded exchange against what the contract says of it."""

from collections.abc import Iterator

from apigen.diagnostics.drifts import (
    ANSWER_BREAKS_SCHEMA,
    UNDOCUMENTED_MEDIA_TYPE,
    UNDOCUMENTED_STATUS,
)
from apigen.fuzz.drifts import Drift
from apigen.fuzz.operations import Contract, MediaType, Operation, Response
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.traffic import Answer, Exchange


def judged(contract: Contract, schemas: Schemas, exchange: Exchange) -> Iterator[Drift]:
    """Give what one exchange does that the contract does not say."""
    operation = contract.by_label(exchange.call.label)
    answer = exchange.answer
    if operation is None or not answer.status or answer.is_cut:
        return
    response = operation.response(answer.status)
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
    if media is not None:
        yield from _body(contract, schemas, operation, media, exchange)


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
) -> Iterator[Drift]:
    if media.schema == {} or not exchange.answer.is_json:
        return
    status = exchange.answer.status
    try:
        value = exchange.answer.json()
    except ValueError as why:
        faults = [("", "json", str(why))]
    else:
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


def _without_numbers(pointer: str) -> str:
    """Return a pointer in which all items of a list are one."""
    return "/".join("*" if token.isdecimal() else token for token in pointer.split("/"))
