"""YAML 1.2 (core schema) into JSON values, with the place of each.

Only the events of the parser are used: nothing is constructed, nothing recurses, and depth, size
and aliases are counted while the text is read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, cast

import yaml

from apigen.diagnostics.core import Diagnostic, Report
from apigen.diagnostics.reading import (
    ALIAS,
    MANY_DOCUMENTS,
    MERGE_KEY,
    NOT_JSON,
    SYNTAX,
    TAG,
    TOO_DEEP,
    TOO_LARGE,
)
from apigen.sourcetext import Bounds, Faults, Mark, Parsed, SourceText, stop
from apigen.types import Json
from apigen.yamlscalars import NotJsonError, plain

_CORE = "tag:yaml.org,2002:"
_COLLECTION_TAGS = {None, "!", _CORE + "map", _CORE + "seq"}


@dataclass(frozen=True, slots=True)
class _Node:
    """A value with its marks, and what an alias to it costs."""

    value: Json
    mark: Mark
    nodes: int
    height: int
    text: str | None = None
    """The scalar as written: what it is as a key."""


class _Parser(Protocol):
    """What is needed of a YAML parser."""

    def get_event(self) -> yaml.Event:
        """Return the next event."""
        ...


_Loader: TypeAlias = Callable[[str], _Parser]
_Mapping: TypeAlias = tuple[dict[str, Json], Mapping[str, Mark]]


@dataclass(slots=True)
class _Frame:
    """A collection that is still open."""

    start: int
    anchor: str | None
    counted: int
    """The nodes that were counted before it."""
    items: list[Json] | None
    item_marks: list[Mark] = field(default_factory=list[Mark])
    members: dict[str, Json] = field(default_factory=dict[str, Json])
    member_marks: dict[str, Mark] = field(default_factory=dict[str, Mark])
    key: tuple[str, int, bool] | None = None
    """The key whose value is awaited: its text, its offset, whether it merges."""
    merged: list[_Mapping] = field(default_factory=list[_Mapping])
    height: int = 1


@dataclass(slots=True)
class _Builder:
    """Builds the value while the events arrive."""

    faults: Faults
    bounds: Bounds
    stack: list[_Frame] = field(default_factory=list[_Frame])
    anchors: dict[str, _Node | None] = field(default_factory=dict[str, _Node | None])
    """None while the anchored collection is open."""
    nodes: int = 0
    documents: int = 0
    merges: bool = False
    root: _Node | None = None

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """Take a scalar: a key, or a value."""
        at = _offset(event)
        self.count(1, at)
        frame = self.stack[-1] if self.stack else None
        if event.anchor is None and frame is not None and frame.items is None and frame.key is None:
            self.key(frame, event.value, at, merges=event.value == "<<" and event.implicit[0])
            return
        value = self.value_of(event)
        self.node(_Node(value, at, 1, 0, event.value), event.anchor)

    def value_of(self, event: yaml.ScalarEvent) -> Json:
        """Return the value of a scalar; a fault is reported, and None stands for it."""
        text, tag = event.value, event.tag
        try:
            if event.implicit[0] and tag is None:
                return plain(text)
            if tag in {None, "!", _CORE + "str"}:
                return text
            value = plain(text)
        except NotJsonError as fault:
            hint = "write a finite number, or quote it if it is a text"
            self.faults.add(NOT_JSON, _offset(event), f"{fault} is no JSON number", hint)
            return None
        return self.tagged(event, value)

    def tagged(self, event: yaml.ScalarEvent, value: Json) -> Json:
        """Return the value that an explicit tag of the core schema asks for."""
        tag, at = event.tag or "", _offset(event)
        match tag.removeprefix(_CORE), value:
            case ("null", None) | ("bool", bool()):
                return value
            case "int", int() if not isinstance(value, bool):
                return value
            case "float", int() | float() if not isinstance(value, bool):
                return float(value)
            case ("null" | "bool" | "int" | "float") as name, _:
                self.faults.add(TAG, at, f"{event.value!r} is no {name}", "remove the tag")
            case _:
                self.tag_fault(tag, at)
        return value

    def tag_fault(self, tag: str, at: int) -> None:
        """Report a tag that apigen does not know."""
        shown = "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
        self.faults.add(TAG, at, f"the tag {shown!r} is not supported", "remove it")

    def key(self, frame: _Frame, text: str, at: int, *, merges: bool) -> None:
        """Take the key of the next member."""
        first = frame.member_marks.get(text)
        if first is not None:
            self.faults.duplicate(text, at, first)
        frame.key = (text, at, merges)

    def open(self, event: yaml.CollectionStartEvent, items: list[Json] | None) -> None:
        """Begin a collection."""
        at = _offset(event)
        self.count(1, at)
        if len(self.stack) >= self.bounds.max_depth:
            raise self.too_deep(at)
        if event.tag not in _COLLECTION_TAGS:
            self.tag_fault(event.tag or "", at)
        above = self.stack[-1] if self.stack else None
        if above is not None and above.items is None and above.key is None:
            raise self.bad_key(at)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.stack.append(_Frame(at, event.anchor, self.nodes - 1, items))

    def close(self) -> None:
        """End a collection."""
        frame = self.stack.pop()
        nodes = self.nodes - frame.counted
        if frame.items is not None:
            node = _Node(frame.items, (frame.start, frame.item_marks), nodes, frame.height)
        else:
            members, marks = _merge(frame) if frame.merged else (frame.members, frame.member_marks)
            node = _Node(members, (frame.start, marks), nodes, frame.height)
        self.node(node, frame.anchor)

    def alias(self, event: yaml.AliasEvent) -> None:
        """Take what an alias stands for."""
        at, name = _offset(event), event.anchor or ""
        node = self.anchors.get(name)
        if node is None:
            inside = name in self.anchors
            message = f"there is no &{name} above"
            if inside:
                message = f"*{name} stands inside of &{name} itself"
            raise stop(self.faults.report, ALIAS.at(self.faults.source.place(at), message))
        self.count(node.nodes, at)
        if len(self.stack) + node.height > self.bounds.max_depth:
            raise self.too_deep(at)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.items is None and frame.key is None:
            if node.text is None:
                raise self.bad_key(at)
            self.key(frame, node.text, at, merges=False)
            return
        mark = at if isinstance(node.mark, int) else (at, node.mark[1])
        self.node(_Node(node.value, mark, node.nodes, node.height, node.text), None)

    def node(self, node: _Node, anchor: str | None) -> None:
        """Put a value where it belongs."""
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.height = max(frame.height, node.height + 1)
        if frame.items is not None:
            frame.items.append(node.value)
            frame.item_marks.append(node.mark)
        elif frame.key is None:  # an anchored scalar as a key
            offset = node.mark if isinstance(node.mark, int) else node.mark[0]
            self.key(frame, node.text or "", offset, merges=False)
        else:
            text, at, merges = frame.key
            frame.key = None
            if merges:
                self.merge(frame, node, at)
            else:
                frame.members[text] = node.value
                frame.member_marks[text] = at if isinstance(node.mark, int) else (at, node.mark[1])

    def merge(self, frame: _Frame, node: _Node, at: int) -> None:
        """Take the value of a merge key: a mapping, or a list of them."""
        parts = _mappings(node)
        if parts is None:
            self.faults.add(NOT_JSON, at, "'<<' takes a mapping or a list of mappings")
            return
        frame.merged += parts
        frame.member_marks["<<"] = at
        if not self.merges:
            self.merges = True
            message = "'<<' is merged, which YAML 1.2 does not know"
            self.faults.report.add(MERGE_KEY.at(self.faults.source.place(at), message))

    def count(self, nodes: int, at: int) -> None:
        """Count nodes."""
        self.nodes += nodes
        if self.nodes > self.bounds.max_nodes:
            message = f"the document has more than {self.bounds.max_nodes:,} values"
            place = self.faults.source.place(at)
            hint = "aliases count as what they stand for"
            raise stop(self.faults.report, TOO_LARGE.at(place, message, hint=hint))

    def too_deep(self, at: int) -> Exception:
        """Return the exception for nesting too deep."""
        message = f"collections are nested more than {self.bounds.max_depth} deep"
        return stop(self.faults.report, TOO_DEEP.at(self.faults.source.place(at), message))

    def bad_key(self, at: int) -> Exception:
        """Return the exception for a key that is a collection."""
        message = "a mapping or a list can't be a key"
        return stop(self.faults.report, NOT_JSON.at(self.faults.source.place(at), message))


def _mappings(node: _Node) -> list[_Mapping] | None:
    """Return the mappings that a merge key names, or None if it names something else."""
    if isinstance(node.mark, int):
        return None
    marks = node.mark[1]
    if isinstance(node.value, dict) and isinstance(marks, Mapping):
        return [(node.value, marks)]
    found: list[_Mapping] = []
    if isinstance(node.value, list) and isinstance(marks, Sequence):
        for value, mark in zip(node.value, marks, strict=True):
            inner = None if isinstance(mark, int) else mark[1]
            if not isinstance(value, dict) or not isinstance(inner, Mapping):
                return None
            found.append((value, inner))
    return found


def _merge(frame: _Frame) -> _Mapping:
    """Return the members of a mapping with the merged ones; its own win, then the first named."""
    members: dict[str, Json] = {}
    marks: dict[str, Mark] = {}
    for others, other_marks in frame.merged:
        members = {**others, **members}
        marks = {**other_marks, **marks}
    own_marks = {name: mark for name, mark in frame.member_marks.items() if name in frame.members}
    return {**members, **frame.members}, {**marks, **own_marks}


def read(source: SourceText, bounds: Bounds, report: Report) -> Parsed:
    """Read a YAML text.

    Raises:
        Stop: it is no YAML, or what it says is no JSON value; the report says why and where.

    """
    builder = _Builder(Faults(source, report, []), bounds)
    try:
        _consume(builder)
    except yaml.MarkedYAMLError as fault:
        if _DEPTH_OF_PARSER in (fault.problem or ""):  # it scans ahead of the events that we bound
            raise builder.too_deep(_at(fault)) from None
        raise stop(report, _syntax(source, fault)) from None
    except yaml.YAMLError as fault:
        raise stop(report, SYNTAX.at(source.place(0), f"this is no YAML: {fault}")) from None
    builder.faults.check()
    root = builder.root or _Node(None, 0, 0, 0)
    return Parsed(source, root.value, lambda: root.mark)


def _offset(event: yaml.Event) -> int:
    """Return the offset of an event in the text, in characters."""
    return event.start_mark.index if event.start_mark is not None else 0


def _consume(builder: _Builder) -> None:
    """Let the parser's events build the value."""
    source = builder.faults.source
    # A PyYAML without its C library reads the same, slowly.
    loader = cast("_Loader", getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    next_event = loader(source.text).get_event
    while True:
        event = next_event()
        match event:
            case yaml.ScalarEvent():
                builder.scalar(event)
            case yaml.MappingStartEvent():
                builder.open(event, None)
            case yaml.SequenceStartEvent():
                builder.open(event, [])
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                builder.close()
            case yaml.AliasEvent():
                builder.alias(event)
            case yaml.DocumentStartEvent():
                builder.documents += 1
                if builder.documents > 1:
                    place = source.place(_offset(event))
                    message = "a second document begins here"
                    hint = "keep one document in a file"
                    raise stop(builder.faults.report, MANY_DOCUMENTS.at(place, message, hint=hint))
            case yaml.StreamEndEvent():
                return
            case _:
                pass


_DEPTH_OF_PARSER = "exceeded maximum nesting depth"  # libyaml, since PyYAML 6.0.4

_HINTS = (
    ("mapping values are not allowed", "quote a text that holds ': ', or check the indentation"),
    ("tab character", "indent with blanks; YAML forbids tabs there"),
    (
        "cannot start any token",
        "quote a text that begins with a special character (@ ` % or a tab)",
    ),
    ("did not find expected key", "check the indentation, and that quotes are closed"),
    ("could not find expected ':'", "a key needs a colon and a blank after it"),
    ("did not find expected", "check brackets, commas and quotes"),
    ("unexpected end of stream", "a quote or a bracket is not closed"),
    ("escape", "use single quotes, or double the backslash"),
)


def _at(fault: yaml.MarkedYAMLError) -> int:
    """Return the offset of a fault in the text, in characters."""
    mark = fault.problem_mark or fault.context_mark
    return 0 if mark is None else mark.index


def _syntax(source: SourceText, fault: yaml.MarkedYAMLError) -> Diagnostic:
    """Return what the parser found as a finding with a hint."""
    problem = fault.problem or fault.context or "this is no YAML"
    at = _at(fault)
    if source.text[at : at + 1] == "\t":
        problem = "found a tab character where YAML allows none"
    hint = next((hint for words, hint in _HINTS if words in problem), "")
    related = () if fault.context_mark is None else (source.place(fault.context_mark.index),)
    message = f"{fault.context}: {problem}" if fault.context else problem
    return SYNTAX.at(source.place(at), message, hint=hint, related=related)
