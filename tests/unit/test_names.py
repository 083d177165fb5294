"""Names of a contract become names of Python: valid, free, and as short as they can be."""

from __future__ import annotations

import keyword
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.names import (
    CLASS_NAMES_TAKEN,
    FIELDS_TAKEN,
    METHODS_TAKEN,
    Scope,
    class_name,
    constant,
    member_name,
    pascal,
    snake,
    words,
)
from apigen.runtime.clients import AsyncClient, SyncClient
from apigen.runtime.schema import Model


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("createAuditEvent", "create_audit_event"),
        ("HTTPServer", "http_server"),
        ("eventIDs", "event_ids"),
        ("Idempotency-Key", "idempotency_key"),
        ("k8s", "k8s"),
        ("rfc7807Problem", "rfc7807_problem"),
        ("2xx", "value_2xx"),
        ("class", "class_"),
        ("", "value"),
        ("__init__", "init"),
        ("x.y/z", "x_y_z"),
        ("ﬁ", "fi"),
        ("$", "dollar"),
    ],
)
def test_names_of_variables(given_: str, expected: str) -> None:
    assert snake(given_) == expected


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("AuditEvent", "AuditEvent"),
        ("audit_event", "AuditEvent"),
        ("RFC7807Problem", "RFC7807Problem"),
        ("a.b-c d", "ABCD"),
        ("123", "Schema123"),
        ("", "Schema"),
        ("*", "Any"),
        ("用户", "用户"),
    ],
)
def test_names_of_classes(given_: str, expected: str) -> None:
    assert pascal(given_) == expected


def test_a_class_hides_nothing_that_its_module_needs() -> None:
    for name in CLASS_NAMES_TAKEN:
        assert class_name(name) not in CLASS_NAMES_TAKEN


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a b", "A_B"), ("", "EMPTY"), (-1, "VALUE_MINUS_1"), (404, "VALUE_404"), ("1", "VALUE_1")],
)
def test_names_of_members(value: str | int, expected: str) -> None:
    assert member_name(value) == expected


@given(st.text(max_size=30))
def test_whatever_a_document_says_a_name_is_an_identifier(text: str) -> None:
    assert pascal(text).isidentifier()
    for name in (snake(text), constant(text), class_name(text), member_name(text)):
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not name.startswith("_")
        assert name == unicodedata.normalize("NFKC", name)  # as Python's parser reads it


@given(st.text(max_size=30))
def test_a_part_of_a_class_name_is_an_identifier(text: str) -> None:
    assert pascal(
        text
    ).isidentifier()  # a keyword too, such as None: what it becomes part of is none


@given(st.text(max_size=30))
def test_words_are_lower_case_and_have_no_joints(text: str) -> None:
    for word in words(text):
        assert "_" not in word


@given(st.lists(st.text(alphabet="aA_-2", max_size=4), max_size=12))
def test_a_scope_gives_each_name_once(texts: list[str]) -> None:
    scope = Scope()
    claimed = [scope.claim(snake(text), snake(f"{text} query")) for text in texts]
    assert len(set(claimed)) == len(claimed)


def test_no_field_hides_what_a_model_has() -> None:
    public = {name for name in {*dir(Model), *dir(type(Model))} if not name.startswith("_")}
    assert public <= FIELDS_TAKEN


def test_no_method_hides_what_a_client_has() -> None:
    public = {name for name in {*dir(SyncClient), *dir(AsyncClient)} if not name.startswith("_")}
    assert public <= METHODS_TAKEN


@pytest.mark.parametrize("name", ["annotations", "m", "ops", "calls", "list", "send", "class"])
def test_an_operation_hides_nothing_that_its_modules_need(name: str) -> None:
    assert snake(name, METHODS_TAKEN) == f"{name}_"
