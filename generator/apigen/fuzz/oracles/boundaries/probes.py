"""The requests of the oracle ``boundaries``: otherwise valid ones, each with one edge in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from apigen.fuzz.jsonvalues import mapping, sequence
from apigen.fuzz.operations import MediaType, Operation, Parameter
from apigen.fuzz.oracles.boundaries.edges import Edge, Edges, Side, is_nullable
from apigen.fuzz.oracles.boundaries.raw import changes
from apigen.fuzz.oracles.boundaries.spots import Spot, placed, spots, stands, value_at
from apigen.fuzz.oracles.boundaries.structures import Structures, around
from apigen.fuzz.session import Session
from apigen.fuzz.traffic import Call
from apigen.fuzz.values import written
from apigen.fuzz.values.siblings import ONLY_WITH, is_kept, orders, settled
from apigen.pointers import split
from apigen.types import Json

_SHORT_KEY = 8
_VALIDITY = {Side.INSIDE: True, Side.OUTSIDE: False, Side.EITHER: None}


@dataclass(frozen=True, slots=True)
class Probe:
    """A request with one edge in it."""

    where: str
    """Such as ``query limit`` or ``body /severity``."""
    keyword: str
    about: str
    side: Side
    pointer: str
    """Of the constraint, into the bundle."""
    make: Callable[[], Call | None]
    """Makes it anew, with other identities; None if it can't be made as it is meant."""
    is_raw: bool = False
    """Whether it is no JSON, or said to be none."""
    is_unsaid: bool = False
    """Whether the contract allows it by its silence only, and a server may well refuse it."""


@dataclass(slots=True)
class Base:
    """Makes valid requests of an operation, which are known to be taken."""

    session: Session
    operation: Operation
    n: int = 0
    turn: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    @property
    def media(self) -> MediaType | None:
        """Return the media type of its body."""
        return self.session.values.media_type(self.operation)

    def parameters(self) -> dict[tuple[str, str], Json]:
        """Return values of the required parameters; other ones each time, where there are any."""
        self.turn += 1
        values = self.session.values.parameters(self.operation, self.turn)
        needed = {(each.location, each.name) for each in self.operation.parameters if each.required}
        return {key: one for key, one in values.items() if key in needed}

    def body(self) -> Json:
        """Return a body."""
        media = self.media
        return None if media is None else self.session.values.body(self.operation, media, self.n)

    def call(self) -> Call:
        """Return a request as it is.

        Raises:
            NoValueError: none can be made.

        """
        return self.written(self.parameters(), self.body(), Side.INSIDE)

    def written(self, parameters: Mapping[tuple[str, str], Json], body: Json, side: Side) -> Call:
        """Return a request of such values."""
        media = self.media
        call = written(self.operation, parameters, media, body, is_valid=_VALIDITY[side])
        return replace(call, is_beyond=side is Side.EITHER)


def of_parameters(base: Base) -> Iterator[Probe]:
    """Give the probes of the parameters."""
    for parameter in base.operation.parameters:
        where = f"{parameter.location} {parameter.name}"
        if parameter.required and parameter.location != "path":
            pointer = f"{parameter.pointer}/required"
            yield Probe(
                where, "required", "left out", Side.OUTSIDE, pointer, _lacking(base, parameter)
            )
        elif _partners(base.operation, parameter.name) and not parameter.required:
            pointer = f"{base.operation.pointer}/x-apigen-together"
            make = _with(base, parameter, None, is_alone=True)
            yield Probe(where, "x-apigen-together", "alone", Side.OUTSIDE, pointer, make)
        for edge in _edges_of(base, parameter):
            if _can_travel(parameter, edge) and not _is_taken(parameter, edge):
                pointer = _stands(base, parameter, edge.keyword)
                make = _with(base, parameter, edge)
                yield Probe(where, edge.keyword, edge.about, edge.side, pointer, make)
    yield from _ordered(base)


def _is_taken(parameter: Parameter, edge: Edge) -> bool:
    """Tell whether an idempotency key is so short that another request may have had it before.

    To refuse it with another body is right, then.
    """
    is_short = edge.side is Side.INSIDE and len(str(edge.value)) < _SHORT_KEY
    return is_short and parameter.is_idempotency_key


