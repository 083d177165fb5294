"""The normal form of a schema: one shape for all spellings of the same set of values."""

from dataclasses import dataclass, field
from typing import TypeAlias

from apigen.compare.values import Node
from apigen.types import Json

SCALARS = frozenset({"array", "boolean", "number", "integer", "object", "string"})
ANY = SCALARS | {"null"}

Nodes: TypeAlias = tuple[Node, ...]
"""Schemas that must all hold: what allOf joins."""
Additional: TypeAlias = Nodes | bool
"""What holds for members that are not listed."""


def identity(nodes: Nodes) -> tuple[str, ...]:
    """Return what tells these schemas from others of the same document."""
    return tuple(node.pointer for node in nodes)


@dataclass(frozen=True, slots=True)
class Union:
    """The variants of oneOf or anyOf, null taken out."""

    keyword: str
    variants: tuple[Nodes, ...]
    node: Node
    tag: str = ""
    """The member that tells them apart."""
    mapping: tuple[tuple[str, str], ...] = ()
    """Values of it, and the pointers of the schemas that they mean."""


@dataclass(slots=True)
class Normal:
    """A schema, one level of it: what lies within is normalised when it is asked for."""

    pointer: str
    types: frozenset[str] = ANY
    values: dict[str, Json] | None = None
    """The enumeration by canonical text."""
    upper: tuple[float, bool] | None = None
    """The greatest number, and whether it is excluded."""
    lower: tuple[float, bool] | None = None
    sizes: dict[str, int | float] = field(default_factory=dict[str, int | float])
    """minLength, maxItems and so on; multipleOf."""
    unique: bool = False
    properties: dict[str, Nodes] = field(default_factory=dict[str, Nodes])
    required: frozenset[str] = frozenset()
    additional: Nodes | bool = True
    parts: dict[str, Nodes] = field(default_factory=dict[str, Nodes])
    """Schemas by keyword: items, not, contains ..."""
    patterns: dict[str, Nodes] = field(default_factory=dict[str, Nodes])
    dependents: dict[str, Nodes] = field(default_factory=dict[str, Nodes])
    dependent_required: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    prefix: tuple[Nodes, ...] = ()
    unions: tuple[Union, ...] = ()
    notes: dict[str, Json] = field(default_factory=dict[str, Json])
    """Keywords that are one value: format, default, pattern, deprecated, extensions."""
    places: dict[str, str] = field(default_factory=dict[str, str])
    """Where keywords stand."""

    @property
    def nullable(self) -> bool:
        """Tell whether null is allowed."""
        return "null" in self.types and (self.values is None or "null" in self.values)

    @property
    def kinds(self) -> frozenset[str]:
        """Return the types without null."""
        return self.types & SCALARS

    @property
    def listed(self) -> dict[str, Json] | None:
        """Return the enumeration without null."""
        if self.values is None:
            return None
        return {text: value for text, value in self.values.items() if text != "null"}

    def place(self, keyword: str) -> str:
        """Return where a keyword stands, or else the schema."""
        return self.places.get(keyword, self.pointer)


def meet(left: Normal, right: Normal) -> Normal:
    """Return what both allow."""
    return Normal(
        left.pointer,
        left.types & right.types,
        _both(left.values, right.values),
        _tighter(left.upper, right.upper, sign=1),
        _tighter(left.lower, right.lower, sign=-1),
        _sizes(left.sizes, right.sizes),
        left.unique or right.unique,
        _joined(left.properties, right.properties),
        left.required | right.required,
        _additional(left.additional, right.additional),
        _joined(left.parts, right.parts),
        _joined(left.patterns, right.patterns),
        _joined(left.dependents, right.dependents),
        _required(left.dependent_required, right.dependent_required),
        left.prefix or right.prefix,
        left.unions + right.unions,
        left.notes | right.notes,
        left.places | right.places,
    )


def _both(left: dict[str, Json] | None, right: dict[str, Json] | None) -> dict[str, Json] | None:
    if left is None or right is None:
        return right if left is None else left
    return {text: value for text, value in left.items() if text in right}


def _tighter(
    left: tuple[float, bool] | None, right: tuple[float, bool] | None, *, sign: int
) -> tuple[float, bool] | None:
    if left is None or right is None:
        return right if left is None else left
    return min(left, right, key=lambda bound: (sign * bound[0], not bound[1]))


def _sizes(left: dict[str, int | float], right: dict[str, int | float]) -> dict[str, int | float]:
    sizes = left | right
    for name in left.keys() & right.keys():
        choose = min if name.startswith("max") else max
        sizes[name] = choose(left[name], right[name])
    return sizes


def _joined(left: dict[str, Nodes], right: dict[str, Nodes]) -> dict[str, Nodes]:
    if not left or not right:
        return left or right
    joined = dict(left)
    for name, nodes in right.items():
        known = {node.pointer for node in joined.get(name, ())}
        new = tuple(node for node in nodes if node.pointer not in known)
        joined[name] = joined.get(name, ()) + new
    return joined


def _additional(left: Additional, right: Additional) -> Additional:
    if left is False or right is False:
        return False
    if left is True or right is True:
        return right if left is True else left
    return left + right


def _required(
    left: dict[str, frozenset[str]], right: dict[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    return left | {name: left.get(name, frozenset()) | names for name, names in right.items()}
