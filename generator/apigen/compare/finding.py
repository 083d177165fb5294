"""What the parts of a comparison share: the pairs of schemas, and what was found so far."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from apigen.compare import rules
from apigen.compare.changes import Change, Flow, Where
from apigen.compare.pairs import Key, Pairs
from apigen.compare.values import Node
from apigen.diagnostics import Severity


@dataclass(slots=True)
class Findings:
    """Collects changes, and which operation reaches which pair of schemas."""

    pairs: Pairs
    changes: list[Change] = field(default_factory=list[Change])
    roots: list[tuple[str, Key]] = field(default_factory=list[tuple[str, Key]])

    def all(self) -> list[Change]:
        """Return every change once, with the operations that it reaches, the worst first."""
        found: dict[tuple[str, str | None, str | None], Change] = {}
        for change in (*self.changes, *self._of_schemas()):
            key = (change.key or change.rule, change.old, change.new)
            known = found.get(key)
            if known is None:
                found[key] = change
                continue
            worst = min(known, change, key=lambda one: one.severity.rank)
            names = tuple(dict.fromkeys((*known.operations, *change.operations)))
            found[key] = replace(worst, operations=names)
        return sorted(found.values(), key=lambda one: (one.severity.rank, one.rule, one.new or ""))

    def _of_schemas(self) -> list[Change]:
        reached: dict[Key, dict[str, None]] = {}
        starts: dict[str, list[Key]] = {}
        for name, key in self.roots:
            starts.setdefault(name, []).append(key)
        for name, keys in starts.items():
            seen = set(keys)
            waiting = list(seen)
            while waiting:
                key = waiting.pop()
                reached.setdefault(key, {})[name] = None
                new = [one for one in self.pairs.done[key].inner if one not in seen]
                seen.update(new)
                waiting += new
        return [
            replace(change, operations=tuple(sorted(reached.get(key, ()))))
            for key, outcome in self.pairs.done.items()
            for change in outcome.changes
        ]


@dataclass(frozen=True, slots=True)
class Side:
    """One operation under comparison: where its findings go, and which way its messages."""

    findings: Findings
    name: str
    reverse: bool = False
    """Whether the service sends the request: a webhook, a callback."""

    def tell(
        self,
        rule: str,
        text: str,
        old: Node | str | None,
        new: Node | str | None,
        level: Severity | None = None,
    ) -> None:
        """Tell of a change."""
        chosen = level or rules.rule(rule).severity
        if self.reverse and level is None:
            chosen = _REVERSED.get(rule, chosen)
        change = Change(rule, chosen, text, _pointer(old), _pointer(new), (self.name,), rule + text)
        self.findings.changes.append(change)

    def schema(self, old: Node, new: Node, flow: Flow, part: str) -> None:
        """Compare two schemas, when their turn comes."""
        way = flow.reverse if self.reverse else flow
        key = self.findings.pairs.add((old,), (new,), Where(way, _part(part, way)))
        if key is not None:
            self.findings.roots.append((self.name, key))


def _pointer(node: Node | str | None) -> str | None:
    return node.pointer if isinstance(node, Node) else node


def _part(part: str, flow: Flow) -> str:
    """Return the part for the way it really goes: the request of a webhook is sent."""
    return f"{flow}-{part}" if part != "header" or flow is Flow.SENT else "request-parameter"


_REVERSED = {
    "request-body-media-type-added": Severity.ERROR,
    "request-body-media-type-removed": Severity.NOTE,
    "request-body-became-optional": Severity.ERROR,
    "request-body-became-required": Severity.NOTE,
    "request-body-added-required": Severity.WARNING,
    "request-body-added-optional": Severity.WARNING,
    "request-parameter-became-required": Severity.NOTE,
    "request-parameter-became-optional": Severity.ERROR,
    "new-required-request-parameter": Severity.NOTE,
    "request-parameter-removed": Severity.ERROR,
    "response-success-status-removed": Severity.ERROR,
    "response-media-type-removed": Severity.ERROR,
}
"""Rules that weigh otherwise where the service is the one that sends requests."""

Teller = Callable[[str, str], None]
