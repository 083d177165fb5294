"""What is known to exist on the server: values out of its own answers, by what they identify."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apigen.fuzz.jsonvalues import mapping, sequence, text
from apigen.fuzz.operations import Contract, Operation
from apigen.fuzz.traffic import Exchange
from apigen.pointers import at, exists, split
from apigen.types import Json

_MOST = 300
_MOST_NODES = 2_000


@dataclass(frozen=True, slots=True)
class Held:
    """A value that identifies something."""

    value: Json
    is_own: bool
    """Whether this run made it, so that it may be changed and removed."""


@dataclass(slots=True)
class Pool:
    """Collects identifying values, bounded, the newest last."""

    contract: Contract
    namespace: str
    held: dict[str, list[Held]] = field(default_factory=dict[str, list[Held]])
    made: set[str | int] = field(default_factory=set[str | int])
    """What answers to creations (201) brought."""
    prepared: dict[tuple[str, str], Json] = field(default_factory=dict[tuple[str, str], Json])
    """By operation and parameter, what was made for it alone (``x-apigen-after``)."""

    def learn(self, exchange: Exchange) -> None:
        """Take what a successful answer in JSON identifies."""
        answer, operation = exchange.answer, self.contract.by_label(exchange.call.label)
        if operation is None or not answer.is_success or not answer.is_json:
            return
        try:
            value = answer.json()
        except ValueError:
            return
        own = answer.status == 201
        for nodes, node in enumerate(_objects(value)):
            if nodes > _MOST_NODES:
                break
            for name, one in node.items():
                if isinstance(one, (str, int)) and not isinstance(one, bool):
                    self._add(f"name {name}", one, own=own)
                    self._add(f"under {operation.path} {name}", one, own=own)
        for item in items(operation, value):
            for name, one in mapping(item).items():
                self._add(f"listed {operation.id} {name}", one, own=own)

    def _add(self, key: str, value: Json, *, own: bool) -> None:
        if own and isinstance(value, (str, int)):
            self.made.add(value)
        named = isinstance(value, str) and value.startswith(self.namespace)
        own = own or named or (isinstance(value, (str, int)) and value in self.made)
        known = self.held.setdefault(key, [])
        same = [each for each in known if each.value == value]
        if same and (same[0].is_own or not own):
            return
        for each in same:
            known.remove(each)
        known.append(Held(value, own))
        del known[:-_MOST]

    def listed(self, rule: Mapping[str, Json], *, own: bool) -> tuple[Json, ...]:
        """Return the values that satisfy an ``x-apigen-exists``."""
        key = f"listed {text(rule.get('operation'))} {text(rule.get('member'))}"
        return self._of(key, own=own)

    def of_parameter(self, path: str, name: str, *, own: bool) -> tuple[Json, ...]:
        """Return the values that a path's parameter may have: by its collection, or by its name."""
        collection = path.partition("/{" + name + "}")[0]
        for key in (f"under {collection} {name}", f"under {collection} id", f"name {name}"):
            if found := self._of(key, own=own):
                return found
        return ()

    def _of(self, key: str, *, own: bool) -> tuple[Json, ...]:
        return tuple(each.value for each in self.held.get(key, ()) if each.is_own or not own)


def items(operation: Operation, value: Json) -> list[Json]:
    """Return the items of a listing: those its pagination names, or those of its one array."""
    pagination = mapping(operation.extensions.get("x-apigen-pagination"))
    if pointer := text(pagination.get("items")):
        tokens = split(pointer)
        return sequence(at(value, tokens)) if exists(value, tokens) else []
    if isinstance(value, list):
        return value
    arrays = [one for one in mapping(value).values() if isinstance(one, list)]
    return arrays[0] if len(arrays) == 1 else []


def _objects(value: Json) -> Iterator[Mapping[str, Json]]:
    """Give the objects in a value, the outermost first; three levels deep."""
    level: list[Json] = [value]
    for _ in range(4):
        inner: list[Json] = []
        for each in level:
            if isinstance(each, dict):
                yield each
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        level = inner
