"""The documents that this was made for get names that a person would give."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apigen.names import class_name
from apigen.types import Json

ROOT = Path(__file__).parents[2]
SPECS = Path(os.environ.get("APIGEN_SPECS_DIR", ROOT.parent / "shared" / "specs"))
DOCUMENTS = (
    ROOT / "spec" / "data-storage-v1.yaml",
    SPECS / "datastorage-2025-12.yaml",
    SPECS / "datastorage-2026-08.yaml",
)


def names_in(value: Json) -> Iterator[str]:
    """Yield every key and every text of a document that may lend its name."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from names_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from names_in(each)
    elif isinstance(value, str) and len(value) < 80:
        yield value


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_no_class_has_a_number_that_the_document_did_not_give_it(generate: Any, path: Path) -> None:
    assert path.is_file(), f"set APIGEN_SPECS_DIR to the folder of {path.name}"
    package = generate(whole=path)
    given = {class_name(name) for name in names_in(package.document)}
    numbered = {name for name in package.contract.definitions if re.search(r"\d+$", name)}
    assert numbered <= given
    assert not package.found("AG133")
    assert len(package.contract.definitions) > 20
