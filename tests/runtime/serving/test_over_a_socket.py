"""A real server on a real socket: slow bodies, false lengths, raw paths, pipelining."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from apigen.runtime.serving import ServerOptions

BODY = b'{"name":"x"}'
HEAD = b"Host: h\r\nContent-Type: application/json\r\n"
SMALL = ServerOptions(max_body_bytes=1000, body_timeout=0.5)


def post(*fields: bytes, body: bytes = b"") -> bytes:
    return (
        b"POST /things HTTP/1.1\r\n" + HEAD + b"".join(f + b"\r\n" for f in fields) + b"\r\n" + body
    )


def length(size: int) -> bytes:
    return b"Content-Length: %d" % size


def get(target: bytes, method: bytes = b"GET") -> bytes:
    return method + b" " + target + b" HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.fixture(params=["h11"])
def port(sample: Any, served: Any, request: pytest.FixtureRequest) -> int:
    started: int = served(sample.make(sample.things, options=SMALL).app(), http=request.param)
    return started


def test_a_body_is_read(port: int, ask: Any) -> None:
    (answer,) = ask(port, post(length(12), body=BODY))
    assert (answer.status, answer.content) == (201, BODY)


def test_a_body_in_chunks_is_read(port: int, ask: Any) -> None:
    chunks = b"5\r\n" + BODY[:5] + b"\r\n7\r\n" + BODY[5:] + b"\r\n0\r\n\r\n"
    (answer,) = ask(port, post(b"Transfer-Encoding: chunked"), chunks, pause=0.05)
    assert answer.status == 201


def test_a_body_that_is_announced_too_large_is_refused_unread(port: int, ask: Any) -> None:
    (answer,) = ask(port, post(length(1001)))
    assert answer.status == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_client_that_sends_too_much_learns_why(port: int) -> None:
    for size in (1001, 100_000, 6_000_000):
        answer = httpx.post(
            f"http://127.0.0.1:{port}/things",
            content=b"x" * size,
            headers={"content-type": "application/json"},
        )
        assert answer.status_code == 413


def test_chunks_without_end_are_cut_off(port: int, ask: Any) -> None:
    chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
    (answer,) = ask(port, post(b"Transfer-Encoding: chunked"), chunk, chunk, pause=0.05)
    assert (answer.status, answer.headers["connection"]) == (413, "close")


def test_a_slow_body_is_not_waited_for(port: int, ask: Any) -> None:
    started = time.monotonic()
    (answer,) = ask(port, post(length(12), body=BODY[:3]))
    assert (answer.status, answer.headers["connection"]) == (408, "close")
    assert 0.4 < time.monotonic() - started < 30


def test_drops_do_not_buy_time(port: int, ask: Any) -> None:
    started = time.monotonic()
    (answer,) = ask(port, post(length(500)), *[b"x"] * 8, pause=0.1)
    assert answer.status == 408
    assert time.monotonic() - started < 30


def test_a_body_that_ends_early_is_no_request(port: int, ask: Any, sample: Any) -> None:
    ask(port, post(length(12), body=BODY[:3]), end=True)
    (answer,) = ask(port, post(length(12), body=BODY))
    assert answer.status == 201
    assert len(sample.things.calls) == 1


def test_a_length_that_is_too_short_does_not_smuggle_a_request(port: int, ask: Any) -> None:
    (answer,) = ask(port, post(length(5), body=BODY), end=True)
    assert answer.status == 400


@pytest.mark.parametrize("value", [b"-1", b"1e3", b"0x10", b"12, 13", b"x"])
def test_a_length_that_is_no_number_is_refused(port: int, ask: Any, value: bytes) -> None:
    (answer,) = ask(port, post(b"Content-Length: " + value, body=BODY), end=True)
    assert answer.status == 400


def test_pipelined_requests_are_answered_in_turn(port: int, ask: Any) -> None:
    requests = get(b"/things/a") + post(length(2), body=b"{}") + get(b"/things/b")
    answers = ask(port, requests, answers=3)
    assert [answer.status for answer in answers] == [200, 400, 200]
    assert answers[2].content == b'{"name":"b"}'


def test_after_a_refusal_the_connection_goes_on(port: int, ask: Any) -> None:
    requests = get(b"/nowhere") + get(b"/things", b"PATCH") + get(b"/things?x") + get(b"/things")
    assert [answer.status for answer in ask(port, requests, answers=4)] == [404, 405, 400, 200]


@pytest.mark.parametrize(
    ("target", "status", "content"),
    [
        (b"/things/a%2Fb", 200, b'{"name":"a/b"}'),
        (b"/things/a%2fb", 200, b'{"name":"a/b"}'),
        (b"/things/%2E%2E", 404, b""),
        (b"/things/..", 404, b""),
        (b"/things/../things", 404, b""),
        (b"/./things", 404, b""),
        (b"/things/%00", 400, b""),
        (b"/things/%", 400, b""),
        (b"/things/%FF", 400, b""),
        (b"//things", 404, b""),
        (b"/things//", 404, b""),
        (b"/things/;x=1", 200, b'{"name":";x=1"}'),
        (b"/things/{id}", 200, b'{"name":"{id}"}'),
        (b"/things/a+b", 200, b'{"name":"a+b"}'),
        (b"/things/%F0%9F%90%88", 200, '{"name":"🐈"}'.encode()),
        (b"*", 404, b""),
    ],
)
def test_paths_are_taken_as_they_stand(
    port: int, ask: Any, target: bytes, status: int, content: bytes
) -> None:
    (answer,) = ask(port, get(target))
    assert answer.status == status
    assert answer.content == content or not content


def test_a_head_has_no_content_whatever_its_status(port: int, ask: Any) -> None:
    requests = get(b"/notes", b"HEAD") + get(b"/openapi.json")
    answers = ask(port, requests, answers=2)
    assert [answer.status for answer in answers] == [200, 200]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        assert client.head("/things").status_code == 405
        assert client.head("/nowhere").status_code == 404
        assert client.head("/openapi.json").headers["content-length"] == "19"
        assert client.get("/things").status_code == 200


def test_who_waits_to_be_asked_is_refused_at_once(port: int, ask: Any) -> None:
    expecting = post(length(999_999), b"Expect: 100-continue")
    (answer,) = ask(port, expecting)
    assert answer.status == 413


def test_below_a_root_path_everything_holds(sample: Any, served: Any, ask: Any) -> None:
    port = served(sample.make(sample.things).app(), root_path="/proxy/api")
    (answer,) = ask(port, get(b"/things/a%2Fb"))
    assert answer.content == b'{"name":"a/b"}'
    (answer,) = ask(port, get(b"/things/1", b"PUT"))
    assert (answer.status, answer.headers["allow"]) == (405, "GET, DELETE")
