"""Edits of an operation, each with the rules that must be named and the verdict.

The verdict is a letter: E breaks, W may break, N is compatible. The first edit makes the old
document, the second one the new.
"""

import json

from tests.diff.credentials import SECURITY
from tests.diff.things import (
    Case,
    Document,
    Edit,
    added,
    answer_media,
    as_json,
    at,
    both,
    get,
    headers,
    leave,
    media,
    moved,
    parameter,
    put,
    sending,
    statuses,
    there,
    webhook,
)

_PLAIN: Document = {"schema": {"type": "string"}}


def _callback(document: Document) -> None:
    put(document)["callbacks"] = {"done": {"{$request.body#/url}": {"post": sending()}}}


def _drop(path: str) -> Edit:
    return lambda document: document["paths"].pop(path)


def _ends(day: str) -> Edit:
    return at(get, deprecated=True, **{"x-sunset": day})


_OPERATIONS: list[Case] = [
    ("operation removed", leave, _drop("/things"), "E", {"api-removed-without-deprecation"}),
    ("operation added", _drop("/things"), leave, "N", {"endpoint-added"}),
    (
        "deprecated operation removed",
        at(get, deprecated=True),
        _drop("/things"),
        "E",
        {"api-removed-with-deprecation"},
    ),
    (
        "removed after its sunset",
        _ends("2026-01-01"),
        _drop("/things"),
        "N",
        {"api-removed-after-sunset"},
    ),
    (
        "removed before its sunset",
        _ends("2030-01-01"),
        _drop("/things"),
        "E",
        {"api-removed-before-sunset"},
    ),
    *there(
        "deprecated",
        at(get, deprecated=True),
        "N",
        "endpoint-deprecated",
        "N",
        "endpoint-reactivated",
    ),
    (
        "day of sunset deleted",
        _ends("2030-01-01"),
        at(get, deprecated=True),
        "E",
        {"sunset-deleted"},
    ),
    (
        "sunset moved forward",
        _ends("2030-01-01"),
        _ends("2029-01-01"),
        "E",
        {"api-sunset-date-changed-too-small"},
    ),
    ("path renamed", leave, moved("/things", "/items"), "E", {"api-path-renamed"}),
    (
        "parameter of the path renamed",
        leave,
        both(
            moved("/things/{id}", "/things/{key}"),
            lambda d: d["paths"]["/things/{key}"]["put"]["parameters"][0].update(name="key"),
        ),
        "W",
        {"request-path-parameter-renamed"},
    ),
    ("operationId renamed", leave, at(get, operationId="all"), "W", {"api-operation-id-renamed"}),
    *there(
        "operationId",
        at(get, operationId=None),
        "W",
        "api-operation-id-removed",
        "W",
        "api-operation-id-added",
    ),
    *there("tag", at(get, tags=["a"]), "N", "api-tag-added", "N", "api-tag-removed"),
    (
        "base path",
        leave,
        lambda d: d.update(servers=[{"url": "https://example.com/v2"}]),
        "E",
        {"api-server-base-path-changed"},
    ),
    *there(
        "server",
        lambda d: d["servers"].append({"url": "https://two.example.com/v1"}),
        "N",
        "api-server-added",
        "W",
        "api-server-removed",
    ),
    (
        "schema renamed",
        leave,
        lambda d: _rename(d, "Thing", "Item"),
        "W",
        {"api-schema-renamed"},
    ),
    *there(
        "webhook", lambda d: d["webhooks"].clear(), "E", "webhook-removed", "N", "webhook-added"
    ),
    *there("callback", _callback, "N", "callback-added", "E", "callback-removed"),
]


def _rename(document: Document, old: str, new: str) -> None:
    schemas = document["components"]["schemas"]
    schemas[new] = schemas.pop(old)
    text = json.dumps(document).replace(f"schemas/{old}", f"schemas/{new}")
    document.clear()
    document.update(json.loads(text))


