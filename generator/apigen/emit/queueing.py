"""Outboxes: which operations are sent from a queue, and what the contract says of doing it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from apigen.contract import Contract, Media, ObjectDef, Operation, Parameter, Pointer, Property
from apigen.emit.members import members_of, resolved
from apigen.emit.naming import Names
from apigen.names import Scope, pascal
from apigen.schemas.source import mapping, text
from apigen.types import Json, Kind, ListOf, Named, Nullable, Scalar, TypeExpr

EXTENSION = "x-apigen-outbox"
_MAX_ITEMS = 100
_MAX_BYTES = 1024 * 1024
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_TAKEN = frozenset(
    {"Annotated", "Any", "Base64", "Date", "Delivery", "Exactly", "Final", "Flushed", "Json"}
    | {"Literal", "Matches", "OutboxClosed", "OutboxError", "OutboxFull", "SpoolUnusable", "Stats"}
    | {"Time", "Timestamp", "Union", "UniqueItems", "Uuid", "Written"}
)
"""What stands in the module already."""
_SECONDS = (604800, 86400, 3600, 60, 1)


@dataclass(frozen=True, slots=True)
class Outbox:
    """An outbox to generate, in expressions over ``event``."""

    name: str
    operation: Operation
    key: str
    """The keyword of the idempotency key."""
    item: Media
    batched: bool
    max_items: int
    max_bytes: int
    grouped: str
    dated: str
    max_age: int | None
    """Seconds."""
    identity: str
    identified: str
    key_problem: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An outbox that was asked for and can't be, and why."""

    reason: str
    at: Pointer


def outboxes_of(
    contract: Contract, names: Names, client: str, asked: Mapping[str, Json]
) -> tuple[tuple[Outbox, ...], tuple[LeftOut, ...]]:
    """Return the outboxes that the document or the settings ask for, and those that can't be.

    *asked* are the settings by operation: members as in the document, which they replace, or
    False for no outbox.
    """
    known = {each.id for each in contract.operations}
    refused = [
        LeftOut(f"there is no operation '{name}', which the settings ask an outbox for", "")
        for name in asked
        if name not in known
    ]
    found: list[Outbox] = []
    scope = Scope({client, *_TAKEN})
    for operation in contract.operations:
        in_document = dict(operation.extensions).get(EXTENSION, False)
        wanted = asked.get(operation.id, in_document)
        if wanted is False or wanted is None:
            continue
        stated = {**mapping(in_document), **mapping(wanted)}
        made = _outbox(contract, names, client, operation, stated, scope)
        if isinstance(made, str):
            told = f"{operation.method} {operation.path}: no outbox, since {made}"
            refused.append(LeftOut(told, operation.at))
        else:
            found.append(made)
    return tuple(found), tuple(refused)


def _outbox(
    contract: Contract,
    names: Names,
    client: str,
    operation: Operation,
    stated: Mapping[str, Json],
    scope: Scope,
) -> Outbox | str:
    """Return an outbox, or why there can be none."""
    item = _item(contract, operation)
    key = _key(operation, text(stated.get("idempotency_header")))
    if isinstance(item, str):
        return item
    if isinstance(key, str):
        return key
    others = [each.name for each in operation.parameters if each.required and each is not key]
    if others:
        return f"a queue can't know what the parameter {others[0]!r} is to be"
    media, limit = item
    dated, max_age = _age(contract, names, media.type)
    member = text(stated.get("order_by"))
    grouped = _expression(contract, names, media.type, member)
    identity = text(stated.get("identity"))
    if member and not grouped:
        return f"an item has no plain member {member!r} to be ordered by"
    if identity and not _is_identity(contract, media.type, identity):
        return f"the member {identity!r} is no UUID that may be left out"
    usual = f"{pascal(names.methods[operation.id])}Outbox"
    stated_name = text(stated.get("name"))
    name = scope.claim(pascal(stated_name) if stated_name else f"{client}Outbox", usual)
    scope.claim(f"Async{name}")
    return Outbox(
        name=name,
        operation=operation,
        key=names.keyword(operation, key),
        item=media,
        batched=limit > 0,
        max_items=min(limit, _whole(stated.get("max_items"), limit)) or 1,
        max_bytes=_whole(stated.get("max_bytes"), _MAX_BYTES),
        grouped=grouped,
        dated=dated,
        max_age=max_age,
        identity=identity,
        identified=_expression(contract, names, media.type, identity),
        key_problem=text(stated.get("key_problem")),
    )


