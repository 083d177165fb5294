"""How values are written into paths, queries, headers and cookies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.runtime.operations import Operation, Parameter
from apigen.runtime.parameters import Location, encoder
from apigen.runtime.problems import InvalidArgument
from apigen.runtime.scalars import text
from apigen.runtime.schema import Model, OpenEnum

EMPTY, SCALAR = "", "blue"
ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}

# The table "Style Examples" of OpenAPI 3.1 (4.8.12.3), the delimiters percent-encoded as in 3.1.1.
STYLES: list[tuple[Location, str, bool, tuple[str | None, str | None, str | None, str | None]]] = [
    ("path", "matrix", False,
     (";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150")),
    ("path", "matrix", True,
     (";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150")),
    ("path", "label", False, (".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150")),
    ("path", "label", True, (".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150")),
    ("path", "simple", False, ("", "blue", "blue,black,brown", "R,100,G,200,B,150")),
    ("path", "simple", True, ("", "blue", "blue,black,brown", "R=100,G=200,B=150")),
    ("header", "simple", False, ("", "blue", "blue,black,brown", "R,100,G,200,B,150")),
    ("header", "simple", True, ("", "blue", "blue,black,brown", "R=100,G=200,B=150")),
    ("query", "form", False,
     ("color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150")),
    ("query", "form", True,
     ("color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150")),
    ("query", "spaceDelimited", False,
     ("color=", "color=blue", "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150")),
    ("query", "pipeDelimited", False,
     ("color=", "color=blue", "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150")),
    ("query", "deepObject", True,
     (None, None, None, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150")),
    ("cookie", "form", False,
     ("color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150")),
    ("cookie", "form", True,
     ("color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150")),
]  # fmt: skip


def parameter(location: Location, **facts: Any) -> Parameter:
    return Parameter("color", "color", location, **facts)


@pytest.mark.parametrize(("location", "style", "explode", "written"), STYLES)
def test_each_style_writes_what_the_table_of_openapi_says(
    location: Location, style: Any, explode: bool, written: tuple[str | None, ...]
) -> None:
    encode = encoder(parameter(location, style=style, explode=explode))
    for value, expected in zip((EMPTY, SCALAR, ARRAY, OBJECT), written, strict=True):
        if expected is None:
            with pytest.raises(ValueError, match="deepObject"):
                encode(value)
        else:
            assert encode(value) == expected


@pytest.mark.parametrize(
    ("location", "style", "explode"),
    [
        ("path", "simple", False),
        ("header", "simple", False),
        ("query", "form", True),
        ("cookie", "form", True),
    ],
)
def test_a_location_has_its_default_style(location: Location, style: str, explode: bool) -> None:
    bare = parameter(location)
    assert (bare.wire_style, bare.exploded) == (style, explode)
    assert parameter(location, explode=not explode).exploded is not explode


def test_a_delimited_style_that_is_exploded_reads_like_a_form() -> None:
    encode = encoder(parameter("query", style="pipeDelimited", explode=True))
    assert encode(["a", "b"]) == "color=a&color=b"


def test_a_model_is_written_as_its_members_on_the_wire() -> None:
    class Colour(Model):
        R: int
        since: datetime | None = None

    encode = encoder(parameter("query", style="deepObject"))
    assert encode(Colour(R=1)) == "color%5BR%5D=1"
    moment = datetime(2025, 1, 2, tzinfo=UTC)
    assert encode(Colour(R=1, since=moment)) == (
        "color%5BR%5D=1&color%5Bsince%5D=2025-01-02T00%3A00%3A00Z"
    )


def test_a_set_is_written_in_one_order() -> None:
    assert encoder(parameter("query", explode=False))({"c", "a", "b"}) == "color=a,b,c"


def test_empty_lists_and_objects_are_left_out() -> None:
    empties: tuple[object, ...] = ([], {}, {"R": None})
    for empty in empties:
        assert encoder(parameter("query"))(empty) is None
        assert encoder(parameter("query", style="deepObject"))({}) is None


def test_content_is_written_as_json() -> None:
    encode = encoder(parameter("query", content="application/json"))
    written = encode({"a": [1, {"b": "ü"}]})
    assert written is not None
    assert json.loads(unquote(written.removeprefix("color="))) == {"a": [1, {"b": "ü"}]}


def test_reserved_characters_stay_only_where_allowed() -> None:
    assert encoder(parameter("query"))("a/b?c&d#e+f") == "color=a%2Fb%3Fc%26d%23e%2Bf"
    assert encoder(parameter("query", allow_reserved=True))("a/b?c&d#e+f") == (
        "color=a/b?c%26d%23e%2Bf"
    )


class Mood(Enum):
    GOOD = "good"


class Rank(IntEnum):
    FIRST = 1


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (10**30, "1" + "0" * 30),
        (Rank.FIRST, "1"),
        (Mood.GOOD, "good"),
        (1.5, "1.5"),
        (1e22, "1" + "0" * 22),
        (1e-7, "0.0000001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (date(2025, 1, 2), "2025-01-02"),
        (time(1, 2, 3), "01:02:03"),
        (datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC), "2025-01-02T03:04:05Z"),
        (datetime(2025, 1, 2, tzinfo=timezone(timedelta(hours=2))), "2025-01-02T00:00:00+02:00"),
        (datetime(2025, 1, 2, tzinfo=timezone(timedelta(seconds=30))), "2025-01-01T23:59:30Z"),
        (timedelta(minutes=1), "PT1M"),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    ],
)
def test_a_single_value_has_one_text(value: object, written: str) -> None:
    assert text(value) == written


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), Decimal("NaN"), datetime(2025, 1, 2), b"x", None, object()],
)
def test_what_has_no_text_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        text(value)


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        ({"location": "query", "style": "deepObject"}, {"a": {"b": 1}}),
        ({"location": "query", "style": "deepObject"}, {"a": [1]}),
        ({"location": "query"}, [[1]]),
        ({"location": "query"}, [None]),
        ({"location": "query"}, "\ud800"),
        ({"location": "query", "style": "pipeDelimited", "explode": False}, ["a|b"]),
        ({"location": "query", "style": "spaceDelimited", "explode": False}, ["a b"]),
        ({"location": "header"}, "a\r\nEvil: yes"),
        ({"location": "header"}, "a\0"),
        ({"location": "header"}, "\u20ac"),
        ({"location": "header"}, " a"),
        ({"location": "header"}, ["a,b"]),
        ({"location": "header", "explode": True}, {"a=b": 1}),
    ],
)
def test_what_could_not_be_read_back_is_refused(facts: Mapping[str, Any], value: object) -> None:
    operation = Operation[None](
        id="paint", method="GET", path="/", parameters=(Parameter("color", "colour", **facts),)
    )
    with pytest.raises(InvalidArgument) as caught:
        operation.call(colour=value)
    assert caught.value.operation == "paint"
    assert "'colour'" in str(caught.value)


def test_a_refused_value_is_not_quoted() -> None:
    operation = Operation[None](
        id="paint", method="GET", path="/", parameters=(Parameter("X-Key", "key", "header"),)
    )
    with pytest.raises(InvalidArgument) as caught:
        operation.call(key="s3cret\n")
    assert "s3cret" not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_any_text_survives_a_query(value: str) -> None:
    written = encoder(parameter("query"))(value)
    assert parse_qsl(written or "", keep_blank_values=True) == [("color", value)]


@given(st.lists(TEXTS, min_size=1), st.booleans())
def test_any_list_survives_a_query(values: list[str], explode: bool) -> None:
    written = encoder(parameter("query", explode=explode))(values) or ""
    if explode:
        assert [value for _, value in parse_qsl(written, keep_blank_values=True)] == values
    else:
        assert [unquote(word) for word in written.partition("=")[2].split(",")] == values


@given(st.dictionaries(TEXTS.filter(bool), TEXTS, min_size=1))
def test_any_object_survives_a_query(value: dict[str, str]) -> None:
    written = encoder(parameter("query"))(value) or ""
    assert dict(parse_qsl(written, keep_blank_values=True)) == value
    deep = encoder(parameter("query", style="deepObject"))(value) or ""
    assert dict(parse_qsl(deep, keep_blank_values=True)) == {
        f"color[{name}]": member for name, member in value.items()
    }


@given(TEXTS, st.sampled_from(["simple", "label", "matrix"]))
def test_any_text_is_one_segment_of_a_path_or_refused(value: str, style: Any) -> None:
    operation = Operation[None](
        id="get",
        method="GET",
        path="/a/{color}/b",
        parameters=(parameter("path", required=True, style=style),),
    )
    try:
        target = operation.call(color=value).target
    except InvalidArgument:
        assert value in {"", ".", ".."}
        return
    _, first, segment, last = target.split("/")
    assert (first, last) == ("a", "b")
    assert unquote(segment).removeprefix({"label": ".", "matrix": ";color="}.get(style, "")) in {
        value,
        ";color",
    }


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_survives_without_an_exponent(value: float) -> None:
    assert float(text(value)) == value
    assert "e" not in text(value).lower()


@given(st.datetimes(timezones=st.timezones()))
def test_any_instant_survives(value: datetime) -> None:
    assert datetime.fromisoformat(text(value)) == value.astimezone(UTC)


class Colour(OpenEnum):
    BLUE = "blue"


def test_a_value_that_only_a_later_contract_names_is_not_sent() -> None:
    paint = Operation[None](
        id="paint", method="GET", path="/", parameters=(Parameter("c", "c", "query"),)
    )
    assert paint.call(c=Colour.BLUE).target == "/?c=blue"
    with pytest.raises(InvalidArgument, match="'red' is no Colour"):
        paint.call(c=Colour.unknown("red"))
