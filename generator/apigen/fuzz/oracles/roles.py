"""Roles of operations: who creates, and who reads what was created; inferred from the contract."""

from collections.abc import Mapping
from dataclasses import dataclass

from apigen.fuzz.jsonvalues import mapping, text
from apigen.fuzz.operations import MediaType, Operation
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.session import Session
from apigen.fuzz.values.generation import type_of
from apigen.pointers import at, exists, split
from apigen.types import Json


@dataclass(frozen=True, slots=True)
class Listing:
    """An operation that lists what another one creates."""

    operation: Operation
    item: Json
    """The schema of an item."""
    filters: frozenset[str]
    """Query parameters that are called as a member of the item."""


@dataclass(frozen=True, slots=True)
class Writer:
    """An operation that creates one thing, or each item of an array."""

    operation: Operation
    media: MediaType
    thing: Json
    """The schema of what is sent of one thing."""
    is_batch: bool
    answered: Json
    """The schema of the answer with 201."""
    identity: str
    """The member that tells things apart; empty if none is known."""
    listing: Listing | None
    reader: Operation | None
    """Reads one thing by its identity."""
    apart: str
    """A member by whose value the listing can be narrowed to what one call made; or empty."""


def writers(session: Session) -> tuple[Writer, ...]:
    """Return the chosen operations that create things (POST, 201) from a body in JSON."""
    found: list[Writer] = []
    for operation in session.usable():
        media = session.values.media_type(operation)
        response = operation.response(201, exactly=True)
        if operation.method == "POST" and response and media is not None and "json" in media.name:
            answered = response.content[0].schema if response.content else {}
            found.append(_writer(session, operation, media, answered))
    return tuple(found)


def _writer(session: Session, operation: Operation, media: MediaType, answered: Json) -> Writer:
    schemas = session.values.schemas
    node = schemas.flat(media.schema)
    is_batch = type_of(node) == "array"
    thing: Json = node.get("items", {}) if is_batch else dict(node)
    listing = _listing(session, operation, is_batch=is_batch)
    sent = schemas.properties(thing)
    identity = _identity(schemas, sent, {} if is_batch else schemas.properties(answered))
    apart = ""
    if listing is not None:
        free = (
            name
            for name in sorted(listing.filters & sent.keys(), key=_preferred)
            if is_free(schemas.flat(sent[name]))
        )
        apart = next(free, "")
    reader = _reader(session, operation, identity) if identity and not is_batch else None
    return Writer(operation, media, thing, is_batch, answered, identity, listing, reader, apart)


def _preferred(name: str) -> tuple[bool, str]:
    """Return what orders members to tell things apart by: identifiers first, else by the name."""
    return ("id" not in name, name)


def is_free(node: Mapping[str, Json]) -> bool:
    """Tell whether a schema takes any text."""
    bound = {"enum", "const", "format", "pattern", "x-apigen-exists", "x-apigen-equals"}
    return type_of(node) == "string" and not bound & node.keys()


def _identity(schemas: Schemas, sent: Mapping[str, Json], answered: Mapping[str, Json]) -> str:
    """Return the UUID that is sent or answered with the thing, and refers to no other thing."""
    for name, schema in (*answered.items(), *sent.items()):
        node = schemas.flat(schema)
        if node.get("format") == "uuid" and "x-apigen-exists" not in node:
            return name
    return ""


def _reader(session: Session, operation: Operation, identity: str) -> Operation | None:
    return session.contract.by_label(f"GET {operation.path}/{{{identity}}}")


def _listing(session: Session, operation: Operation, *, is_batch: bool) -> Listing | None:
    """Return who lists what an operation creates: GET of its path, or of the path above a batch."""
    path = operation.path.rpartition("/")[0] if is_batch else operation.path
    for each in (operation.path, path):
        listing = session.contract.by_label(f"GET {each}")
        item = item_of(session.values.schemas, listing) if listing is not None else None
        if listing is not None and item is not None:
            return Listing(listing, item, filters(session.values.schemas, listing, item))
    return None


def filters(schemas: Schemas, listing: Operation, item: Json) -> frozenset[str]:
    """Return the query parameters that are called as a member of the items."""
    members = schemas.properties(item)
    return frozenset(
        each.name
        for each in listing.parameters
        if each.location == "query" and each.name in members
    )


def item_of(schemas: Schemas, listing: Operation) -> Json | None:
    """Return the schema of the items of a listing; None if it lists nothing."""
    response = listing.response(200)
    if response is None or not response.content:
        return None
    node = schemas.flat(response.content[0].schema)
    pointer = text(mapping(listing.extensions.get("x-apigen-pagination")).get("items"))
    if pointer:
        for token in split(pointer):
            node = schemas.flat(mapping(node.get("properties")).get(token, {}))
    elif type_of(node) != "array":
        arrays = [
            inner
            for one in mapping(node.get("properties")).values()
            if type_of(inner := schemas.flat(one)) == "array"
        ]
        node = arrays[0] if len(arrays) == 1 else {}
    return node.get("items")


def told(listing: Operation, value: Json, what: str) -> Json:
    """Return what an answer says of its pages: its ``total`` or ``has_more``; None if nothing."""
    pointer = text(mapping(listing.extensions.get("x-apigen-pagination")).get(what))
    tokens = split(pointer)
    return at(value, tokens) if pointer and exists(value, tokens) else None
