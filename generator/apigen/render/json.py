"""Findings as JSON, for programs.

The text is an object with ``version`` (1; it changes only when a key changes its meaning),
``findings`` and ``summary``. A finding has ``code``, ``slug``, ``severity``, ``message``, ``hint``,
``place`` (null if it has none) and ``related``; a place has ``file``, ``line``, ``column`` (from 1,
0 if unknown) and ``pointer``. ``summary`` counts the findings of each severity.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable

from apigen.diagnostics import Diagnostic, Place, Severity

VERSION = 1


def render(findings: Iterable[Diagnostic], _sources: Callable[[str], str | None]) -> str:
    """Return findings as one JSON object, in ASCII."""
    listed = list(findings)
    counts = Counter(finding.severity for finding in listed)
    value = {
        "version": VERSION,
        "findings": [_finding(finding) for finding in listed],
        "summary": {severity.value: counts[severity] for severity in Severity},
    }
    return json.dumps(value, indent=2) + "\n"


def _finding(finding: Diagnostic) -> dict[str, object]:
    return {
        "code": finding.code.id,
        "slug": finding.code.slug,
        "severity": finding.severity.value,
        "message": finding.message,
        "hint": finding.hint,
        "place": None if finding.place is None else _place(finding.place),
        "related": [_place(place) for place in finding.related],
    }


def _place(place: Place) -> dict[str, object]:
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "pointer": place.pointer,
    }
