"""What certainly did not change: equal text, and equal all that it refers to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from apigen.compare.values import Node, members
from apigen.compare.view import View
from apigen.pointers import escape
from apigen.types import Json


@dataclass(slots=True)
class Sameness:
    """Knows the components that are the same on both sides, with all that they refer to."""

    old: View
    new: View
    clean: frozenset[str] = frozenset()
    """References that lead to the same on both sides."""
    asked: dict[tuple[str, str], bool] = field(default_factory=dict[tuple[str, str], bool])

    def of(self, old: Node, new: Node) -> bool:
        """Tell whether nothing can have changed."""
        key = (old.pointer, new.pointer)
        if key not in self.asked:
            self.asked[key] = (
                self.old.is_3_0 is self.new.is_3_0
                and old.value == new.value
                and _typed_alike(old.value, new.value)
                and all(reference in self.clean for reference in _references(old.value))
            )
        return self.asked[key]

    def of_all(self, old: tuple[Node, ...], new: tuple[Node, ...]) -> bool:
        """Tell whether nothing can have changed of several."""
        return len(old) == len(new) and all(map(self.of, old, new))


def sameness(old: View, new: View) -> Sameness:
    """Compare all components of two sides."""
    equal: dict[str, set[str]] = {}
    users: dict[str, set[str]] = {}
    olds, news = (members(view.bundle.value.get("components")) for view in (old, new))
    for section, named in olds.items():
        others = members(news.get(section))
        for name, value in members(named).items():
            if name in others and value == others[name] and _typed_alike(value, others[name]):
                reference = f"#/components/{escape(section)}/{escape(name)}"
                equal[reference] = set(_references(value))
    for reference, used in equal.items():
        for one in used:
            users.setdefault(one, set()).add(reference)
    dirty = [one for one in users if one not in equal]
    clean = set(equal)
    while dirty:
        for user in users.get(dirty.pop(), ()):
            if user in clean:
                clean.discard(user)
                dirty.append(user)
    return Sameness(old, new, frozenset(clean))


def _typed_alike(old: Json, new: Json) -> bool:
    """Tell true from 1, which Python holds equal."""
    waiting = [(old, new)]
    while waiting:
        left, right = waiting.pop()
        if left is right:
            continue
        if isinstance(left, dict) and isinstance(right, dict):
            waiting += [(left[name], right[name]) for name in left]
        elif isinstance(left, list) and isinstance(right, list):
            waiting += zip(left, right, strict=True)
        elif isinstance(left, bool) is not isinstance(right, bool):
            return False
    return True


def _references(value: Json) -> Iterator[str]:
    """Find all references within a value, those of discriminators too."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                yield reference
            mapping = members(node.get("discriminator")).get("mapping")
            for name in members(mapping).values():
                if isinstance(name, str):
                    is_name = "/" not in name and "#" not in name
                    yield f"#/components/schemas/{name}" if is_name else name
            waiting += node.values()
