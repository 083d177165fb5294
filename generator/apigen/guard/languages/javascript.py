"""Requests in JavaScript and TypeScript: fetch, XMLHttpRequest, and the usual libraries."""

import re

from apigen.guard import texts
from apigen.guard.languages.asked import Asked
from apigen.guard.languages.evaluating import Scope, chain, evaluated
from apigen.guard.languages.tokens import Tokens, arguments, closing, members, of_javascript
from apigen.guard.values import Text, Unknown, text
from apigen.guard.wordlist import words

_LIBRARIES = words(
    "axios got ky superagent needle request wretch undici $ jQuery $http ofetch phin"
)
_FUNCTIONS = words(
    "fetch window.fetch globalThis.fetch self.fetch axios axios.request got got.stream ky needle "
    "nodeFetch node_fetch crossFetch $fetch useFetch request $http undici.request undici.fetch "
    "undici.stream rp bent wretch superagent ofetch http.request https.request http.get https.get "
    "$.ajax jQuery.ajax $.getJSON jQuery.getJSON navigator.sendBeacon EventSource urllib.request "
    "axios.getUri isomorphicFetch cy.request useSWR apiFetch authFetch fetchJson"
)
_VERBS = words("get post put patch delete del head options getJSON postForm putForm patchForm")
_MOCKS = re.compile(r"\bmsw\b|\bnock\b|fetch-mock|axios-mock-adapter|supertest")
_METHOD = {
    "del": "DELETE", "getJSON": "GET", "$.getJSON": "GET", "jQuery.getJSON": "GET",
    "navigator.sendBeacon": "POST", "http.get": "GET", "https.get": "GET",
    "EventSource": "GET", "postForm": "POST", "putForm": "PUT", "patchForm": "PATCH",
}  # fmt: skip
_DECLARING = frozenset({"const", "let", "var", "readonly", "static"})
_MADE = re.compile(r"(?:\w*axios|got|ky|ofetch|\$fetch)\.(?:create|extend)$", re.IGNORECASE)


def asked(source: str) -> list[Asked]:
    """Return what a script asks for."""
    tokens = of_javascript(source)
    scope = Scope(tokenized=of_javascript)
    bases: dict[str, tuple[Text, ...]] = {}
    mocked = bool(_MOCKS.search(source))
    found: list[Asked] = []
    for index, token in enumerate(tokens):
        if token.kind != "name" or (index and tokens[index - 1].value in {".", "?.", "function"}):
            continue
        _assigned(tokens, index, scope, bases)
        name, after = chain(tokens, index)
        if after < len(tokens) and tokens[after].value == "<":
            after = _behind_types(tokens, after)
        if after >= len(tokens) or tokens[after].value != "(" or not _may_send(name, bases):
            continue
        last = tokens[closing(tokens, after)]
        at = _at(source, token.start, last.end)
        found += _called(name, arguments(tokens, after), scope, bases, at, mocked=mocked)
    return found


def _may_send(name: str, bases: dict[str, tuple[Text, ...]]) -> bool:
    owner, _, last = name.rpartition(".")
    known = name in _FUNCTIONS or name in bases or owner in bases
    return known or last in _VERBS or last in {"request", "open"}


def _behind_types(tokens: Tokens, start: int) -> int:
    depth = 0
    for index in range(start, min(start + 60, len(tokens))):
        depth += {"<": 1, ">": -1}.get(tokens[index].value, 0)
        if depth == 0:
            return index + 1
    return start


def _at(source: str, start: int, end: int) -> tuple[int, int, int]:
    line = source.count("\n", 0, start) + 1
    return line, start - source.rfind("\n", 0, start), line + source.count("\n", start, end)


