"""What an operation documents as its inputs, and what a route takes as such."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from apigen.fuzz.jsonvalues import mapping, text
from apigen.fuzz.operations import Contract, Operation, Parameter
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.whitebox.reading import Kind, Read, Reads, model_names, reads
from apigen.fuzz.whitebox.routes import Route

_GENERAL = frozenset({
    "authorization", "baggage", "cache-control", "connection", "cookie", "date", "dnt", "expect",
    "forwarded", "from", "host", "max-forwards", "origin", "pragma", "priority", "range",
    "referer", "te", "traceparent", "tracestate", "trailer", "transfer-encoding", "upgrade",
    "user-agent", "via", "x-correlation-id", "x-real-ip", "x-request-id",
})  # fmt: skip
_GENERAL_STARTS = (
    "accept", "access-control-", "content-", "if-", "proxy-", "sec-", "x-forwarded-",
)  # fmt: skip
_TAKEN = {
    "path": "path_params",
    "query": "query_params",
    "header": "header_params",
    "cookie": "cookie_params",
}


@dataclass(frozen=True, slots=True)
class Documented:
    """The inputs that an operation documents, names of headers in small letters."""

    names: frozenset[tuple[str, str]]
    open: frozenset[str]
    """Locations of which the contract leaves the names free."""

    def has(self, read: Read) -> bool:
        """Tell whether the contract names what is read, or has no need to."""
        if read.location in self.open or read.location == "path":
            return True
        name = read.name.lower() if read.location == "header" else read.name
        if read.location == "header" and is_general(name):
            return True
        base = name.partition("[")[0]
        return bool({(read.location, name), (read.location, base)} & self.names)


def is_general(header: str) -> bool:
    """Tell whether a header, in small letters, belongs to HTTP and not to an operation."""
    return header in _GENERAL or header.startswith(_GENERAL_STARTS)


def documented(contract: Contract, schemas: Schemas, operation: Operation) -> Documented:
    """Return the inputs of an operation."""
    names: set[tuple[str, str]] = set(_security(contract, operation))
    for each in operation.parameters:
        name = each.name.lower() if each.location == "header" else each.name
        names.add((each.location, name))
        if each.explode and each.style == "form":
            names.update((each.location, one) for one in schemas.properties(each.schema))
    members = {
        ("body", name)
        for media in (operation.body.content if operation.body else ())
        for name in schemas.properties(_item(contract, media.schema))
    }
    is_open = operation.body is not None and not members
    return Documented(frozenset(names | members), frozenset({"body"} if is_open else ()))


def _item(contract: Contract, schema: Any) -> Any:
    """Return what a body consists of: the items of a list, else itself."""
    flat = mapping(contract.resolved(schema))
    return flat.get("items", schema) if "items" in flat else schema


def _security(contract: Contract, operation: Operation) -> Iterator[tuple[str, str]]:
    schemes = contract.security_schemes
    for name in {name for each in operation.security for name in each}:
        scheme = mapping(schemes.get(name))
        if text(scheme.get("type")) == "apiKey":
            where, key = text(scheme.get("in")), text(scheme.get("name"))
            yield where, key.lower() if where == "header" else key


def taken(route: Route) -> Reads:
    """Return what a route reads: what FastAPI takes for it, and what its code asks for."""
    if route.dependant is None:
        return reads(route.endpoint)
    found = Reads()
    for dependant in _all(route.dependant):
        found.found += _declared(dependant)
        inner = reads(dependant.call, dict(_arguments(dependant))) if dependant.call else Reads()
        found.found += inner.found
        if _arguments_of(dependant):
            found.open |= inner.open
    return found


def _all(dependant: Any) -> Iterator[Any]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all(each)


def _declared(dependant: Any) -> Iterator[Read]:
    file, line = _place(dependant.call)
    for location, attribute in _TAKEN.items():
        for each in getattr(dependant, attribute):
            for name in _wire_names(each):
                yield Read(location, name, file, line)
    several = len(dependant.body_params) > 1  # then each is a member
    for each in dependant.body_params:
        for name in (str(each.alias),) if several else _members(each):
            yield Read("body", name, file, line)


def _wire_names(field: Any) -> tuple[str, ...]:
    """Return the names under which a field of FastAPI is sent; those of a model are its own."""
    return model_names(_annotation(field)) or (str(field.alias),)


def _members(field: Any) -> tuple[str, ...]:
    """Return the members of a body that is one value."""
    if getattr(field.field_info, "embed", None):
        return (str(field.alias),)
    annotation = _annotation(field)
    parts = (annotation, *get_args(annotation))  # a list of them, or one or none
    return tuple(name for each in parts for name in model_names(each) or ())


def _annotation(field: Any) -> Any:
    return getattr(getattr(field, "field_info", None), "annotation", None)


def _arguments(dependant: Any) -> Iterator[tuple[str, Kind]]:
    """Give the parameters of a callable that hold something of the request as a whole."""
    for attribute in ("request_param_name", "http_connection_param_name"):
        if name := getattr(dependant, attribute, None):
            yield str(name), Kind.REQUEST
    for field in dependant.body_params:
        annotation = getattr(getattr(field, "field_info", None), "annotation", None)
        if (
            getattr(annotation, "__origin__", annotation) is dict
            and len(dependant.body_params) == 1
        ):
            yield str(field.name), Kind.BODY


def _arguments_of(dependant: Any) -> bool:
    return any(True for _ in _arguments(dependant))


def _place(function: Any) -> tuple[str, int]:
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    return ("", 0) if code is None else (code.co_filename, code.co_firstlineno)


def unread(operation: Operation, found: Reads) -> Iterator[Parameter]:
    """Give the documented parameters that a route certainly does not read."""
    names = {
        (each.location, each.name.lower() if each.location == "header" else each.name)
        for each in found.found
    }
    bases = {(location, name.partition("[")[0]) for location, name in names}
    for each in operation.parameters:
        name = each.name.lower() if each.location == "header" else each.name
        is_special = each.location == "path" or (each.location == "header" and is_general(name))
        is_compound = each.style != "form" or "object" in str(each.schema)
        if each.location == "query" and is_compound:
            continue  # read under the names of its members
        is_told = (each.location, name) in names | bases or each.location in found.open
        if not is_special and not is_told:
            yield each
