"""The values that every finding is made of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: errors stop the work, warnings and notes do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Return 0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file as the user named it, a JSON pointer (RFC 6901), a position.

    Lines and columns count from 1, columns in characters; 0 means unknown.
    """

    file: str
    line: int = 0
    column: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        """Return ``file:line:column``, the form that editors and terminals link."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding: a stable id and what ``apigen explain`` says of it."""

    id: str
    """Stable for ever, such as ``AG003``."""
    slug: str
    """The id in words, such as ``duplicate-key``."""
    severity: Severity
    meaning: str
    """One paragraph: what it is and why it matters."""
    mend: str
    """What the reader does about it."""
    example: str = ""
    """A short document, or lines of a terminal, that show it."""

    def at(
        self,
        place: Place | None,
        message: str,
        *,
        hint: str = "",
        related: tuple[Place, ...] = (),
        severity: Severity | None = None,
    ) -> "Diagnostic":
        """Return a finding of this kind."""
        return Diagnostic(self, severity or self.severity, message, place, hint, related)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding."""

    code: Code
    severity: Severity
    message: str
    place: Place | None = None
    hint: str = ""
    related: tuple[Place, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        """Return what orders findings: by place, then by code and text."""
        place = self.place or Place("")
        return (place.file, place.line, place.column, place.pointer, self.code.id, self.message)


@dataclass(slots=True)
class Report:
    """Collects findings while the stages run; the only mutable value of the pipeline."""

    _found: dict[Diagnostic, None] = field(default_factory=dict["Diagnostic", None])

    def add(self, *diagnostics: Diagnostic) -> None:
        """Take findings; one that is there already is not taken twice."""
        self._found.update(dict.fromkeys(diagnostics))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Take many findings."""
        self.add(*diagnostics)

    def __iter__(self) -> Iterator[Diagnostic]:
        """Iterate in order of place."""
        return iter(sorted(self._found, key=lambda finding: finding.sort_key))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Return the findings that stop the work."""
        return tuple(finding for finding in self if finding.severity is Severity.ERROR)


class Stop(Exception):  # noqa: N818 - it ends a stage, it is no fault of ours
    """The work can't go on; the report that it was found in says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
