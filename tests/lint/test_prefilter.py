"""Files that are passed over by their words alone hold nothing that would have been found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from apigen.guard import linting
from apigen.guard.policy import Policy
from apigen.guard.surface import Surface

from .test_bypasses import OTHER, PREAMBLE, lines
from .test_other_languages import cases, written


def corpus() -> dict[str, str]:
    """Return each case by itself; the Python ones also without what the preamble names."""
    found: dict[str, str] = {}
    for kind in ("bypasses", "innocents"):
        for number, line in enumerate(lines(f"{kind}.txt")):
            found[f"{kind}/{number}/other.py"] = OTHER
            found[f"{kind}/{number}/consumer.py"] = f"{PREAMBLE}{line}\n"
            found[f"{kind}/bare/{number}/consumer.py"] = f"{bare(line)}{line}\n"
        for number, (file, snippet) in enumerate(cases(f"{kind}_elsewhere.txt")):
            found[f"{kind}/elsewhere/{number}/{file}"] = written(file, snippet)
    return found


def bare(line: str) -> str:
    """Return imports of what a line names, and a base address that says nothing."""
    names = ("requests", "httpx", "httpx2", "aiohttp", "urllib.request", "subprocess", "yarl")
    imports = "".join(f"import {name}\n" for name in names if f"{name}." in line)
    return f"{imports}BASE = place()\n"


def test_passing_over_changes_no_finding(
    datastorage: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = corpus()
    quick = linting.looked(texts, [datastorage], Policy())

    def everything(python: Mapping[str, str], _: Sequence[Surface]) -> list[str]:
        return sorted(python)

    monkeypatch.setattr(linting, "_of_interest", everything)
    thorough = linting.looked(texts, [datastorage], Policy())
    assert len(thorough.looked) > len(quick.looked)
    assert quick.found == thorough.found
