"""Pairs of schemas that wait to be compared, each once, and what was found of each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from apigen.compare import rules
from apigen.compare.changes import Change, Flow, Where
from apigen.compare.normal import Nodes, Normal, identity
from apigen.compare.normalising import Normaliser
from apigen.compare.sameness import Sameness
from apigen.compare.view import name_of, spoken
from apigen.diagnostics import Severity

Key: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], Flow, str]
"""A pair of schemas, and the part of a message that they describe."""


@dataclass(slots=True)
class Outcome:
    """What was found of one pair."""

    changes: list[Change] = field(default_factory=list[Change])
    inner: list[Key] = field(default_factory=list[Key])
    """The pairs within it."""


@dataclass(slots=True)
class Pairs:
    """All pairs of a comparison. A queue, not recursion: no document is too deep for it."""

    old: Normaliser
    new: Normaliser
    sameness: Sameness
    judge: "Callable[[Pair], None]"
    done: dict[Key, Outcome] = field(default_factory=dict[Key, Outcome])
    waiting: list[tuple[Key, Nodes, Nodes, Where]] = field(
        default_factory=list[tuple[Key, Nodes, Nodes, Where]]
    )
    renamed: dict[str, str] = field(default_factory=dict[str, str])
    """Schemas of the same meaning, old name and new."""
    trial: bool = False
    """Whether this only asks if two schemas are alike."""

    def add(self, old: Nodes, new: Nodes, where: Where) -> Key | None:
        """Let a pair wait for its turn; None if nothing can have changed."""
        if not old or not new or self.sameness.of_all(old, new):
            return None
        key = (identity(old), identity(new), where.flow, where.part)
        if key not in self.done:
            self.done[key] = Outcome()
            self.waiting.append((key, old, new, where))
        return key

    def run(self, most: int = 1_000_000) -> bool:
        """Compare all that waits; False if it was too much."""
        while self.waiting and most > 0:
            most -= 1
            key, old, new, where = self.waiting.pop()
            self.note_names(old, new)
            pair = Pair(self, self.old.normal(old), self.new.normal(new), old, new, where)
            pair.outcome = self.done[key]
            self.judge(pair)
        return not self.waiting

    def note_names(self, old: Nodes, new: Nodes) -> None:
        """Notice a schema that goes by another name now."""
        was, now = (name_of(s.head(n).pointer) for s, n in ((self.old, old), (self.new, new)))
        if was and now and was != now:
            gone = was not in self.new.view.components
            if gone and now not in self.old.view.components:
                self.renamed.setdefault(was, now)

    def alike(self, old: Nodes, new: Nodes) -> bool:
        """Tell whether two schemas allow the same."""
        if self.sameness.of_all(old, new):
            return True
        if self.trial:
            return False
        trial = Pairs(self.old, self.new, self.sameness, self.judge, trial=True)
        trial.add(old, new, Where(Flow.RECEIVED, "request-property"))
        while trial.waiting:
            if not trial.run(1) and len(trial.done) > _MOST_TRIED:
                return False
            if any(outcome.changes for outcome in trial.done.values()):
                return False
        return True


_MOST_TRIED = 300


@dataclass(slots=True)
class Pair:
    """Two schemas in normal form, and where to tell of them."""

    pairs: Pairs
    old: Normal
    new: Normal
    old_nodes: Nodes
    new_nodes: Nodes
    where: Where
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def subject(self) -> str:
        """Return how to speak of the value."""
        return spoken(self.new.pointer) or "the value"

    def say(self, aspect: str, keyword: str, text: str, key: str = "") -> None:
        """Tell of a change of one keyword."""
        rule = f"{self.where.part}-{aspect}"
        level = rules.severity(self.where.part, aspect)
        old, new = self.old.place(keyword), self.new.place(keyword)
        message = f"{self.subject}: {text}"
        self.outcome.changes.append(Change(rule, level, message, old, new, (), key or aspect))

    def tell(
        self,
        rule: str,
        text: str,
        old: str | None,
        new: str | None,
        level: Severity | None = None,
    ) -> None:
        """Tell of a change that is no matter of one keyword."""
        chosen = level or rules.rule(rule).severity
        self.outcome.changes.append(Change(rule, chosen, text, old, new, (), text))

    def inner(self, old: Nodes, new: Nodes, where: Where | None = None) -> None:
        """Compare what lies within, later."""
        key = self.pairs.add(old, new, where or self.where.inner)
        if key is not None:
            self.outcome.inner.append(key)
