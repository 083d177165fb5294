"""Findings as SARIF 2.1.0 (OASIS), for code scanning.

A finding is recognised again by its code and its pointer, so that lines that move are no news. Of
several with the same code and pointer, the file and the message tell them apart.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import PurePath, PureWindowsPath
from typing import TypeAlias
from urllib.parse import quote

from apigen.diagnostics import Code, Diagnostic, Place, Severity

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_Object: TypeAlias = dict[str, object]


def render(findings: Iterable[Diagnostic], _sources: Callable[[str], str | None]) -> str:
    """Return findings as a SARIF log of one run, in ASCII."""
    listed = list(findings)
    codes = sorted({finding.code.id: finding.code for finding in listed}.values(), key=_id)
    indexes = {code.id: index for index, code in enumerate(codes)}
    seen: dict[str, int] = {}
    run = {
        "tool": {"driver": {"name": "apigen", "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indexes, seen) for finding in listed],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _id(code: Code) -> str:
    return code.id


def _rule(code: Code) -> _Object:
    return {
        "id": code.id,
        "name": code.slug.title().replace("-", ""),
        "shortDescription": {"text": code.slug.replace("-", " ")},
        "fullDescription": {"text": code.meaning},
        "help": {"text": code.mend},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _result(finding: Diagnostic, indexes: dict[str, int], seen: dict[str, int]) -> _Object:
    hint = f" ({finding.hint})" if finding.hint else ""
    result: _Object = {
        "ruleId": finding.code.id,
        "ruleIndex": indexes[finding.code.id],
        "level": _LEVELS[finding.severity],
        "message": {"text": _unlinked(finding.message + hint)},
        "partialFingerprints": {"apigen/v1": _fingerprint(finding, seen)},
    }
    if finding.place is not None:
        result["locations"] = [_location(finding.place)]
    if finding.related:
        result["relatedLocations"] = [_location(place) for place in finding.related]
    return result


def _unlinked(text: str) -> str:
    """Return a text in which nothing is a link (SARIF 3.11.6), whatever the document says."""
    return text.replace("](", "]\\(")


def _fingerprint(finding: Diagnostic, seen: dict[str, int]) -> str:
    """Return what stays the same while the document moves around the finding."""
    place = finding.place or Place("")
    base = f"{finding.code.id}\n{place.pointer}"
    if not place.pointer:
        base += f"\n{PurePath(place.file).name}\n{finding.message}"
    digest = hashlib.sha256(base.encode(errors="backslashreplace")).hexdigest()[:32]
    seen[digest] = seen.get(digest, 0) + 1
    return f"{digest}:{seen[digest]}"


def _location(place: Place) -> _Object:
    physical: _Object = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line:
        physical["region"] = {"startLine": place.line, "startColumn": max(place.column, 1)}
    location: _Object = {"physicalLocation": physical}
    if place.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": place.pointer, "kind": "member"}]
    return location


def _uri(file: str) -> str:
    """Return the name of a file as a URI, relative where the name is."""
    windows = PureWindowsPath(file)
    path = windows if windows.drive else PurePath(file)
    uri = quote(path.as_posix(), errors="surrogateescape")
    if windows.drive:
        return "file:///" + uri
    return "file://" + uri if uri.startswith("/") else uri
