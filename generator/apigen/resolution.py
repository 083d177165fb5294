"""Where references lead: to a file, and to a place in it."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeAlias

from apigen.diagnostics import Code, Report
from apigen.diagnostics.contract import MORE_FINDINGS
from apigen.diagnostics.reading import CIRCULAR, DANGLING
from apigen.pointers import Tokens, at, exists, from_fragment, join, step
from apigen.references import MAPPING, Found, Kind, walk
from apigen.sourcetext import Parsed, quoted
from apigen.types import Json

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")
"""How a reference to the network begins."""
_NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_WALKED = {("components",), ("paths",), ("webhooks",)}
_FILE_SUFFIXES = (".json", ".yaml", ".yml")
_MOST_OF_A_CODE = 100
_MOST_ALIKE = 500
_MOST_LETTERS = 3
"""Of how many names, and of which lengths, one is suggested."""
_MOST_HOPS = 50
"""References that one pointer may pass through."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place in a file."""

    file: str
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference and what it leads to."""

    found: Found
    target: Target | None
    """None where it leads nowhere that apigen may follow; the report says why."""


Key: TypeAlias = tuple[str, Tokens]
"""A file and a place in it, at which a reference stands."""


_Anchors: TypeAlias = Mapping[str, Tokens]


class Unresolvable(Exception):  # noqa: N818 - it says what the reference is
    """A reference leads nowhere; ``code`` is None if that has been reported."""

    def __init__(self, code: Code | None, message: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


@dataclass(slots=True)
class Resolver:
    """Follows all references from the root file on."""

    root: str
    files: Mapping[str, Parsed]
    """What has been read; it grows while references are followed."""
    reach: Callable[[str, str], str]
    """Reads the file that a path in a file names and returns its key, or raises Unresolvable."""
    report: Report
    told: Counter[str] = field(default_factory=Counter[str])
    """How many findings there are of each code."""
    anchors: dict[str, _Anchors] = field(default_factory=dict[str, _Anchors])

    def all(self) -> dict[Key, Reference]:
        """Return every reference that the root file reaches, in order of discovery."""
        found: dict[Key, Reference] = {}
        waiting: list[tuple[Target, Kind]] = [(Target(self.root, ()), "document")]
        seen = set(waiting)
        for target, kind in waiting:  # which grows meanwhile
            node = at(self.files[target.file].value, target.tokens)
            for reference in self.within(target, node, kind):
                found.setdefault((target.file, reference.found.tokens), reference)
                if reference.target is None or self.is_walked(reference.target):
                    continue
                inner_kind = "schema" if reference.found.kind == MAPPING else reference.found.kind
                ahead = (reference.target, inner_kind)
                if ahead not in seen:
                    seen.add(ahead)
                    waiting.append(ahead)
        for code, count in sorted(self.told.items()):
            if count > _MOST_OF_A_CODE:
                message = f"{count - _MOST_OF_A_CODE} more findings of {code} are not shown"
                self.report.add(MORE_FINDINGS.at(self.files[self.root].place((), ""), message))
        return _without_circles(found, self.files, self.report)

    def is_walked(self, target: Target) -> bool:
        """Tell whether a target lies where the walk through the root file comes by anyhow."""
        return target.file == self.root and target.tokens[:1] in _WALKED

    def within(self, target: Target, node: Json, kind: Kind) -> Iterator[Reference]:
        """Resolve what stands in one object."""
        for found in walk(node, target.tokens, kind):
            try:
                if found.kind == MAPPING and not self.is_reference(target.file, found.ref):
                    continue
                yield Reference(found, self.resolve(target.file, self.uri(target.file, found)))
            except Unresolvable as fault:
                if fault.code is not None:
                    self.tell(target.file, found, fault.code, fault)
                yield Reference(found, None)

    def is_reference(self, file: str, text: str) -> bool:
        """Tell whether a discriminator's mapping refers to a schema by reference, not by name."""
        if not _NAME.fullmatch(text):
            return True
        named = ("components", "schemas", text)
        if exists(self.files[self.root].value, named):
            return False
        return text.endswith(_FILE_SUFFIXES) or exists(self.files[file].value, named)

    def uri(self, file: str, found: Found) -> str:
        """Return what to resolve: a name in a mapping means a schema of the same file."""
        named = ("components", "schemas", found.ref)
        if found.kind == MAPPING and exists(self.files[file].value, named):
            return "#" + join(named)
        return found.ref

    def tell(self, file: str, found: Found, code: Code, fault: Unresolvable) -> None:
        """Report a reference that leads nowhere, unless there are too many to read."""
        self.told[code.id] += 1
        tokens = found.tokens if found.kind == MAPPING else (*found.tokens, "$ref")
        if self.told[code.id] <= _MOST_OF_A_CODE:
            place = self.files[file].place(tokens, join(tokens))
            self.report.add(code.at(place, fault.message, hint=fault.hint))

    def resolve(self, file: str, ref: str, hops: int = 0) -> Target:
        """Return what a reference in a file leads to.

        Raises:
            Unresolvable: nothing, or nothing that may be read.

        """
        if hops > _MOST_HOPS:
            raise Unresolvable(CIRCULAR, f"{quoted(ref)} passes through too many other references")
        path, _, fragment = ref.partition("#")
        if path:
            known = self.by_id(path)
            if known is None:
                file = self.reach(file, path)
            else:
                file = known.file
                if fragment.startswith("/"):
                    inner = from_fragment(fragment) or ()
                    return self.point(file, known.tokens + inner, ref, hops)
                if not fragment:
                    return known
        tokens = from_fragment(fragment)
        if tokens is None:
            tokens = self.anchors_of(file).get("#" + fragment)
        if tokens is None:
            raise Unresolvable(
                DANGLING, f"there is no $anchor {quoted(fragment)} here", DANGLING.mend
            )
        return self.point(file, tokens, ref, hops)

    def by_id(self, uri: str) -> Target | None:
        """Return the schema whose absolute ``$id`` this is, if one was read."""
        if SCHEME.match(uri):
            for file in self.files:
                if tokens := self.anchors_of(file).get(uri.removesuffix("#")):
                    return Target(file, tokens)
        return None

    def anchors_of(self, file: str) -> _Anchors:
        """Return the anchors (with ``#``) and the ids of a file's schemas."""
        if file not in self.anchors:
            self.anchors[file] = _anchors(self.files[file].value)
        return self.anchors[file]

    def point(self, file: str, tokens: Tokens, ref: str, hops: int) -> Target:
        """Walk a pointer, through references where it leads through some."""
        node = self.files[file].value
        for index, token in enumerate(tokens):
            try:
                node = step(node, token)
            except LookupError:
                inner = node.get("$ref") if isinstance(node, dict) else None
                if not isinstance(inner, str):
                    raise self.dangling(node, tokens[:index], token, ref) from None
                through = self.resolve(file, inner, hops + 1)
                return self.point(through.file, through.tokens + tokens[index:], ref, hops + 1)
        return Target(file, tokens)

    def dangling(self, node: Json, above: Tokens, token: str, ref: str) -> Unresolvable:
        """Say how far a pointer leads and what stands there."""
        where = "#" + join(above)[:200] if above else "the file"
        if not isinstance(node, (dict, list)):
            return Unresolvable(
                DANGLING, f"{quoted(ref)} leads nowhere: {where} is no collection", DANGLING.mend
            )
        message = f"{quoted(ref)} leads nowhere: {where} has no {quoted(token)}"
        near: list[str] = []
        if isinstance(node, dict) and self.told[DANGLING.id] < _MOST_OF_A_CODE:
            alike = [name for name in node if abs(len(name) - len(token)) <= _MOST_LETTERS]
            near = get_close_matches(token[:200], alike[:_MOST_ALIKE], 1)
        hint = f"did you mean {quoted(near[0])}?" if near else DANGLING.mend
        return Unresolvable(DANGLING, message, hint)


