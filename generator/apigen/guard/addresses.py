"""Which operation of a contract an address means, and how sure that is.

Evidence is weighed, since precision comes first: a host that the contract names is certain; a
variable that bears the service's name is nearly so; an unnamed host needs a path that says enough
by itself; another host is another API.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from apigen.guard.surface import Endpoint, Surface, is_common
from apigen.guard.values import Hole, Text
from apigen.guard.wordlist import words

_HOLE = "\0"
_LOOPBACK = re.compile(
    r"localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|host\.docker\.internal|test|testserver"
)
_NEUTRAL = words(
    "base url uri host hostname server api endpoint root service svc address addr prefix self cls "
    "settings config conf cfg os environ getenv get http https str path port origin target env "
    "default value options opts args kwargs app me this client session params name backend remote "
    "upstream scheme netloc domain suffix query request format rstrip strip test live e2e ctx "
    "context fixture v1 v2 audit constants const cluster local internal external external "
    "http_url data to from of the"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Hit:
    """An address of a contract."""

    surface: Surface
    endpoints: tuple[Endpoint, ...]
    """What it may be; empty where the service has no such operation."""
    captured: tuple[str | Hole, ...]
    """What stands at the parameters of the path, where there is one endpoint."""
    query: str
    path: str
    """As it was written, with ``{}`` for what is not known."""
    base: Text


@dataclass(frozen=True, slots=True)
class _Parts:
    """An address taken apart; holes are numbered marks in it."""

    host: str
    """Without the port; empty where there is none."""
    port: str
    path: str
    query: str
    holes: tuple[Hole, ...]
    base: Text
    rooted: bool
    """Whether the path is whole, or may have something before it that is not known."""


def find(surface: Surface, url: Text, method: str) -> Hit | None:
    """Return the operation that *url* means, called with *method* (empty: any)."""
    parts = _taken_apart(url)
    if parts is None:
        return None
    certainty = _certainty(surface, parts)
    if certainty is None:
        return None
    fits = [
        (each, captured)
        for each in surface.endpoints
        if (captured := _fit(each, parts, certainty)) is not None
    ]
    if fits and any(not method or each.method == method for each, _ in fits):
        fits = [(each, captured) for each, captured in fits if method in ("", each.method)]
        fits = _most_literal(fits, parts)
        found = tuple(each for each, _ in fits)
        return Hit(surface, found, fits[0][1], parts.query, _shown(parts), parts.base)
    known = certainty == 2 and len(parts.path.strip("/")) > 0 and _HOLE not in parts.path
    if (known or fits) and certainty == 2:
        return Hit(surface, (), (), parts.query, _shown(parts), parts.base)
    return None


def _most_literal(
    fits: list[tuple[Endpoint, tuple[str | Hole, ...]]], parts: _Parts
) -> list[tuple[Endpoint, tuple[str | Hole, ...]]]:
    """Return the fits with the fewest parameters filled by what is written out."""
    written = [sum(isinstance(one, str) for one in captured) for _, captured in fits]
    least = min(written)
    kept = [fit for fit, count in zip(fits, written, strict=True) if count == least]
    holes = parts.path.count(_HOLE)
    exact = [fit for fit in kept if len(fit[1]) >= min(holes, 1)]
    return exact or kept


def _shown(parts: _Parts) -> str:
    return re.sub(rf"{_HOLE}\d+{_HOLE}", "{}", parts.path) or "/"


def _taken_apart(url: Text) -> _Parts | None:
    """Return scheme, host, path and query of a text."""
    holes: list[Hole] = []
    marked = ""
    for part in url.parts:
        if isinstance(part, Hole):
            marked += f"{_HOLE}{len(holes)}{_HOLE}"
            holes.append(part)
        else:
            marked += part.replace(_HOLE, "")
    marked = marked.strip()
    if not marked or len(marked) > 4000 or "\n" in marked:
        return None
    marked, _, _ = marked.partition("#")
    marked, _, query = marked.partition("?")
    scheme = re.match(rf"(?:[a-z][a-z0-9+.-]*|{_HOLE}\d+{_HOLE})?:?//", marked, re.IGNORECASE)
    first = re.match(rf"{_HOLE}\d+{_HOLE}", marked)
    if scheme:
        netloc, slash, rest = marked[scheme.end() :].partition("/")
        path, rooted = slash + rest, True
    elif first:  # a variable: host, or host and base path
        netloc, path, rooted = first[0], marked[first.end() :], False
        if path and not path.startswith(("/", ":")):
            path = "/" + path
        if path.startswith(":"):
            port, slash, rest = path[1:].partition("/")
            netloc, path = f"{netloc}:{port}", slash + rest
    elif re.match(r"[\w.-]+:(?:\d+|\0\d+\0)(?=/|$)|localhost(?=/)", marked):
        netloc, slash, rest = marked.partition("/")  # curl takes it without a scheme
        path, rooted = slash + rest, True
    else:
        netloc, path, rooted = "", marked, True
    host, _, port = netloc.rpartition("@")[2].partition(":")
    base = Text(url.parts[:1]) if first else Text((marked[: len(marked) - len(path)],))
    return _Parts(host, port, path, query, tuple(holes), base, rooted)


def _holes_in(text: str, parts: _Parts) -> Iterator[Hole]:
    for match in re.finditer(rf"{_HOLE}(\d+){_HOLE}", text):
        yield parts.holes[int(match[1])]


def _certainty(surface: Surface, parts: _Parts) -> int | None:
    """Return how sure the host is: 2 the service's, 1 anyone's, 0 another's name, None another."""
    host, port = parts.host.lower(), parts.port
    if not host:
        return 1
    if _HOLE in host:
        sources = " ".join(hole.source for hole in _holes_in(parts.host, parts))
        literal = re.sub(rf"{_HOLE}\d+{_HOLE}", "", host)
        if surface.names_service(sources) or surface.names_service(literal):
            return 2
        return 0 if _foreign(sources) else 1
    known = {server.lower() for server in surface.servers}
    if f"{host}:{port}" in known or host in known or host in {k.partition(":")[0] for k in known}:
        return 2
    if _LOOPBACK.fullmatch(host):
        return 1
    if surface.names_service(host) and ("." not in host or host.endswith((".svc", ".local"))):
        return 2
    if surface.names_service(host.partition(".")[0]):
        return 2
    return None


