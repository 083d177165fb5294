"""What an examination says: one result for each check."""

from dataclasses import dataclass
from enum import StrEnum

from apigen.diagnostics import Code, Diagnostic, Place, Severity
from apigen.meanings import Layer


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"

    @property
    def rank(self) -> int:
        """Return 0 for the worst."""
        return (Status.FAIL, Status.WARN, Status.SKIP, Status.OK).index(self)


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found."""

    check: Code
    """``D1`` to ``D26``."""
    layer: Layer
    status: Status
    message: str
    """One line: what holds, what does not, or why nothing can be said."""
    evidence: tuple[str, ...] = ()
    """What was seen, as it was seen; never a password, never a row."""
    cause: str = ""
    """The likeliest one."""
    mend: str = ""
    """The command or the step that mends it."""
    findings: tuple[Diagnostic, ...] = ()
    """What it found in the contract or in files, each at its place."""
    place: Place | None = None

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return the result as findings, for formats that know nothing else."""
        if self.status in {Status.OK, Status.SKIP}:
            return self.findings
        severity = Severity.ERROR if self.status is Status.FAIL else Severity.WARNING
        hint = self.mend or self.cause
        own = self.check.at(self.place, self.message, hint=hint, severity=severity)
        return (own, *self.findings)


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that was found, in the order of the layers."""

    results: tuple[Result, ...]
    seconds: float
    """How long it took, by a clock that only goes on."""
    trouble: tuple[Diagnostic, ...] = ()
    """What was given and could not be used: nothing that depends on it was checked."""

    def of(self, status: Status) -> tuple[Result, ...]:
        """Return the results of a status."""
        return tuple(each for each in self.results if each.status is status)

    @property
    def healthy(self) -> bool:
        """Return whether no check failed."""
        return not self.of(Status.FAIL)

    def __getitem__(self, check: str) -> Result:
        """Return the result of a check by its id, such as ``D7``."""
        return next(each for each in self.results if each.check.id == check)
