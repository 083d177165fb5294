"""What a request that was taken had that the contract does not have, or forbids.

Only requests that met with success are judged: a test that sends something wrong and is refused
tests just that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote

from apigen.diagnostics import Code, Place
from apigen.diagnostics.boundaries import CONSTRAINT_IGNORED, UNREADABLE_TAKEN
from apigen.diagnostics.undocumented import INPUT_TAKEN, UNDOCUMENTED_METHOD, UNDOCUMENTED_ROUTE
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.operations import Contract, MediaType, Operation, Parameter
from apigen.fuzz.oracles import members
from apigen.fuzz.oracles.headers import read
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.traffic import Answer, Call, Exchange
from apigen.fuzz.whitebox.inputs import documented, is_general
from apigen.fuzz.whitebox.matching import pattern, prefixes
from apigen.types import Json

_Values = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Requests:
    """Holds requests against the contract."""

    contract: Contract
    schemas: Schemas

    def identified(self, call: Call) -> Call:
        """Return a call with the template of its operation, the one with the fewest parameters."""
        of_method = [one for one in self.contract.operations if one.method == call.method]
        for operation in sorted(of_method, key=lambda one: one.path.count("{")):
            if self._matches(operation, call.path):
                marked = replace(call, template=operation.path)
                beyond = any(True for _ in self._unnamed(operation, marked))
                return replace(marked, is_beyond=beyond)
        return call

    def _matches(self, operation: Operation, path: str) -> bool:
        return any(
            pattern(prefix + operation.path).fullmatch(path) for prefix in prefixes(self.contract)
        )

    def judged(self, exchange: Exchange) -> Iterator[Drift]:
        """Give what the server took though the contract does not have it."""
        if not exchange.answer.is_success or exchange.call.method in {"OPTIONS", "HEAD"}:
            return
        operation = self.contract.by_label(exchange.call.label)
        if exchange.call.template is None or operation is None:
            yield self._route(exchange)
            return
        for location, name in self._unnamed(operation, exchange.call):
            says = f"it has no {location} input {name}"
            yield _drift(
                INPUT_TAKEN, operation, operation.place, says, "it was sent, and taken", exchange,
                f"{location} {name}", Kind.UNDOCUMENTED,
            )  # fmt: skip
        for parameter in operation.parameters:
            yield from self._parameter(operation, parameter, exchange)
        yield from self._body(operation, exchange)

    def _route(self, exchange: Exchange) -> Drift:
        call = exchange.call
        known = [one for one in self.contract.operations if self._matches(one, call.path)]
        place = self.contract.place(known[0].pointer.rpartition("/")[0] if known else "/paths")
        says = "the path has no such method" if known else "there is no such path"
        code = UNDOCUMENTED_METHOD if known else UNDOCUMENTED_ROUTE
        did = f"the server answered {exchange.answer.status}"
        return Drift(code, call.label, place, says, did, (exchange,), kind=Kind.UNDOCUMENTED)

    def _unnamed(self, operation: Operation, call: Call) -> Iterator[tuple[str, str]]:
        """Give what is sent and not named, by location."""
        known = documented(self.contract, self.schemas, operation)
        for name in dict.fromkeys(name for name, _ in _query(call)):
            if not {("query", name), ("query", name.partition("[")[0])} & known.names:
                yield "query", name
        for name in dict.fromkeys(name.lower() for name, _ in call.headers):
            if ("header", name) not in known.names and not is_general(name):
                yield "header", name
        media, value = _media(operation, call), _json(call)
        if media is not None and value is not None:
            for pointer in members.undocumented(self.schemas, media.schema, value):
                yield "body", pointer

    def _parameter(
        self, operation: Operation, parameter: Parameter, exchange: Exchange
    ) -> Iterator[Drift]:
        """Give what is wrong with a parameter; those in cookies or of objects are not looked at."""
        node = self.schemas.flat(parameter.schema)
        if parameter.location == "cookie" or parameter.media_type or "object" in str(node):
            return
        given = self._given(operation, parameter, exchange.call)
        if not given and parameter.required and parameter.location != "path":
            says = f"{parameter.location} {parameter.name} is required"
            yield _drift(CONSTRAINT_IGNORED, operation, parameter.place, says,
                         "a request without it was taken", exchange,
                         f"{parameter.location} {parameter.name} required")  # fmt: skip
        if not given or (parameter.style not in {"form", "simple"}):
            return
        value = read(self.schemas, node, ",".join(given))
        for fault in self.schemas.faults(parameter.schema_pointer, value, "write")[:1]:
            says = f"{parameter.location} {parameter.name} follows its schema"
            yield _drift(CONSTRAINT_IGNORED, operation, parameter.place, says,
                         f"a value that does not was taken: {fault.message}", exchange,
                         f"{parameter.location} {parameter.name} {fault.keyword}")  # fmt: skip

    def _given(self, operation: Operation, parameter: Parameter, call: Call) -> list[str]:
        if parameter.location == "query":
            return [value for name, value in _query(call) if name == parameter.name]
        if parameter.location == "header":
            wanted = parameter.name.lower()
            return [value for name, value in call.headers if name.lower() == wanted]
        parts, wanted_parts = call.path.split("/"), operation.path.split("/")
        for part, template in zip(reversed(parts), reversed(wanted_parts), strict=False):
            if template == "{" + parameter.name + "}":
                return [unquote(part)]
        return []  # it is a part of a segment only

    def _body(self, operation: Operation, exchange: Exchange) -> Iterator[Drift]:
        body, call = operation.body, exchange.call
        if body is None or (call.body is None and not body.required):
            return
        media = _media(operation, call)
        kind = call.header("content-type") or "none"
        if call.body is None or (media is None and body.content):
            wanted = ", ".join(each.name for each in body.content)
            did = "it took none" if call.body is None else f"it took {kind}"
            yield _drift(UNREADABLE_TAKEN, operation, body.place, f"a body is {wanted}", did,
                         exchange, "body")  # fmt: skip
        elif media is not None and "json" in kind:
            yield from self._faults(operation, media, exchange)

    def _faults(
        self, operation: Operation, media: MediaType, exchange: Exchange
    ) -> Iterator[Drift]:
        place = self.contract.place(media.schema_pointer)
        value = _json(exchange.call)
        if value is None and exchange.call.body != b"null":
            did = "it took a body that is no JSON"
            yield _drift(UNREADABLE_TAKEN, operation, place, "a body is JSON", did, exchange,
                         "body")  # fmt: skip
            return
        for fault in self.schemas.faults(media.schema_pointer, value, "write"):
            did = f"one that does not was taken: {fault.pointer or 'it'}: {fault.message}"
            yield _drift(CONSTRAINT_IGNORED, operation, place, "a body follows its schema", did,
                         exchange, f"body {fault.pointer} {fault.keyword}")  # fmt: skip


def _drift(
    code: Code, operation: Operation, place: Place, says: str, did: str, exchange: Exchange,
    subject: str, kind: Kind = Kind.VIOLATION,
) -> Drift:  # fmt: skip
    return Drift(code, operation.label, place, says, did, (exchange,), subject, kind)


def _query(call: Call) -> _Values:
    query = call.url.partition("?")[2]
    return parse_qsl(query, keep_blank_values=True)


def _json(call: Call) -> Json:
    """Return the body as JSON; None if it is none."""
    try:
        return Answer(0, body=call.body or b"").json()
    except ValueError:
        return None


def _media(operation: Operation, call: Call) -> MediaType | None:
    """Return the documented media type of a body, ranges included."""
    sent = (call.header("content-type") or "").partition(";")[0].strip().lower()
    content = {each.name.partition(";")[0].strip().lower(): each
               for each in (operation.body.content if operation.body else ())}  # fmt: skip
    wanted = (sent, f"{sent.partition('/')[0]}/*", "*/*")
    return next((content[name] for name in wanted if name in content), None)
