"""Odd parameters, paths, headers and bodies: a 4xx problem or the right answer, and soon."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Generator, Iterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
import pytest

from datastorage_server.testing import running

from .odd_values import ALL, TEXTS

EVENTS: Final = "/api/v1/audit/events"
SECONDS: Final = 10.0  # a bound on hanging; on a quiet machine each takes milliseconds


@pytest.fixture(scope="module")
def base() -> Generator[str]:
    with running() as url:
        yield url


@pytest.fixture(scope="module")
def http(base: str) -> Generator[httpx.Client]:
    with httpx.Client(base_url=base, trust_env=False) as client:
        yield client


def timed(http: httpx.Client, method: str, url: str, **settings: Any) -> httpx.Response:
    began = time.monotonic()
    answer = http.request(method, url, **settings)
    assert time.monotonic() - began < SECONDS, url[:200]
    return answer


def assert_problem(answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in (statuses or range(400, 500)), answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert "Traceback" not in answer.text


def spellings() -> Iterator[str]:
    """Give odd texts as they stand in a URL, the malformed ones too."""
    for name, text in TEXTS.items():
        if name == "very-long":
            continue
        try:
            yield quote(json.loads(text), safe="")
        except UnicodeEncodeError:
            yield "%ED%A0%BD"  # a lone surrogate, as if UTF-8 had one
    yield from ("%", "%4", "%zz", "%FF", "%C0%80", "%F5%80%80%80", "+", "a;b", "x" * 3000)


PARAMETERS: Final = [
    (EVENTS, ("event_type", "event_category", "event_outcome", "severity", "correlation_id")),
    (EVENTS, ("since", "until", "limit", "offset")),
    ("/api/v1/workflows", ("status", "environment", "priority", "component", "limit", "offset")),
    ("/api/v1/audit/export", ("start_time", "end_time", "correlation_id", "event_category")),
    ("/api/v1/audit/export", ("format", "include_detached_signature", "offset", "limit")),
]


@pytest.mark.parametrize(
    ("path", "name"), [(path, name) for path, names in PARAMETERS for name in names]
)
def test_an_odd_parameter_is_refused_or_finds_nothing(
    http: httpx.Client, path: str, name: str
) -> None:
    for spelling in spellings():
        answer = timed(http, "GET", f"{path}?{name}={spelling}")
        if answer.status_code != 200:
            assert_problem(answer, 400, 404, 414)
    assert_problem(timed(http, "GET", f"{path}?{name}=1&{name}=2"), 400)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/workflows/{}"),
        ("PATCH", "/api/v1/workflows/{}/disable"),
        ("DELETE", "/api/v1/audit/legal-hold/{}"),
        ("POST", "/api/v1/audit/remediation-requests/{}/reconstruct"),
        ("GET", "/api/v1/effectiveness/{}"),
    ],
)
def test_an_odd_path_leads_nowhere(http: httpx.Client, method: str, path: str) -> None:
    for spelling in spellings():
        if spelling in {"", "x" * 3000}:
            continue
        body = {"release_reason": "done"} if method == "DELETE" else None
        answer = timed(http, method, path.replace("{}", spelling), json=body)
        assert_problem(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/audit/events/",
        "/api//v1/audit/events",
        "/api/v1/audit/../audit/events/x",
        "/api/v1/audit/events/%2e%2e/%2e%2e",
        "/api/v1/audit%2Fevents",
        "/API/V1/AUDIT/EVENTS",
        "/api/v2/audit/events",
        "/api/v1/audit/events;jsessionid=1",
        "/api/v1/audit/events%00",
        "/.env",
        "/etc/passwd",
        "//evil.example/api",
        "/" + "a" * 3000,
        "/\\..\\..\\windows",
        "/%E2%80%AE",
        "/admin",
        "/docs",
        "/api/v1/workflows/by-name/x/versions",
    ],
)
def test_a_path_that_the_contract_does_not_know_is_not_found(http: httpx.Client, path: str) -> None:
    assert_problem(timed(http, "GET", path), 404)
    assert_problem(timed(http, "POST", path, json={}), 404)


BODIES: Final = {
    **{f"json-{name}": text.encode(errors="surrogatepass") for name, text in ALL.items()},
    "cut-off": b'{"version": "1.0"',
    "cut-off-in-escape": b'{"version": "\\u00',
    "comments": b'{/* */"version": "1.0"}',
    "trailing-comma": b'{"version": "1.0",}',
    "single-quotes": b"{'version': '1.0'}",
    "two-documents": b"{}{}",
    "lines-of-json": b"{}\n{}\n",
    "nan": b'{"version": NaN}',
    "infinity": b'{"version": -Infinity}',
    "leading-zero": b'{"duration_ms": 01}',
    "plus": b'{"duration_ms": +1}',
    "hexadecimal": b'{"duration_ms": 0x1}',
    "bare-key": b'{version: "1.0"}',
    "raw-tab": b'{"version": "1\t0"}',
    "utf-8-mark": b"\xef\xbb\xbf{}",
    "utf-16": '{"version": "1.0"}'.encode("utf-16"),
    "utf-32": '{"version": "1.0"}'.encode("utf-32"),
    "latin-1": b'{"version": "\xe9"}',
    "overlong": b'{"version": "\xc0\x80"}',
    "surrogate-bytes": b'{"version": "\xed\xa0\x80"}',
    "nulls": b"\x00" * 1000,
    "xml": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>",
    "yaml": b"version: !!python/object/apply:os.system ['id']",
    "form": b"version=1.0&event_type=x",
    "pickle": b"\x80\x04\x95\x00.",
    "a-million-brackets": b"[" * 1_000_000,
    "a-million-objects": b'{"a":' * 1_000_000,
    "a-million-digits": b'{"duration_ms": ' + b"9" * 1_000_000 + b"}",
    "many-keys": b"{" + b",".join(b'"%d": 1' % n for n in range(100_000)) + b"}",
    "same-keys": b"{" + b",".join(b'"a": 1' for _ in range(10_000)) + b"}",
    "many-events": b"[" + b",".join(b"{}" for _ in range(100_000)) + b"]",
    "too-large": b'{"a": "' + b"x" * (5 * 1024 * 1024 + 1) + b'"}',
}

WRITES: Final = [
    ("POST", EVENTS),
    ("POST", f"{EVENTS}/batch"),
    ("POST", "/api/v1/audit/notifications"),
    ("POST", "/api/v1/audit/verify-chain"),
    ("POST", "/api/v1/audit/legal-hold"),
    ("POST", "/api/v1/workflows"),
    ("POST", "/api/v1/workflows/search"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_an_odd_body_is_refused(http: httpx.Client, method: str, path: str) -> None:
    for name, content in BODIES.items():
        headers = {"Content-Type": "application/json"}
        answer = http.request(method, path, content=content, headers=headers)
        assert answer.status_code in (400, 413), (name, answer.text[:300])
        assert_problem(answer)


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Content-Type", "text/plain", 415),
        ("Content-Type", "application/json; charset=utf-16", 415),
        ("Content-Type", "application/json; charset=latin-1", 415),
        ("Content-Type", "application/xml", 415),
        ("Content-Type", "application/jsonx", 415),
        ("Content-Type", "*/*", 415),
        ("Content-Type", "json", 415),
        ("Content-Type", "multipart/form-data; boundary=x", 415),
        ("Content-Encoding", "gzip", 415),
        ("Content-Encoding", "br, gzip", 415),
        ("Content-Encoding", "unknown", 415),
        ("Accept", "text/html", 406),
        ("Accept", "application/json;q=0", 406),
        ("Idempotency-Key", "x" * 256, 400),
        ("Idempotency-Key", "", 400),
    ],
)
def test_an_odd_header_gets_its_status(
    http: httpx.Client, members: Any, header: str, value: str, status: int
) -> None:
    content = json.dumps(members()).encode()
    headers = {"Content-Type": "application/json", header: value}
    if "gzip" in value:
        content = gzip.compress(b"[" + b" " * 50_000_000 + b"]")  # 50 MB in 50 kB
    assert_problem(timed(http, "POST", EVENTS, content=content, headers=headers), status)


RAW: Final = {
    "no-http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "spaces": b"GET  /health  HTTP/1.1\r\n\r\n",
    "no-version": b"GET /health\r\n\r\n",
    "no-host": b"GET /health HTTP/1.1\r\n\r\n",
    "two-hosts": b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "folded-header": b"GET /health HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc: d\r\nB c: d\r\n\r\n",
    "null-in-header": b"GET /health HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
    "space-in-name": b"GET /health HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n",
    "endless-header": b"GET /health HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 200_000 + b"\r\n\r\n",
    "two-lengths": b"POST /x HTTP/1.1\r\nHost: x\r\n"
    b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "negative-length": b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "length-in-words": b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
    "huge-length": b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n",
    "unknown-coding": b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    "bad-chunk": b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" % EVENTS.encode(),
}


@pytest.mark.parametrize("name", RAW)
def test_what_is_no_http_is_refused_with_a_problem(base: str, name: str) -> None:
    head, _, body = exchange(base, RAW[name]).partition(b"\r\n\r\n")
    status = int(head.split()[1])
    assert 400 <= status < 500
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == status
    with httpx.Client(base_url=base, trust_env=False) as client:
        assert client.get("/health/live").status_code == 200


def exchange(base: str, request: bytes) -> bytes:
    """Send bytes and return all that is answered until the server closes."""
    at = urlsplit(base)
    answered = b""
    with socket.create_connection((at.hostname, at.port), timeout=SECONDS * 6) as connection:
        connection.sendall(request)
        while received := connection.recv(65536):
            answered += received
    return answered
