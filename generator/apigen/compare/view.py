"""A bundle as the comparison reads it: references followed, versions told apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apigen.bundle import Bundle
from apigen.compare.values import Node, members
from apigen.pointers import at, escape, split
from apigen.types import Json

_MOST_HOPS = 100
_COMPONENTS = "/components/schemas/"


@dataclass(slots=True)
class View:
    """One side of the comparison."""

    bundle: Bundle
    targets: dict[str, Node | None] = field(default_factory=dict[str, Node | None])
    """What references lead to, so far as they were asked for."""

    @property
    def is_3_0(self) -> bool:
        """Tell whether the document is of OpenAPI 3.0."""
        return self.bundle.document.version == "3.0"

    @property
    def root(self) -> Node:
        """Return the whole document."""
        return Node("", self.bundle.value)

    @property
    def components(self) -> Mapping[str, Json]:
        """Return the schemas by name."""
        return members(members(self.bundle.value.get("components")).get("schemas"))

    def target(self, reference: str) -> Node | None:
        """Return what a reference leads to, None if it leads nowhere."""
        if reference not in self.targets:
            self.targets[reference] = self._found(reference)
        return self.targets[reference]

    def _found(self, reference: str) -> Node | None:
        if not reference.startswith("#"):
            return None
        try:
            pointer = self.bundle.follow(reference)
            return Node(pointer, at(self.bundle.value, split(pointer)))
        except (LookupError, ValueError):
            return None

    def resolve(self, node: Node) -> Node:
        """Follow references until something else stands there."""
        for _ in range(_MOST_HOPS):
            reference = node.text("$ref")
            if not reference or (found := self.target(reference)) is None:
                return node
            node = found
        return node

    def named(self, name: str) -> Node | None:
        """Return the schema that a discriminator's mapping means: by name or by reference."""
        if name in self.components:
            return Node(_COMPONENTS + escape(name), self.components[name])
        return self.target(name)


def name_of(pointer: str) -> str:
    """Return the name of a schema among the components, or the empty text."""
    rest = pointer.removeprefix(_COMPONENTS)
    return split("/" + rest)[0] if rest != pointer and "/" not in rest else ""


def spoken(pointer: str) -> str:
    """Return a pointer as people speak of a value: ``Pet.owner.name``."""
    tokens = list(split(pointer))
    name = ""
    if tokens[:2] == ["components", "schemas"] and len(tokens) > 2:
        name, tokens = tokens[2], tokens[3:]
    elif "schema" in tokens:
        tokens = tokens[tokens.index("schema") + 1 :]
    while tokens:
        step = tokens.pop(0)
        if step in {"properties", "patternProperties"} and tokens:
            name += ("." if name else "") + tokens.pop(0)
        elif step == "items":
            name += "[]"
    return name


def document_order(pointer: str) -> tuple[str, ...]:
    """Return what sorts pointers."""
    return split(pointer)
