"""Texts of a document, made harmless for the place where they stand in code."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.emit.python import literal, regex
from apigen.emit.text import comment, docstring, one_line, plain

hostile = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("\"\\'\n\r\t{}#\u202e\x00\u2028"))
)


@given(hostile, st.integers(0, 12))
def test_a_docstring_is_one_text_and_nothing_else(text: str, indent: int) -> None:
    made = docstring(text, indent)
    if not made:
        assert not one_line(text)
        return
    pad = " " * indent
    (only,) = ast.parse(f"if True:\n {pad}{made}" if indent else made).body
    expression = only.body[0] if isinstance(only, ast.If) else only
    assert isinstance(expression, ast.Expr)
    assert isinstance(expression.value, ast.Constant)
    assert isinstance(expression.value.value, str)
    assert expression.value.value.split() == plain(text).split()


@given(hostile)
def test_a_literal_is_what_it_says(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text
    assert literal(text).isprintable()
    assert ast.literal_eval(regex(text)) == text


@given(hostile)
def test_a_comment_ends_with_its_line(text: str) -> None:
    assert len(f"# {comment(text)}".splitlines()) == 1


@pytest.mark.parametrize("name", ["coding: latin-1.yaml", "coding=rot13", "encoding:utf-7"])
def test_a_comment_names_no_encoding(name: str) -> None:
    source = f"# From {comment(name)}.\nx = 'é'\n".encode()
    assert compile(source, "x", "exec")


def test_characters_that_make_code_look_like_other_code_are_left_out() -> None:
    assert plain("a\u202eb\u200bc\u2066d\ufeff\x1b[31m") == "abcd[31m"


def test_line_ends_are_one_kind() -> None:
    assert plain("a\r\nb\rc\nd") == "a\nb\nc\nd"
