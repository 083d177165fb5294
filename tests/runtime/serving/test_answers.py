"""What a method returns or raises, and what becomes of it on the wire."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from apigen.runtime.details import RequestLine
from apigen.runtime.problems import Conflict, ConnectFailed, NotFound, ServiceUnavailable
from apigen.runtime.serving import Breach, ServerOptions, current_request

THING = {"json": {"name": "x"}}


def test_the_type_of_the_result_chooses_the_status(sample: Any) -> None:
    sample.things.answer = sample.models.Accepted(ticket="t")
    answer = sample.client().post("/things", **THING)
    assert (answer.status_code, answer.json()) == (202, {"ticket": "t"})


def test_what_was_not_set_is_not_sent(sample: Any) -> None:
    assert sample.client().post("/things", **THING).content == b'{"name":"x"}'


def test_a_reply_chooses_status_and_headers(sample: Any) -> None:
    value = sample.models.Accepted(ticket="t")
    sample.things.answer = sample.reply(202, value, {"Location": "/tickets/t"})
    answer = sample.client().post("/things", **THING)
    assert (answer.status_code, answer.headers["location"]) == (202, "/tickets/t")


def test_no_result_is_a_status_without_content(sample: Any) -> None:
    answer = sample.client().delete("/things/1", headers={"x-why": "because"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert sample.things.calls == [
        ("delete_thing", (), {"id": 1, "force": None, "x_why": "because"})
    ]


@pytest.mark.parametrize(
    ("result", "content_type"),
    [("words", "text/plain; charset=utf-8"), (b"\x89PNG", "image/png"), ({"a": 1}, "")],
)
def test_the_result_chooses_the_media_type(sample: Any, result: Any, content_type: str) -> None:
    sample.things.answer = sample.models.Closed(**result) if isinstance(result, dict) else result
    answer = sample.client().put("/notes")
    assert answer.headers["content-type"] == content_type or "application/json"
    assert answer.status_code == 200


def test_defaults_of_the_contract_are_given(sample: Any) -> None:
    sample.client().get("/things")
    ((_, _, parameters),) = sample.things.calls
    assert parameters["limit"] == 50
    assert {value for name, value in parameters.items() if name != "limit"} == {None}


def test_a_raised_error_is_its_problem(sample: Any) -> None:
    sample.things.answer = ServiceUnavailable(
        "come back",
        type="https://e.org/p/busy",
        title="Busy",
        headers={"Retry-After": "7"},
        queue=3,
    )
    answer = sample.client().post("/things", **THING)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "https://e.org/p/busy",
        "title": "Busy",
        "status": 503,
        "detail": "come back",
        "instance": "/things",
        "queue": 3,
    }


def test_the_cause_of_a_raised_error_stays_inside(sample: Any) -> None:
    error = Conflict("there is one already")
    error.__cause__ = RuntimeError("password=hunter2")
    sample.things.answer = error
    answer = sample.client().post("/things", **THING)
    assert answer.status_code == 409
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("password=hunter2"),
        KeyError("hunter2"),
        RecursionError("hunter2"),
        ConnectFailed("hunter2"),
        NotFound("hunter2").about("getUser", RequestLine("GET", "http://other/hunter2")),
        NotFound("no", headers={"X": "a\r\nSet-Cookie: hunter2"}),
        NotFound("hunter2", thing=object()),
        ExceptionGroup("many", [ValueError("hunter2")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_else_is_raised_is_logged_and_not_told(
    sample: Any, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    sample.things.answer = error
    with caplog.at_level(logging.ERROR):
        answer = sample.client().get("/things/1", headers={"x-request-id": "r-1"})
    assert answer.status_code == 500
    assert "hunter2" not in answer.text + str(answer.headers)
    assert answer.json()["title"] == "Internal Server Error"
    assert "request r-1" in caplog.text


Result = Callable[[Any], Any]

WRONG: list[tuple[str, str, dict[str, Any], Result, str]] = [
    (
        "another model",
        "/things/newest",
        {},
        lambda s: s.models.Accepted(ticket="t"),
        "does not fit",
    ),
    ("a text", "/things/newest", {}, lambda _: "text", "does not fit"),
    ("nothing", "/things/newest", {}, lambda s: s.reply(200, None), ""),
    ("a wrong status", "/things/newest", {}, lambda s: s.reply(299, None), "299"),
    ("no status", "/things/newest", {}, lambda s: s.reply(1000, None), "1000"),
    (
        "a header of two lines",
        "/things/newest",
        {},
        lambda s: s.reply(200, s.models.Thing(name="x"), {"X": "a\r\nb"}),
        "cannot be sent",
    ),
    (
        "a value for no content",
        "/things/1",
        {"method": "DELETE", "headers": {"x-why": "b"}},
        lambda s: s.reply(204, "x"),
        "no content",
    ),
    (
        "an ambiguous type",
        "/things",
        {"method": "POST", **THING},
        lambda _: {"name": "x"},
        "return a Reply",
    ),
]


@pytest.mark.parametrize(
    ("url", "how", "result", "words"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG]
)
def test_a_result_that_is_not_of_the_contract_is_a_failure(
    sample: Any, url: str, how: dict[str, Any], result: Any, words: str
) -> None:
    breaches: list[Breach] = []
    sample.things.answer = result(sample)
    client = sample.client(ServerOptions(on_breach=breaches.append))
    answer = client.request(**{"method": "GET", "url": url, **how})
    assert (answer.status_code, answer.json()["detail"]) == (
        500,
        "the server could not answer this request",
    )
    assert len(breaches) == 1
    assert words in breaches[0].what


def strict(sample: Any, breaches: list[Breach]) -> Any:
    return sample.client(ServerOptions(strict=True, on_breach=breaches.append, problem_base="/p/"))


def test_strictly_an_answer_of_the_contract_passes(sample: Any) -> None:
    breaches: list[Breach] = []
    assert strict(sample, breaches).post("/things", **THING).status_code == 201
    assert strict(sample, breaches).get("/things").status_code == 200
    assert strict(sample, breaches).delete("/things/1", headers={"x-why": "b"}).status_code == 204
    assert breaches == []


def test_strictly_a_body_that_breaks_its_schema_is_told(sample: Any) -> None:
    breaches: list[Breach] = []
    sample.things.answer = sample.models.Thing.model_construct(name="far too long a name")
    answer = strict(sample, breaches).get("/things/1")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/p/internal-error"
    assert "getThing" in answer.json()["detail"]
    assert "name: " in answer.json()["detail"]
    assert "far too long" not in answer.text
    assert len(breaches) == 1


def test_strictly_a_missing_header_is_told(sample: Any) -> None:
    breaches: list[Breach] = []
    client = strict(sample, breaches)
    assert "ETag" in client.get("/things/newest").json()["detail"]
    sample.things.answer = sample.reply(200, sample.models.Thing(name="x"), {"etag": '"1"'})
    assert client.get("/things/newest").status_code == 200


def test_strictly_an_undocumented_problem_is_told(sample: Any) -> None:
    breaches: list[Breach] = []
    sample.things.answer = Conflict("no")
    assert strict(sample, breaches).post("/things", **THING).status_code == 409
    sample.things.answer = NotFound("no")
    answer = strict(sample, breaches).post("/things", **THING)
    assert answer.status_code == 500
    assert "404 is not documented" in answer.json()["detail"]


def test_types_of_problems_lie_where_they_are_told_to(sample: Any) -> None:
    client = sample.client(ServerOptions(problem_base="https://e.org/problems/"))
    found = {
        client.get("/nowhere").json()["type"],
        client.put("/things").json()["type"],
        client.get("/things?limit=0").json()["type"],
        client.get("/things", headers={"accept": "text/html"}).json()["type"],
        client.post("/things", content=b"{}").json()["type"],
        client.post("/things", content=b"{", headers={"content-type": "application/json"}).json()[
            "type"
        ],
    }
    assert {kind.removeprefix("https://e.org/problems/") for kind in found} == {
        "not-found",
        "method-not-allowed",
        "validation-error",
        "not-acceptable",
        "unsupported-media-type",
        "invalid-request",
    }
    assert client.get("/things?limit=0").json()["title"] == "Validation Error"


def test_all_faults_of_a_request_are_told_at_once(sample: Any) -> None:
    answer = sample.client().post(
        "/things?x=1", json={"count": "1"}, headers={"idempotency-key": ""}
    )
    assert set(answer.json()["field_errors"]) == {
        "query.x",
        "header.Idempotency-Key",
        "name",
        "count",
    }


def test_faults_without_end_are_told_up_to_a_hundred(sample: Any) -> None:
    parts = [{"name": 1}] * 50_000
    answer = sample.client().post("/things", json={"name": "x", "parts": parts})
    assert len(answer.json()["field_errors"]) == 100


def test_an_unknown_query_parameter_can_be_ignored(sample: Any) -> None:
    client = sample.client(ServerOptions(unknown_query="ignore"))
    assert client.get("/things?nope=1").status_code == 200


def test_a_request_keeps_its_identifier(sample: Any) -> None:
    answer = sample.client().get("/things", headers={"x-request-id": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    assert sample.things.seen == [("abc-1", b"")]


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "é"])
def test_a_malformed_identifier_is_replaced(sample: Any, given: str) -> None:
    headers = {b"x-request-id": given.encode("latin-1")}
    found = sample.client().get("/things", headers=headers).headers["x-request-id"]
    assert len(found) == 32
    assert found != given


def test_a_method_can_read_the_request_again(sample: Any) -> None:
    sample.client().post(
        "/things", content=b'{"name": "x"}', headers={"content-type": "application/json"}
    )
    assert sample.things.seen[0][1] == b'{"name": "x"}'


def test_outside_of_a_method_there_is_no_request() -> None:
    with pytest.raises(RuntimeError, match="no request"):
        current_request()


def test_forms_and_parts_are_read(sample: Any) -> None:
    client = sample.client()
    answer = client.post(
        "/forms", data={"name": "a+b&c", "age": "5", "agreed": "true", "tags": ["1", "2"]}
    )
    assert answer.json() == {"name": "a+b&c", "age": 5, "agreed": True, "tags": [1, 2]}
    client.post("/uploads", data={"title": "t"}, files={"file": ("f.bin", b"\x00\r\n\xff")})
    assert sample.things.calls[-1][1][0].file == b"\x00\r\n\xff"


def test_a_problem_is_json_that_a_client_reads(sample: Any) -> None:
    answer = sample.client().get('/things?"<ü>=1')
    assert json.loads(answer.content)["field_errors"] == {
        'query."<ü>': "is no parameter of this operation"
    }


def test_names_without_end_are_told_in_part(sample: Any) -> None:
    query = "&".join(f"{number}{'n' * 300}=1" for number in range(150))
    fields = sample.client().get(f"/things?{query}").json()["field_errors"]
    assert len(fields) == 100
    assert max(map(len, fields)) <= 200


def test_a_fault_while_reading_is_answered_too(sample: Any, caplog: Any) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("hunter2")

    service = sample.make(sample.things)
    place = service._paths.find("/things")
    endpoint, _ = place.target("GET")
    object.__setattr__(endpoint, "decoder", Broken())
    answer = TestClient(service.app()).get("/things")
    assert (answer.status_code, answer.json()["title"]) == (500, "Internal Server Error")
    assert "hunter2" not in answer.text
    assert "listThings failed" in caplog.text


def test_a_method_that_is_cancelled_stays_cancelled(sample: Any) -> None:
    async def cancelled() -> None:
        sample.things.answer = asyncio.Event()
        scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "path": "/things/1",
            "headers": [],
        }
        (route,) = sample.make(sample.things).routes()
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        task = asyncio.create_task(route({**scope, "headers": [], "query_string": b""}, None, send))
        await asyncio.sleep(0.05)
        assert len(sample.things.calls) == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sent == []

    asyncio.run(cancelled())
