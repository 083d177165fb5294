"""What a check says, before it is known which check it was."""

from dataclasses import dataclass

from apigen.diagnostics import Diagnostic, Place, Severity
from apigen.doctor.evidence import Facts
from apigen.doctor.facts.database import Database, Failure
from apigen.doctor.results import Status
from apigen.meanings import lookup


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says."""

    status: Status
    message: str
    evidence: tuple[str, ...] = ()
    cause: str = ""
    mend: str = ""
    findings: tuple[Diagnostic, ...] = ()
    place: Place | None = None


def ok(message: str, *evidence: str, findings: tuple[Diagnostic, ...] = ()) -> Verdict:
    """Return that all is well."""
    return Verdict(Status.OK, message, evidence, findings=findings)


def skip(why: str) -> Verdict:
    """Return that nothing can be said, and why."""
    return Verdict(Status.SKIP, why)


def session_of(facts: Facts) -> Database | Verdict:
    """Return the database if there is a session to it, and else why nothing can be said."""
    if facts.database is None:
        return skip("no --database-url")
    if not facts.database.connected:
        return skip("no session with the database (D2 to D4 say why)")
    return facts.database


def unasked(failure: Failure, what: str) -> Verdict:
    """Return that a question to the database failed."""
    meaning = lookup(failure.code)
    cause = meaning.meaning if meaning else ""
    return Verdict(
        Status.WARN,
        f"{what} could not be looked at",
        (f"{failure.code}: {failure.words}",),
        cause,
        meaning.next if meaning else "",
    )


def judged(findings: tuple[Diagnostic, ...], what: str, mend: str = "") -> Verdict | None:
    """Return a verdict by the worst of some findings; None if there is nothing to complain of."""
    errors = [each for each in findings if each.severity is Severity.ERROR]
    warnings = [each for each in findings if each.severity is Severity.WARNING]
    if not errors and not warnings:
        return None
    worst = (errors or warnings)[0]
    count = len(errors) + len(warnings)
    message = worst.message if count == 1 else f"{count} {what}; first: {worst.message}"
    status = Status.FAIL if errors else Status.WARN
    return Verdict(status, message, mend=worst.hint or mend or worst.code.mend, findings=findings)
