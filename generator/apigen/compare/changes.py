"""What the comparison finds, before it has places."""

from dataclasses import dataclass
from enum import StrEnum

from apigen.diagnostics import Severity


class Flow(StrEnum):
    """Which way a value goes, as the service sees it."""

    RECEIVED = "request"
    SENT = "response"

    @property
    def reverse(self) -> "Flow":
        """Return the other way: of what a webhook or a callback carries."""
        return Flow.SENT if self is Flow.RECEIVED else Flow.RECEIVED


class Effect(StrEnum):
    """What a change does to the set of values that are allowed."""

    GROWS = "grows"
    SHRINKS = "shrinks"
    CROSSES = "crosses"
    """Some values are gone and others are new, or nobody can tell."""
    NOTED = "noted"
    """The set stays as it is."""


@dataclass(frozen=True, slots=True)
class Where:
    """The part of a message that a schema describes."""

    flow: Flow
    part: str
    """How rule ids begin: ``request-body``, ``response-property`` ..."""

    @property
    def inner(self) -> "Where":
        """Return the same for what lies within."""
        return Where(self.flow, _INNER.get(self.part, self.part))


_INNER = {
    "request-body": "request-property",
    "response-body": "response-property",
    "request-parameter": "request-parameter-property",
    "response-header": "response-header-property",
    "response-parameter": "response-property",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    rule: str
    severity: Severity
    message: str
    old: str | None
    """The pointer into the old bundle, None if nothing stands there."""
    new: str | None
    operations: tuple[str, ...] = ()
    """Which operations it reaches."""
    key: str = ""
    """What tells it from another change of the same rule at the same place."""
