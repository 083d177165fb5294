"""The embedded schemathesis: its failures become findings, its exchanges are recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fuzz.running import codes, found
from tests.fuzz.shop import TOKEN

from apigen.fuzz import engine


def test_an_invalid_request_that_is_taken_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = found("any-colour", oracles=(engine.ORACLE,))
    assert codes(outcome) == {("invalid-request-accepted", "GET /things")}
    assert outcome.left_out == {}
    assert TOKEN not in repr(outcome)
    assert list(tmp_path.iterdir()) == []
