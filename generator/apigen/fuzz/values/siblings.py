"""Rules between the members of an item, or between parameters (docs/extensions.md).

An item is a body, or each element of a body that is an array; for parameters it is the object of
those that are given, by name.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from apigen.fuzz.jsonvalues import mapping, number, sequence, text
from apigen.fuzz.schemas import Schemas, tag_of
from apigen.fuzz.values.texts import duration
from apigen.pointers import at, exists, split
from apigen.types import Json

ORDERS: Mapping[str, bool] = {"x-apigen-at-least": False, "x-apigen-more-than": True}
"""The keys that state an order, and whether it is a strict one."""
ONLY_WITH = "x-apigen-only-with"
DIGEST = "x-apigen-sha256"
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_SHORT = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:d|h|ms|m|s|us|ns))+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """A member that must be greater than a sibling, or as great."""

    keyword: str
    member: str
    sibling: str
    is_strict: bool


def orders(schemas: Schemas, members: Mapping[str, Json]) -> Iterator[Order]:
    """Give the orders that schemas by name state; a pointer into something deeper is none."""
    for name, schema in members.items():
        node = schemas.flat(schema)
        for keyword, is_strict in ORDERS.items():
            tokens = split(text(node.get(keyword)))
            if len(tokens) == 1 and tokens[0] in members:
                yield Order(keyword, name, tokens[0], is_strict)


def is_kept(order: Order, item: Mapping[str, Json], members: Mapping[str, Json]) -> bool:
    """Tell whether an item keeps an order; one that is left out counts as its default."""
    pair = (order.member, order.sibling)
    one, other = (
        measure(item.get(name, mapping(members.get(name)).get("default"))) for name in pair
    )
    if one is None or other is None or not {*pair} & item.keys():
        return True
    return one > other or (one == other and not order.is_strict)


def measure(value: Json) -> float | None:
    """Return what a value weighs in comparisons; None if it can't be compared.

    Numbers weigh themselves, points in time their seconds since 1970, durations their seconds.
    """
    if (found := number(value)) is not None:
        return found
    written = text(value)
    if _SHORT.fullmatch(written):
        pieces = re.findall(r"([0-9.]+)([a-z]+)", written)
        return sum(float(amount) * _UNITS[unit] for amount, unit in pieces)
    if (length := duration(written)) is not None:
        return length.total_seconds()
    try:
        point = datetime.fromisoformat(written)
    except ValueError:
        return None
    return point.timestamp() if point.tzinfo is not None else None


def moved(value: Json, seconds: int) -> Json:
    """Return a value that weighs a little more or less, in the same form; None if there is none."""
    if (found := number(value)) is not None:
        return found + seconds
    written = text(value)
    if _SHORT.fullmatch(written):
        whole = int(measure(written) or 0) + seconds
        return f"{whole}s" if whole >= 0 else None
    try:
        point = datetime.fromisoformat(written)
    except ValueError:
        return None
    later = point + timedelta(seconds=seconds)
    return later.isoformat().replace("+00:00", "Z") if point.tzinfo is not None else None


def settled(schemas: Schemas, schema: Json, value: Json) -> Json:
    """Return a body that keeps the rules between siblings, as far as other values can do that."""
    node = schemas.flat(schema)
    if isinstance(value, list):
        return [settled(schemas, node.get("items", {}), each) for each in value]
    if not isinstance(value, dict):
        return value
    members = mapping(node.get("properties"))
    required = sequence(node.get("required"))
    item = dict(value)
    for name, member in members.items():
        inner = schemas.flat(member)
        if name in item and name not in required and not may_stand(inner, item):
            del item[name]
    for order in orders(schemas, members):
        flat = {name: schemas.flat(one) for name, one in members.items()}
        if order.member not in required and not is_kept(order, item, flat):
            item.pop(order.member, None)
    for name, member in members.items():
        if name in item:
            _equalled(item, name, schemas.flat(member))
    return item


def may_stand(node: Mapping[str, Json], item: Mapping[str, Json]) -> bool:
    """Tell whether a member may be given beside the others (``x-apigen-only-with``)."""
    conditions = mapping(node.get(ONLY_WITH))
    return all(
        exists(dict(item), split(pointer)) and at(dict(item), split(pointer)) in sequence(values)
        for pointer, values in conditions.items()
    )


def _equalled(item: dict[str, Json], name: str, node: Mapping[str, Json]) -> None:
    """Make a member what another one says (``x-apigen-equals``, ``x-apigen-sha256``)."""
    tokens = split(text(node.get(DIGEST)))
    if tokens and exists(item, tokens):
        item[name] = hashlib.sha256(text(at(item, tokens)).encode()).hexdigest()
    tokens = split(text(node.get("x-apigen-equals")))
    if not tokens or not exists(item, tokens):
        return
    tag = tag_of(node)
    if not tag:
        item[name] = at(item, tokens)
    elif len(tokens) == 1 and isinstance(stated := mapping(item[name]).get(tag), str):
        item[tokens[0]] = stated