def _whole(value: Json, otherwise: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    return otherwise


def _item(contract: Contract, operation: Operation) -> tuple[Media, int] | str:
    """Return what an event is, and the most in a batch: 0 where an event goes by itself."""
    if operation.raw:
        return "apigen can't read all of the operation"
    body = operation.body
    first = body.content[0] if body and body.content else None
    if first is None or first.kind != "json":
        return "it has no body of JSON"
    behind = resolved(contract, first.type)
    if not isinstance(behind, ListOf):
        return Media("application/json", "json", first.type), 0
    limit = _MAX_ITEMS if behind.max_items is None else behind.max_items
    if limit < 1 or (behind.min_items or 0) > 1 or behind.unique:
        return "a batch can't have any number of events"
    return Media("application/json", "json", behind.item), limit


def _key(operation: Operation, header: str) -> Parameter | str:
    """Return the parameter that carries the idempotency key."""
    wanted = (header or "Idempotency-Key").lower()
    for each in operation.parameters:
        if each.location == "header" and each.name.lower() == wanted:
            is_text = isinstance(each.type, Scalar) and each.type.kind is Kind.STRING
            return each if is_text else f"the header {each.name!r} is no text"
    return f"it has no header parameter {header or 'Idempotency-Key'!r} for the idempotency key"


def _object(contract: Contract, item: TypeExpr) -> ObjectDef | None:
    behind = resolved(contract, item)
    known = contract.definitions.get(behind.ref) if isinstance(behind, Named) else None
    return known if isinstance(known, ObjectDef) else None


def _member(contract: Contract, item: TypeExpr, name: str) -> Property | None:
    owner = _object(contract, item)
    return members_of(contract, owner).get(name) if owner else None


def _expression(contract: Contract, names: Names, item: TypeExpr, name: str) -> str:
    """Return how a scalar member of an event is written; empty if there is none of that name."""
    owner, member = _object(contract, item), _member(contract, item, name)
    if owner is None or member is None or not isinstance(resolved(contract, member.type), Scalar):
        return ""
    return f"event.{names.fields[owner.name][name]}"


def _is_identity(contract: Contract, item: TypeExpr, name: str) -> bool:
    member = _member(contract, item, name)
    if member is None or member.required or isinstance(member.type, Nullable):
        return False
    behind = resolved(contract, member.type)
    return isinstance(behind, Scalar) and behind.kind is Kind.UUID


def _age(contract: Contract, names: Names, item: TypeExpr) -> tuple[str, int | None]:
    """Return the time that an event's age is judged by, and how old it may be in seconds."""
    owner = _object(contract, item)
    for name, member in members_of(contract, owner).items() if owner else ():
        oldest = _seconds(text(dict(member.extensions).get("x-apigen-oldest")))
        behind = resolved(contract, member.type)
        if oldest and isinstance(behind, Scalar) and behind.kind is Kind.DATE_TIME:
            return _expression(contract, names, item, name), oldest
    return "", None


def _seconds(duration: str) -> int | None:
    """Return an ISO 8601 duration without months and years in seconds; None if it is none."""
    found = _DURATION.fullmatch(duration)
    if found is None or not any(found.groups()):
        return None
    return sum(int(n or 0) * each for n, each in zip(found.groups(), _SECONDS, strict=True))
