"""Which route serves which operation, whatever both call their path parameters."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from apigen.fuzz.jsonvalues import mapping, sequence, text
from apigen.fuzz.operations import Contract, Operation
from apigen.fuzz.whitebox.routes import Route, Table

_EXPRESSION = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Matched:
    """The operations and what serves them."""

    prefix: str
    """Stands before the paths of the contract in those of the application."""
    pairs: tuple[tuple[Operation, Route], ...]
    by_contract: tuple[Operation, ...]
    """Operations that a generated stub serves."""
    missing: tuple[Operation, ...]
    unseen: tuple[Operation, ...]
    """Operations below a path where something is mounted that shows no routes."""
    beyond: tuple[Route, ...]
    """Routes that serve no operation."""


def matched(contract: Contract, table: Table) -> Matched:
    """Return which route serves which operation.

    The contract's paths follow the path of one of its servers, or stand alone: that which fits
    more of them.
    """
    found = [_matched(contract, table, prefix) for prefix in prefixes(contract)]
    return max(found, key=lambda each: -len(each.missing))


def names(path: str) -> tuple[str, ...]:
    """Return the names of the path parameters of a template, in order."""
    return tuple(_EXPRESSION.findall(path))


def pattern(path: str, *, is_deep: bool = False) -> re.Pattern[str]:
    """Return what matches the paths of a template; *is_deep*: a parameter may hold slashes."""
    parts = map(re.escape, _EXPRESSION.split(path)[::2])
    return re.compile((".+" if is_deep else "[^/]+").join(parts))


def prefixes(contract: Contract) -> Iterable[str]:
    """Return what may stand before the contract's paths: nothing, and the paths of its servers."""
    found = {"": None}
    for server in sequence(contract.value.get("servers")):
        path = urlsplit(text(mapping(server).get("url"))).path.rstrip("/")
        if "{" not in path:
            found[path] = None
    return found


def _matched(contract: Contract, table: Table, prefix: str) -> Matched:
    exact = {(each.method, _shape(each.path)): each for each in table.routes}
    stub = {_shape(label) for label in table.by_contract}
    pairs: list[tuple[Operation, Route]] = []
    by_contract, missing, unseen = list[Operation](), list[Operation](), list[Operation]()
    broad: set[Route] = set()
    for operation in contract.operations:
        path = prefix + operation.path
        route = exact.get((operation.method, _shape(path)))
        wider = [each for each in table.routes if _takes(each, operation.method, path)]
        if route is not None:
            pairs.append((operation, route))
        elif _shape(f"{operation.method} {path}") in stub:
            by_contract.append(operation)
        elif wider:
            broad.update(wider)
            pairs.append((operation, wider[0]))
        elif any(path.startswith(each.rstrip("/") + "/") or each == path for each in table.unseen):
            unseen.append(operation)
        else:
            missing.append(operation)
    used = {route for _, route in pairs} | broad
    beyond = tuple(each for each in table.routes if each not in used)
    return Matched(prefix, tuple(pairs), tuple(by_contract), tuple(missing), tuple(unseen), beyond)


def _takes(route: Route, method: str, path: str) -> bool:
    """Tell whether a route takes the requests of a template that is written otherwise."""
    if route.method != method:
        return False
    return pattern(route.path, is_deep=route.is_deep).fullmatch(path) is not None


def _shape(path: str) -> str:
    return _EXPRESSION.sub("{}", path)