def _assigned(tokens: Tokens, index: int, scope: Scope, bases: dict[str, tuple[Text, ...]]) -> None:
    """Keep what a name is declared or assigned to be."""
    name, after = chain(tokens, index)
    if tokens[index].value in _DECLARING:
        return
    declared = index > 0 and tokens[index - 1].value in _DECLARING
    if declared and after < len(tokens) and tokens[after].value == ":":
        while after < len(tokens) and tokens[after].value not in {"=", ";", ","}:
            after += 1
    if after >= len(tokens) or tokens[after].value != "=":
        return
    value = _expression(tokens, after + 1)
    if not value:
        return
    for key, each in _flat(name, value, 0):
        scope.names[key] = evaluated(each, scope)
    called, opening = chain(value, 1 if value[0].value == "new" else 0)
    if _MADE.search(called) and opening < len(value) and value[opening].value == "(":
        given = arguments(value, opening)
        options = members(given[0]) if given else {}
        base = next((options[k] for k in ("baseURL", "baseUrl", "prefixUrl") if k in options), None)
        if base is not None:
            bases[name] = evaluated(base, scope)
        else:
            bases.setdefault(name, ())


def _flat(name: str, value: Tokens, depth: int) -> list[tuple[str, Tokens]]:
    if value[0].value == "{" and value[0].kind == "mark" and depth < 4:
        inside = members(value).items()
        return [one for key, each in inside for one in _flat(f"{name}.{key}", each, depth + 1)]
    return [(name, value)]


def _expression(tokens: Tokens, start: int) -> Tokens:
    """Return an expression from *start* to its end, on a line or in brackets."""
    index = start
    while index < len(tokens):
        token = tokens[index]
        if token.kind == "mark" and token.value in "([{":
            index = closing(tokens, index)
        elif (token.kind == "mark" and token.value in {";", ",", ")", "]", "}"}) or (
            index > start and token.kind == "name" and token.value in _STARTING
        ):
            break
        index += 1
        if index - start > 400:
            break
    return tokens[start:index]


_STARTING = words("const let var function return if for while export import class async await try")


def _called(
    name: str,
    given: list[Tokens],
    scope: Scope,
    bases: dict[str, tuple[Text, ...]],
    at: tuple[int, int, int],
    *,
    mocked: bool,
) -> list[Asked]:
    owner, _, last = name.rpartition(".")
    if not given or owner == "rest" or (mocked and owner in {"http", "https"}):
        return []
    certain = name in _FUNCTIONS or (owner in _LIBRARIES and last in _VERBS) or owner in bases
    if not certain and name not in bases:
        if last == "open" and len(given) > 1:
            return _opened(name, given, scope, at)
        if last not in _VERBS and last != "request":
            return []
        if len(given) > 1 and any(each.value == "=>" for each in given[-1][:6]):
            return []  # a route
    nothing: dict[str, Tokens] = {}
    options = next((m for each in given if (m := members(each))), nothing)
    urls = _urls(given, options, scope)
    base = bases.get(owner) or bases.get(name) or ()
    if not base and "baseURL" in options:
        base = evaluated(options["baseURL"], scope)
    if base:
        urls = tuple(texts.below(each, url) for each in base for url in urls)
    method = _METHOD.get(name) or _METHOD.get(last) or (last.upper() if last in _VERBS else "")
    if not method:
        stated = options.get("method") or options.get("type")
        method = (evaluated(stated, scope)[0].literal or "") if stated else "GET"
    receiver = None if certain or name in bases else Unknown(owner)
    return [Asked(*at, method.upper(), urls, name, receiver)] if urls else []


def _urls(given: list[Tokens], options: dict[str, Tokens], scope: Scope) -> tuple[Text, ...]:
    if not members(given[0]):
        return evaluated(given[0], scope)
    stated = options.get("url") or options.get("uri")
    if stated is not None:
        return evaluated(stated, scope)
    path = options.get("path") or options.get("pathname")
    host = options.get("hostname") or options.get("host")
    if path is None or host is None:
        return ()
    port = evaluated(options["port"], scope)[0] if "port" in options else None
    shown = (text(":"), text(port.literal or "0")) if port is not None else ()
    return tuple(
        texts.concat(text("http://"), one, *shown, two)
        for one in evaluated(host, scope)
        for two in evaluated(path, scope)
    )


def _opened(name: str, given: list[Tokens], scope: Scope, at: tuple[int, int, int]) -> list[Asked]:
    """Return what XMLHttpRequest.open asks for."""
    method = evaluated(given[0], scope)[0].literal or ""
    if method.upper() not in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}:
        return []
    return [Asked(*at, method.upper(), evaluated(given[1], scope), name)]
