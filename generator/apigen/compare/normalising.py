"""From the many spellings of a schema to its normal form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from apigen.compare.keywords import own
from apigen.compare.normal import ANY, SCALARS, Nodes, Normal, Union, identity, meet
from apigen.compare.values import Node, canonical
from apigen.compare.view import View, name_of

_MOST_LEVELS = 60
"""Of references, allOf and lone branches within each other."""
_NULL = canonical(None)


@dataclass(slots=True)
class Normaliser:
    """Makes normal forms of one side, each once."""

    view: View
    known: dict[tuple[str, ...], Normal] = field(default_factory=dict[tuple[str, ...], Normal])
    cut: bool = False
    """Whether something was nested beyond measure, and so left out."""

    def normal(self, nodes: Nodes) -> Normal:
        """Return the normal form of what these schemas allow together."""
        key = identity(nodes)
        if key not in self.known:
            start = Normal(self.head(nodes).pointer if nodes else "")
            for node in nodes:
                start = meet(start, self.one(node, frozenset()))
            self.known[key] = _finished(start)
        return self.known[key]

    def head(self, nodes: Nodes) -> Node:
        """Return the schema that findings about these speak of."""
        return self.bare(nodes[0])

    def bare(self, node: Node) -> Node:
        """Follow references, and allOf of one branch that only adds remarks."""
        for _ in range(_MOST_LEVELS):
            found = self.view.resolve(node)
            branches = [branch for name in _JOINTS for branch in _branches(found, name)]
            lone = len(branches) == 1 and isinstance(found.value, dict)
            if not lone or found.value.keys() - _REMARKS - _JOINTS:  # type: ignore[union-attr]
                return found
            node = branches[0]
        return node

    def one(self, node: Node, above: frozenset[str]) -> Normal:
        """Return the normal form of one schema, references and joints followed."""
        if len(above) > _MOST_LEVELS:
            self.cut = True
            return Normal(node.pointer)
        if node.pointer in above:
            return Normal(node.pointer)
        above |= {node.pointer}
        if not isinstance(node.value, dict):
            return Normal(node.pointer, frozenset() if node.value is False else ANY)
        reference = node.text("$ref")
        target = self.view.target(reference) if reference else None
        if target is not None:
            found = replace(self.one(target, above), pointer=target.pointer)
            return found if self.view.is_3_0 else meet(found, self.parts(node, above))
        return self.parts(node, above)

    def parts(self, node: Node, above: frozenset[str]) -> Normal:
        """Return the normal form of a schema that is no reference."""
        found = own(node, is_3_0=self.view.is_3_0)
        for branch in _branches(node, "allOf"):
            found = meet(found, self.one(branch, above))
        for keyword in ("oneOf", "anyOf"):
            branches = _branches(node, keyword)
            if branches:
                found = meet(found, self.union(node, keyword, branches, above))
        if node.flag("nullable"):
            values = found.values if found.values is None else found.values | {_NULL: None}
            found = replace(found, types=found.types | {"null"}, values=values)
        return replace(found, pointer=node.pointer)

    def union(
        self, node: Node, keyword: str, branches: list[Node], above: frozenset[str]
    ) -> Normal:
        """Return the normal form of oneOf or anyOf: null taken out, a lone branch merged."""
        rest = [branch for branch in branches if not self.is_null(branch)]
        null = len(rest) < len(branches)
        if len(rest) == 1:
            found = self.one(rest[0], above)
            if not null:
                return found
            values = found.values if found.values is None else found.values | {_NULL: None}
            return replace(found, types=found.types | {"null"}, values=values)
        if not rest:
            return Normal(node.pointer, frozenset({"null"}))
        types = ANY if null else SCALARS
        tag, mapping = self.discriminator(node, rest)
        union = Union(keyword, tuple((branch,) for branch in rest), node, tag, mapping)
        return Normal(node.pointer, types, unions=(union,))

    def is_null(self, branch: Node) -> bool:
        """Tell whether a branch allows null and nothing else."""
        value = self.view.resolve(branch).value
        if not isinstance(value, dict):
            return False
        if value.get("type") == "null" or value.get("type") == ["null"]:
            return True
        return value.get("enum") == [None] or ("const" in value and value["const"] is None)

    def discriminator(
        self, node: Node, branches: list[Node]
    ) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Return the member that tells variants apart, and what each value of it means."""
        found = node.get("discriminator")
        if found is None:
            return "", ()
        mapping: dict[str, str] = {}
        stated = found.get("mapping")
        for value, name in stated.members().items() if stated else ():
            target = self.view.named(name.value) if isinstance(name.value, str) else None
            mapping[value] = target.pointer if target else ""
        meant = set(mapping.values())
        for branch in branches:
            pointer = self.view.resolve(branch).pointer
            if pointer not in meant and name_of(pointer):
                mapping[name_of(pointer)] = pointer
        return found.text("propertyName"), tuple(sorted(mapping.items()))


_JOINTS = {"allOf", "oneOf", "anyOf"}
_REMARKS = {"description", "title", "example", "examples", "externalDocs", "$comment", "nullable"}


def _branches(node: Node, keyword: str) -> list[Node]:
    found = node.get(keyword)
    return found.items() if found else []


def _finished(found: Normal) -> Normal:
    """Drop what has no meaning for the types that are left."""
    if found.values is not None:
        found.types &= _types_of(found.values)
    if not found.kinds & {"number", "integer"}:
        found.upper = found.lower = None
        found.sizes.pop("multipleOf", None)
    if "number" not in found.kinds:
        found.upper, found.lower = _whole(found.upper, 1), _whole(found.lower, -1)
    for suffix, kind in (("Length", "string"), ("Items", "array"), ("Properties", "object")):
        if kind not in found.kinds:
            found.sizes = {k: v for k, v in found.sizes.items() if not k.endswith(suffix)}
    return found


def _types_of(values: Mapping[str, object]) -> frozenset[str]:
    return frozenset(name for value in values.values() for name in _KIND[type(value)](value))


def _whole(bound: tuple[float, bool] | None, sign: int) -> tuple[float, bool] | None:
    """Return a bound of integers as one that is not excluded."""
    if bound is None or not bound[1] or bound[0] != int(bound[0]):
        return bound
    return bound[0] - sign, False


def _single(name: str) -> Callable[[object], frozenset[str]]:
    return lambda _value: frozenset({name})


_KIND: dict[type, Callable[[object], frozenset[str]]] = {
    str: _single("string"),
    bool: _single("boolean"),
    int: lambda _value: frozenset({"integer", "number"}),
    float: lambda value: frozenset({"integer", "number"} if value == int(value) else {"number"}),  # type: ignore[call-overload]
    type(None): _single("null"),
    list: _single("array"),
    dict: _single("object"),
}
