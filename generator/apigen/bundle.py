"""One self-contained value out of all files of a document, and the way back to each line.

References within the root file stay as they are. What stands in other files moves below
``components`` if OpenAPI has a place for it there, and else takes the place of its reference.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeAlias

from apigen.diagnostics import Place, Report
from apigen.diagnostics.reading import CIRCULAR, NAME_CLASH, NAME_CLASH_UNRESOLVED, TOO_LARGE
from apigen.document import Document
from apigen.pointers import Tokens, at, exists, from_fragment, join, split, to_reference
from apigen.references import MAPPING, SECTIONS, Kind
from apigen.resolution import Key, Reference, Target
from apigen.sourcetext import quoted
from apigen.types import Json

UNRESOLVED = "x-apigen-unresolved"
"""The one member of an object that stands where a reference leads nowhere: the reference."""

_MOST_INLININGS = 10_000
_MOST_LEVELS = 20
"""How often, and how deeply within each other, things take the place of their references."""
_UNFIT = re.compile(r"[^A-Za-z0-9._-]", re.ASCII)
_Origins: TypeAlias = dict[Tokens, Target]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A document as one value, in which every reference is ``#`` and a pointer."""

    value: dict[str, Json]
    document: Document
    origins: Mapping[Tokens, Target]
    """Where the subtrees come from that did not always stand where they stand now."""

    def place(self, pointer: str) -> Place:
        """Return where the value at a pointer into the bundle stands in the files."""
        tokens = split(pointer)
        for length in range(len(tokens), -1, -1):
            origin = self.origins.get(tokens[:length])
            if origin is not None:
                there = join(origin.tokens + tokens[length:])
                return self.document.place(origin.file, there)
        return self.document.place(self.document.key, pointer)

    def follow(self, reference: str) -> str:
        """Return the pointer that a ``$ref`` of the bundle means."""
        return join(from_fragment(reference.removeprefix("#")) or ())


def bundle(document: Document, report: Report) -> Bundle:
    """Return the document as one value.

    A reference that leads nowhere becomes ``{"x-apigen-unresolved": "<reference>"}``.
    """
    builder = _Builder(document, report, _sorted(document))
    builder.adopt()
    builder.name_all()
    value = builder.build(Target(document.key, ()), (), ())
    root = dict(value) if isinstance(value, dict) else {}
    if builder.moved:
        root["components"] = builder.components(root.get("components"))
    return Bundle(root, document, builder.origins)


def _sorted(document: Document) -> Mapping[str, list[Tokens]]:
    """Return the places of the references of each file, in an order that can be searched."""
    places: dict[str, list[Tokens]] = {}
    for file, tokens in document.references:
        places.setdefault(file, []).append(tokens)
    return {file: sorted(found) for file, found in places.items()}


_Home: TypeAlias = tuple[Kind, Target]


