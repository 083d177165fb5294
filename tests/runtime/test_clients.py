"""Both clients on both libraries: what they send, return and raise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import httpx2
import pytest

from apigen.runtime.clients import AsyncClient, SyncClient
from apigen.runtime.media import Binary, Json, Nothing, Text
from apigen.runtime.operations import Body, Operation, Parameter
from apigen.runtime.problems import (
    ApiError,
    BadRequest,
    CallerError,
    Conflict,
    ContractError,
    DatabaseError,
    InvalidArgument,
    InvalidContent,
    NotFound,
    ServiceError,
    ServiceUnavailable,
    UndocumentedMediaType,
    UndocumentedStatus,
)
from apigen.runtime.schema import Model, OpenEnum
from apigen.runtime.transport import CallOptions, Timeout

if TYPE_CHECKING:
    from .conftest import Driver


class Kind(OpenEnum):
    A = "a"


class Event(Model):
    kind: Kind


class Accepted(Model):
    queued: bool


class Problem(Model):
    type: str
    title: str
    status: int
    field_errors: dict[str, str] | None = None


PROBLEM = Json(Problem, "application/problem+json")
DATABASE = "https://service.test/problems/database-error"

STORE: Operation[Event | Accepted] = Operation(
    id="storeEvent",
    method="POST",
    path="/events",
    parameters=(Parameter("Idempotency-Key", "key", "header"), Parameter("q", "q", "query")),
    body=Body((Json(Event),), required=False),
    success={"201": (Json(Event),), "202": (Json(Accepted),)},
    errors={
        "302": (),
        "400": (PROBLEM,),
        "404": (PROBLEM, Text()),
        "409": (Nothing(),),
        "418": (PROBLEM,),
        "5XX": (PROBLEM,),
    },
)
JSON = {"content-type": "application/json; charset=utf-8"}
PROBLEM_JSON = {"content-type": "application/problem+json"}


class Service(SyncClient):
    problem_layers: ClassVar[Mapping[str, str]] = {DATABASE: "database"}


class AsyncService(AsyncClient):
    problem_layers: ClassVar[Mapping[str, str]] = {DATABASE: "database"}


KINDS = (Service, AsyncService)


def problem(status: int, **members: object) -> bytes:
    return json.dumps({"type": "about:blank", "title": "No", "status": status, **members}).encode()


def refusal(driver: Driver, status: int, headers: Mapping[str, str], content: bytes) -> ApiError:
    with pytest.raises(ApiError) as caught:
        driver.exchange(STORE.call(), lambda request: (status, headers, content), kinds=KINDS)
    assert caught.value.status == status
    assert caught.value.content == content
    assert caught.value.operation == "storeEvent"
    assert str(caught.value.request) == "POST http://service.test/events"
    return caught.value


def test_a_call_is_sent_as_it_was_made(driver: Driver) -> None:
    seen: list[Any] = []

    def answer(request: Any) -> tuple[int, Mapping[str, str], bytes]:
        seen.append(request)
        return 201, {**JSON, "ETag": '"5"'}, b'{"kind": "a"}'

    call = STORE.call(body=Event(kind=Kind.A), key="k-1", q="a/ü&b=c;d,e'f %2F")
    answered = driver.exchange(
        call,
        answer,
        base_url="http://service.test:8080/base/",
        headers={"Authorization": "Bearer t", "X-Team": "a"},
        options=CallOptions(headers={"x-team": "b", "traceparent": "00"}, timeout=1.5),
    )
    assert (answered.value, answered.status) == (Event(kind=Kind.A), 201)
    assert answered.headers["etag"] == answered.headers["ETag"] == '"5"'
    [request] = seen
    assert (request.method, request.content) == ("POST", b'{"kind":"a"}')
    assert str(request.url) == "http://service.test:8080/base/events" + call.target[7:]
    assert request.url.params["q"] == "a/ü&b=c;d,e'f %2F"
    assert request.headers["accept"] == "application/json, application/problem+json, text/plain"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == "12"
    assert request.headers["idempotency-key"] == "k-1"
    assert request.headers["authorization"] == "Bearer t"
    assert request.headers.get_list("x-team") == ["b"]
    assert request.headers["traceparent"] == "00"
    assert request.extensions["timeout"] == dict.fromkeys(("connect", "read", "write", "pool"), 1.5)
    assert request.extensions["apigen.operation"] == "storeEvent"


def test_each_success_status_has_its_own_form(driver: Driver) -> None:
    answered = driver.exchange(STORE.call(), lambda request: (202, JSON, b'{"queued": true}'))
    assert answered.value == Accepted(queued=True)


def test_a_value_of_a_later_contract_is_kept(driver: Driver) -> None:
    answered = driver.exchange(STORE.call(), lambda request: (201, JSON, b'{"kind": "z"}'))
    assert isinstance(answered.value, Event)
    assert answered.value.kind == "z"


def test_a_documented_error_is_raised_with_its_problem(driver: Driver) -> None:
    content = problem(400, type="urn:x", detail="no such kind", field_errors={"kind": "unknown"})
    error = refusal(driver, 400, {**PROBLEM_JSON, "Retry-After": "3"}, content)
    assert type(error) is BadRequest
    assert (error.layer, error.type, error.title) == ("caller", "urn:x", "No")
    assert error.detail == "no such kind"
    assert error.field_errors == {"kind": "unknown"}
    assert error.headers["Retry-After"] == "3"
    assert error.value == error.problem_as(Problem)
    assert str(error) == (
        "storeEvent: POST http://service.test/events: 400 Bad Request: No: no such kind"
        " (kind: unknown) [caller]"
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [(418, CallerError), (503, ServiceUnavailable), (500, ServiceError), (599, ServiceError)],
)
def test_the_status_picks_the_class(driver: Driver, status: int, kind: type[ApiError]) -> None:
    assert isinstance(refusal(driver, status, PROBLEM_JSON, problem(status)), kind)


@pytest.mark.parametrize("status", [400, 500, 503])
def test_a_registered_problem_type_decides_the_layer(driver: Driver, status: int) -> None:
    error = refusal(driver, status, PROBLEM_JSON, problem(status, type=DATABASE))
    assert type(error) is DatabaseError
    assert error.layer == "database"
    assert type(refusal(driver, 400, PROBLEM_JSON, problem(400, type=DATABASE + "s"))) is BadRequest


def test_a_documented_error_need_not_be_a_problem(driver: Driver) -> None:
    error = refusal(driver, 404, {"content-type": "text/plain"}, b"gone fishing")
    assert type(error) is NotFound
    assert (error.problem, error.value, error.detail) == (None, "gone fishing", "gone fishing")
    error = refusal(driver, 409, {}, b"")
    assert type(error) is Conflict
    assert (error.problem, error.value, error.title) == (None, None, "Conflict")


def test_an_undocumented_status_keeps_its_problem(driver: Driver) -> None:
    error = refusal(driver, 401, PROBLEM_JSON, problem(401, detail="who are you?"))
    assert type(error) is UndocumentedStatus
    assert error.layer == "contract"
    assert error.problem is not None
    assert error.problem.detail == "who are you?"
    assert "401" in str(error)
    assert type(refusal(driver, 200, JSON, b'{"kind": "a"}')) is UndocumentedStatus


def test_a_redirect_is_not_followed(driver: Driver) -> None:
    asked: list[str] = []

    def answer(request: Any) -> tuple[int, Mapping[str, str], bytes]:
        asked.append(str(request.url))
        return 307, {"location": "http://elsewhere.test/"}, b""

    with pytest.raises(UndocumentedStatus, match="redirect is not followed"):
        driver.exchange(STORE.call(), answer, settings={"follow_redirects": True})
    assert len(asked) == 1
    assert type(refusal(driver, 302, {"location": "/"}, b"")) is CallerError


@pytest.mark.parametrize(
    ("status", "headers", "content", "kind", "words"),
    [
        (502, {"content-type": "text/html"}, b"<html>", UndocumentedMediaType, "text/html"),
        (201, {"content-type": "text/html"}, b"<html>", UndocumentedMediaType, "text/html"),
        (201, {}, b"{}", UndocumentedMediaType, "no Content-Type"),
        (201, JSON, b"", InvalidContent, "EOF"),
        (201, JSON, b"{}", InvalidContent, "kind: Field required"),
        (201, JSON, b'{"kind": "a"', InvalidContent, "EOF"),
        (400, PROBLEM_JSON, b'{"type": "x"}', InvalidContent, "title: Field required"),
        (404, {"content-type": "text/plain"}, b"\xff", InvalidContent, "text/plain"),
        (404, {"content-type": "text/plain;charset=zz"}, b"a", InvalidContent, "zz"),
    ],
)
def test_an_answer_that_the_contract_does_not_know_is_a_contract_error(
    driver: Driver,
    status: int,
    headers: Mapping[str, str],
    content: bytes,
    kind: type[ContractError],
    words: str,
) -> None:
    error = refusal(driver, status, headers, content)
    assert type(error) is kind
    assert words in str(error)


def test_what_does_not_fit_is_told_field_by_field(driver: Driver) -> None:
    error = refusal(driver, 201, JSON, b'{"kind": 5}')
    assert isinstance(error, InvalidContent)
    assert [issue["loc"] for issue in error.errors] == [("kind",)]
    assert "input" not in error.errors[0]


def test_text_in_another_charset_is_read(driver: Driver) -> None:
    error = refusal(driver, 404, {"content-type": "text/plain; charset=Latin-1"}, b"\xfc")
    assert error.value == "ü"


HEAD: Operation[None] = Operation(
    id="probe", method="HEAD", path="/", success={"200": (Nothing(),)}
)
DROP: Operation[None] = Operation(id="drop", method="DELETE", path="/", success={"204": ()})
ANY: Operation[bytes] = Operation(
    id="any", method="GET", path="/", success={"default": (Binary("*/*"),)}
)


def test_answers_without_content_have_no_value(driver: Driver) -> None:
    assert driver.exchange(HEAD.call(), lambda request: (200, JSON, b"")).value is None
    assert driver.exchange(DROP.call(), lambda request: (204, {}, b"")).value is None


def test_a_default_is_a_value_below_400_and_an_error_above(driver: Driver) -> None:
    html = {"content-type": "text/html"}
    assert driver.exchange(ANY.call(), lambda request: (206, html, b"x")).value == b"x"
    with pytest.raises(ServiceUnavailable) as caught:
        driver.exchange(ANY.call(), lambda request: (503, html, b"x"))
    assert caught.value.value == b"x"
    strict: Operation[None] = Operation(id="s", method="GET", path="/", errors={"default": ()})
    with pytest.raises(UndocumentedStatus):
        driver.exchange(strict.call(), lambda request: (200, {}, b""))
    with pytest.raises(NotFound):
        driver.exchange(strict.call(), lambda request: (404, {}, b""))


def test_a_client_passed_in_brings_its_own_headers_timeout_and_name(driver: Driver) -> None:
    seen: list[Any] = []

    def answer(request: Any) -> tuple[int, Mapping[str, str], bytes]:
        seen.append(request)
        return 204, {}, b""

    settings = {"timeout": 7.0, "headers": {"x-own": "1", "user-agent": "mine"}}
    driver.exchange(DROP.call(), answer, settings=settings)
    driver.exchange(DROP.call(), answer, settings=settings, timeout=Timeout(read=None))
    assert seen[0].headers["x-own"] == "1"
    assert seen[0].headers["user-agent"] == "mine"
    assert seen[0].extensions["timeout"]["read"] == 7.0
    assert seen[1].extensions["timeout"] == {
        "connect": 5.0,
        "read": None,
        "write": 5.0,
        "pool": 5.0,
    }


def test_credentials_are_sent_but_never_shown(driver: Driver) -> None:
    seen: list[str] = []

    def answer(request: Any) -> tuple[int, Mapping[str, str], bytes]:
        seen.append(request.headers["authorization"])
        return 500, PROBLEM_JSON, problem(500)

    def failed(**arguments: Any) -> ApiError:
        with pytest.raises(ApiError) as caught:
            driver.exchange(STORE.call(q="s3cret"), answer, **arguments)
        return caught.value

    for arguments in (
        {"base_url": "http://user:s3cret@service.test"},
        {"auth": ("user", "s3cret")},
        {"headers": {"Authorization": "Bearer s3cret"}},
        {"options": CallOptions(headers={"Authorization": "Bearer s3cret"})},
    ):
        error = failed(**arguments)
        assert "s3cret" not in f"{error} {error!r} {error.request!r} {arguments.get('options')!r}"
    assert [word.partition(" ")[0] for word in seen] == ["Basic", "Basic", "Bearer", "Bearer"]


@pytest.mark.parametrize(
    "headers",
    [{"X": "a\r\nb"}, {"X": "\u20ac"}, {"X Y": "a"}, {"": "a"}, {"X:": "a"}, {"X": " s3cret"}],
)
def test_a_header_that_http_cannot_carry_is_refused_unseen(
    driver: Driver, headers: Mapping[str, str]
) -> None:
    ways: list[dict[str, Any]] = [
        {"headers": headers},
        {"options": CallOptions(headers=headers)},
    ]
    for arguments in ways:
        with pytest.raises(InvalidArgument) as caught:
            driver.exchange(DROP.call(), lambda request: (204, {}, b""), **arguments)
        assert "s3cret" not in str(caught.value)


def test_an_overlong_url_is_the_callers_fault(driver: Driver) -> None:
    with pytest.raises(InvalidArgument, match="refuses") as caught:
        driver.exchange(STORE.call(q="x" * 70_000), lambda request: (204, {}, b""))
    assert caught.value.operation == "storeEvent"


def test_a_body_in_a_broken_coding_is_a_contract_error(driver: Driver) -> None:
    def answer(request: Any) -> tuple[int, Mapping[str, str], bytes]:
        raise driver.library.DecodingError("not gzip", request=request)

    with pytest.raises(InvalidContent, match="not gzip"):
        driver.exchange(DROP.call(), answer)


def test_a_fault_of_the_code_beneath_is_not_hidden(driver: Driver) -> None:
    def answer(request: Any) -> tuple[int, Mapping[str, str], bytes]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        driver.exchange(DROP.call(), answer)


def test_a_client_passed_in_is_not_closed(driver: Driver) -> None:
    http = driver.http(lambda request: (204, {}, b""))
    driver.carry_out(DROP.call(), "http://service.test", http=http)
    assert not http.is_closed


def test_a_client_of_the_wrong_kind_is_refused() -> None:
    for library in (httpx, httpx2):
        with library.Client() as http, pytest.raises(InvalidArgument, match="AsyncClient"):
            AsyncClient("http://h", http=http)
        with pytest.raises(InvalidArgument, match="must be a Client"):
            SyncClient("http://h", http=library.AsyncClient())


def test_certificates_that_are_not_there_are_the_callers_fault(driver: Driver) -> None:
    with pytest.raises(InvalidArgument, match="no certificates"):
        driver.carry_out(DROP.call(), "https://h", verify="/no/such/file.pem")
    with pytest.raises(InvalidArgument, match="verify belongs"):
        driver.exchange(DROP.call(), lambda request: (204, {}, b""), verify=False)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_timeout_is_above_zero(seconds: float) -> None:
    with pytest.raises(InvalidArgument, match="above 0 s"):
        SyncClient("http://h", timeout=seconds)


def test_a_wrapped_client_may_be_of_another_make() -> None:
    class Recorded:
        """Not of either library, yet with a client of one of them beneath."""

        def request(self, method: str, url: str, **rest: Any) -> Any:
            raise httpx2.ReadTimeout("slow")

        def close(self) -> None: ...

    with pytest.raises(ApiError) as caught:
        SyncClient("http://h", http=Recorded()).send(DROP.call())
    assert caught.value.layer == "network"
