"""A run: the oracles one after another, each within its share of the time."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from apigen.fuzz.baseline import Baseline
from apigen.fuzz.drifts import Drift, Kind, distinct
from apigen.fuzz.oracles.answers import Judge
from apigen.fuzz.sending import Refusal
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested

Progress = Callable[[str], None]
"""Is told what begins."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one oracle is going to do."""

    oracle: str
    about: str
    requests: int
    """About how many."""
    missing: str
    """Why it can't run; empty if it can."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    drifts: tuple[Drift, ...]
    """Ranked, each one once; without those that are accepted."""
    accepted: tuple[Drift, ...]
    reached: frozenset[str]
    """Operations that answered with success at least once."""
    untested: Mapping[str, str]
    """Operations that never did, and why."""
    unjudged: Mapping[str, Mapping[str, str]]
    """By oracle, the operations that it could not judge, and why."""
    left_out: Mapping[str, str]
    """Oracles that could not run or did not end, and why."""
    ended: tuple[str, ...]
    """Oracles that came to their end."""
    cut_short: tuple[str, ...]
    """Oracles that began and did not come to their end; ``left_out`` says why."""
    requests: int
    statuses: Mapping[int, int]
    """How many answers there were of each status; 0 is no answer."""
    seconds: float
    seed: int
    namespace: str
    url: str

    @property
    def failing(self) -> tuple[Drift, ...]:
        """Return what is proved."""
        return tuple(each for each in self.drifts if each.kind is not Kind.SUSPICION)

    @property
    def drifted(self) -> tuple[str, ...]:
        """Return the operations that drifted, each once."""
        return tuple(sorted({each.operation for each in self.failing}))

    @property
    def is_complete(self) -> bool:
        """Return whether every operation was reached, and every oracle that began ended."""
        return bool(self.reached) and not self.untested and not self.cut_short


@dataclass(slots=True)
class _Run:
    session: Session
    judge: Judge
    drifts: list[Drift] = field(default_factory=list[Drift])
    unjudged: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    begun: list[str] = field(default_factory=list[str])
    seen: int = 0

    def take(self, oracle: str, findings: Iterable[Finding]) -> None:
        """Collect what an oracle gives, as long as it may send."""
        tested: set[str] = set()
        try:
            for each in findings:
                match each:
                    case Drift():
                        seed = self.session.options.seed
                        self.drifts.append(replace(each, oracle=oracle, seed=seed))
                    case Untested():
                        reasons = self.unjudged.setdefault(oracle, {})
                        reasons.setdefault(each.operation, each.reason)
                    case Tested():
                        tested.add(each.operation)
        except Refusal as why:
            self.left_out[oracle] = str(why)
        for label in tested & self.unjudged.get(oracle, {}).keys():
            del self.unjudged[oracle][label]

    def look(self) -> None:
        """Hold what was recorded since the last time against the contract."""
        for exchange in self.session.recording.since(self.seen):
            self.seen = exchange.number
            self.take("answers", self.judge.judged(exchange))


def plan(session: Session, oracles: Iterable[Oracle]) -> tuple[Step, ...]:
    """Return what a run would do. Nothing is sent."""
    usable = len(list(session.usable()))
    return tuple(
        Step(each.name, each.about, each.requests * usable, each.missing(session))
        for each in oracles
    )


def run(
    session: Session,
    oracles: Sequence[Oracle],
    progress: Progress,
    baseline: Baseline | None = None,
) -> Outcome:
    """Let each oracle work, and return what all of them found."""
    started = time.monotonic()
    ran = _Run(session, Judge(session.contract, session.values.schemas))
    runnable: list[Oracle] = []
    for each in oracles:
        if missing := each.missing(session):
            ran.left_out[each.name] = missing
        else:
            runnable.append(each)
    for index, oracle in enumerate(runnable):
        progress(f"{oracle.name}: {oracle.about}")
        session.sender.source = oracle.name
        following = sum(each.weight for each in runnable[index:])
        session.sender.budget.share(oracle.weight / following)
        ran.begun.append(oracle.name)
        ran.take(oracle.name, oracle.run(session))
        ran.look()
    session.sender.budget.until = None
    return _outcome(ran, baseline or Baseline(), time.monotonic() - started)


def _outcome(ran: _Run, baseline: Baseline, seconds: float) -> Outcome:
    session = ran.session
    answered = Counter(exchange.answer.status for exchange in session.recording)
    chosen = {each.label for each in session.operations}
    reached = frozenset(
        exchange.call.label for exchange in session.recording if exchange.answer.is_success
    )
    counting, accepted = baseline.split(distinct(ran.drifts), datetime.now(UTC).date())
    return Outcome(
        drifts=counting,
        accepted=accepted,
        reached=reached & chosen,
        untested=_untested(ran, reached),
        unjudged=ran.unjudged,
        left_out=ran.left_out,
        ended=tuple(name for name in ran.begun if name not in ran.left_out),
        cut_short=tuple(name for name in ran.begun if name in ran.left_out),
        requests=len(session.recording),
        statuses=dict(sorted(answered.items())),
        seconds=seconds,
        seed=session.options.seed,
        namespace=session.options.namespace,
        url=session.sender.url,
    )


def _untested(ran: _Run, reached: frozenset[str]) -> dict[str, str]:
    """Return the operations that never answered with success, each with the likeliest reason."""
    found: dict[str, str] = {}
    session = ran.session
    for operation in session.operations:
        if operation.label in reached:
            continue
        told = [reasons.get(operation.label) for reasons in ran.unjudged.values()]
        reason = next((each for each in told if each), "")
        statuses = {each.answer.status for each in session.recording.of(operation.label)}
        if not session.sender.may(operation.method):
            reason = "it writes, and --allow-writes was not given"
        elif statuses == {0}:
            reason = "the server never answered"
        elif statuses & {401, 403}:
            reason = "the caller may not (401 or 403): give --token-file or --header"
        elif statuses:
            listed = ", ".join(map(str, sorted(statuses)))
            reason = f"it never answered with success, only {listed}"
        found[operation.label] = reason or "no request of it was sent"
    return found