@dataclass(slots=True)
class _Builder:
    """Names what moves, and builds the value."""

    document: Document
    report: Report
    places: Mapping[str, list[Tokens]]
    homes: dict[_Home, Tokens] = field(default_factory=dict[_Home, Tokens])
    """Where what stands in other files stands in the bundle."""
    adopted: dict[Tokens, Target] = field(default_factory=dict[Tokens, Target])
    """Components of the root that are nothing but a reference to another file."""
    moved: list[_Home] = field(default_factory=list[_Home])
    origins: _Origins = field(default_factory=_Origins)
    inlinings: int = 0

    def adopt(self) -> None:
        """Let ``Pet: {$ref: Pet.yaml}`` among the components be the home of what it refers to."""
        for (file, tokens), reference in self.document.references.items():
            section = SECTIONS.get(reference.found.kind)
            if file != self.document.key or tokens[:2] != ("components", section):
                continue
            target = self.final(reference)
            if len(tokens) != 3 or target is None or target.file == self.document.key:
                continue
            home = (reference.found.kind, target)
            if self.pure(Target(file, tokens)) and home not in self.homes:
                self.homes[home] = tokens
                self.adopted[tokens] = target

    def name_all(self) -> None:
        """Name everything else that moves."""
        taken = _taken(self.document)
        for (file, tokens), reference in self.document.references.items():
            kind = "schema" if reference.found.kind == MAPPING else reference.found.kind
            target = self.final(reference)
            if target is None or target.file == self.document.key or kind not in SECTIONS:
                continue
            if (kind, target) in self.homes:
                continue
            section = SECTIONS[kind]
            name = self.name(target, section, taken, self.document.place(file, join(tokens)))
            taken[section, name] = target
            self.homes[kind, target] = ("components", section, name)
            self.moved.append((kind, target))

    def name(
        self, target: Target, section: str, taken: Mapping[tuple[str, str], Target], place: Place
    ) -> str:
        """Choose the first free name that file and pointer suggest."""
        names = _names(target)
        if (section, names[0]) not in taken:
            return names[0]
        chosen = next((name for name in names if (section, name) not in taken), None)
        other = taken[section, names[0]]
        related = (self.document.place(other.file, join(other.tokens)),)
        here = self.document.place(target.file, join(target.tokens))
        if chosen is None:
            message = f"two different things want the name {names[0]!r} among the {section}"
            finding = NAME_CLASH_UNRESOLVED.at(here, message, hint="rename one", related=related)
            self.report.add(finding)
            return names[0]
        message = f"{names[0]!r} is taken among the {section}, so this one becomes {chosen!r}"
        hint = "rename one of them, or name it under components"
        self.report.add(NAME_CLASH.at(here, message, hint=hint, related=(*related, place)))
        return chosen

    def pure(self, target: Target) -> bool:
        """Tell whether a value is nothing but a reference."""
        node = at(self.document.parsed[target.file].value, target.tokens)
        return isinstance(node, dict) and len(node) == 1 and "$ref" in node

    def final(self, reference: Reference) -> Target | None:
        """Return what a reference leads to, through what is only a reference in other files."""
        target = reference.target
        while target is not None and target.file != self.document.key:
            onward = self.document.references.get((target.file, target.tokens))
            if onward is None or not self.pure(target):
                break
            if onward.target is None:
                break
            target = onward.target
        return target

    def build(self, target: Target, bundled: Tokens, above: tuple[Target, ...]) -> Json:
        """Return a copy of what stands at a target, with its references rewritten."""
        node = at(self.document.parsed[target.file].value, target.tokens)
        depth = len(target.tokens)
        places = self.places.get(target.file, [])
        edits = _Edits(node)
        for index in range(bisect_left(places, target.tokens), len(places)):
            tokens = places[index]
            if tokens[:depth] != target.tokens:
                break
            reference = self.document.references[target.file, tokens]
            inner = tokens[depth:]
            if not exists(edits.root, inner):
                continue  # what stood above it led nowhere, and is gone
            key = (target.file, tokens)
            old = at(edits.root, inner)
            edits.put(inner, self.replaced(key, reference, bundled + inner, old, above))
        return edits.root

    def replaced(
        self,
        key: Key,
        reference: Reference,
        bundled: Tokens,
        node: Json,
        above: tuple[Target, ...],
    ) -> Json:
        """Return what stands in the bundle where this reference stands in a file."""
        found = reference.found
        target = self.final(reference)
        if key[0] == self.document.key and (adopted := self.adopted.get(key[1])):
            self.origins[bundled] = adopted
            return self.build(adopted, bundled, above)
        if target is None:
            return node if found.kind == MAPPING else {UNRESOLVED: found.ref}
        kind = "schema" if found.kind == MAPPING else found.kind
        if kind not in SECTIONS:
            return self.inlined(key, target, bundled, node, above)
        home = target.tokens if target.file == self.document.key else self.homes[kind, target]
        if found.kind == MAPPING:
            return to_reference(home)
        rewritten = found.ref if _same(found.ref, home) else to_reference(home)
        return {**node, "$ref": rewritten} if isinstance(node, dict) else node

    def inlined(
        self, key: Key, target: Target, bundled: Tokens, node: Json, above: tuple[Target, ...]
    ) -> Json:
        """Put what a reference leads to in its place; what stands beside the reference wins."""
        self.inlinings += 1
        if target in above or len(above) >= _MOST_LEVELS or self.inlinings > _MOST_INLININGS:
            return self.endless(key, circular=target in above)
        value = self.build(target, bundled, (*above, target))
        members = node if isinstance(node, dict) else {}
        beside = {name: child for name, child in members.items() if name != "$ref"}
        if not beside or not isinstance(value, dict):
            self.origins.setdefault(bundled, target)
            return value
        for name in value:
            if name not in beside:
                origin = Target(target.file, (*target.tokens, name))
                self.origins.setdefault((*bundled, name), origin)
        return {**value, **beside}

    def endless(self, key: Key, *, circular: bool) -> Json:
        """Report what can't be put in place, since it contains itself or grows without bound."""
        ref = self.document.references[key].found.ref
        place = self.document.place(key[0], join((*key[1], "$ref")))
        if circular:
            hint = "let it contain something else"
            self.report.add(CIRCULAR.at(place, f"{quoted(ref)} contains itself", hint=hint))
        elif self.inlinings <= _MOST_INLININGS + 1:
            message = f"putting {quoted(ref)} in its place makes the document too large"
            self.report.add(TOO_LARGE.at(place, message, hint="nest less"))
        return {UNRESOLVED: ref}

    def components(self, components: Json) -> Json:
        """Return the components with everything that moved."""
        sections = dict(components) if isinstance(components, dict) else {}
        for kind, target in self.moved:
            home = self.homes[kind, target]
            section = sections.get(SECTIONS[kind])
            members = dict(section) if isinstance(section, dict) else {}
            members[home[2]] = self.build(target, home, ())
            self.origins[home] = target
            sections[SECTIONS[kind]] = members
        return sections


