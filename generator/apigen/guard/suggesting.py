"""The generated call that stands for a request, as the caller would write it."""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apigen.guard.addresses import Hit
from apigen.guard.python.project import Sent
from apigen.guard.surface import Argument, Endpoint
from apigen.guard.values import Hole

_BODIES = ("json", "data", "content", "body")
_SIMPLE = frozenset({"str", "int", "float", "bool"})
_LEFT_OUT = "..."


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A call."""

    call: str
    """``query_audit_events(limit=10)``."""
    certain: bool
    """Whether every part of the request has its place in it."""
    strangers: tuple[str, ...]
    """Parameters that the operation does not have."""


@dataclass(frozen=True, slots=True)
class _Given:
    """An expression, and whether it is all that was sent."""

    source: str
    literal: object = None
    exact: bool = True


def suggest(hit: Hit, sent: Sent | None) -> Suggestion:
    """Return the generated call for what *sent* asks of the one operation of *hit*."""
    endpoint = hit.endpoints[0]
    keywords = _keywords(sent)
    queries, whole = _queries(hit, keywords)
    named, strangers = _named(endpoint, queries)
    parts, exact = _positional(endpoint, hit)
    certain = whole and exact and not strangers
    if endpoint.body:
        body = next((keywords[name] for name in _BODIES if name in keywords), None)
        parts.append(_body(endpoint.body, ast.unparse(body) if body else _LEFT_OUT))
        certain = certain and body is not None and "json" in keywords
    missing = [
        f"{each.keyword}={_LEFT_OUT}"
        for each in endpoint.arguments
        if each.required and each.location != "path" and each.keyword not in named
    ]
    shown = [f"{keyword}={source}" for keyword, source in named.items()]
    certain = (
        certain and not missing and not set(keywords) & {"headers", "files", "cookies", "auth"}
    )
    call = f"{endpoint.call}({', '.join([*parts, *shown, *missing])})"
    return Suggestion(call, certain, strangers)


def _keywords(sent: Sent | None) -> dict[str, ast.expr]:
    if sent is None:
        return {}
    return {each.arg: each.value for each in sent.node.keywords if each.arg}


def _positional(endpoint: Endpoint, hit: Hit) -> tuple[list[str], bool]:
    """Return the arguments of the path."""
    count = sum(segment.startswith("{") for segment in endpoint.segments)
    shown = [_of_path(each) for each in hit.captured]
    while len(shown) < count:
        shown.append(_LEFT_OUT)
    wanted = [each for each in endpoint.arguments if each.location == "path"]
    plain = all(each.annotation in _SIMPLE for each in wanted)
    converted = [
        f"{each.annotation}({source})" if each.annotation == "int" else source
        for each, source in zip(wanted, shown, strict=False)
    ]
    return converted, plain and _LEFT_OUT not in shown


def _of_path(value: str | Hole) -> str:
    if isinstance(value, Hole):
        return value.source
    return _LEFT_OUT if "\0" in value or "$" in value else repr(value)


def _queries(hit: Hit, keywords: Mapping[str, ast.expr]) -> tuple[dict[str, _Given], bool]:
    """Return what the query holds, and whether all of it is known."""
    found: dict[str, _Given] = {}
    whole = True
    for pair in filter(None, hit.query.split("&")):
        name, _, value = pair.partition("=")
        if re.fullmatch(r"[\w.\-\[\]]+", name):
            known = "\0" not in value and "$" not in value
            found[name] = _Given(repr(value) if known else _LEFT_OUT, value if known else None)
            whole = whole and known
    params = keywords.get("params")
    if isinstance(params, ast.Dict):
        for key, given in zip(params.keys, params.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                literal = given.value if isinstance(given, ast.Constant) else None
                found[key.value] = _Given(ast.unparse(given), literal)
            else:
                whole = False
    elif params is not None:
        whole = False
    return found, whole


def _named(
    endpoint: Endpoint, given: Mapping[str, _Given]
) -> tuple[dict[str, str], tuple[str, ...]]:
    known = {each.wire: each for each in endpoint.arguments if each.location == "query"}
    named = {
        known[name].keyword: _typed(known[name], value)
        for name, value in given.items()
        if name in known
    }
    return named, tuple(sorted(set(given) - set(known)))


def _typed(argument: Argument, given: _Given) -> str:
    """Return an expression of the argument's type."""
    wanted = argument.annotation.removesuffix(" | None")
    if given.source == _LEFT_OUT:
        return given.source
    if wanted == "str":
        return given.source if isinstance(given.literal, str) else f"str({given.source})"
    if wanted in {"int", "float"}:
        literal = given.literal
        if isinstance(literal, str) and re.fullmatch(r"-?\d+", literal):
            return literal
        exact = isinstance(literal, int | float)
        return given.source if exact else f"{wanted}({given.source})"
    if re.fullmatch(r"m\.\w+", wanted):
        return f"{wanted}({given.source})"
    return given.source


def _body(annotation: str, source: str) -> str:
    if re.fullmatch(r"m\.\w+", annotation) and source != _LEFT_OUT:
        return f"{annotation}.model_validate({source})"
    return source


def listed(names: Iterable[str]) -> str:
    """Return names as a person lists them."""
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
