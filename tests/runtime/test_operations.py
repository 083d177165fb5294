"""Operations and calls as values."""

from __future__ import annotations

from typing import Any

import pytest

from apigen.runtime.media import Binary, Json, Text
from apigen.runtime.operations import Body, Operation, Parameter
from apigen.runtime.problems import InvalidArgument
from apigen.runtime.schema import Model


class Event(Model):
    kind: str
    password: int = 0


class Problem(Model):
    title: str


STORE: Operation[Event] = Operation(
    id="storeEvent",
    method="PUT",
    path="/streams/{stream-id}/events/{id}",
    parameters=(
        Parameter("stream-id", "stream_id", "path", required=True),
        Parameter("id", "id", "path", required=True),
        Parameter("limit", "limit", "query"),
        Parameter("tags", "tags", "query", shape="array", explode=False),
        Parameter("Idempotency-Key", "idempotency_key", "header"),
        Parameter("session", "session", "cookie"),
        Parameter("mode", "mode", "cookie"),
    ),
    body=Body((Json(Event), Text("text/csv"), Binary("image/*"))),
    success={"200": (Json(Event),), "201": (Json(Event),)},
    errors={"404": (Json(Problem, "application/problem+json"),)},
)


def test_a_call_is_all_that_is_to_be_sent() -> None:
    call = STORE.call(
        body=Event(kind="a"),
        stream_id="a/b",
        id=5,
        limit=10,
        tags=["x", "y,z"],
        idempotency_key="k",
        session="s s",
        mode="m",
    )
    assert call.target == "/streams/a%2Fb/events/5?limit=10&tags=x,y%2Cz"
    assert call.headers == (
        ("accept", "application/json, application/problem+json"),
        ("content-type", "application/json"),
        ("Idempotency-Key", "k"),
        ("cookie", "session=s%20s; mode=m"),
    )
    assert call.content == b'{"kind":"a"}'


def test_none_means_left_out() -> None:
    call = STORE.call(body=Event(kind="a"), stream_id="a", id="b", limit=None, tags=[])
    assert call.target == "/streams/a/events/b"
    assert len(call.headers) == 2


def test_a_call_shows_no_secrets() -> None:
    call = STORE.call(body=Event(kind="a"), stream_id="a", id="b", idempotency_key="s3cret")
    assert "s3cret" not in repr(call)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "'id' (path parameter) is required"),
        ({"id": ""}, "'id' (path parameter) cannot be empty"),
        ({"id": []}, "'id' (path parameter) is required"),
        ({"id": "."}, "'.' or '..'"),
        ({"id": ".."}, "'.' or '..'"),
        ({"limit": object()}, "'limit' (query parameter)"),
        ({"idempotency_key": "a\nb"}, "'idempotency_key' (header parameter 'Idempotency-Key')"),
        ({"limits": 5}, "there is no argument 'limits'"),
        ({"body": None}, "the body is required"),
        ({"body": 5}, "instance of Event"),
        ({"media_type": "application/xml"}, "the body cannot be sent as 'application/xml'"),
        ({"body": b"x"}, "say which media type of 'image/*'"),
        ({"body": b"x", "media_type": "image/p\n"}, "media_type"),
    ],
)
def test_what_cannot_be_sent_is_said_before_anything_is_sent(
    changes: dict[str, Any], reason: str
) -> None:
    arguments: dict[str, Any] = {"body": Event(kind="a"), "stream_id": "a", "id": "b", **changes}
    with pytest.raises(InvalidArgument) as caught:
        STORE.call(**arguments)
    assert str(caught.value).startswith("storeEvent: ")
    assert reason in str(caught.value)
    assert (caught.value.layer, caught.value.status) == ("caller", None)


def test_the_media_type_is_the_first_that_the_body_fits() -> None:
    def content_type(**arguments: Any) -> str:
        return dict(STORE.call(stream_id="a", id="b", **arguments).headers)["content-type"]

    assert content_type(body=Event(kind="a")) == "application/json"
    assert content_type(body="a,b") == "text/csv"
    assert content_type(body=b"x", media_type="image/png") == "image/png"


def test_a_body_that_does_not_fit_is_not_quoted() -> None:
    wrong = Event.model_construct(kind="a", password="s3cret")
    with pytest.raises(InvalidArgument) as caught:
        STORE.call(stream_id="a", id="b", body=wrong, media_type="application/json")
    assert "s3cret" not in str(caught.value)
    assert "password" in str(caught.value)


def test_an_operation_without_a_body_takes_none() -> None:
    bare: Operation[None] = Operation(id="ping", method="GET", path="/ping")
    assert bare.call().content is None
    assert bare.call().headers == (("accept", "*/*"),)
    with pytest.raises(InvalidArgument, match="no body"):
        bare.call(body="x")
    optional: Operation[None] = Operation(
        id="ping", method="POST", path="/ping", body=Body((Text(),), required=False)
    )
    assert optional.call().content is None


def test_the_literal_parts_of_a_path_are_encoded_too() -> None:
    odd: Operation[None] = Operation(
        id="odd",
        method="GET",
        path="/a b/ü/{x}{y}/{nowhere}/{",
        parameters=(
            Parameter("x", "x", "path", required=True),
            Parameter("y", "y", "path", required=True),
        ),
    )
    assert odd.call(x="1", y="2").target == "/a%20b/%C3%BC/12/%7Bnowhere%7D/%7B"
    with pytest.raises(InvalidArgument, match="segment"):
        odd.call(x=".", y=".")


@pytest.mark.parametrize("name", ["", "X Y", "X\r\nEvil: yes", "X:", "Ü"])
def test_a_contract_cannot_name_a_header_that_is_none(name: str) -> None:
    hostile: Operation[None] = Operation(
        id="hostile", method="GET", path="/", parameters=(Parameter(name, "x", "header"),)
    )
    with pytest.raises(InvalidArgument, match="no name of a header field"):
        hostile.call(x="1")
