"""The errors: their layers, what they carry, and what they never show."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from apigen.runtime import problems as p
from apigen.runtime.details import one_line
from apigen.runtime.headers import Headers
from apigen.runtime.schema import Model


def every_class(kind: type[p.ApiError]) -> list[type[p.ApiError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in every_class(child))]


def pickled(error: p.ApiError) -> Any:
    return pickle.loads(pickle.dumps(error))


RAISED = [kind for kind in every_class(p.ApiError) if kind is not p.ApiError]


@pytest.mark.parametrize("kind", RAISED)
def test_every_error_is_drawn_in_the_tree_of_the_module(kind: type[p.ApiError]) -> None:
    assert kind.__name__ in (p.__doc__ or "")
    assert kind.__doc__


@pytest.mark.parametrize("kind", RAISED)
def test_every_error_says_its_layer_as_a_type_and_as_a_value(kind: type[p.ApiError]) -> None:
    assert issubclass(kind, p.LAYER_ERRORS[kind.layer])
    assert f"[{kind.layer}]" in str(kind("it went wrong"))


@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("again", [pickled, copy.copy, copy.deepcopy])
def test_every_error_survives_pickling_and_copying(kind: type[p.ApiError], again: Any) -> None:
    error = kind("it went wrong").about("getIt", p.RequestLine("GET", "http://h/it"))
    if error.problem:
        error = kind("it went wrong", type="urn:x", headers={"Retry-After": "1"}, balance=30)
    found = again(error)
    assert type(found) is kind
    assert (str(found), found.detail, found.type, found.status) == (
        *(str(error), error.detail, error.type, error.status),
    )
    assert found.problem == error.problem
    assert dict(found.headers) == dict(error.headers)
    assert found.request == error.request


def test_a_lost_request_says_whether_it_may_have_been_sent_even_when_pickled() -> None:
    lost = p.ConnectionLost("reset", sent=True)
    assert pickle.loads(pickle.dumps(lost)).sent is True
    assert p.ConnectFailed("refused").sent is False


def test_a_handler_raises_a_status_with_all_of_its_problem() -> None:
    error = p.NotFound(
        "no event with that id",
        type="https://example.test/problems/not-found",
        instance="/events/5",
        headers={"Retry-After": "7"},
        field_errors={"event_id": "unknown"},
        balance=30,
    )
    assert error.problem is not None
    assert error.problem.model_dump() == {
        "type": "https://example.test/problems/not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "no event with that id",
        "instance": "/events/5",
        "field_errors": {"event_id": "unknown"},
        "balance": 30,
    }
    assert (error.status, error.title, error.layer) == (404, "Not Found", "caller")
    assert error.field_errors == {"event_id": "unknown"}
    assert error.headers["retry-after"] == error.headers["Retry-After"] == "7"
    assert str(error) == ("404 Not Found: no event with that id (event_id: unknown) [caller]")


def test_a_layer_without_a_status_class_takes_the_status_given() -> None:
    assert p.CallerError("I'm a teapot", status=418).status == 418
    error = p.DatabaseError("down", status=503)
    assert (error.status, error.layer, error.title) == (503, "database", "Service Unavailable")


@pytest.mark.parametrize(
    ("status", "layer", "kind"),
    [
        (400, None, p.BadRequest),
        (418, None, p.CallerError),
        (503, None, p.ServiceUnavailable),
        (599, None, p.ServiceError),
        (302, None, p.CallerError),
        (500, "database", p.DatabaseError),
        (400, "database", p.DatabaseError),
        (503, "service", p.ServiceUnavailable),
        (404, "service", p.ServiceError),
        (404, "caller", p.NotFound),
        (503, "caller", p.CallerError),
        (503, "no such layer", p.ServiceUnavailable),
    ],
)
def test_a_registered_layer_decides_the_class_and_else_the_status(
    status: int, layer: str | None, kind: type[p.ApiError]
) -> None:
    assert p.error_class(status, layer) is kind


def test_the_tables_cannot_be_changed() -> None:
    for table in (p.STATUS_ERRORS, p.LAYER_ERRORS):
        with pytest.raises(TypeError):
            table[404] = p.BadRequest  # type: ignore[index]  # pyright: ignore[reportIndexIssue] - that it fails is the point


def test_each_status_has_one_class_and_the_class_that_status() -> None:
    assert all(kind.status == status for status, kind in p.STATUS_ERRORS.items())
    own = {kind for kind in RAISED if "status" in vars(kind) and not kind.__subclasses__()}
    assert own - {p.InvalidArgument, p.InvalidBaseUrl, p.CredentialsUnavailable} == set(
        p.STATUS_ERRORS.values()
    )


def test_a_problem_is_read_without_members_of_the_wrong_type() -> None:
    problem = p.Problem.model_validate_json(
        b'{"type": 5, "title": null, "status": "400", "detail": "d", "field_errors": "no"}'
    )
    assert (problem.type, problem.title, problem.status) == ("about:blank", "", None)
    assert problem.detail == "d"
    assert problem.field_errors == {}


def test_hostile_extension_members_stay_members() -> None:
    names = ["model_config", "__class__", "__dict__", "field_errors", "model_extra", "self", ""]
    problem = p.Problem.model_validate(dict.fromkeys(names, "x"))
    assert problem.field_errors == {}
    assert problem.model_extra == dict.fromkeys(names, "x")
    assert type(problem) is p.Problem


def test_a_problem_is_read_as_the_model_of_the_contract() -> None:
    class Rfc7807(Model):
        type: str
        title: str
        status: int
        field_errors: dict[str, str] | None = None

    error = p.BadRequest("no", type="urn:x", field_errors={"a": "b"})
    assert error.problem_as(Rfc7807).field_errors == {"a": "b"}
    error.content = b'{"type": "urn:y", "title": "t", "status": 400}'
    assert error.problem_as(Rfc7807).type == "urn:y"
    with pytest.raises(ValidationError):
        p.TimedOut("no").problem_as(Rfc7807)


def test_a_message_is_one_harmless_line_of_bounded_length() -> None:
    error = p.BadRequest("a\nb\x1b[31mc\u202e" + "x" * 5000, field_errors={"f\r": "\t1"})
    assert str(error).isprintable()
    assert len(str(error)) < 2000
    assert one_line("a\x00b") == "a\\x00b"


def test_nothing_secret_is_shown() -> None:
    error = p.Unauthorized("no").about("getIt", p.RequestLine("GET", "http://h/it"))
    error.answered(401, Headers([("Set-Cookie", "s3cret")]), b"s3cret")
    assert "s3cret" not in f"{error} {error!r} {error.headers!r} {error.args}"


def test_header_fields_are_found_whatever_their_case() -> None:
    headers = Headers([("Content-Type", "a/b"), ("X", "1")])
    assert headers["content-type"] == headers.get("CONTENT-TYPE") == "a/b"
    assert dict(headers) == {"content-type": "a/b", "x": "1"}
    assert "y" not in headers
    assert len(headers) == 2
