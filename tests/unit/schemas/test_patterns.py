"""A pattern means to both engines what ECMA-262 says, or it is not known."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError
from pydantic_core import SchemaValidator, core_schema

from apigen.schemas.patterns import both, in_python, is_known, is_native, portable


@pytest.mark.parametrize(
    ("pattern", "native", "known"),
    [
        (r"^[a-z]+$", True, True),
        (r"\p{L}+", True, True),
        (r"^(?!x)", False, True),
        (r"(a)\1", False, True),
        ("a{", False, True),
        ("(", False, False),
        ("[a-z", False, False),
        (r"(?<=a)\p{L}", False, False),
        (r"\cA", False, False),
        ("a" * 6000, True, False),
    ],
)
def test_which_engine_knows_a_pattern(pattern: str, native: bool, known: bool) -> None:
    assert is_native(pattern) is native
    assert is_known(pattern) is known


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"^[\w-.]+$", "a-.", "a b"),
        ("^[a&&b]+$", "a&b", "c"),
        ("^[[]$", "[", "a"),
        ("^[a~~b]+$", "~", "c"),
        ("^[a--b]+$", "-", "c"),
        ("^[^]$", "\n", ""),
        ("^[-a]$", "-", "b"),
        ("^[a-]$", "-", "b"),
        (r"^[\]]$", "]", "["),
        (r"^[^[\]]*$", "ab", "a[b"),
        ("^a$", "a", "a\n"),
        (r"^(?<year>\d{4})$", "2025", "25"),
    ],
)
def test_both_engines_read_it_alike(pattern: str, good: str, bad: str) -> None:
    native = SchemaValidator(core_schema.str_schema(pattern=portable(pattern)))
    assert native.validate_python(good) == good
    with pytest.raises(ValidationError):
        native.validate_python(bad)
    search = re.compile(in_python(pattern), re.ASCII).search
    assert search(good)
    assert not search(bad)


@pytest.mark.parametrize("pattern", ["^[a-z]+$", "^[a-]$", "^[-_a-z0-9]{1,63}$", r"^\$\(a\)"])
def test_what_needs_no_rewriting_stays_as_it_is(pattern: str) -> None:
    assert portable(pattern) == pattern


def test_two_patterns_are_one_that_asks_both() -> None:
    pattern = both("a", "b$")
    assert pattern is not None
    search = re.compile(in_python(pattern)).search
    assert search("ab")
    assert search("a\nb")
    assert not search("b")
    assert not search("a")
    assert both("a", "a") == "a"
    assert both(r"(a)\1", "b") is None
