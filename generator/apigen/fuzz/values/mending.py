"""Documented examples made fit to be sent: now, unique, and about things that exist."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from apigen.fuzz.jsonvalues import count, mapping, sequence, text
from apigen.fuzz.values.generation import (
    Maker,
    NoValueError,
    bounds_in_time,
    is_identifier,
)
from apigen.fuzz.values.texts import moment, within
from apigen.types import Json

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Mender:
    """Changes in an example what can't be sent twice, or not today."""

    maker: Maker

    def mend(self, schema: Json, value: Json, name: str = "", level: int = 0) -> Json:
        """Return an example with its times, identifiers and references renewed."""
        schemas = self.maker.schemas
        node = schemas.flat(schema)
        chosen = schemas.chosen(node, value)
        if chosen is not None:
            node = schemas.flat(chosen)
        if isinstance(value, list) and level < _DEEPEST:
            return [self.mend(node.get("items", {}), each, name, level) for each in value]
        if isinstance(value, dict) and level < _DEEPEST:
            return self._object(node, value, level)
        if isinstance(value, str):
            return self._text(node, value, name, level)
        return value

    def _object(self, node: Mapping[str, Json], value: Mapping[str, Json], level: int) -> Json:
        members = mapping(node.get("properties"))
        required = sequence(node.get("required"))
        made: dict[str, Json] = {}
        for name, one in value.items():
            schema = members.get(name, {})
            inner = self.maker.schemas.flat(schema)
            if inner.get("readOnly") is True:
                continue
            if "x-apigen-exists" in inner and one is not None:
                try:
                    made[name] = self.maker.make(schema, name)
                except NoValueError:
                    if name in required:
                        raise
                continue
            made[name] = self.mend(schema, one, name, level + 1)
        return made

    def _text(self, node: Mapping[str, Json], value: str, name: str, level: int) -> Json:
        format_ = text(node.get("format"))
        if format_ == "date-time":
            oldest, newest = bounds_in_time(node)
            if oldest is None and newest is None:
                return value
            fits = within(value, self.maker.now, oldest, newest)
            return value if fits else moment(self.maker.now, self.maker.chance, oldest, newest)
        if level != 1 or not is_identifier(name) or "enum" in node or "x-apigen-equals" in node:
            return value
        if format_ == "uuid":
            return str(uuid5(NAMESPACE_URL, self.maker.identifier(None)))
        if format_ or "pattern" in node:
            return value
        return self.maker.identifier(count(node.get("maxLength")))
