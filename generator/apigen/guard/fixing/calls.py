"""The generated call for one raw call, or why there is none that is certain.

Certain is little: a statement that asks, checks the status and drops the answer, through requests
or httpx by their own functions, at the address that a client of the module was made with. What is
written parses and has the types of the operation by construction; the rest is left to people.
"""

import ast
import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apigen.guard.fixing.names import ClientName, Function, Names, annotated, seconds, written
from apigen.guard.surface import Argument, Endpoint
from apigen.guard.values import Hole, Text

LIBRARIES = frozenset({"requests", "httpx", "httpx2"})
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_SEGMENT = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


class NoFixError(Exception):
    """Why no call is certain."""


@dataclass(frozen=True, slots=True)
class Site:
    """A statement, and what stands around it."""

    statement: ast.stmt
    function: Function | None
    """The innermost scope, if that is a function."""
    guarded: bool
    """Whether something around it may catch what it raises."""
    index: int
    """That of the statement of the module that holds it."""


@dataclass(frozen=True, slots=True)
class _Raw:
    """A raw call taken apart."""

    verb: str
    url: ast.expr
    given: Mapping[str, ast.expr]


def generated(
    site: Site, names: Names, libraries: Sequence[str], clients: Sequence[ClientName]
) -> str:
    """Return the call to write for a statement's expression; raise NoFixError if none is sure."""
    raw = _raw(site, libraries)
    url = written(raw.url, names)
    fitting = [each for each in clients if url and _below(each.base, url) is not None]
    if url is None or len(fitting) != 1:
        raise NoFixError("no client of this module is sure to be made with the same address")
    client = fitting[0]
    if client.statement >= site.index:
        raise NoFixError(f"'{client.name}' is made after the call")
    if "timeout" in raw.given and (
        client.timeout is None or seconds(raw.given["timeout"]) != client.timeout
    ):
        raise NoFixError(f"'{client.name}' was not made with the same time-out")
    segments = _segments(_below(client.base, url) or ())
    endpoint = _endpoint(client, raw.verb.upper(), segments)
    arguments = [
        *_of_path(endpoint, client, segments, site, names),
        *_of_query(endpoint, raw.given.get("params"), site, names),
    ]
    if not all(each.isidentifier() and not keyword.iskeyword(each) for each in _words(endpoint)):
        raise NoFixError("a generated name is no identifier")
    return f"{client.name}.{endpoint.call}({', '.join(arguments)})"


def _words(endpoint: Endpoint) -> list[str]:
    return [endpoint.call, *(each.keyword for each in endpoint.arguments)]


def _raw(site: Site, libraries: Sequence[str]) -> _Raw:
    match site.statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(
                    value=ast.Call(
                        func=ast.Attribute(value=ast.Name(id=library), attr=verb),
                        args=[url],
                        keywords=keywords,
                    ),
                    attr="raise_for_status",
                ),
                args=[],
                keywords=[],
            )
        ) if library in libraries and verb in _VERBS:
            pass
        case _:
            raise NoFixError("only a plain call with .raise_for_status(), its answer dropped, is")
    given = {each.arg: each.value for each in keywords if each.arg}
    if len(given) != len(keywords) or given.keys() - {"params", "timeout"}:
        raise NoFixError("it is given more than parameters and a time-out")
    if site.guarded:
        raise NoFixError("what it raises may be caught around it")
    return _Raw(verb, url, given)


def _below(base: Text, url: Text) -> tuple[str | Hole, ...] | None:
    """Return what of an address comes after its base, with a slash first."""
    if len(base.parts) != 1 or not url.parts:
        return None
    first, rest = base.parts[0], url.parts[1:]
    if isinstance(first, Hole):
        same = url.parts[0] == first and rest and str(rest[0]).startswith("/")
        return rest if same and isinstance(rest[0], str) else None
    whole, start = url.parts[0], first.rstrip("/")
    if isinstance(whole, str) and "://" in start and whole.startswith(start + "/"):
        return (whole[len(start) :], *rest)
    return None


