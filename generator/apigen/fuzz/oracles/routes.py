"""The oracle ``routes``: paths and methods that are served, and that no contract names.

A probe counts only if a random sibling of it, asked with the same method, is answered otherwise:
some servers answer whatever they are asked.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from apigen.diagnostics.undocumented import UNDOCUMENTED_METHOD, UNDOCUMENTED_ROUTE
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.operations import Operation
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Call, Exchange
from apigen.fuzz.values import NoValueError

_METHODS = ("OPTIONS", "GET", "POST", "PUT", "PATCH", "DELETE")
_SIBLINGS = (
    "export", "search", "count", "bulk", "batch", "stats", "summary", "history", "status", "all",
    "admin", "debug", "internal", "config", "schema", "query", "list", "latest", "import",
)  # fmt: skip
_ROOTS = ("admin", "debug", "internal", "env", "config", "actuator", "status", "info", "version")
_SILENT = frozenset({0, 401, 403, 404, 429, 501, 503})
"""Statuses that do not say that something is there."""


def _run(session: Session) -> Iterator[Finding]:
    paths: dict[str, list[Operation]] = {}
    for operation in session.operations:
        paths.setdefault(operation.path, []).append(operation)
    known: dict[str, str] = {}
    for path, operations in paths.items():
        try:
            known[path] = _concrete(session, operations)
        except NoValueError as why:
            for operation in operations:
                yield Untested(operation.label, str(why))
    documented = [_matcher(each.path) for each in session.contract.operations]
    for path, concrete in known.items():
        yield from (Tested(each.label) for each in paths[path])
        yield from _methods(session, path, concrete, paths[path][0])
    for path in _candidates(tuple(known.values())):
        if not any(each.fullmatch(path) for each in documented):
            yield from _route(session, path, next(iter(paths.values()))[0])


def _concrete(session: Session, operations: list[Operation]) -> str:
    """Return a path of these operations that exists, if possible one that the run made."""
    chosen = next((each for each in operations if not each.is_safe), operations[0])
    parameters = {
        (each.location, each.name): value
        for each in chosen.parameters
        if each.location == "path"
        for value in [
            session.values.parameter(chosen, each, session.random("routes", chosen.label))
        ]
    }
    bare = replace(chosen, parameters=tuple(p for p in chosen.parameters if p.location == "path"))
    return session.values.call(replace(bare, body=None), 0, parameters=parameters).path


def _methods(session: Session, path: str, concrete: str, operation: Operation) -> Iterator[Drift]:
    """Give the methods of a path that are served, or said to be, and not documented."""
    documented = {each.method for each in session.contract.operations if each.path == path}
    for method in _METHODS:
        if method in documented or not session.sender.may(method):
            continue
        probe = session.send(Call(method, concrete, is_beyond=True))
        if method == "OPTIONS":
            named = _allowed(probe) - documented - {"HEAD", "OPTIONS", "TRACE"}
            if named and _allowed(_elsewhere(session, method, concrete)) != _allowed(probe):
                for each in sorted(named):
                    yield _method(operation, path, each, probe, f"its Allow names {each}")
            continue
        if probe.answer.status in _SILENT | {405} or 300 <= probe.answer.status < 400:
            continue
        control = _elsewhere(session, method, concrete)
        if control.answer.status != probe.answer.status:
            did = f"the server answers {probe.answer.status}"
            yield _method(operation, path, method, probe, did)


def _method(operation: Operation, path: str, method: str, probe: Exchange, did: str) -> Drift:
    return Drift(
        UNDOCUMENTED_METHOD,
        f"{method} {path}",
        operation.place,
        says=f"{path} has no {method}",
        did=did,
        exchanges=(probe,),
        kind=Kind.UNDOCUMENTED,
    )


def _allowed(exchange: Exchange) -> set[str]:
    stated = exchange.answer.header("allow") or ""
    return {each.strip().upper() for each in stated.split(",") if each.strip()}


def _route(session: Session, path: str, operation: Operation) -> Iterator[Drift]:
    probe = session.send(Call("GET", path, is_beyond=True))
    status = probe.answer.status
    if status in _SILENT or 300 <= status < 400:
        return
    control = _control(session, "GET", path)
    if control.answer.status == status:
        return
    yield Drift(
        UNDOCUMENTED_ROUTE,
        f"GET {path}",
        operation.place,
        says=f"there is no path {path}",
        did=f"the server answers {status}, and {control.answer.status} to a random one beside it",
        exchanges=(control, probe),
        kind=Kind.UNDOCUMENTED,
    )


def _control(session: Session, method: str, path: str) -> Exchange:
    """Send the method to a path beside this one, that nobody can have thought of."""
    above, _, last = path.rstrip("/").rpartition("/")
    slash = "/" if path.endswith("/") else ""
    version = re.fullmatch(r"/v\d+(/.*)", path)
    nonsense = session.values.identifier()
    beside = f"/{nonsense}{version[1]}" if version else f"{above}/{nonsense}-{len(last)}{slash}"
    return session.send(Call(method, beside, is_beyond=True))


def _elsewhere(session: Session, method: str, path: str) -> Exchange:
    """Send the method to a path far from all others: a template takes any last."""
    return session.send(Call(method, f"/{session.values.identifier()}{path}", is_beyond=True))


def _candidates(known: tuple[str, ...]) -> Iterator[str]:
    """Give paths that a server of these paths might have, each one once."""
    found: dict[str, None] = {}
    for path in known:
        found.update(dict.fromkeys(f"{path.rstrip('/')}/{word}" for word in _SIBLINGS))
        if not path.endswith("/"):
            found[f"{path}/"] = None
        version = re.search(r"/v(\d+)(?=/)", path)
        if version is not None:
            before, after = path[: version.start()], path[version.end() :]
            other = int(version[1]) + 1
            found.update(dict.fromkeys((f"{before}/v{other}{after}", f"{before}{after}", after)))
        else:
            found[f"/v2{path}"] = None
    found.update(dict.fromkeys(f"/{word}" for word in _ROOTS))
    yield from found


def _matcher(template: str) -> re.Pattern[str]:
    """Return what matches the paths of a template, with or without a slash at its end."""
    parts = re.split(r"\{[^{}]*\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)))


ORACLE = Oracle("routes", "paths and methods that the contract does not name", _run, requests=25)
