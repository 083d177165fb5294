"""The oracle ``inputs``: query parameters, headers and members of bodies that no contract names.

Names are mined from the contract and sent in groups. A group whose answer differs from that of a
nonsense name is halved until the name that makes the difference is alone.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from apigen.diagnostics.undocumented import UNDOCUMENTED_INPUT
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.jsonvalues import compact, mapping
from apigen.fuzz.operations import Operation
from apigen.fuzz.oracles.comparing import Control, Tried, VariesError, control, described
from apigen.fuzz.oracles.naming import HEADERS, names, suiting
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Call
from apigen.fuzz.values import NoValueError
from apigen.types import Json

_GROUP = 40
_TURNS = 4
"""How many values a name is tried with."""
_SINGLE = 60
"""How many names are tried where each needs a request of its own: the server refuses names that it
does not know, and says so only of the first one."""

Inputs = Mapping[str, Json]
_WORDS = {"query": "query parameters", "header": "headers", "body": "members of the body"}


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for inputs of one operation in one location."""

    session: Session
    operation: Operation
    location: str
    base: Callable[[], Call]
    size: int = _GROUP
    """How many names each request has; nonsense fills it up, so that all are alike."""

    def send(self, inputs: Inputs) -> Tried:
        filled = {**inputs}
        while len(filled) < self.size:
            filled[self.nonsense()] = "x"
        call = _with(self.base(), self.location, filled)
        rare = frozenset(
            compact(each).decode()
            for each in inputs.values()
            if isinstance(each, str) and each.startswith(self.prefix)
        )
        return Tried(self.session.send(call), tuple(filled), rare)

    @property
    def prefix(self) -> str:
        return self.session.options.namespace.replace("-", "")

    def nonsense(self) -> str:
        """Return a name, or a value, that no handler knows."""
        return self.session.values.identifier().replace("-", "")

    def control(self) -> Control:
        return control(lambda: self.send({}))

    def found(self, held: Control, inputs: Inputs) -> Iterator[tuple[str, Json]]:
        """Halve a group until each name that changes the answer is alone."""
        changed = held.changed(lambda: self.send(inputs))
        if changed is None:
            return
        if len(inputs) == 1:
            name, value = next(iter(inputs.items()))
            if self._is_the_name(held, name, value):
                yield name, value
            return
        pairs = list(inputs.items())
        middle = len(pairs) // 2
        yield from self.found(held, dict(pairs[:middle]))
        yield from self.found(held, dict(pairs[middle:]))

    def _is_the_name(self, held: Control, name: str, value: Json) -> bool:
        """Tell whether the name does it: not its value under another one, and again if repeated."""
        other = held.changed(lambda: self.send({self.nonsense(): value}))
        return other is None and held.changed(lambda: self.send({name: value})) is not None

    def drift(self, name: str, value: Json) -> Drift:
        alone = replace(self, size=1)
        plain, changed = alone.send({}).exchange, alone.send({name: value}).exchange
        known = [each.name for each in self.operation.parameters if each.location == self.location]
        documented = f" ({', '.join(known)})" if known else ""
        return Drift(
            UNDOCUMENTED_INPUT,
            self.operation.label,
            self.operation.place,
            says=f"the {_WORDS[self.location]}{documented} do not include {name}",
            did=f"the server looks at it: {described(plain.answer, changed.answer)}",
            exchanges=(plain, changed),
            subject=f"{self.location} {name}",
            kind=Kind.UNDOCUMENTED,
        )


def _run(session: Session) -> Iterator[Finding]:
    for operation in session.usable():
        if operation.method not in {"GET", "POST", "PUT", "PATCH"}:
            continue
        try:
            base = _base(session, operation)
            for location in _locations(session, operation):
                yield from _searched(_Search(session, operation, location, base))
        except (NoValueError, VariesError) as why:
            yield Untested(operation.label, str(why))


def _base(session: Session, operation: Operation) -> Callable[[], Call]:
    """Return what makes the plain request: of a POST another one each time, else the same."""
    made = session.values.call(operation, 0)
    if operation.method != "POST":
        return lambda: made
    return lambda: session.values.call(operation, 0)


def _locations(session: Session, operation: Operation) -> Iterator[str]:
    yield "query"
    yield "header"
    media = session.values.media_type(operation)
    if media is not None and "json" in media.name:
        yield "body"


