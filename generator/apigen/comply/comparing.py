"""Compares the contract with an earlier one, for the rule of versions."""

import datetime
import tempfile
from pathlib import Path

from apigen.compare import sources
from apigen.compare.verdict import Given, Verdict, judge
from apigen.comply.facts import Compared
from apigen.diagnostics import Report, Severity, Stop
from apigen.settings import Settings

_UNTOLD = frozenset({"api-major-version-not-bumped", "api-version-decreased"})


def compared(against: str, settings: Settings, today: datetime.date) -> Compared:
    """Return what has changed since a file, or since a commit: ``git:REF``, ``git:`` (merge base).

    What can't be had is no error here: the rule is not verifiable then.
    """
    report = Report()
    with tempfile.TemporaryDirectory(prefix="apigen-comply-") as folder:
        try:
            old = _source(against, settings, Path(folder), report)
            new = sources.Source(settings.spec, allow=settings.allow)
            verdict = judge(old, new, Given(today, opens_enums=True), report)
        except Stop as stop:
            return Compared(against, None, stop.diagnostic.message)
    if verdict is None:
        return Compared(against, None, "; ".join(each.message for each in report.errors))
    untold = any(change.rule in _UNTOLD for change in verdict.changes)
    return Compared(against, not untold, _said(verdict))


def _source(against: str, settings: Settings, folder: Path, report: Report) -> sources.Source:
    if not sources.is_git(against):
        return sources.Source(Path(against))
    ref, _, path = against.removeprefix("git:").partition(":")
    return sources.from_git(ref, Path(path) if path else settings.spec, folder, report)


def _said(verdict: Verdict) -> str:
    breaking = [
        each
        for each in verdict.changes
        if each.severity is Severity.ERROR and each.rule not in _UNTOLD
    ]
    before, after = verdict.versions
    return f"{len(breaking)} breaking changes, version {before} then and {after} now"
