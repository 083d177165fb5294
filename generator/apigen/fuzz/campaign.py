"""A run: the oracles one after another, each within its share of the time."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from apigen.fuzz.drifts import Drift, Kind, distinct
from apigen.fuzz.oracles import answers
from apigen.fuzz.sending import Refusal, Spent
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested

Progress = Callable[[str], None]
"""Is told what begins."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    drifts: tuple[Drift, ...]
    """Ranked, each one once."""
    reached: frozenset[str]
    """Operations that answered with success at least once."""
    untested: Mapping[str, str]
    """Operations that never did, and why."""
    left_out: Mapping[str, str]
    """Oracles that could not run or did not end, and why."""
    requests: int
    statuses: Mapping[int, int]
    """How many answers there were of each status; 0 is no answer."""

    @property
    def failing(self) -> tuple[Drift, ...]:
        """Return what is proved."""
        return tuple(each for each in self.drifts if each.kind is not Kind.SUSPICION)


@dataclass(slots=True)
class _Run:
    session: Session
    drifts: list[Drift] = field(default_factory=list[Drift])
    reasons: dict[str, str] = field(default_factory=dict[str, str])
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    seen: int = 0

    def take(self, oracle: str, findings: Iterable[Finding]) -> None:
        """Collect what an oracle gives, as long as it may send."""
        try:
            for each in findings:
                match each:
                    case Drift():
                        seed = self.session.options.seed
                        self.drifts.append(replace(each, oracle=oracle, seed=seed))
                    case Untested():
                        self.reasons.setdefault(each.operation, each.reason)
                    case Tested():
                        pass
        except Refusal as why:
            self.left_out[oracle] = str(why)

    def judge(self) -> None:
        """Hold what was recorded since the last time against the contract."""
        session = self.session
        for exchange in session.recording.since(self.seen):
            self.seen = exchange.number
            found = answers.judged(session.contract, session.values.schemas, exchange)
            self.take("answers", found)


def run(session: Session, oracles: Iterable[Oracle], progress: Progress) -> Outcome:
    """Let each oracle work, and return what all of them found."""
    ran = _Run(session)
    for oracle in oracles:
        if missing := oracle.missing(session):
            ran.left_out[oracle.name] = missing
            continue
        progress(oracle.name)
        session.sender.source = oracle.name
        ran.take(oracle.name, oracle.run(session))
        ran.judge()
    return _outcome(ran)


def _outcome(ran: _Run) -> Outcome:
    session = ran.session
    answered = Counter(exchange.answer.status for exchange in session.recording)
    reached = frozenset(
        exchange.call.label for exchange in session.recording if exchange.answer.is_success
    )
    untested: dict[str, str] = {}
    for operation in session.operations:
        if operation.label not in reached:
            allowed = session.sender.may(operation.method)
            why = "it writes, and --allow-writes was not given" if not allowed else ""
            reason = why or ran.reasons.get(operation.label) or "it never answered with success"
            untested[operation.label] = reason
    return Outcome(
        distinct(ran.drifts),
        reached,
        untested,
        ran.left_out,
        len(session.recording),
        dict(answered),
    )


__all__ = ["Outcome", "Progress", "Spent", "run"]
