"""Requests in Go: net/http, and clients by their name."""

import re

from apigen.guard.languages.asked import Asked
from apigen.guard.languages.evaluating import Scope, chain, evaluated
from apigen.guard.languages.tokens import Token, Tokens, arguments, closing, of_go
from apigen.guard.values import Text, Unknown

_SIGNATURES = {
    "http.Get": ("GET", 0),
    "http.Head": ("HEAD", 0),
    "http.Post": ("POST", 0),
    "http.PostForm": ("POST", 0),
}
_BUILT = {"http.NewRequest": 0, "http.NewRequestWithContext": 1, "retryablehttp.NewRequest": 0}
_VERBS = {"Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE",
          "Head": "HEAD", "PostForm": "POST"}  # fmt: skip
_METHOD = re.compile(r"http\.Method(\w+)")


def asked(source: str) -> list[Asked]:
    """Return what a Go file asks for."""
    tokens = of_go(source)
    scope = Scope()
    found: list[Asked] = []
    for index, token in enumerate(tokens):
        if token.kind != "name" or (index and tokens[index - 1].value == "."):
            continue
        _assigned(source, tokens, index, scope)
        name, after = chain(tokens, index)
        while after < len(tokens) and tokens[after].value == "(":
            last = closing(tokens, after)
            line = source.count("\n", 0, token.start) + 1
            at = (line, token.start - source.rfind("\n", 0, token.start),
                  line + source.count("\n", token.start, tokens[last].end))  # fmt: skip
            found += _called(name, arguments(tokens, after), scope, at)
            more, after = chain(tokens, last + 2) if _dotted(tokens, last + 1) else ("", last + 1)
            if not more:
                break
            name = f"{name}().{more}"
    return found


def _dotted(tokens: Tokens, index: int) -> bool:
    return index < len(tokens) and tokens[index].value == "."


def _assigned(source: str, tokens: Tokens, index: int, scope: Scope) -> None:
    """Keep what a constant or variable is: its first value only, of several."""
    name, after = chain(tokens, index)
    if after < len(tokens) and tokens[after].value == "," and after + 1 < len(tokens):
        second = after + 2  # u, err := url.JoinPath(...)
        after = second if tokens[after + 1].kind == "name" else after
    elif after < len(tokens) and tokens[after].kind == "name":
        after += 1  # const name string = ...
    if after + 1 >= len(tokens) or tokens[after].value not in {"=", ":=", ":"}:
        return
    value = _line(source, tokens, after + 1)
    if value and (tokens[after].value != ":" or value[0].kind == "text"):
        scope.names[name] = evaluated(value, scope)


def _line(source: str, tokens: Tokens, start: int) -> list[Token]:
    """Return what stands from *start* to the end of the line, or of what its brackets hold."""
    taken: list[Token] = []
    index = start
    while index < len(tokens) and index - start < 400:
        token = tokens[index]
        broken = taken and "\n" in source[taken[-1].end : token.start]
        if broken and taken[-1].value not in {"+", ","}:
            break
        if token.kind == "mark" and token.value in {";", ",", ")", "}", "]"}:
            break
        if token.kind == "mark" and token.value in "([{":
            end = closing(tokens, index)
            taken += tokens[index : end + 1]
            index = end + 1
        else:
            taken.append(token)
            index += 1
    return taken


def _called(name: str, given: list[Tokens], scope: Scope, at: tuple[int, int, int]) -> list[Asked]:
    owner, _, last = name.rpartition(".")
    receiver = None
    if name in _SIGNATURES and given:
        method, urls = _SIGNATURES[name][0], evaluated(given[0], scope)
    elif name in _BUILT and len(given) > _BUILT[name] + 1:
        first = _BUILT[name]
        method, urls = _method(given[first], scope), evaluated(given[first + 1], scope)
    elif last in _VERBS and given and len(given) <= 3 and owner:
        method, urls = _VERBS[last], evaluated(given[0], scope)
        receiver = None if owner.endswith((".R()", "http.DefaultClient")) else Unknown(owner)
    else:
        return []
    urls = tuple(url for url in urls if not _is_path(url))
    return [Asked(*at, method, urls, name, receiver)] if urls else []


def _method(tokens: Tokens, scope: Scope) -> str:
    name, _ = chain(tokens, 0)
    if match := _METHOD.fullmatch(name):
        return match[1].upper()
    return (evaluated(tokens, scope)[0].literal or "").upper()


def _is_path(url: Text) -> bool:
    """Return whether there is no host: then it is a handler that is tested, not a request."""
    return bool(url.parts) and isinstance(url.parts[0], str) and url.parts[0].startswith("/")