def _ordered(base: Base) -> Iterator[Probe]:
    """Give the probes of orders between parameters: a little less, the same, a little more."""
    schemas = base.session.values.schemas
    known = {each.name: each for each in base.operation.parameters}
    for order in orders(schemas, {name: each.schema for name, each in known.items()}):
        parameter, sibling = known[order.member], known[order.sibling]
        chance = base.session.random("boundaries", base.operation.label, order.keyword)
        default = schemas.flat(sibling.schema).get("default")
        value = default or base.session.values.parameter(base.operation, sibling, chance)
        for edge in around(order, value):
            given = {(sibling.location, sibling.name): value}
            yield Probe(
                f"{parameter.location} {parameter.name}",
                order.keyword,
                edge.about,
                edge.side,
                _stands(base, parameter, order.keyword),
                _with(base, parameter, edge, given=given),
            )


def _stands(base: Base, parameter: Parameter, keyword: str) -> str:
    schema, pointer = parameter.schema, parameter.schema_pointer
    return stands(base.session.contract, schema, pointer, keyword)


def _edges_of(base: Base, parameter: Parameter) -> Iterator[Edge]:
    schemas = base.session.values.schemas
    node = schemas.flat(parameter.schema)
    is_list = "items" in node
    node = schemas.flat(node["items"]) if is_list else node
    if parameter.media_type or "properties" in node:
        return
    for edge in _edges(base, node, f"{parameter.location} {parameter.name}", is_text=True).all():
        yield replace(edge, value=[edge.value]) if is_list else edge


def _can_travel(parameter: Parameter, edge: Edge) -> bool:
    """Tell whether a value can be sent there, and means what it should."""
    written_ = edge.value if isinstance(edge.value, str) else "x"
    if parameter.location == "path":
        return bool(written_.strip("./")) and edge.side is not Side.INSIDE
    if parameter.location == "header":
        return written_.isascii() and written_.isprintable() and written_ == written_.strip() != ""
    return True


def _edges(base: Base, node: Mapping[str, Json], where: str, *, is_text: bool) -> Edges:
    session = base.session
    chance = session.random("boundaries", base.operation.label, where)
    fresh = session.values.identifier()
    now = datetime.now(UTC)
    return Edges(node, fresh, chance, now, is_text=is_text, is_nullable=is_nullable(node))


def _partners(operation: Operation, name: str) -> list[str]:
    stated = sequence(operation.extensions.get("x-apigen-together"))
    groups = stated if all(isinstance(each, list) for each in stated) else [stated]
    found = [sequence(group) for group in groups if name in sequence(group)]
    return [str(each) for group in found[:1] for each in group if each != name]


def _lacking(base: Base, parameter: Parameter) -> Callable[[], Call | None]:
    def make() -> Call | None:
        values = base.parameters()
        values.pop((parameter.location, parameter.name), None)
        return base.written(values, base.body(), Side.OUTSIDE)

    return make


def _with(
    base: Base,
    parameter: Parameter,
    edge: Edge | None,
    *,
    is_alone: bool = False,
    given: Mapping[tuple[str, str], Json] | None = None,
) -> Callable[[], Call | None]:
    """Return what makes a request with a value of a parameter, and with the partners it needs."""
    values, operation = base.session.values, base.operation

    def make() -> Call | None:
        chance = base.session.random("boundaries", operation.label, base.turn)
        sent: dict[tuple[str, str], Json] = base.parameters()
        partners = [] if is_alone else _partners(operation, parameter.name)
        for each in operation.parameters:
            if each.name in partners:
                sent[each.location, each.name] = values.parameter(operation, each, chance)
        value = edge.value if edge else values.parameter(operation, parameter, chance)
        if edge and edge.side is not Side.EITHER:
            is_fine = values.schemas.is_valid(parameter.schema_pointer, value, "write")
            if is_fine is not (edge.side is Side.INSIDE or edge.is_rule):
                return None
        sent = {**sent, **(given or {}), (parameter.location, parameter.name): value}
        if edge and edge.side is Side.INSIDE and not _in_order(base, sent):
            return None
        return base.written(sent, base.body(), edge.side if edge else Side.OUTSIDE)

    return make


def _in_order(base: Base, sent: Mapping[tuple[str, str], Json]) -> bool:
    """Tell whether parameters keep the orders that the contract states."""
    schemas, parameters = base.session.values.schemas, base.operation.parameters
    members = {each.name: schemas.flat(each.schema) for each in parameters}
    item = {name: one for (_, name), one in sent.items()}
    return all(is_kept(order, item, members) for order in orders(schemas, members))