def _foreign(sources: str) -> bool:
    """Return whether a name says that it is something of its own: ``GITHUB_API``."""
    found = {word.lower() for word in _WORD.findall(sources)}
    return bool(found - _NEUTRAL)


def _fit(endpoint: Endpoint, parts: _Parts, certainty: int) -> tuple[str | Hole, ...] | None:
    """Return what stands at the parameters if the path is the endpoint's."""
    wanted = endpoint.segments
    path = parts.path.rstrip("/")
    path = re.sub(rf"(?<=[^/{_HOLE}]){_HOLE}\d+{_HOLE}$", "", path)  # a query that is not known
    given = tuple(part for part in path.split("/") if part)
    missing = len(wanted) - len(given)
    if missing < 0 or (missing and (parts.rooted and certainty < 2 and parts.host)):
        return None
    if missing and (parts.rooted and parts.host):
        return None
    if any(not is_common(segment) for segment in wanted[:missing]):
        return None
    captured: list[str | Hole] = []
    literal: list[str] = []
    for want, have in zip(wanted[missing:], given, strict=True):
        marks = list(_holes_in(have, parts))
        if want.startswith("{") and want.endswith("}"):
            captured.append(marks[0] if len(marks) == 1 and have[0] == have[-1] == _HOLE else have)
        elif want == have:
            literal.append(want)
        elif not marks or not _may_be(have, want):
            return None
    telling = [segment for segment in literal if not is_common(segment)]
    if not _enough(certainty, telling, literal, missing):
        return None
    return tuple(captured)


def _may_be(have: str, want: str) -> bool:
    pattern = re.sub(rf"{_HOLE}\d+{_HOLE}", ".*", re.sub(r"[^\0\w]", r"\\\g<0>", have))
    return re.fullmatch(pattern, want) is not None


def _enough(certainty: int, telling: list[str], literal: list[str], missing: int) -> bool:
    """Return whether a path says enough for what is known of its host."""
    if certainty == 2:
        return bool(literal)
    if certainty == 1:
        return len(telling) >= (2 if missing else 1)
    return len(telling) >= 2 and not missing