def _searched(search: _Search) -> Iterator[Finding]:
    session, operation = search.session, search.operation
    plain = session.send(search.base())
    if not plain.answer.is_success:
        yield Untested(operation.label, f"the plain request is answered {plain.answer.status}")
        return
    held, search = _held(search)
    yield Tested(operation.label)
    is_strict = not held.latest.answer.is_success
    shown = _shown(session, operation) if search.location == "body" else frozenset[str]()
    left = _candidates(search)
    if search.size == 1:
        left = dict(list(left.items())[:_SINGLE])
    for turn in range(1 if is_strict else _TURNS):
        offered = [(name, values[turn]) for name, values in left.items() if turn < len(values)]
        for start in range(0, len(offered), search.size):
            group = dict(offered[start : start + search.size])
            for name, value in search.found(held, group):
                left.pop(name, None)
                found = search.drift(name, value)
                if name not in shown or found.exchanges[-1].answer.is_success:
                    yield found


def _held(search: _Search) -> tuple[Control, _Search]:
    """Return the control of a search, and the search with groups of the size that the server bears.

    Where a server refuses what it does not know, the names of a group must all be in its answer;
    else only one name can be asked for at a time.
    """
    held = search.control()
    latest = held.latest
    body = latest.answer.body.decode("utf-8", "replace")
    if latest.answer.is_success or all(name in body for name in latest.names):
        return held, search
    alone = replace(search, size=1)
    return alone.control(), alone


def _candidates(search: _Search) -> dict[str, list[Json]]:
    """Return names with their values, without what the contract documents."""
    session, operation, schemas = search.session, search.operation, search.session.values.schemas
    nonsense = search.nonsense()
    documented = {
        each.name.lower() if search.location == "header" else each.name
        for each in operation.parameters
        if each.location == search.location
    }
    if search.location == "header":
        others = [
            each.name
            for other in session.contract.operations
            for each in other.parameters
            if each.location == "header"
        ]
        wanted = dict.fromkeys((*others, *HEADERS))
        return {name: [nonsense, "1", "true"] for name in wanted if name.lower() not in documented}
    mined = names(session.contract, schemas, operation)
    if search.location == "body":
        media = session.values.media_type(operation)
        documented = _members(schemas, media.schema) if media is not None else set[str]()
    return {
        name: suiting(schemas, name, known, nonsense)
        for name, known in mined.items()
        if name not in documented
    }


def _shown(session: Session, operation: Operation) -> frozenset[str]:
    """Return the members that the resource shows when it is read or written with success.

    A server may refuse to let them be set: the contract names them, if not in the request.
    """
    schemas = session.values.schemas
    return frozenset(
        name
        for other in session.contract.operations
        if other.path == operation.path
        for response in other.responses
        if response.status.startswith("2")
        for media in response.content
        for name in schemas.properties(media.schema)
    )


def _members(schemas: Schemas, schema: Json) -> set[str]:
    """Return the members that a body, or each item of it, may have."""
    items = schemas.flat(schema).get("items")
    return {*schemas.properties(schema), *(schemas.properties(items) if items is not None else ())}


def _with(call: Call, location: str, inputs: Inputs) -> Call:
    """Return a call with more inputs."""
    if location == "query":
        written = urlencode([(name, _text(value)) for name, value in inputs.items()])
        sign = "&" if "?" in call.url else "?"
        return replace(call, url=f"{call.url}{sign}{written}", is_valid=None, is_beyond=True)
    if location == "header":
        added = tuple((name, _text(value)) for name, value in inputs.items())
        return replace(call, headers=(*call.headers, *added), is_valid=None, is_beyond=True)
    return replace(call, body=_in_body(call.body, inputs), is_valid=None, is_beyond=True)


def _in_body(body: bytes | None, inputs: Inputs) -> bytes:
    """Return a body with more members: beside its own, or in each of its items."""
    value: Json = json.loads(body or b"{}")
    if isinstance(value, list):
        return compact([{**mapping(each), **inputs} for each in value])
    return compact({**mapping(value), **inputs})


def _text(value: Json) -> str:
    return value if isinstance(value, str) else compact(value).decode()


ORACLE = Oracle(
    "inputs", "parameters, headers and members that the contract does not name", _run, requests=60
)
