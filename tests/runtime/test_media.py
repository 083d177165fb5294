"""Media: what goes out is what comes in."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from apigen.runtime.media import Binary, Form, Json, Media, Multipart, Nothing, Text, choose
from apigen.runtime.schema import Model, Omissible, OpenEnum, UnknownVariant, Variants


class Kind(OpenEnum):
    A = "a"
    B = "b"


class Event(Model):
    kind: Kind
    number: int = 0
    id: UUID | None = None
    day: Omissible[date] = None


class Cat(Model):
    tag: str = "cat"
    lives: int


class Dog(Model):
    tag: str = "dog"


def test_json_is_read_as_the_contract_says() -> None:
    event = Json(Event).read(b'{"kind": "a", "number": 5, "day": "2025-01-02"}')
    assert event == Event(kind=Kind.A, number=5, day=date(2025, 1, 2))


def test_json_writes_what_was_set() -> None:
    assert Json(Event).write(Event(kind=Kind.A)) == b'{"kind":"a"}'
    assert Json(Event).write(Event(kind=Kind.A, id=None)) == b'{"kind":"a","id":null}'
    assert Json(Event).encode(Event(kind=Kind.B))[0] == "application/json"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"kind": 5}',
        b'{"kind": "a", "number": "5"}',
        b'{"kind": "a", "number": true}',
        b'{"number": 5}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_json_that_does_not_fit_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError):
        Json(Event).read(content)


def test_a_later_contract_is_read_beside_dates_and_identifiers() -> None:
    event = Json(Event).read(
        b'{"kind": "later", "id": "00000000-0000-0000-0000-000000000005", "day": "2025-01-02"}'
    )
    assert (event.kind.value, event.kind.is_known) == ("later", False)
    assert (event.id, event.day) == (UUID(int=5), date(2025, 1, 2))
    with pytest.raises(ValueError, match="later"):
        Json(Event).write(event)


def test_a_later_variant_is_read_but_not_written() -> None:
    pets = Json[Cat | Dog | UnknownVariant](
        Annotated[Cat | Dog | UnknownVariant, Variants("tag", {"cat": Cat, "dog": Dog})]
    )
    assert pets.read(b'{"tag": "cat", "lives": 9}') == Cat(tag="cat", lives=9)
    fox = pets.read(b'{"tag": "fox", "tail": "long"}')
    assert isinstance(fox, UnknownVariant)
    assert fox.model_extra == {"tag": "fox", "tail": "long"}
    with pytest.raises(ValueError, match="fox"):
        pets.write(fox)


def test_the_first_error_is_reported_when_tolerance_does_not_help() -> None:
    with pytest.raises(ValidationError) as caught:
        Json(Event).read(b'{"kind": "later", "number": {}}')
    assert [issue["loc"] for issue in caught.value.errors()] == [("kind",), ("number",)]
    assert caught.value.errors()[0]["type"] == "enum"


def test_a_value_of_another_form_is_not_written() -> None:
    for wrong in ({"kind": "a"}, Dog(), "text", 5):
        with pytest.raises(ValueError, match="Event"):
            Json(Event).encode(wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - that it fails is the point


def test_text_and_bytes_are_what_they_are() -> None:
    assert Text().encode("ü") == ("text/plain", "ü".encode())
    assert Text().read("ü".encode()) == "ü"
    assert Binary("image/png").encode(b"\0") == ("image/png", b"\0")
    assert Binary().read(b"\xff") == b"\xff"
    nothing: Media[None] = Nothing()
    assert nothing.encode(nothing.read(b"anything")) == ("", b"")
    assert Nothing().encode(None) == ("", b"")
    with pytest.raises(ValueError, match="expected text"):
        Text().encode(b"x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - that it fails is the point
    with pytest.raises(ValueError, match="expected bytes"):
        Binary().encode("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - that it fails is the point


class Upload(Model):
    title: str
    file: bytes = b""
    numbers: list[int] = Field(default_factory=list[int])
    event: Event | None = None
    ok: bool = False


UPLOAD = Upload(
    title='a "quoted"; é\r\n--x',
    file=b"\0\r\n--\xff",
    numbers=[1, 2],
    event=Event(kind=Kind.A),
    ok=True,
)


def test_a_multipart_form_comes_back_as_it_went() -> None:
    content_type, content = Multipart(Upload).encode(UPLOAD)
    assert content_type.startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="file"\r\nContent-Type: application/octet-stream' in content
    assert Multipart(Upload).read(content) == UPLOAD


def test_a_multipart_form_with_one_item_has_a_list_of_it() -> None:
    one = Upload(title="t", numbers=[7])
    assert Multipart(Upload).read(Multipart(Upload).encode(one)[1]) == one


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS, st.binary(), st.lists(st.integers()))
def test_any_multipart_form_comes_back(title: str, file: bytes, numbers: list[int]) -> None:
    upload = Upload(title=title, file=file, numbers=numbers)
    assert Multipart(Upload).read(Multipart(Upload).encode(upload)[1]).file == file
    assert Multipart(Upload).read(Multipart(Upload).encode(upload)[1]).title == title


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"--b\r\n",
        b"--b\r\nno header\r\n--b--",
        b"--b\r\n\r\nx\r\n--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\n\xff\r\n--b--\r\n',
        b"--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nno end\r\n',
    ],
)
def test_a_broken_multipart_form_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Multipart(Upload).read(content)


class Settings(Model):
    title: str
    numbers: list[int] = Field(default_factory=list[int])
    event: Event | None = None
    ok: bool = False


def test_an_html_form_comes_back_as_it_went() -> None:
    settings = Settings(title="a&b=ü +", numbers=[7], event=Event(kind=Kind.B), ok=True)
    content = Form(Settings).write(settings)
    assert content == (
        b"title=a%26b%3D%C3%BC+%2B&numbers=7&event=%7B%22kind%22%3A%22b%22%7D&ok=true"
    )
    assert Form(Settings).read(content) == settings
    assert Form(Settings).encode(settings)[0] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("content", [b"title=a&title=b", b"", b"title=a&ok=maybe", b"title=%FF"])
def test_an_html_form_that_does_not_fit_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Form(Settings).read(content)


def test_a_content_type_finds_its_kind_by_name_then_family_then_any() -> None:
    exact, family, anything = Json(Event), Text("text/*"), Binary("*/*")
    kinds: tuple[Media[object], ...] = (anything, family, exact)
    assert choose(kinds, "Application/JSON; charset=utf-8") is exact
    assert choose(kinds, "text/html") is family
    assert choose(kinds, "application/problem+json") is anything
    assert choose((exact,), "application/problem+json") is None
    assert choose(kinds, "") is None
