"""Routing by path: which path template of a contract a raw path fits, and with what values.

Paths are matched as they stand on the wire, segment by segment, so that ``%2F`` stays inside the
value it belongs to. Equivalent spellings (RFC 3986, section 6.2.2: ``%61`` is ``a``) are one path.
A concrete segment beats a template beside it; a template with more text beats one with less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Generic, TypeAlias, TypeVar
from urllib.parse import quote, unquote

T = TypeVar("T")

_PATH_SAFE: Final = "/%:@!$&'()*+,;=-._~"
_EXPRESSION: Final = re.compile(r"\{([^{}/]*)\}")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

Segment: TypeAlias = tuple[str, ...]
"""The texts around the expressions of a segment: one text if it is concrete, else one more."""


@dataclass(frozen=True, slots=True)
class Place(Generic[T]):
    """A path of the contract that a request has found.

    Attributes:
        path: The path template, as the contract writes it first.
        values: Raw text of each expression, from left to right.
        targets: By method, the names of the expressions and what answers there.

    """

    path: str
    values: tuple[str, ...]
    targets: Mapping[str, tuple[tuple[str, ...], T]]

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that the contract has for this path, in its order."""
        return tuple(self.targets)

    def target(self, method: str) -> tuple[T, dict[str, str]] | None:
        """Return what answers *method* here, with the raw values by name."""
        if method not in self.targets:
            return None
        names, target = self.targets[method]
        return target, dict(zip(names, self.values, strict=True))


@dataclass(frozen=True, slots=True)
class _Node(Generic[T]):
    """All paths that share their first segments."""

    concrete: Mapping[str, _Node[T]]
    templates: tuple[tuple[Segment, _Node[T]], ...]
    path: str
    targets: Mapping[str, tuple[tuple[str, ...], T]]


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    path: str
    segments: tuple[Segment, ...]
    names: tuple[str, ...]
    method: str
    target: T


@dataclass(frozen=True, slots=True)
class Paths(Generic[T]):
    """The paths of a contract."""

    root: _Node[T]

    def find(self, raw: str) -> Place[T] | None:
        """Return the place that *raw*, a percent-encoded path, leads to.

        ``.`` and ``..`` are steps (RFC 3986, section 5.2.4) and no values, and a value is never
        empty: paths with such segments lead nowhere.
        """
        if not raw.startswith("/"):
            return None
        return _find(self.root, normal(raw).split("/")[1:], ())

    def operations(self) -> Iterator[tuple[str, str]]:
        """Yield the method and the path template of each target."""
        pending = [self.root]
        while pending:
            node = pending.pop()
            yield from ((method, node.path) for method in node.targets)
            pending += [*node.concrete.values(), *(inner for _, inner in node.templates)]


def paths(targets: Iterable[tuple[str, str, T]]) -> Paths[T]:
    """Return the paths of (method, path template, target).

    Raises:
        ValueError: Two targets have the same method and path.

    """
    return Paths(_node([_entry(method, path, target) for method, path, target in targets], 0))


def normal(path: str) -> str:
    """Return the one spelling of a path's equivalent ones."""
    return _ESCAPE.sub(_unescaped, quote(path, safe=_PATH_SAFE))


def _unescaped(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _entry(method: str, path: str, target: T) -> _Entry[T]:
    segments = tuple(
        tuple(normal(text) for text in _EXPRESSION.split(segment)[::2])
        for segment in path.split("/")[1:]
    )
    return _Entry(path, segments, tuple(_EXPRESSION.findall(path)), method, target)


def _node(entries: Sequence[_Entry[T]], depth: int) -> _Node[T]:
    here = [entry for entry in entries if len(entry.segments) == depth]
    targets: dict[str, tuple[tuple[str, ...], T]] = {}
    for entry in here:
        if entry.method in targets:
            raise ValueError(f"two operations answer {entry.method} {entry.path}")
        targets[entry.method] = (entry.names, entry.target)
    deeper = [entry for entry in entries if len(entry.segments) > depth]
    deeper.sort(key=lambda entry: entry.segments[depth])
    children = {
        segment: _node(list(group), depth + 1)
        for segment, group in groupby(deeper, key=lambda entry: entry.segments[depth])
    }
    return _Node(
        concrete={segment[0]: node for segment, node in children.items() if len(segment) == 1},
        templates=tuple(
            sorted(
                ((segment, node) for segment, node in children.items() if len(segment) > 1),
                key=lambda child: (-sum(map(len, child[0])), child[0]),
            )
        ),
        path=here[0].path if here else "",
        targets=targets,
    )


def _find(node: _Node[T], segments: list[str], values: tuple[str, ...]) -> Place[T] | None:
    """Search depth first; each node of the tree is looked at once at most."""
    if not segments:
        return Place(node.path, values, node.targets) if node.targets else None
    segment, rest = segments[0], segments[1:]
    if segment in node.concrete and (found := _find(node.concrete[segment], rest, values)):
        return found
    if segment in {"", ".", ".."}:
        return None
    for texts, child in node.templates:
        taken = _taken(segment, texts)
        if taken is not None and (found := _find(child, rest, values + taken)):
            return found
    return None


def _taken(segment: str, texts: Segment) -> tuple[str, ...] | None:
    """Return what stands between *texts* in *segment*, each as short as it can be, never empty."""
    start, end = len(texts[0]), len(segment) - len(texts[-1])
    if not segment.startswith(texts[0]) or not segment.endswith(texts[-1]):
        return None
    values: list[str] = []
    for text in texts[1:-1]:
        found = segment.find(text, start + 1, end)
        if found < 0:
            return None
        values.append(segment[start:found])
        start = found + len(text)
    return (*values, segment[start:end]) if start < end else None


def raw_path(scope: MutableMapping[str, Any]) -> str | None:
    """Return the percent-encoded path of an ASGI request below where the application is mounted.

    None if the raw path does not lie there. Servers that tell no raw path, and middleware that
    has rewritten the path, are served with the decoded path. A trailing slash is never overlooked:
    routers ask with one taken away or added in order to redirect, and here that is another path.
    """
    path = str(scope["path"])
    prefix = _prefix(path, str(scope.get("root_path") or ""))
    given: object = scope.get("raw_path")
    raw = given.decode("latin-1") if isinstance(given, bytes) else ""
    decoded = unquote(raw)
    if prefix and decoded == path[len(prefix) :]:
        return raw  # some servers leave the mount out of the raw path
    if not raw or (decoded != path and decoded.rstrip("/") != path.rstrip("/")):
        return quote(path[len(prefix) :], safe="/")
    if not prefix:
        return raw
    # An octet takes up to three characters, a character up to four octets: no cut lies further.
    cuts = [match.start() for match in re.finditer("/", raw[: 12 * len(prefix) + 1])][1:]
    below = (raw[cut:] for cut in cuts if unquote(raw[:cut]) == prefix)
    return next(below, None)


def _prefix(path: str, root: str) -> str:
    """Return how much of *path* is where the application is mounted."""
    root = root.rstrip("/")
    return root if path == root or path.startswith(root + "/") else ""
