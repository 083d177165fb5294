"""Where in a body a constraint holds, and where in the contract it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apigen.fuzz.jsonvalues import mapping, sequence, text
from apigen.fuzz.operations import Contract
from apigen.fuzz.schemas import Schemas
from apigen.pointers import escape, join
from apigen.types import Json

_DEEPEST = 5
_MOST_LEVELS = 20


@dataclass(frozen=True, slots=True)
class Spot:
    """A member of a body, as far as the body at hand has it or may have it."""

    tokens: tuple[str, ...]
    """Its pointer into the body."""
    schema: Json
    pointer: str
    """Of its schema, into the bundle."""
    required: bool = False

    @property
    def where(self) -> str:
        """Return its pointer, items of arrays without their numbers."""
        return join(tuple("*" if each.isdecimal() else each for each in self.tokens)) or "/"


def parts(contract: Contract, schema: Json, pointer: str) -> list[tuple[Mapping[str, Json], str]]:
    """Return a schema and those of its ``allOf``, with their pointers; references are followed."""
    found: list[tuple[Mapping[str, Json], str]] = []
    waiting = [(schema, pointer, 0)]
    while waiting:
        raw, at_, level = waiting.pop(0)
        node, at_ = contract.followed(raw, at_)
        found.append((mapping(node), at_))
        if level < _MOST_LEVELS:
            inner = sequence(mapping(node).get("allOf"))
            waiting += [(one, f"{at_}/allOf/{index}", level + 1) for index, one in enumerate(inner)]
    return found


def stands(contract: Contract, schema: Json, pointer: str, keyword: str) -> str:
    """Return the pointer of a keyword of a schema; of the schema if nothing states it."""
    every = parts(contract, schema, pointer)
    return next((f"{at_}/{keyword}" for node, at_ in every if keyword in node), every[0][1])


def spots(schemas: Schemas, schema: Json, pointer: str, body: Json) -> Iterator[Spot]:
    """Give the members that a body has or may have, those near its top first."""
    level = [Spot((), schema, pointer)]
    for _ in range(_DEEPEST):
        inner: list[Spot] = []
        for spot in level:
            yield spot
            inner += _within(schemas, spot, value_at(body, spot.tokens))
        level = inner


def _within(schemas: Schemas, spot: Spot, value: Json) -> Iterator[Spot]:
    schema, pointer = spot.schema, spot.pointer
    chosen = schemas.chosen(schemas.flat(schema), value)
    if chosen is not None:
        schema = chosen
    if isinstance(value, list) and value:
        for node, at_ in parts(schemas.contract, schema, pointer):
            if "items" in node:
                yield Spot((*spot.tokens, "0"), node["items"], f"{at_}/items")
    if not isinstance(value, dict):
        return
    required = {text(each) for each in sequence(schemas.flat(schema).get("required"))}
    for node, at_ in parts(schemas.contract, schema, pointer):
        for name, one in mapping(node.get("properties")).items():
            if schemas.flat(one).get("readOnly") is True:
                continue
            where = f"{at_}/properties/{escape(name)}"
            yield Spot((*spot.tokens, name), one, where, name in required)


def placed(body: Json, tokens: tuple[str, ...], value: Json) -> Json:
    """Return a body with another value at a pointer; the objects on the way there are copied."""
    if not tokens:
        return value
    if isinstance(body, list):
        index = int(tokens[0])
        changed = placed(body[index], tokens[1:], value)
        return [*body[:index], changed, *body[index + 1 :]]
    inner = mapping(body)
    return {**inner, tokens[0]: placed(inner.get(tokens[0]), tokens[1:], value)}


def without(body: Json, tokens: tuple[str, ...]) -> Json:
    """Return a body without the member at a pointer."""
    *above, last = tokens
    holder = mapping(value_at(body, tuple(above)))
    return placed(body, tuple(above), {key: one for key, one in holder.items() if key != last})


def value_at(body: Json, tokens: tuple[str, ...]) -> Json:
    """Return what stands at a pointer; None if nothing does."""
    for token in tokens:
        body = body[int(token)] if isinstance(body, list) else mapping(body).get(token)
    return body