def of_body(base: Base, *, deeper: set[tuple[str, str]]) -> Iterator[Probe]:
    """Give the probes of the members of a body, each constraint once.

    What stands deeper in a body is asked once in a run, whichever operation it belongs to.
    """
    media = base.media
    if media is None or "json" not in media.name or media.schema == {}:
        return
    for spot in spots(base.session.values.schemas, media.schema, media.schema_pointer, base.body()):
        depth = len([each for each in spot.tokens if not each.isdecimal()])
        known = deeper if depth > 1 else base.seen
        for edge in _edges_at(base, spot):
            pointer = stands(base.session.contract, spot.schema, spot.pointer, edge.keyword)
            about = f"{edge.keyword} {edge.side}" if depth > 1 else edge.about
            if (pointer, about) in known:
                continue
            known.add((pointer, about))
            make = _placing(base, media, spot, edge)
            where, is_unsaid = f"body {spot.where}", _is_unsaid(base, spot, edge)
            yield Probe(
                where, edge.keyword, edge.about, edge.side, pointer, make, is_unsaid=is_unsaid
            )


def _is_unsaid(base: Base, spot: Spot, edge: Edge) -> bool:
    """Tell whether an edge is a further member of an object that is open only by default."""
    schemas = base.session.values.schemas
    node = schemas.flat(spot.schema)
    chosen = schemas.flat(schemas.chosen(node, value_at(base.body(), spot.tokens)) or {})
    is_said = "additionalProperties" in node or "additionalProperties" in chosen
    return edge.keyword == "properties" and not is_said


def _edges_at(base: Base, spot: Spot) -> Iterator[Edge]:
    schemas = base.session.values.schemas
    node, value = schemas.flat(spot.schema), value_at(base.body(), spot.tokens)
    if spot.tokens:
        yield from _edges(base, node, spot.where, is_text=False).all()
    chosen = schemas.chosen(node, value)
    if chosen is not None:
        kept = {key: one for key, one in node.items() if key.startswith("x-")}
        node = {**schemas.flat(chosen), **kept}
    elif schemas.variants(node):
        return
    chance = base.session.random("boundaries", base.operation.label, spot.where, "structure")
    yield from Structures(schemas, node, value, chance).all()


def _placing(base: Base, media: MediaType, spot: Spot, edge: Edge) -> Callable[[], Call | None]:
    schemas = base.session.values.schemas

    def make() -> Call | None:
        fresh = base.body()
        if spot.tokens and not isinstance(value_at(fresh, spot.tokens[:-1]), dict | list):
            return None
        value = edge.value
        if edge.side is Side.INSIDE and isinstance(value, dict):
            value = {**value, **mapping(value_at(fresh, spot.tokens))}
        body = placed(fresh, spot.tokens, value)
        if edge.keyword != ONLY_WITH:
            body = _allowing(body, spot, mapping(schemas.flat(spot.schema).get(ONLY_WITH)))
        if edge.side is Side.INSIDE:
            body = settled(schemas, media.schema, body)
            if value_at(body, spot.tokens) != value:
                return None
        if edge.side is not Side.EITHER:
            is_fine = schemas.is_valid(media.schema_pointer, body, "write")
            if is_fine is not (edge.side is Side.INSIDE or edge.is_rule):
                return None
        return base.written(base.parameters(), body, edge.side)

    return make


def _allowing(body: Json, spot: Spot, conditions: Mapping[str, Json]) -> Json:
    """Return a body in which the member at a spot may stand beside the others."""
    for pointer, values in conditions.items():
        if sequence(values):
            body = placed(body, (*spot.tokens[:-1], *split(pointer)), sequence(values)[0])
    return body


def of_whole(base: Base) -> Iterator[Probe]:
    """Give the probes of a body as a whole: no JSON, another media type, nothing at all."""
    body, media = base.operation.body, base.media
    if body is None or media is None or "json" not in media.name:
        return
    allowed = frozenset(each.name.partition(";")[0].strip().lower() for each in body.content)
    for index, raw in enumerate(changes(base.call(), allowed, is_required=body.required)):
        pointer = f"{body.pointer}/content" if "media" in raw.about else body.pointer

        def make(index: int = index) -> Call | None:
            call = base.call()
            every = list(changes(call, allowed, is_required=body.required))
            return every[index].applied(call)

        yield Probe("body", "content", raw.about, raw.side, pointer, make, is_raw=True)
