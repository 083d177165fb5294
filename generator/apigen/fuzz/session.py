"""What an oracle is, what it is given, and what it gives."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from apigen.fuzz.drifts import Drift
from apigen.fuzz.operations import Contract, Operation
from apigen.fuzz.secrets import Identity
from apigen.fuzz.sending import Sender
from apigen.fuzz.traffic import Call, Exchange, Recording
from apigen.fuzz.values import Values


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for."""

    seed: int = 0
    writes: bool = False
    """Whether things may be created and changed."""
    namespace: str = "apigen-fuzz"
    """Begins each identifier that the run makes up, where the contract leaves it free."""
    database_url: str | None = field(default=None, repr=False)
    only: tuple[str, ...] = ()
    """Operations, as ``METHOD /path`` or by operationId; all if empty."""
    examples: int = 5
    """How many valid requests of each operation are tried."""


@dataclass(frozen=True, slots=True)
class Session:
    """All that an oracle works with. One run has one recording, whoever sends."""

    contract: Contract
    operations: tuple[Operation, ...]
    """Those to be tested: the contract's, as far as ``only`` chooses them."""
    sender: Sender
    values: Values
    identities: Mapping[str, Identity]
    """By name, without the default one if there is no other."""
    options: Options

    @property
    def recording(self) -> Recording:
        """Return every exchange so far."""
        return self.sender.recording

    @property
    def seconds_left(self) -> float:
        """Return the seconds that are left of the oracle's share, or of the run."""
        return self.sender.budget.seconds_left

    def random(self, *about: object) -> random.Random:
        """Return a source of chance of its own for each subject: the order of work is no matter."""
        return random.Random(f"{self.options.seed}:{':'.join(map(str, about))}")  # noqa: S311 - chance that can be repeated

    def send(self, call: Call, *, identity: str | None = None, anonymous: bool = False) -> Exchange:
        """Send a call, record the exchange, and remember what its answer says exists.

        Raises:
            Refusal: the call may not be made, or the budget is spent.

        """
        exchange = self.sender.send(call, identity=identity, anonymous=anonymous)
        self.values.learn(exchange)
        return exchange

    def usable(self) -> Iterator[Operation]:
        """Give the operations whose method may be used."""
        return (each for each in self.operations if self.sender.may(each.method))


@dataclass(frozen=True, slots=True)
class Tested:
    """An oracle judged this operation: at least one exchange of it could have shown a drift."""

    operation: str


@dataclass(frozen=True, slots=True)
class Untested:
    """An oracle could not judge this operation."""

    operation: str
    reason: str


Finding: TypeAlias = Drift | Tested | Untested


@dataclass(frozen=True, slots=True)
class Needs:
    """What an oracle can't do without; where it is missing the oracle does not run."""

    writes: bool = False
    identities: int = 0
    """How many named identities."""
    database: bool = False


@dataclass(frozen=True, slots=True)
class Oracle:
    """One way of seeing drift."""

    name: str
    """By which ``--oracle`` chooses it."""
    about: str
    """One line for the plan."""
    run: Callable[[Session], Iterable[Finding]]
    """Sends what it needs through the session's sender, and gives what it finds as it goes."""
    needs: Needs = Needs()
    weight: int = 1
    """Its share of the run's time, beside those of the others."""
    requests: int = 0
    """About how many requests it sends for each operation; for the plan."""

    def missing(self, session: Session) -> str:
        """Return what it lacks, in words; empty if it can run."""
        if self.needs.writes and not session.options.writes:
            return "needs --allow-writes"
        if self.needs.identities > len(session.identities):
            return f"needs {self.needs.identities} identities (--identity NAME=FILE)"
        if self.needs.database and session.options.database_url is None:
            return "needs --database-url"
        return ""
