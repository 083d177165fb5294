"""The nesting of JSON is bounded before any parser recurses, whatever strings hold."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.runtime.jsontext import MalformedJson, check_json

TEXTS = st.text('[]{}"\\/\nabnu\u00e9', max_size=6)
VALUES = st.recursive(
    TEXTS | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        value = list(cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return 1 + max(map(depth, cast("list[object]", value)), default=0)
    return 0


@given(VALUES, st.booleans(), st.integers(1, 4))
def test_the_bound_is_that_of_the_value(value: Any, ascii_only: bool, limit: int) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    refused = pytest.raises(MalformedJson, match="nested deeper") if depth(value) > limit else None
    with refused or nullcontext():
        check_json(text.encode(), max_depth=limit)


@pytest.mark.parametrize("before", ['"\\q"', '"\\', '"', "", '"a"', '{"a\\""'])
def test_what_is_no_json_hides_no_nesting_from_the_parser(before: str) -> None:
    with pytest.raises(MalformedJson):
        check_json(f"{before}{'[' * 100_000}".encode(), max_depth=64)
