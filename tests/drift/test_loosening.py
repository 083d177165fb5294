"""The loose contract is a valid document that says less, and of the same operations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from tests.drift.changes import list_of, object_of
from tests.drift.loosening import write_loose


@pytest.fixture
def contract() -> Path:
    return Path(str(files("datastorage").joinpath("openapi.json")))


@pytest.fixture
def loose(contract: Path, tmp_path: Path) -> dict[str, Any]:
    target = tmp_path / "loose.json"
    write_loose(contract, target)
    return object_of(json.loads(target.read_bytes()))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield object_of(value)
    for one in object_of(value).values() if isinstance(value, dict) else list_of(value):
        yield from _objects(one)


def test_it_is_valid(loose: dict[str, Any]) -> None:
    validate(loose)


def test_it_has_the_same_operations(loose: dict[str, Any], contract: Path) -> None:
    strict = json.loads(contract.read_bytes())
    assert {path: set(item) for path, item in loose["paths"].items()} == {
        path: set(item) for path, item in strict["paths"].items()
    }


def test_nothing_strict_is_left(loose: dict[str, Any]) -> None:
    assert "security" not in loose
    assert "securitySchemes" not in loose["components"]
    for one in _objects(loose["paths"]):
        assert "security" not in one
        assert "headers" not in one
        assert "responses" not in one or "default" in one["responses"]
    assert all(one.get("additionalProperties") is not False for one in _objects(loose))