def _anchors(root: Json) -> _Anchors:
    """Find ``$anchor``, ``$dynamicAnchor`` and absolute ``$id``; the first of a name counts."""
    found: dict[str, Tokens] = {}
    waiting: list[tuple[Json, Tokens]] = [(root, ())]
    while waiting:
        node, tokens = waiting.pop()
        if isinstance(node, dict):
            for keyword in ("$anchor", "$dynamicAnchor", "$id"):
                name = node.get(keyword)
                if isinstance(name, str):
                    found.setdefault(name if keyword == "$id" else "#" + name, tokens)
            members = [(child, (*tokens, name)) for name, child in node.items()]
        elif isinstance(node, list):
            members = [(child, (*tokens, str(index))) for index, child in enumerate(node)]
        else:
            continue
        waiting += reversed(members)
    return found


def _without_circles(
    found: dict[Key, Reference], files: Mapping[str, Parsed], report: Report
) -> dict[Key, Reference]:
    """Report references that lead back to themselves; they lead nowhere."""
    circles: set[Key] = set()
    done: set[Key] = set()
    for start in found:
        trail: dict[Key, None] = {}
        key: Key | None = start
        while key is not None and key in found and key not in done and key not in trail:
            trail[key] = None
            target = found[key].target
            key = None if target is None else (target.file, target.tokens)
        if key in trail:
            steps = list(trail)
            circles |= set(steps[steps.index(key) :])
        done |= set(trail)
    for file, tokens in sorted(circles):
        ref = found[file, tokens].found.ref
        place = files[file].place((*tokens, "$ref"), join((*tokens, "$ref")))
        message = f"{quoted(ref)} leads back to itself over nothing but references"
        report.add(CIRCULAR.at(place, message, hint="let one of them be the real thing"))
        found[file, tokens] = Reference(found[file, tokens].found, None)
    return found
