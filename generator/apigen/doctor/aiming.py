"""Suspicions put to the test: a request aimed at what the contract allows and a table may not.

The smallest request, which leaves out all that may be left out, has been sent already: what it
proves needs no other.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from apigen.diagnostics import Diagnostic, Severity
from apigen.diagnostics.database import (
    COLUMN_UNFILLED,
    MAY_BE_ABSENT,
    TOO_NARROW,
    VALUE_REFUSED,
)
from apigen.doctor.comparison.mapping import Mapped
from apigen.doctor.evidence import Facts, Probe
from apigen.doctor.facts.members import Member

_MOST = 12
"""Requests at most."""
_UNBOUNDED = 10_000
"""Characters that stand for any length."""
Send = Callable[[Mapping[str, Any]], Probe]
"""Sends the smallest request with some members changed."""


def aimed(facts: Facts, mapped: Mapped, send: Send) -> Facts:
    """Return the facts with each suspicion of a table confirmed, or taken back."""
    probes: list[Probe] = []
    drifts: list[Diagnostic] = []
    members = {member.name: member for member in mapped.written}
    smallest = facts.single is not None and facts.single.answer.status in {200, 201}
    for drift in facts.drifts:
        member = members.get(drift.message.partition(":")[0])
        if f"{mapped.table}." not in drift.message:
            drifts.append(drift)
        elif smallest and _left_out(drift):
            hint = "the smallest request was stored: the service fills it"
            drifts.append(replace(drift, severity=Severity.NOTE, hint=hint))
        elif member is not None and (values := list(_values(drift, member))):
            told = drift
            for value in values[: _MOST - len(probes)]:
                probe = send({member.name: value})
                probes.append(probe)
                told = _told(drift, probe, value)
                if not probe.answer.fine:
                    break
            drifts.append(told)
        else:
            drifts.append(drift)
    return replace(facts, drifts=tuple(drifts), aimed=tuple(probes))


def _left_out(drift: Diagnostic) -> bool:
    return drift.code is COLUMN_UNFILLED or (
        drift.code is MAY_BE_ABSENT and "may be absent" in drift.message
    )


def _values(drift: Diagnostic, member: Member) -> Iterator[Any]:
    """Give the values that a finding is about."""
    if drift.code is MAY_BE_ABSENT:
        yield None
    elif drift.code is TOO_NARROW and member.values is None and not member.bounds.pattern:
        yield "x" * (member.bounds.max_length or _UNBOUNDED)
    elif drift.code is VALUE_REFUSED:
        yield from (value for value in member.values or () if repr(value) in drift.message)


def _told(drift: Diagnostic, probe: Probe, value: object) -> Diagnostic:
    sent = repr(value) if len(repr(value)) < 40 else f"a text of {len(str(value))} characters"
    answer = f"{probe.operation} with {sent} answered {probe.answer.status}"
    if probe.answer.status in {200, 201}:
        hint = f"not confirmed: {answer}; the service changes what it stores"
        return replace(drift, severity=Severity.WARNING, hint=hint)
    if 400 <= probe.answer.status < 500:
        return replace(drift, hint=f"{answer}: the service refuses what the contract allows")
    return replace(drift, severity=Severity.ERROR, hint=f"confirmed: {answer}")
