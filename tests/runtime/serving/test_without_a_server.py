"""What no well-behaved server or client lets through, said to the routes directly."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from apigen.runtime.answers import Breach, answer_checkers, check_answer, raised
from apigen.runtime.bodies import strict_adapter
from apigen.runtime.literals import ANYTHING, literal
from apigen.runtime.media import Json
from apigen.runtime.operations import Operation
from apigen.runtime.problems import BadRequest, Problem
from apigen.runtime.serving import current_request
from apigen.runtime.violations import field_errors


def exchange(sample: Any, method: str, path: str, body: bytes = b"", **fields: str) -> list[Any]:
    """Return the messages that answer a request, and see that it has ended with them."""
    headers = [(name.replace("_", "-").encode(), text.encode()) for name, text in fields.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": headers,
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        (route,) = sample.make(sample.things).routes()
        await route(scope, receive, send)
        with pytest.raises(RuntimeError, match="no request"):
            current_request()

    asyncio.run(run())
    return sent


def test_the_request_is_forgotten_when_it_is_answered(sample: Any) -> None:
    assert exchange(sample, "GET", "/things/1")[0]["status"] == 200


@pytest.mark.parametrize("length", ["11", "13"])
def test_a_body_has_the_length_it_announces(sample: Any, length: str) -> None:
    fields = {"content_type": "application/json", "content_length": length}
    assert exchange(sample, "POST", "/things", b'{"name":"x"}', **fields)[0]["status"] == 400
    assert sample.things.calls == []


@pytest.mark.parametrize("length", ["", "-1", "+5", "\u0665", "1" * 30, "5, 5"])
def test_a_length_is_a_number(sample: Any, length: str) -> None:
    fields = {"content_type": "application/json", "content_length": length}
    assert exchange(sample, "POST", "/things", b"12345", **fields)[0]["status"] == 400


def test_a_head_is_answered_without_content(sample: Any) -> None:
    start, body = exchange(sample, "HEAD", "/things")
    assert start["status"] == 405
    assert int(dict(start["headers"])[b"content-length"]) > 0
    assert body["body"] == b""


def test_forms_that_are_no_models_are_strict_too() -> None:
    adapter = strict_adapter(Json[list[int]](list[int]))
    assert adapter is not None
    assert adapter.validate_json("[5]") == [5]
    with pytest.raises(ValidationError):
        adapter.validate_json('["5"]')


def test_no_text_holds_a_null_character() -> None:
    with pytest.raises(ValueError, match=r"U\+0000"):
        literal("a\0b", ANYTHING)


def test_a_problem_is_of_the_media_type_that_is_documented() -> None:
    operation = Operation[None](
        id="a", method="GET", path="/a", success={"204": ()}, errors={"400": (Json(Problem),)}
    )
    answer = raised("a", BadRequest("no"), "/a")
    with pytest.raises(Breach, match=r"application/problem\+json is not documented"):
        check_answer(operation, answer, {}, answer_checkers(operation))


def test_a_hundred_faults_are_enough() -> None:
    with pytest.raises(ValidationError) as found:
        TypeAdapter(list[int]).validate_python(["x"] * 1000)
    assert len(field_errors(found.value, ["x"] * 1000)) == 100
