"""The values of a report: a rule, what is said of it, and why."""

from dataclasses import dataclass
from enum import StrEnum

from apigen.diagnostics import Diagnostic


class Verdict(StrEnum):
    """What is said of a rule."""

    MET = "met"
    BROKEN = "broken"
    UNVERIFIABLE = "not verifiable"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its number, what it asks, and why."""

    id: str
    """``R1`` to ``R18``."""
    asks: str
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a machine did to find out."""

    command: str
    """What anyone can run to see the same."""
    looked_at: str
    result: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of a rule, and on what grounds."""

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    """What breaks it."""
    missing: str = ""
    """What would have to be given, where it can't be told."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule and its judgement."""

    rule: Rule
    judgement: Judgement


def unverifiable(missing: str, *evidence: Evidence) -> Judgement:
    """Return that nothing can be said, and what would change that."""
    return Judgement(Verdict.UNVERIFIABLE, evidence, missing=missing)


def judged(evidence: Evidence, findings: tuple[Diagnostic, ...]) -> Judgement:
    """Return that a rule is met if nothing was found against it, and broken otherwise."""
    return Judgement(Verdict.BROKEN if findings else Verdict.MET, (evidence,), findings)


def together(*parts: Judgement) -> Judgement:
    """Return one judgement of several: broken if one is, met only if all are."""
    verdicts = {part.verdict for part in parts}
    worst = next(
        each for each in (Verdict.BROKEN, Verdict.UNVERIFIABLE, Verdict.MET) if each in verdicts
    )
    return Judgement(
        worst,
        tuple(evidence for part in parts for evidence in part.evidence),
        tuple(finding for part in parts for finding in part.findings),
        " ".join(part.missing for part in parts if part.missing),
    )
