"""Rules between siblings: what is made keeps them, and what breaks them is told apart."""

from __future__ import annotations

import hashlib

import pytest
from tests.fuzz.running import session_of

from apigen.fuzz.schemas import Schemas
from apigen.fuzz.values.siblings import measure, moved, orders, settled
from apigen.types import Json


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return session_of("http://127.0.0.1:9").values.schemas


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (1, 1.5),
        ("90s", "2m"),
        ("23h59m", "1d"),
        ("PT59M", "PT1H"),
        ("2026-01-01T12:00:00+02:00", "2026-01-01T11:00:00Z"),
    ],
)
def test_what_is_more_weighs_more(less: Json, more: Json) -> None:
    one, other = measure(less), measure(more)
    assert one is not None
    assert other is not None
    assert one < other


@pytest.mark.parametrize("value", [5, "24h", "2026-01-01T11:00:00Z"])
def test_what_is_moved_keeps_its_form_and_weighs_as_much_more(value: Json) -> None:
    before, after = measure(value), measure(moved(value, 1))
    assert before is not None
    assert after == before + 1


@pytest.mark.parametrize(
    ("keyword", "end", "stays"),
    [
        ("x-apigen-at-least", 2, True),
        ("x-apigen-at-least", 1, False),
        ("x-apigen-more-than", 2, False),
        ("x-apigen-more-than", 3, True),
    ],
)
def test_a_member_that_breaks_an_order_is_left_out(
    schemas: Schemas, keyword: str, end: int, *, stays: bool
) -> None:
    members: dict[str, Json] = {"start": {"default": 2}, "end": {keyword: "/start"}}
    assert settled(schemas, {"properties": members}, {"end": end}) == (
        {"end": end} if stays else {}
    )
    assert [each.sibling for each in orders(schemas, members)] == ["start"]


def test_a_digest_is_made_anew(schemas: Schemas) -> None:
    schema: Json = {"properties": {"hash": {"x-apigen-sha256": "/content"}}}
    made = settled(schemas, schema, {"content": "a", "hash": "x"})
    assert made == {"content": "a", "hash": hashlib.sha256(b"a").hexdigest()}


def test_a_member_without_its_condition_is_left_out(schemas: Schemas) -> None:
    schema: Json = {"properties": {"by": {"x-apigen-only-with": {"/status": ["off"]}}}}
    assert settled(schemas, schema, {"by": "me", "status": "on"}) == {"status": "on"}
    assert settled(schemas, schema, {"by": "me", "status": "off"}) == {"by": "me", "status": "off"}
