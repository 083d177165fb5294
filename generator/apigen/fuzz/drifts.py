"""What is found: a difference between what the contract says and what the server did."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from apigen.diagnostics import Code, Diagnostic, Place
from apigen.fuzz.traffic import Exchange


class Kind(StrEnum):
    """How the contract and the server differ."""

    VIOLATION = "violation"
    """The contract says one thing, the server does another."""
    UNDOCUMENTED = "undocumented"
    """The server does what the contract is silent about: a member, a header, a route."""
    SUSPICION = "suspicion"
    """Likely, and not proved by an exchange. Does not make the run fail."""

    @property
    def rank(self) -> int:
        """Return 0 for the worst."""
        return list(Kind).index(self)


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference, with the exchanges that prove it."""

    code: Code
    operation: str
    """``METHOD /path`` with the contract's template; the path itself where it has none."""
    place: Place
    """Where the contract says it, or would have to say it."""
    says: str
    """What the contract says, in a sentence without a full stop."""
    did: str
    """What the server did, in the same form."""
    exchanges: tuple[Exchange, ...] = ()
    """The proof, in order; the last one shows the difference."""
    subject: str = ""
    """What of the operation differs: a status, a member's pointer, a header. Two findings that
    agree in code, operation and subject are one."""
    kind: Kind = Kind.VIOLATION
    seed: int = 0
    oracle: str = ""
    hint: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what two findings of the same difference have in common."""
        return (self.code.id, self.operation, self.subject)

    @property
    def fingerprint(self) -> str:
        """Return the key as one line of text, by which a baseline knows it."""
        return " ".join((self.code.id, self.operation, self.subject)).strip()

    @property
    def rank(self) -> tuple[int, int, str, str, str]:
        """Return what orders findings, the weightiest first."""
        return (self.kind.rank, self.code.severity.rank, *self.key)

    @property
    def message(self) -> str:
        """Return the finding in one sentence."""
        return f"{self.operation}: {self.says}; {self.did}"

    def diagnostic(self) -> Diagnostic:
        """Return it as a finding in the contract, for formats that know nothing else."""
        return self.code.at(self.place, self.message, hint=self.hint)


def distinct(drifts: Iterable[Drift]) -> tuple[Drift, ...]:
    """Return the findings ranked, of the same ones the one with the shortest proof."""
    best: dict[tuple[str, str, str], Drift] = {}
    for each in drifts:
        known = best.get(each.key)
        if known is None or _length(each) < _length(known):
            best[each.key] = each
    return tuple(sorted(best.values(), key=lambda each: each.rank))


def _length(drift: Drift) -> tuple[int, int]:
    calls = [exchange.call for exchange in drift.exchanges]
    size = sum(len(call.url) + len(call.body or b"") + len(call.headers) for call in calls)
    return (len(calls) or 99, size)