def _segments(path: Sequence[str | Hole]) -> list[str | Hole]:
    """Return the parts of a path, each known or one name."""
    found: list[list[str | Hole]] = [[]]
    for part in path:
        if isinstance(part, Hole):
            found[-1].append(part)
            continue
        for index, each in enumerate(part.split("/")):
            if index:
                found.append([])
            if each:
                found[-1].append(each)
    if found[0] or any(len(each) != 1 for each in found[1:]):
        raise NoFixError("its path is not whole parts")
    segments = [each[0] for each in found[1:]]
    if any(isinstance(each, str) and not _SEGMENT.fullmatch(each) for each in segments):
        raise NoFixError("its path has a query, an escape or an empty part")
    return segments


def _template(endpoint: Endpoint, client: ClientName) -> list[str]:
    """Return the parts of an operation's path below the base address."""
    return [part for part in endpoint.path[len(client.surface.base) :].split("/") if part]


def _endpoint(client: ClientName, method: str, segments: Sequence[str | Hole]) -> Endpoint:
    found = [
        each
        for each in client.surface.endpoints
        if each.method == method and _fits(_template(each, client), segments)
    ]
    if len(found) != 1:
        raise NoFixError(f"{len(found) or 'no'} operations fit its path")
    if found[0].path.endswith("/"):
        raise NoFixError("the operation's path ends with a slash")
    if found[0].body:
        raise NoFixError("the operation takes a body")
    return found[0]


def _fits(template: Sequence[str], segments: Sequence[str | Hole]) -> bool:
    return len(template) == len(segments) and all(
        "{" in stated or isinstance(given, Hole) or stated == given
        for stated, given in zip(template, segments, strict=True)
    )


def _of_path(
    endpoint: Endpoint,
    client: ClientName,
    segments: Sequence[str | Hole],
    site: Site,
    names: Names,
) -> list[str]:
    wanted = {f"{{{each.wire}}}": each for each in endpoint.arguments if each.location == "path"}
    found: dict[str, str] = {}
    for stated, given in zip(_template(endpoint, client), segments, strict=True):
        if "{" not in stated:
            if isinstance(given, Hole):
                raise NoFixError("a part of its path is not known")
            continue
        if stated not in wanted:
            raise NoFixError("a part of the operation's path holds more than a parameter")
        argument = wanted[stated]
        if isinstance(given, Hole):
            node: ast.expr = ast.Name(given.source)
        else:
            number = argument.annotation == "int" and _NUMBER.fullmatch(given)
            node = ast.Constant(int(given) if number else given)
        found[argument.keyword] = _typed(node, argument, site, names)
    if len(found) != len(wanted):
        raise NoFixError("the operation needs more than it is given")
    single = len(found) == 1
    return [value if single else f"{name}={value}" for name, value in found.items()]


def _of_query(endpoint: Endpoint, params: ast.expr | None, site: Site, names: Names) -> list[str]:
    known = {each.wire: each for each in endpoint.arguments if each.location == "query"}
    found: dict[str, str] = {}
    if params is not None and not isinstance(params, ast.Dict):
        raise NoFixError("its parameters are not written out")
    for key, value in zip(params.keys, params.values, strict=True) if params else ():
        match key:
            case ast.Constant(value=str(wire)) if wire in known and wire not in found:
                found[wire] = f"{known[wire].keyword}={_typed(value, known[wire], site, names)}"
            case _:
                raise NoFixError("a parameter is not the operation's")
    missing = [
        each.wire
        for each in endpoint.arguments
        if each.required and each.location != "path" and each.wire not in found
    ]
    if missing:
        raise NoFixError(f"the operation needs {missing[0]!r}")
    return list(found.values())


def _typed(node: ast.expr, argument: Argument, site: Site, names: Names) -> str:
    """Return the source of a value that has the argument's type."""
    wanted = argument.annotation.removesuffix(" | None")
    match node, wanted:
        case (ast.Constant(value=str(value)), "str"):
            return ascii(value)
        case (ast.Constant(value=int(value)), "int") if not isinstance(value, bool):
            return repr(value)
        case (ast.Name(id=name), "str" | "int") if annotated(name, wanted, site.function, names):
            return name
        case _:
            raise NoFixError(f"{argument.wire!r} is not sure to be {wanted}")
