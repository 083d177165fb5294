"""Other people's documents: each is read, bundled and judged."""

import json
import os
from pathlib import Path

import pytest

from apigen.bundle import bundle
from apigen.diagnostics import Report, Severity
from apigen.document import load
from apigen.render import RENDERERS
from apigen.validation import validate

ROOT = Path(__file__).parents[2]
SPECS = Path(os.environ.get("APIGEN_SPECS_DIR", ROOT.parent / "shared" / "specs"))
DOCUMENTS = sorted(path for path in SPECS.glob("*") if path.suffix in {".json", ".yaml"})
SMALL = 600_000
"""Bytes up to which a document is validated here: the validator takes seconds for larger ones."""

EXPECTED = {
    "dcg-nullable.yaml": ["AG102"],
    "dcg-recursive-disc.yaml": ["AG102"],
    "meilisearch.json": ["AG103"] * 15 + ["AG113"],
    "ogen-parameters.json": ["AG106"],
    "opc-baseline-3.0.json": ["AG102", "AG102", "AG113"],
    "opc-baseline-3.1.yaml": ["AG102", "AG113"],
    "superset.json": ["AG110"],
}

pytestmark = pytest.mark.skipif(
    not DOCUMENTS, reason=f"other people's documents are not in APIGEN_SPECS_DIR ({SPECS})"
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_real_document_is_read_bundled_and_judged(path: Path) -> None:
    report = Report()
    bundled = bundle(load(path, report), report)
    assert len(report) == 0
    assert json.loads(json.dumps(bundled.value)) == bundled.value
    for section in bundled.value:
        place = bundled.place("/" + section)
        assert place.file == str(path)
        assert place.line > 0
        assert place.column > 0
    if path.stat().st_size <= SMALL:
        validate(bundled, report)
        assert sorted(finding.code.id for finding in report) == EXPECTED.get(path.name, [])
        assert all(finding.severity is Severity.WARNING for finding in report)
        for render in RENDERERS.values():
            render(report, bundled.document.source)


def test_all_of_them_are_there() -> None:
    assert len(DOCUMENTS) == 34
