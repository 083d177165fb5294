"""DataStorage as its consumers see it, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from apigen.diagnostics import Report
from apigen.guard import subject
from apigen.guard.surface import Surface
from apigen.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def datastorage() -> Surface:
    report = Report()
    settings = Settings(
        ROOT / "spec" / "data-storage-v1.yaml", Path("generated"), "datastorage", "DataStorage"
    )
    (found,) = subject.surfaces([settings], report)
    assert not report.errors
    return found
