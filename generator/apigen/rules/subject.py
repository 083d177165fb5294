"""What rules look at: the operations of a bundled document, with their places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from apigen.bundle import Bundle
from apigen.diagnostics import Place
from apigen.pointers import Tokens, at, exists, from_fragment, join
from apigen.types import Json

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_MOST_HOPS: Final = 100


@dataclass(frozen=True, slots=True)
class Node:
    """An object of the document that is no reference, and where it stands."""

    value: Mapping[str, Json]
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation (OpenAPI 3.1 section 4.8.10), its references followed."""

    path: str
    method: str
    node: Node
    parameters: tuple[Node, ...]
    """Its own and its path's; its own win."""
    responses: Mapping[str, Node]
    """By status, ``default`` among them."""

    @property
    def name(self) -> str:
        """Return how people call it: ``GET /notes``."""
        return f"{self.method.upper()} {self.path}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A document under judgement."""

    bundle: Bundle
    operations: tuple[Operation, ...]

    def place(self, *tokens: str) -> Place:
        """Return where the value at these tokens stands in the files."""
        return self.bundle.place(join(tokens))

    def follow(self, value: Json, tokens: Tokens) -> Node | None:
        """Return the object that a value is or refers to; None if it is no object."""
        return _follow(self.bundle, value, tokens)

    def child(self, node: Node, *names: str) -> Node | None:
        """Return the object below a node, references followed; None if there is none."""
        here: Node | None = node
        for name in names:
            if here is None or name not in here.value:
                return None
            here = self.follow(here.value[name], (*here.tokens, name))
        return here

    def children(self, node: Node | None) -> Iterator[tuple[str, Node]]:
        """Give the members of a node that are objects, references followed."""
        for name, value in node.value.items() if node else ():
            found = self.follow(value, (*node.tokens, name)) if node else None
            if found is not None and not name.startswith("x-"):
                yield name, found


def subject_of(bundle: Bundle) -> Subject:
    """Return what the rules judge."""
    return Subject(bundle, tuple(_operations(bundle)))


def _operations(bundle: Bundle) -> Iterator[Operation]:
    paths = bundle.value.get("paths")
    for path, value in paths.items() if isinstance(paths, dict) else ():
        item = _follow(bundle, value, ("paths", path))
        for method in METHODS if item and path.startswith("/") else ():
            found = item.value.get(method) if item else None
            if item and isinstance(found, dict):
                node = Node(found, (*item.tokens, method))
                yield Operation(
                    path, method, node, _parameters(bundle, item, node), _responses(bundle, node)
                )


def _parameters(bundle: Bundle, item: Node, operation: Node) -> tuple[Node, ...]:
    found: dict[tuple[Json, Json], Node] = {}
    for owner in (item, operation):
        listed = owner.value.get("parameters")
        for index, value in enumerate(listed if isinstance(listed, list) else ()):
            node = _follow(bundle, value, (*owner.tokens, "parameters", str(index)))
            if node and isinstance(name := node.value.get("name"), str):
                found[name, str(node.value.get("in"))] = node
    return tuple(found.values())


def _responses(bundle: Bundle, operation: Node) -> Mapping[str, Node]:
    listed = operation.value.get("responses")
    found = {
        status: _follow(bundle, value, (*operation.tokens, "responses", status))
        for status, value in (listed.items() if isinstance(listed, dict) else ())
        if not status.startswith("x-")
    }
    return {status: node for status, node in found.items() if node is not None}


def _follow(bundle: Bundle, value: Json, tokens: Tokens) -> Node | None:
    for _ in range(_MOST_HOPS):
        if not isinstance(value, dict):
            return None
        reference = value.get("$ref")
        if not isinstance(reference, str):
            return Node(value, tokens)
        there = from_fragment(reference.removeprefix("#"))
        if there is None or not exists(bundle.value, there):
            return None
        value, tokens = at(bundle.value, there), there
    return None
