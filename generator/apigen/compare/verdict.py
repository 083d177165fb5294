"""The verdict on two documents: findings with places, and the version that is due."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from apigen.bundle import Bundle
from apigen.compare import accepted, comparison, rules, versions
from apigen.compare.changes import Change
from apigen.compare.sources import Source, read
from apigen.compare.values import listed
from apigen.diagnostics import Diagnostic, Place, Report, comparing
from apigen.pointers import exists, split


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one pair of documents."""

    name: str
    findings: tuple[Diagnostic, ...]
    changes: tuple[Change, ...]
    agreed: tuple[Change, ...]
    due: versions.Bump
    versions: tuple[str, str]
    used: frozenset[accepted.Entry]


@dataclass(frozen=True, slots=True)
class Given:
    """What the verdict depends on."""

    today: datetime.date
    opens_enums: bool = False
    entries: Sequence[accepted.Entry] = ()


def judge(old: Source, new: Source, given: Given, report: Report) -> Verdict | None:
    """Compare two documents; None if that could not be done, and the report says why."""
    before, after = read(old, report), read(new, report)
    if before is None or after is None:
        return None
    circumstances = comparison.Circumstances(given.today, given.opens_enums)
    done = comparison.compare(before, after, circumstances)
    place = new.place(after.place(""))
    if done.cut:
        report.add(comparing.NOT_ALL_COMPARED.at(place, "nested too deeply to compare"))
    bump = versions.due(done.changes)
    every = [*done.changes, *versions.check(before, after, bump)]
    left, agreed, used = accepted.apply(every, given.entries, given.today)
    findings = [_finding(change, (before, after), (old, new)) for change in left]
    both = versions.stated(before), versions.stated(after)
    return Verdict(
        place.file, tuple(findings), tuple(left), tuple(agreed), bump, both, frozenset(used)
    )


def _finding(
    change: Change, bundles: tuple[Bundle, Bundle], sources: tuple[Source, Source]
) -> Diagnostic:
    was = sources[0].place(_place(bundles[0], change.old or ""))
    now = sources[1].place(_place(bundles[1], change.new or ""))
    rule = rules.rule(change.rule)
    reached = change.operations
    reaches = f" (reaches {listed(reached)})" if reached else ""
    message = change.message + reaches
    return rule.at(now, message, severity=change.severity, related=(was,))


def _place(bundle: Bundle, pointer: str) -> Place:
    """Return where a pointer leads, or the innermost thing above it."""
    tokens = split(pointer)
    while tokens and not exists(bundle.value, tokens):
        tokens = tokens[:-1]
    shown = "/".join(("", *pointer.split("/")[1 : len(tokens) + 1]))
    return bundle.place(shown if tokens else "")