PARAMETERS: list[Case] = [
    *[
        case
        for where in ("query", "header", "cookie")
        for case in (
            *there(
                f"optional {where} parameter",
                added("x", where),
                "N",
                "new-optional-request-parameter",
                "W",
                "request-parameter-removed",
            ),
            *there(
                f"required {where} parameter",
                added("x", where, required=True),
                "E",
                "new-required-request-parameter",
                "W",
                "request-parameter-removed",
            ),
        )
    ],
    (
        "deprecated parameter removed",
        added("x", deprecated=True),
        leave,
        "N",
        {"request-parameter-removed-with-deprecation"},
    ),
    *there(
        "required",
        at(parameter, required=True),
        "E",
        "request-parameter-became-required",
        "N",
        "request-parameter-became-optional",
    ),
    *there(
        "parameter deprecated",
        at(parameter, deprecated=True),
        "N",
        "request-parameter-deprecated",
        "N",
        "request-parameter-reactivated",
    ),
    *there(
        "explode",
        lambda d: get(d)["parameters"][1].update(explode=False),
        "E",
        "request-parameter-style-changed",
        "E",
        "request-parameter-style-changed",
    ),
    (
        "style",
        leave,
        lambda d: get(d)["parameters"][1].update(style="pipeDelimited"),
        "E",
        {"request-parameter-style-changed"},
    ),
    (
        "reserved characters",
        leave,
        at(parameter, allowReserved=True),
        "W",
        {"request-parameter-allow-reserved-changed"},
    ),
    (
        "parameter in JSON",
        leave,
        at(parameter, schema=None, content={"application/json": {"schema": {"type": "string"}}}),
        "E",
        {"request-parameter-content-changed"},
    ),
    (
        "parameter moved from query to header",
        added("x"),
        added("x", "header"),
        "W",
        {"request-parameter-removed", "new-optional-request-parameter"},
    ),
]


def _form(part: str) -> Edit:
    form = {"schema": {"type": "object"}, "encoding": {"a": {"contentType": part}}}
    return at(media, **{"multipart/form-data": form})


BODIES: list[Case] = [
    *there(
        "required body",
        at(get, requestBody=as_json({}, required=True)),
        "E",
        "request-body-added-required",
        "E",
        "request-body-removed",
    ),
    *there(
        "optional body",
        at(get, requestBody=as_json({})),
        "N",
        "request-body-added-optional",
        "E",
        "request-body-removed",
    ),
    *there(
        "body may be left out",
        lambda d: put(d)["requestBody"].pop("required"),
        "N",
        "request-body-became-optional",
        "E",
        "request-body-became-required",
    ),
    *there(
        "media type of requests",
        at(media, **{"text/plain": _PLAIN}),
        "N",
        "request-body-media-type-added",
        "E",
        "request-body-media-type-removed",
    ),
    *there(
        "media type of answers",
        at(answer_media, **{"text/plain": _PLAIN}),
        "N",
        "response-media-type-added",
        "E",
        "response-media-type-removed",
    ),
    (
        "a part of a form",
        _form("text/plain"),
        _form("application/json"),
        "E",
        {"request-body-encoding-changed"},
    ),
    *there(
        "answer of success",
        at(statuses, **{"206": {"description": "part"}}),
        "N",
        "response-success-status-added",
        "E",
        "response-success-status-removed",
    ),
    *there(
        "answer of failure",
        at(statuses, **{"429": {"description": "slowly"}}),
        "N",
        "response-non-success-status-added",
        "N",
        "response-non-success-status-removed",
    ),
    *there(
        "required header",
        at(headers, **{"X-Total": None}),
        "E",
        "required-response-header-removed",
        "N",
        "response-header-added",
    ),
    *there(
        "optional header",
        at(headers, **{"X-Next": None}),
        "W",
        "optional-response-header-removed",
        "N",
        "response-header-added",
    ),
    *there(
        "header may be left out",
        lambda d: headers(d)["X-Total"].pop("required"),
        "E",
        "response-header-became-optional",
        "N",
        "response-header-became-required",
    ),
    *there(
        "body of a webhook may be left out",
        lambda d: webhook(d)["requestBody"].pop("required"),
        "E",
        "",
        "N",
        "",
    ),
]

CASES: list[Case] = [*_OPERATIONS, *PARAMETERS, *BODIES, *SECURITY]
