"""Redaction: which members hold personal data, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, cast

import pytest
from hypothesis import given
from tests.server.jsonvalues import json_values

from datastorage_server.exporting.redaction import is_personal, redacted


@pytest.mark.parametrize(
    "name",
    ["email", "userEmail", "source_ip", "sourceIP", "client-ip", "remote_addr", "phoneNumber",
     "SSN", "acting_user", "user", "username", "approved_by", "ip_address", "ipAddress",
     "credit_card"],
)  # fmt: skip
def test_names_of_personal_data_are_known(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize(
    "name", ["zip", "shipping", "recipe", "required_by", "user_role", "emailed", "skip", "", "_"]
)
def test_other_names_are_left_alone(name: str) -> None:
    assert not is_personal(name)


def test_masks_keep_the_form_of_addresses_and_reach_every_depth() -> None:
    members = {
        "source_ip": "192.168.1.20", "email": "ada.l@mail.example.org", "phone": "+49 171 1234",
        "user": {"name": "Ada", "age": 36, "admin": True, "none": None, "empty": ""},
        "steps": [{"client_ip": ["10.0.0.1", "::1"]}, {"kept": "ada@example.org"}],
    }  # fmt: skip
    before = deepcopy(members)
    assert redacted(members) == {
        "source_ip": "192.***.***.***", "email": "a***@m***.o***", "phone": "***",
        "user": {"name": "***", "age": "***", "admin": True, "none": None, "empty": ""},
        "steps": [{"client_ip": ["10.***.***.***", "***"]}, {"kept": "ada@example.org"}],
    }  # fmt: skip
    assert members == before


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for member in cast("dict[str, Any]", value).values():
            yield from leaves(member)
    elif isinstance(value, list):
        for item in cast("Sequence[Any]", value):
            yield from leaves(item)
    else:
        yield value


@given(json_values)
def test_nothing_below_a_personal_name_is_left(value: Any) -> None:
    masked = list(leaves(redacted({"email": value})))
    for before, after in zip(leaves(value), masked, strict=True):
        assert before in {None, "", True, False} or "***" in after
