"""Documents compared in memory."""

import datetime
import json
from pathlib import Path

from apigen.bundle import Bundle, bundle
from apigen.compare.changes import Change
from apigen.compare.comparison import Circumstances, compare
from apigen.diagnostics import Report
from apigen.document import Document, Version
from apigen.jsonsource import read
from apigen.resolution import Resolver
from apigen.sourcetext import Bounds, source_text
from apigen.types import Json

TODAY = datetime.date(2026, 11, 26)
LETTERS = {"error": "E", "warning": "W", "note": "N"}


def bundled(value: Json) -> Bundle:
    report = Report()
    parsed = read(source_text("o.json", json.dumps(value)), Bounds(200, 5_000_000), report)
    old = isinstance(value, dict) and str(value["openapi"]) < "3.1"
    version: Version = "3.0" if old else "3.1"

    def reach(_file: str, _reference: str) -> str:
        raise AssertionError

    references = Resolver("o.json", {"o.json": parsed}, reach, report).all()
    document = Document("o.json", "o.json", version, {"o.json": parsed}, {}, references)
    return bundle(document, report)


def changes(old: Json, new: Json, *, opens_enums: bool = False) -> tuple[Change, ...]:
    given = Circumstances(TODAY, opens_enums)
    return compare(bundled(old), bundled(new), given).changes


def verdict(old: Json, new: Json) -> str:
    """Return the letter of the worst change."""
    return next((LETTERS[change.severity] for change in changes(old, new)), "-")


def written(folder: Path, name: str, value: Json) -> Path:
    path = folder / name
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
    return path
