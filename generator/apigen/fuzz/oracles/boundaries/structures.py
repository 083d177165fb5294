"""Objects and arrays at the edges of their schema: members, items, depth and size."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID

from apigen.fuzz.jsonvalues import compact, count, mapping, sequence, text
from apigen.fuzz.oracles.boundaries.edges import Edge, Side
from apigen.fuzz.schemas import Schemas, tag_of
from apigen.fuzz.values.generation import is_identifier
from apigen.fuzz.values.siblings import DIGEST, ONLY_WITH, Order, may_stand, moved, orders
from apigen.pointers import split
from apigen.types import Json

_MOST_ITEMS = 1_000
_MOST_BYTES = 1_000_000
_EXTRA = "apigenFuzz"
"""A member that no contract names."""


@dataclass(frozen=True, slots=True)
class Structures:
    """Makes the edges of one object or array out of a valid one."""

    schemas: Schemas
    node: Mapping[str, Json]
    """Its schema, flat, the alternative that the value chooses merged into it."""
    value: Json
    chance: Random

    def all(self) -> Iterator[Edge]:
        """Give every edge."""
        if isinstance(self.value, dict):
            yield from self._members(self.value)
            yield from self._unequal(self.value)
            yield from self._siblings(self.value)
            yield from self._deep_and_big(self.value)
        elif isinstance(self.value, list):
            yield from self._items(self.value)

    def _members(self, value: Mapping[str, Json]) -> Iterator[Edge]:
        for name in map(text, sequence(self.node.get("required"))):
            if name in value:
                left = {key: one for key, one in value.items() if key != name}
                yield Edge("required", left, Side.OUTSIDE, f"without the member {name}")
        extra = self.node.get("additionalProperties", True)
        if extra is False:
            more = {**value, _EXTRA: "x"}
            yield Edge("additionalProperties", more, Side.OUTSIDE, "a further member")
        elif extra is True or not self.schemas.flat(extra):
            more = {**value, _EXTRA: "x"}
            yield Edge("properties", more, Side.INSIDE, "a further member")
            more = {**value, _EXTRA: 2**70}
            yield Edge("properties", more, Side.EITHER, "a big integer in a further member")
        most, least = (count(self.node.get(key)) for key in ("maxProperties", "minProperties"))
        if most is not None and most <= _MOST_ITEMS and extra is not False:
            more = {**value, **{f"{_EXTRA}{n}": "x" for n in range(most + 1 - len(value))}}
            yield Edge("maxProperties", more, Side.OUTSIDE, f"{len(more)} members")
        if least and not sequence(self.node.get("required")):
            yield Edge("minProperties", {}, Side.OUTSIDE, "no members")

    def _unequal(self, value: Mapping[str, Json]) -> Iterator[Edge]:
        """Give objects with members that differ, where ``x-apigen-equals`` says they don't."""
        for name, member in mapping(self.node.get("properties")).items():
            inner = self.schemas.flat(member)
            tokens = split(text(inner.get("x-apigen-equals")))
            if len(tokens) != 1 or name not in value or tokens[0] not in value:
                continue
            now = value[tokens[0]]
            others = [each for each, _ in self.schemas.tagged(inner)] if tag_of(inner) else []
            others += [f"{now}x"] if isinstance(now, str) else []
            for other in [each for each in others if each != now][:1]:
                about = f"{tokens[0]} is another than {name} says"
                changed = {**value, tokens[0]: other}
                yield Edge("x-apigen-equals", changed, Side.OUTSIDE, about, is_rule=True)

    def _siblings(self, value: Mapping[str, Json]) -> Iterator[Edge]:
        """Give objects that break the other rules between siblings, or just keep an order."""
        members = mapping(self.node.get("properties"))
        for name, member in members.items():
            node = self.schemas.flat(member)
            if DIGEST in node and name in value:
                about = f"{name} is the digest of something else"
                yield Edge(DIGEST, {**value, name: "0" * 64}, Side.OUTSIDE, about, is_rule=True)
            if ONLY_WITH in node and not may_stand(node, {**value, name: None}):
                about = f"{name} where it may not stand"
                made = {**value, name: value.get(name, "x")}
                yield Edge(ONLY_WITH, made, Side.OUTSIDE, about, is_rule=True)
        for order in orders(self.schemas, members):
            for edge in around(order, value.get(order.sibling)):
                yield replace(edge, value={**value, order.member: edge.value})

    def _deep_and_big(self, value: Mapping[str, Json]) -> Iterator[Edge]:
        if self.node.get("additionalProperties") is False:
            return
        depth = count(self.node.get("x-apigen-max-depth"))
        for deep in (depth, depth + 1) if depth else ():
            side = Side.INSIDE if deep == depth else Side.OUTSIDE
            more = {**value, _EXTRA: _nested(deep - 1)}
            yield Edge("x-apigen-max-depth", more, side, f"a depth of {deep}", is_rule=True)
        most = count(self.node.get("x-apigen-max-bytes"))
        for size in (most, most + 1) if most and most <= _MOST_BYTES else ():
            side = Side.INSIDE if size == most else Side.OUTSIDE
            room = size - len(compact({**value, _EXTRA: ""}))
            if room >= 0:
                more = {**value, _EXTRA: "x" * room}
                yield Edge("x-apigen-max-bytes", more, side, f"{size} bytes", is_rule=True)

    def _items(self, value: list[Json]) -> Iterator[Edge]:
        if not value:
            return
        least, most = (count(self.node.get(key)) for key in ("minItems", "maxItems"))
        if most is not None and most <= _MOST_ITEMS:
            yield self._many("maxItems", most, Side.INSIDE)
            yield self._many("maxItems", most + 1, Side.OUTSIDE)
        if least:
            yield Edge("minItems", value[: least - 1], Side.OUTSIDE, f"{least - 1} items")
        if self.node.get("uniqueItems") is True:
            yield Edge("uniqueItems", [value[0], value[0]], Side.OUTSIDE, "an item twice")

    def _many(self, keyword: str, size: int, side: Side) -> Edge:
        items = [self._renewed(sequence(self.value)[0]) for _ in range(size)]
        return Edge(keyword, items, side, f"{size} items")

    def _renewed(self, item: Json) -> Json:
        """Return an item with other identities: nothing is sent twice by mistake."""
        if not isinstance(item, dict):
            return item
        found = dict(item)
        members = mapping(self.schemas.flat(self.node.get("items")).get("properties"))
        for name, value in item.items():
            node = self.schemas.flat(members.get(name, {}))
            is_free = is_identifier(name) and "x-apigen-exists" not in node
            if is_free and node.get("format") == "uuid" and isinstance(value, str):
                found[name] = str(UUID(int=self.chance.getrandbits(128), version=4))
        return found


def around(order: Order, sibling: Json) -> Iterator[Edge]:
    """Give values a little less than a sibling, the same, and a little more."""
    for step, how in ((-1, "a little less than"), (0, "the same as"), (1, "a little more than")):
        value = sibling if step == 0 else moved(sibling, step)
        is_fine = step > 0 or (step == 0 and not order.is_strict)
        if value is not None:
            side = Side.INSIDE if is_fine else Side.OUTSIDE
            about = f"{order.member} {how} {order.sibling}"
            yield Edge(order.keyword, value, side, about, is_rule=True)


def _nested(depth: int) -> Json:
    value: Json = "x"
    for _ in range(depth):
        value = [value]
    return value
