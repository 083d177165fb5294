"""Valid requests of an operation: documented examples first, then values along the schemas.

They are the same for the same seed and namespace, different in each call, and lie in the namespace
of the run::

    call = session.values.call(operation, 0)                    # the first example, mended
    call = session.values.call(operation, 7, body={"name": "x"})  # one member overridden

``call(operation, n)`` takes the documented examples for small *n*, then a request with nothing
that may be left out, one with everything, and then what chance gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from random import Random
from uuid import uuid4

from apigen.fuzz.jsonvalues import mapping, sequence, text
from apigen.fuzz.operations import Contract, MediaType, Operation, Parameter
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.traffic import Call, Exchange
from apigen.fuzz.values.generation import Maker, NoValueError
from apigen.fuzz.values.mending import Mender
from apigen.fuzz.values.pool import Pool
from apigen.fuzz.values.siblings import is_kept, orders, settled
from apigen.fuzz.values.wire import Parameters, written
from apigen.types import Json

__all__ = ["NoValueError", "Parameters", "Values", "written"]

_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Values:
    """Makes valid requests."""

    contract: Contract
    schemas: Schemas
    pool: Pool
    seed: int
    namespace: str
    """Begins each identifier. Another one gives other values: runs don't disturb each other."""
    counter: "count[int]" = field(default_factory=count)

    def learn(self, exchange: Exchange) -> None:
        """Remember what an answer says exists."""
        self.pool.learn(exchange)

    def identifier(self, most: int | None = None) -> str:
        """Return a text that was never used in this run, in the namespace, of bounded length."""
        made = f"{self.namespace}-{next(self.counter)}"
        return made if most is None else made[-most:]

    def key(self) -> str:
        """Return an idempotency key that no run has used, one of the same namespace neither.

        Under a known key a server refuses another body, and it is right.
        """
        return f"{self.namespace}-{uuid4()}"

    def call(
        self,
        operation: Operation,
        n: int = 0,
        *,
        parameters: Parameters | None = None,
        body: Mapping[str, Json] | None = None,
    ) -> Call:
        """Return the *n*-th valid request of an operation.

        Args:
            operation: Which.
            n: Which of its requests; each is another one.
            parameters: Values that are given, by location and name.
            body: Members of the body that are given; of each item where the body is an array.

        Raises:
            NoValueError: none can be made, for example since what it is about does not exist.

        """
        chosen = {**self.parameters(operation, n), **(parameters or {})}
        media = self.media_type(operation)
        if media is None:
            return written(operation, chosen, is_valid=True)
        made = _given(self.body(operation, media, n), body or {})
        return written(operation, chosen, media, made, is_valid=True)

    def media_type(self, operation: Operation) -> MediaType | None:
        """Return the media type in which bodies are sent: JSON, if it may be."""
        content = operation.body.content if operation.body is not None else ()
        return next((each for each in content if "json" in each.name), next(iter(content), None))

    def variants(self, operation: Operation) -> int:
        """Return in how many variants a body comes: the tags of discriminators near its top."""
        media = self.media_type(operation)
        if media is None:
            return 0
        node = self.schemas.flat(media.schema)
        if "items" in node:
            return 0
        members = map(self.schemas.flat, mapping(node.get("properties")).values())
        nodes = (each for each in (node, *members) if "discriminator" in each)
        return max((len(list(self.schemas.tagged(each))) for each in nodes), default=0)

    def parameters(self, operation: Operation, n: int = 0) -> dict[tuple[str, str], Json]:
        """Return values for the parameters: for n = 0 the required ones only.

        Raises:
            NoValueError: a required one has none.

        """
        chance = self._chance(operation, n, "parameters")
        together = _groups(operation)
        dropped = {name for group in together if chance.random() < 0.5 for name in group}
        found: dict[tuple[str, str], Json] = {}
        for each in operation.parameters:
            likely = 0.0 if n == 0 else (0.9 if n == 2 else 0.35)
            is_grouped = any(each.name in group for group in together)
            wanted = each.name not in dropped and n > 0 if is_grouped else chance.random() < likely
            if each.required or (wanted and each.schema != {}):
                try:
                    found[each.location, each.name] = self.parameter(operation, each, chance)
                except NoValueError:
                    if each.required:
                        raise
        grouped = {name for group in together for name in group}
        names = {name for _, name in found}
        broken = {name for group in together if not names >= set(group) for name in group}
        kept = {key: one for key, one in found.items() if key[1] not in grouped & broken}
        return self._ordered(operation, kept)

    def _ordered(
        self, operation: Operation, found: dict[tuple[str, str], Json]
    ) -> dict[tuple[str, str], Json]:
        """Return parameters without those that break an order and may be left out."""
        members = {each.name: self.schemas.flat(each.schema) for each in operation.parameters}
        required = {each.name for each in operation.parameters if each.required}
        for order in orders(self.schemas, members):
            given = {name: one for (_, name), one in found.items()}
            if order.member not in required and not is_kept(order, given, members):
                found = {key: one for key, one in found.items() if key[1] != order.member}
        return found

    def parameter(self, operation: Operation, parameter: Parameter, chance: Random) -> Json:
        """Return a value of a parameter.

        Raises:
            NoValueError: it has none.

        """
        if (prepared := self.pool.prepared.get((operation.label, parameter.name))) is not None:
            return prepared
        keys = (self.key(), str(uuid4())) if parameter.is_idempotency_key else ()
        for key in keys:
            if self.schemas.is_valid(parameter.schema_pointer, key, "write"):
                return key
        own = not operation.is_safe
        node = self.schemas.flat(parameter.schema)
        if parameter.location == "path" and "x-apigen-exists" not in node:
            held = self.pool.of_parameter(operation.path, parameter.name, own=own)
            if held:
                return chance.choice(held)
        for _ in range(_ATTEMPTS):
            made = self._maker(chance, own=own).make(parameter.schema, parameter.name)
            if self.schemas.is_valid(parameter.schema_pointer, made, "write"):
                return made
        raise NoValueError(f"no value is found for the parameter {parameter.name}")

    def body(self, operation: Operation, media: MediaType, n: int = 0) -> Json:
        """Return the *n*-th valid body.

        Raises:
            NoValueError: none can be made.

        """
        if n < len(media.examples):
            mended = self._mended(operation, media, n)
            if self.schemas.is_valid(media.schema_pointer, mended, "write"):
                return mended
        fullness = {0: 0.0, 1: 1.0}.get(n - len(media.examples), 0.4)
        for attempt in range(_ATTEMPTS):
            chance = self._chance(operation, n, f"body {attempt}")
            turn = n - len(media.examples) - 2
            maker = self._maker(chance, own=False, fullness=fullness)
            made = replace(maker, turn=turn if turn >= 0 else None).make(media.schema)
            made = settled(self.schemas, media.schema, made)
            if self.schemas.is_valid(media.schema_pointer, made, "write"):
                return made
        raise NoValueError("no body is found that follows the schema")

    def _mended(self, operation: Operation, media: MediaType, n: int) -> Json:
        chance = self._chance(operation, n, "example")
        mender = Mender(self._maker(chance, own=False))
        return settled(self.schemas, media.schema, mender.mend(media.schema, media.examples[n]))

    def _maker(self, chance: Random, *, own: bool, fullness: float = 0.5) -> Maker:
        return Maker(
            self.schemas,
            chance,
            datetime.now(UTC),
            self.identifier,
            lambda rule: self.pool.listed(rule, own=own),
            fullness,
        )

    def _chance(self, operation: Operation, n: int, what: str) -> Random:
        return Random(f"{self.seed} {self.namespace} {operation.label} {n} {what}")  # noqa: S311 - chance that can be repeated


def values(contract: Contract, seed: int, namespace: str) -> Values:
    """Return a maker of requests."""
    return Values(contract, Schemas(contract), Pool(contract, namespace), seed, namespace)


def _groups(operation: Operation) -> list[list[str]]:
    """Return the groups of parameters that go together (``x-apigen-together``)."""
    stated = sequence(operation.extensions.get("x-apigen-together"))
    groups = stated if all(isinstance(each, list) for each in stated) else [stated]
    return [[text(name) for name in sequence(group)] for group in groups if group]


def _given(body: Json, members: Mapping[str, Json]) -> Json:
    if not members:
        return body
    if isinstance(body, list):
        return [{**mapping(each), **members} for each in body]
    return {**mapping(body), **members}