@dataclass(slots=True)
class _Edits:
    """A copy of a value that shares with it all that is not edited."""

    root: Json
    own: dict[int, Json] = field(default_factory=dict[int, Json])
    """The collections that belong to the copy, by identity."""

    def put(self, tokens: Tokens, value: Json) -> None:
        """Set what the copy has at a place."""
        if not tokens:
            self.root = value
            return
        node = self.root = self.copied(self.root)
        for token in tokens[:-1]:
            child = self.copied(at(node, (token,)))
            _set(node, token, child)
            node = child
        _set(node, tokens[-1], value)

    def copied(self, node: Json) -> Json:
        """Return a collection of the copy's own."""
        if id(node) in self.own or not isinstance(node, (dict, list)):
            return node
        copy: Json = dict(node) if isinstance(node, dict) else list(node)
        self.own[id(copy)] = copy
        return copy


def _set(node: Json, token: str, value: Json) -> None:
    if isinstance(node, dict):
        node[token] = value
    elif isinstance(node, list):
        node[int(token)] = value


def _same(ref: str, tokens: Tokens) -> bool:
    """Tell whether a reference is already what the bundle needs."""
    return ref.startswith("#") and from_fragment(ref[1:]) == tokens


def _taken(document: Document) -> dict[tuple[str, str], Target]:
    """Return the names that the root file gives to its components."""
    taken: dict[tuple[str, str], Target] = {}
    components = document.value.get("components") if isinstance(document.value, dict) else None
    for section, members in components.items() if isinstance(components, dict) else ():
        for name in members if isinstance(members, dict) else ():
            taken[section, name] = Target(document.key, ("components", section, name))
    return taken


def _names(target: Target) -> tuple[str, ...]:
    """Return the names that a place suggests, the shortest first."""
    path = PurePosixPath(target.file)
    last = target.tokens[-1:]
    if last and last[0].isdecimal():
        last = target.tokens[-2:]
    folder = [part for part in path.parent.parts if part != ".."]
    short = [*last] or [path.stem]
    longer = [path.stem, *last] if last else [*folder[-1:], path.stem]
    longest = [*folder, path.stem, *target.tokens]
    names = ("_".join(parts) for parts in (short, longer, longest))
    return tuple(dict.fromkeys(_UNFIT.sub("_", name) for name in names))
