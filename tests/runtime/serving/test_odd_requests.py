"""What strangers send: each odd request gets the problem it deserves, and no method is called."""

from __future__ import annotations

from typing import Any

import pytest

JSON = {"content-type": "application/json"}


def post(content: bytes | str, **headers: str) -> dict[str, Any]:
    fields = {
        "content-type": "application/json",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    return {"method": "POST", "url": "/things", "content": content, "headers": fields}


def get(url: str, **headers: str) -> dict[str, Any]:
    return {
        "method": "GET",
        "url": url,
        "headers": {k.replace("_", "-"): v for k, v in headers.items()},
    }


def send(method: str, url: str, **settings: Any) -> dict[str, Any]:
    return {"method": method, "url": url, **settings}


def put(content: bytes, content_type: str) -> dict[str, Any]:
    return send("PUT", "/notes", content=content, headers={"content-type": content_type})


def form(content: bytes) -> dict[str, Any]:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return send("POST", "/forms", content=content, headers=headers)


def parts(content: bytes, content_type: str = "multipart/form-data; boundary=b") -> dict[str, Any]:
    return send("POST", "/uploads", content=content, headers={"content-type": content_type})


DELETE = {"headers": {"x-why": "because"}}
HUGE = b"9" * 5000
PART = b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nq\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nq\r\n'

# name, request, status, what the problem says (in its detail, or as name of a field)
ODD: list[tuple[str, dict[str, Any], int, str]] = [
    # JSON text
    ("no body", post(b""), 400, "body"),
    ("blank body", post(b" \n"), 400, "line 2, column 1"),
    ("cut off", post(b'{"name": "x"'), 400, "line 1, column 13"),
    ("malformed in line 3", post(b'{\n"name":\n tru}'), 400, "line 3, column 2"),
    ("single quotes", post(b"{'name': 'x'}"), 400, "malformed"),
    ("trailing comma", post(b'{"name": "x",}'), 400, "malformed"),
    ("comment", post(b'{"name": "x"} // really'), 400, "malformed"),
    ("two documents", post(b'{"name": "x"}{}'), 400, "malformed"),
    ("control character", post(b'{"name": "a\nb"}'), 400, "malformed"),
    ("raw U+0000", post(b'{"name": "a\0b"}'), 400, "malformed"),
    ("escaped U+0000", post(rb'{"name": "a\u0000b"}'), 400, "U+0000"),
    ("U+0000 in a name", post(rb'{"name": "a", "x\u0000": 1}'), 400, "U+0000"),
    ("lone high surrogate", post(rb'{"name": "\ud83d"}'), 400, "surrogate"),
    ("lone low surrogate", post(rb'{"name": "\ude00"}'), 400, "surrogate"),
    ("surrogates reversed", post(rb'{"name": "\ude00\ud83d"}'), 400, "surrogate"),
    ("surrogate in a name", post(rb'{"name": "a", "\ud83d": 1}'), 400, "surrogate"),
    ("surrogate in raw bytes", post(b'{"name": "\xed\xa0\xbd"}'), 400, "not UTF-8 at byte"),
    ("overlong UTF-8", post(b'{"name": "\xc0\x80"}'), 400, "not UTF-8 at byte"),
    ("Latin-1", post('{"name": "é"}'.encode("latin-1")), 400, "not UTF-8 at byte"),
    ("UTF-16", post('{"name": "x"}'.encode("utf-16")), 400, "byte order mark"),
    ("UTF-16 without a mark", post('{"name": "x"}'.encode("utf-16-le")), 400, "malformed"),
    ("UTF-8 with a mark", post(b'\xef\xbb\xbf{"name": "x"}'), 400, "byte order mark"),
    ("NaN", post(b'{"name": "x", "ratio": NaN}'), 400, "NaN"),
    ("Infinity", post(b'{"name": "x", "ratio": Infinity}'), 400, "Infinity"),
    ("-Infinity", post(b'{"name": "x", "ratio": -Infinity}'), 400, "-Infinity"),
    ("below a double", post(b'{"name": "x", "ratio": -0.0001e-999}'), 400, "makes it zero"),
    ("beyond a double", post(b'{"name": "x", "ratio": 1e999}'), 400, "range of a double"),
    ("beyond all digits", post(b'{"name": "x", "count": %b}' % HUGE), 400, "digits"),
    ("hexadecimal", post(b'{"name": "x", "count": 0x10}'), 400, "malformed"),
    ("leading zero", post(b'{"name": "x", "count": 007}'), 400, "malformed"),
    ("duplicate name", post(b'{"name": "x", "name": "y"}'), 400, 'two members "name"'),
    ("duplicate name, escaped", post(rb'{"name": "x", "n\u0061me": "y"}'), 400, "two members"),
    ("duplicate name inside", post(b'{"name": "x", "z": [{"a": 1, "a": 1}]}'), 400, "two members"),
    ("65 levels", post(b'{"name":"x","z":' + b"[" * 64 + b"]" * 64 + b"}"), 400, "64 levels"),
    ("unclosed levels", post(b"[" * 1_000_000), 400, "64 levels"),
    ("a million objects", post(b'{"a":' * 500_000), 400, "64 levels"),
    ("brackets after a fault", post(b"}" + b"[" * 100_000), 400, "64 levels"),
    # JSON values
    ("a list for an object", post(b"[]"), 400, "body"),
    ("null for an object", post(b"null"), 400, "body"),
    ("a text for an object", post(b'"x"'), 400, "body"),
    ("a name too many times nothing", post(b"{}"), 400, "name"),
    ("a number as text", post(b'{"name": "x", "count": "5"}'), 400, "count"),
    ("a text as number", post(b'{"name": 5}'), 400, "name"),
    ("a truth as number", post(b'{"name": "x", "count": true}'), 400, "count"),
    ("a fraction as integer", post(b'{"name": "x", "count": 1.5}'), 400, "count"),
    ("null for an omissible", post(b'{"name": "x", "count": null}'), 400, "count"),
    ("too long", post(b'{"name": "xxxxxxxxxxx"}'), 400, "name"),
    ("an unknown enum value", post(b'{"name": "x", "colour": "green"}'), 400, "colour"),
    ("a year for a date-time", post(b'{"name": "x", "made": "2025"}'), 400, "made"),
    ("seconds for a date-time", post(b'{"name": "x", "made": 1735689600}'), 400, "made"),
    ("no time zone", post(b'{"name": "x", "made": "2025-01-01T00:00:00"}'), 400, "made"),
    ("no such day", post(b'{"name": "x", "made": "2025-02-30T00:00:00Z"}'), 400, "made"),
    ("within a variant", post(b'{"name":"x","pet":{"kind":"cat","lives":10}}'), 400, "pet.lives"),
    ("missing in a variant", post(b'{"name":"x","pet":{"kind":"dog"}}'), 400, "pet.name"),
    ("an unknown variant", post(b'{"name":"x","pet":{"kind":"cow"}}'), 400, "pet"),
    ("no variant", post(b'{"name":"x","pet":{}}'), 400, "pet"),
    ("in a list", post(b'{"name":"x","tags":["a",1]}'), 400, "tags.1"),
    ("deep inside", post(b'{"name":"x","parts":[{"name":"y"},{"name":1}]}'), 400, "parts.1.name"),
    ("a member too many", put(b'{"a":1,"b":2}', "application/json"), 400, "b"),
    # Content-Type and codings
    ("no Content-Type", send("POST", "/things", content=b"{}"), 415, "no Content-Type"),
    ("text/plain", post(b"{}", content_type="text/plain"), 415, "text/plain"),
    ("a cousin", post(b"{}", content_type="application/vnd.api+json"), 415, "vnd.api"),
    ("no slash", post(b"{}", content_type="json"), 415, "json"),
    ("empty Content-Type", post(b"{}", content_type=""), 415, "Content-Type"),
    ("a range", post(b"{}", content_type="*/*"), 415, "*/*"),
    ("two types", post(b"{}", content_type="application/json, text/plain"), 415, "text/plain"),
    ("a broken parameter", post(b"{}", content_type="application/json; charset"), 415, "charset"),
    (
        "charset twice",
        post(b"{}", content_type="application/json;charset=utf-8;charset=x"),
        415,
        "",
    ),
    (
        "Latin-1 announced",
        post(b"{}", content_type="application/json; charset=iso-8859-1"),
        415,
        "",
    ),
    ("UTF-16 announced", post(b"{}", content_type='application/json;charset="utf-16"'), 415, ""),
    ("text in UTF-7", put(b"x", "text/plain; charset=utf-7"), 415, "utf-7"),
    ("gzip", post(b"{}", content_encoding="gzip"), 415, "gzip"),
    ("two codings", post(b"{}", content_encoding="identity, br"), 415, "br"),
    ("text that is none", put(b"\xff", "text/plain"), 400, "not UTF-8"),
    ("text with U+0000", put(b"a\0b", "text/plain"), 400, "U+0000"),
    # Accept
    ("only HTML", get("/things", accept="text/html"), 406, "application/json"),
    ("JSON refused", get("/things", accept="application/json;q=0, */*"), 406, ""),
    ("its family refused", get("/things", accept="application/*;q=0, */*;q=1"), 406, ""),
    ("all refused", get("/things", accept="*/*;q=0.000"), 406, ""),
    ("no type at all", get("/things", accept="gibberish"), 406, ""),
    ("a cousin wanted", get("/things", accept="application/xml, application/ld+json"), 406, ""),
    # query
    ("unknown parameter", get("/things?nope=1"), 400, "query.nope"),
    ("another case", get("/things?Limit=1"), 400, "query.Limit"),
    ("no name", get("/things?=1"), 400, "query."),
    ("given twice", get("/things?limit=1&limit=2"), 400, "query.limit"),
    ("given twice, same", get("/things?limit=1&limit=1"), 400, "query.limit"),
    ("empty number", get("/things?limit="), 400, "query.limit"),
    ("no value", get("/things?limit"), 400, "query.limit"),
    ("blank number", get("/things?limit=%201"), 400, "query.limit"),
    ("plus sign", get("/things?limit=%2B1"), 400, "query.limit"),
    ("underscores", get("/things?limit=1_000"), 400, "query.limit"),
    ("exponent", get("/things?limit=1e3"), 400, "query.limit"),
    ("fraction", get("/things?limit=1.0"), 400, "query.limit"),
    ("leading zero in query", get("/things?limit=01"), 400, "query.limit"),
    ("Arabic digits", get("/things?limit=%D9%A1"), 400, "query.limit"),
    ("below the minimum", get("/things?limit=0"), 400, "query.limit"),
    ("digits without end", get("/things?limit=" + "9" * 5000), 400, "query.limit"),
    ("truth as digit", get("/things?deep=1"), 400, "query.deep"),
    ("truth in capitals", get("/things?deep=TRUE"), 400, "query.deep"),
    ("NaN as number", get("/things?ratio=NaN"), 400, "query.ratio"),
    ("infinite number", get("/things?ratio=1e999"), 400, "query.ratio"),
    ("unknown colour", get("/things?colour=green"), 400, "query.colour"),
    ("a year as date-time", get("/things?since=2025"), 400, "query.since"),
    ("a number as date", get("/things?day=86400"), 400, "query.day"),
    ("an offset unencoded", get("/things?since=2025-01-01T00:00:00+01:00"), 400, "query.since"),
    ("item that is no number", get("/things?ids=1,x,3"), 400, "query.ids.1"),
    ("item that is empty", get("/things?ids=1,,3"), 400, "query.ids.1"),
    ("list given twice", get("/things?ids=1&ids=2"), 400, "query.ids"),
    ("another delimiter", get("/things?piped=1,2"), 400, "query.piped.0"),
    ("U+0000 in query", get("/things?tags=%00"), 400, "query.tags"),
    ("broken escape", get("/things?tags=%zz"), 400, "query.tags"),
    ("cut escape", get("/things?tags=100%"), 400, "query.tags"),
    ("no UTF-8 in query", get("/things?tags=%FF"), 400, "query.tags"),
    ("surrogate in query", get("/things?tags=%ED%A0%80"), 400, "query.tags"),
    ("broken name", get("/things?%FF=1"), 400, "query.%FF"),
    ("unknown member", get("/things?range[low]=x"), 400, "query.range.low"),
    ("member given twice", get("/things?range[low]=1&range[low]=2"), 400, "query.range"),
    ("nested member", get("/things?range[low][x]=1"), 400, "query.range[low][x]"),
    ("odd number of words", get("/things?flat=low"), 400, "query.flat"),
    ("content malformed", get("/things?filter={"), 400, "query.filter"),
    ("content of wrong kind", get('/things?filter={"low":"1"}'), 400, "query.filter.low"),
    ("content too deep", get("/things?filter=" + "[" * 100), 400, "query.filter"),
    ("semicolons", get("/things?limit=1;colour=red"), 400, "query.limit"),
    # headers and cookies
    ("header too long", get("/things", x_trace="x" * 21), 400, "header.X-Trace"),
    ("header item", get("/things", x_numbers="1, two"), 400, "header.X-Numbers.1"),
    ("cookie of wrong form", get("/things", cookie="session=A1"), 400, "cookie.session"),
    ("cookie twice", get("/things", cookie="session=a; session=b"), 400, "cookie.session"),
    ("empty key", post(b'{"name":"x"}', idempotency_key=""), 400, "header.Idempotency-Key"),
    ("long key", post(b'{"name":"x"}', idempotency_key="k" * 256), 400, "header.Idempotency-Key"),
    ("missing header", send("DELETE", "/things/1"), 400, "header.X-Why"),
    # paths
    ("no number in path", send("DELETE", "/things/one", **DELETE), 400, "path.id"),
    ("U+0000 in path", get("/things/%00"), 400, "path.id"),
    ("no UTF-8 in path", get("/things/%FF"), 400, "path.id"),
    ("broken escape in path", get("/things/%25zz%"), 400, "path.id"),
    ("trailing slash", get("/things/"), 404, "no such path"),
    ("double slash", get("/things//1"), 404, "no such path"),
    ("leading double slash", get("//things"), 404, "no such path"),
    ("another case of path", get("/Things"), 404, "no such path"),
    ("too deep a path", get("/things/1/2"), 404, "no such path"),
    ("slash encoded", get("/things%2Fnewest"), 404, "no such path"),
    ("steps encoded", get("/things/%2e%2e"), 404, "no such path"),
    ("a step encoded", get("/things/%2E"), 404, "no such path"),
    # methods
    ("PATCH", send("PATCH", "/things"), 405, "GET, POST"),
    ("OPTIONS", send("OPTIONS", "/things"), 405, "GET, POST"),
    ("TRACE", send("TRACE", "/things"), 405, "GET, POST"),
    ("invented method", send("BREW", "/things"), 405, "GET, POST"),
    ("GET on a form", get("/forms"), 405, "POST"),
    ("DELETE beside a template", send("DELETE", "/things/newest"), 405, "GET"),
    ("GET where only HEAD is", get("/notes"), 405, "HEAD, PUT"),
    # forms and parts
    ("form without a name", form(b"age=1"), 400, "name"),
    ("form with a wrong number", form(b"name=x&age=1.5"), 400, "age"),
    ("form with a wrong truth", form(b"name=x&agreed=yes"), 400, "agreed"),
    ("form with a field twice", form(b"name=x&name=y"), 400, "name"),
    ("form that is no UTF-8", form(b"name=%FF"), 400, "name"),
    ("form with U+0000", form(b"name=%00"), 400, "name"),
    ("form with a wrong item", form(b"name=x&tags=1&tags=b"), 400, "tags"),
    ("parts without boundary", parts(PART, "multipart/form-data"), 400, "boundary"),
    ("parts with another one", parts(PART, "multipart/form-data; boundary=c"), 400, "boundary"),
    ("parts without end", parts(PART), 400, "boundary"),
    ("parts without a file", parts(PART + b"--b--\r\n"), 400, "file"),
    ("part twice", parts(PART + PART + FILE + b"--b--\r\n"), 400, "title"),
    ("part without name", parts(b"--b\r\nX: y\r\n\r\nq\r\n--b--\r\n"), 400, "name"),
    ("part without header", parts(b"--b\r\nq\r\n--b--\r\n"), 400, "header"),
    # size
    ("too large", post(b'{"name":"' + b"x" * (5 * 1024 * 1024) + b'"}'), 413, "5242880"),
    ("too large for nothing", send("GET", "/things", content=b"x" * (5242880 + 1)), 413, "5242880"),
]


@pytest.mark.parametrize(
    ("request_", "status", "words"), [c[1:] for c in ODD], ids=[c[0] for c in ODD]
)
def test_an_odd_request_gets_its_problem(
    sample: Any, request_: dict[str, Any], status: int, words: str
) -> None:
    answer = sample.client().request(**request_)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    assert problem["type"] == "about:blank"
    assert problem["instance"] == answer.request.url.raw_path.decode().partition("?")[0]
    fields = problem.get("field_errors", {})
    assert words in fields or words in problem["detail"] or words == answer.headers.get("allow")
    assert sample.things.calls == []


def test_the_table_is_long_and_its_names_are_unique() -> None:
    assert len(ODD) >= 80
    assert len({name for name, *_ in ODD}) == len(ODD)


FINE: list[tuple[str, dict[str, Any], int]] = [
    (
        "charset in capitals",
        post(b'{"name":"x"}', content_type="Application/JSON; Charset=UTF-8"),
        201,
    ),
    ("charset quoted", post(b'{"name":"x"}', content_type='application/json;charset="utf-8"'), 201),
    ("other parameters", post(b'{"name":"x"}', content_type="application/json; v=1;"), 201),
    ("identity", post(b'{"name":"x"}', content_encoding="Identity"), 201),
    ("a pair of surrogates", post(rb'{"name":"\ud83d\ude00"}'), 201),
    ("an escaped backslash", post(rb'{"name":"\\u0000"}'), 201),
    ("64 levels", post(b'{"name":"x","z":' + b"[" * 63 + b"]" * 63 + b"}"), 201),
    ("brackets in a text", post(b'{"name":"x","z":"' + b"[" * 1000 + b'"}'), 201),
    ("a huge integer", post(b'{"name":"x","count":' + b"9" * 400 + b"}"), 201),
    ("an integer for a number", post(b'{"name":"x","ratio":1}'), 201),
    ("blanks around", post(b' \r\n\t{"name":"x"}\n'), 201),
    ("an unknown member", post(b'{"name":"x","later":true}'), 201),
    ("Accept anything", get("/things", accept="*/*"), 200),
    ("Accept empty", get("/things", accept=""), 200),
    ("Accept a family", get("/things", accept="application/*;q=0.1"), 200),
    ("Accept in capitals", get("/things", accept="APPLICATION/JSON"), 200),
    ("Accept with a charset", get("/things", accept="application/json; charset=utf-8"), 200),
    ("Accept the closest", get("/things", accept="*/*;q=0, application/json"), 200),
    ("Accept an old star", get("/things", accept="text/html, *; q=.2"), 200),
    ("a huge integer in the query", get("/things?limit=" + "9" * 400), 200),
    ("empty pairs", get("/things?&&limit=1&"), 200),
    ("an empty text", get("/things?tags="), 200),
    ("a name in escapes", get("/things?%6Cimit=1"), 200),
    ("path in escapes", get("/%74hings"), 200),
    ("header in capitals", send("DELETE", "/things/1", headers={"X-WHY": "because"}), 204),
    ("body on a GET", send("GET", "/things", content=b"whatever"), 200),
    ("no optional body", send("PUT", "/notes"), 200),
]


@pytest.mark.parametrize(("request_", "status"), [c[1:] for c in FINE], ids=[c[0] for c in FINE])
def test_a_request_that_only_looks_odd_is_served(
    sample: Any, request_: dict[str, Any], status: int
) -> None:
    answer = sample.client().request(**request_)
    assert answer.status_code == status, answer.text
    assert len(sample.things.calls) == 1
