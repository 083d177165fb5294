"""Bodies whose values are often not kept as they are: long, spaced, mixed, zero, empty."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from apigen.fuzz.jsonvalues import count, mapping, number, sequence, text
from apigen.fuzz.schemas import Schemas, tag_of
from apigen.fuzz.values.generation import is_identifier, type_of
from apigen.pointers import split
from apigen.types import Json

MIXED = " MiXed e\u0301 \u65e5\u672c \U0001f600 "
"""Letters of both cases, white space around, a character in two code points, one beyond 16 bits."""
_LONG = 1_000
_DEEPEST = 2
_BOUND = frozenset(
    {"const", "pattern", "readOnly", "x-apigen-equals", "x-apigen-exists", "x-apigen-formats"}
)


def changes(
    schemas: Schemas, schema: Json, body: Mapping[str, Json], turn: int, held: Iterable[str] = ()
) -> dict[str, Json]:
    """Return members for an object, each with a value that is easily lost; others in each turn.

    Members that identify, refer to something or must equal another one are left as they are.
    """
    return _members(schemas, schema, body, turn, frozenset(held), 0)


def _members(
    schemas: Schemas,
    schema: Json,
    body: Mapping[str, Json],
    turn: int,
    held: frozenset[str],
    level: int,
) -> dict[str, Json]:
    node = schemas.flat(schema)
    tag = tag_of(node)
    if tag and (chosen := schemas.chosen(node, dict(body))) is not None:
        node = schemas.flat(chosen)
    members = mapping(node.get("properties"))
    required = sequence(node.get("required"))
    held |= {tag} | _equalled(schemas, members)
    found: dict[str, Json] = {}
    for name, one in members.items():
        inner = schemas.flat(one)
        if name in held or (not level and is_identifier(name) and name in required):
            continue
        value = body.get(name)
        if isinstance(value, dict) and level < _DEEPEST:
            nested = _members(schemas, one, value, turn, frozenset(), level + 1)
            found[name] = {**value, **nested}
        elif made := _made(inner, turn):
            found[name] = made[0]
    return found


def _equalled(schemas: Schemas, members: Mapping[str, Json]) -> frozenset[str]:
    """Return the members to which others must be equal (``x-apigen-equals``)."""
    stated = (split(text(schemas.flat(one).get("x-apigen-equals"))) for one in members.values())
    return frozenset(tokens[0] for tokens in stated if tokens)


def _made(node: Mapping[str, Json], turn: int) -> list[Json]:
    """Return a value; none where nothing can be said."""
    if _BOUND & node.keys():
        return []
    if "enum" in node:
        usable = [each for each in sequence(node["enum"]) if each is not None]
        return [usable[turn % len(usable)]] if usable else []
    match type_of(node):
        case "string":
            return _text(node, turn)
        case "integer":
            return [_integer(node, turn)] if "multipleOf" not in node else []
        case "number":
            return [_number(node)] if "multipleOf" not in node else []
        case "boolean":
            return [turn % 2 == 0]
        case _:
            return []


def _text(node: Mapping[str, Json], turn: int) -> list[Json]:
    if node.get("format") == "date-time":
        then = datetime.now(UTC) - timedelta(seconds=30 + turn)
        return [then.replace(microsecond=123456).isoformat().replace("+00:00", "Z")]
    if "format" in node:
        return []
    least, most = count(node.get("minLength")) or 0, count(node.get("maxLength"))
    length = min(_LONG, most if most is not None else _LONG)
    forms = (MIXED[:length].ljust(least, "x"), "r" * max(length, least), "" if not least else "Z")
    return [forms[turn % 3].ljust(least, "x")]


def _integer(node: Mapping[str, Json], turn: int) -> int:
    low, high = number(node.get("minimum")), number(node.get("maximum"))
    if turn % 3 == 1:
        return int(low) if low is not None else 0
    wide = 2**53 + 1 if node.get("format") == "int64" else 2**31 - 1
    return int(high) if high is not None and high <= wide else wide


def _number(node: Mapping[str, Json]) -> float:
    low, high = number(node.get("minimum")) or 0, number(node.get("maximum"))
    return min(low + 0.123456789, high) if high is not None else low + 0.123456789


__all__ = ["MIXED", "changes"]
