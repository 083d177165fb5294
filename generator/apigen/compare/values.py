"""JSON values as the comparison looks at them."""

import json
from dataclasses import dataclass

from apigen.pointers import escape
from apigen.types import Json


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value and where it stands in its bundle."""

    pointer: str
    value: Json

    def get(self, name: str) -> "Node | None":
        """Return a member, or None if there is none."""
        if isinstance(self.value, dict) and name in self.value:
            return Node(f"{self.pointer}/{escape(name)}", self.value[name])
        return None

    def members(self) -> "dict[str, Node]":
        """Return all members of an object."""
        if not isinstance(self.value, dict):
            return {}
        return {
            name: Node(f"{self.pointer}/{escape(name)}", child)
            for name, child in self.value.items()
        }

    def items(self) -> "list[Node]":
        """Return all items of a list."""
        if not isinstance(self.value, list):
            return []
        return [Node(f"{self.pointer}/{i}", child) for i, child in enumerate(self.value)]

    def text(self, name: str) -> str:
        """Return a member that is a text, or the empty text."""
        child = self.value.get(name) if isinstance(self.value, dict) else None
        return child if isinstance(child, str) else ""

    def flag(self, name: str) -> bool:
        """Tell whether a member is true."""
        return isinstance(self.value, dict) and self.value.get(name) is True


def members(value: Json) -> dict[str, Json]:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[Json]:
    """Return a list, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def number(value: Json) -> int | float | None:
    """Return a number; true and false are none."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def canonical(value: Json) -> str:
    """Return one text for all values that JSON holds equal: 1 and 1.0, members in any order."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(child) for name, child in value.items()}
    return value


def shown(value: Json) -> str:
    """Return a value for a message, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def listed(names: "list[str] | tuple[str, ...]", most: int = 5) -> str:
    """Return names for a message; of many only the first."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
