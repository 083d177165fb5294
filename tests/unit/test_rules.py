"""The rules of good contracts: each finds what breaks it, and lets the rest in peace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from apigen import rules
from apigen.bundle import bundle
from apigen.diagnostics import Diagnostic, Report
from apigen.diagnostics.rules import CODES
from apigen.document import load

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
NOTHING: Json = {}
PROBLEM: Json = {"description": "no", "content": {"application/problem+json": {"schema": NOTHING}}}
THING: Json = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "blue"]}},
}


def operation(**changes: Any) -> Json:
    content = {"application/json": {"schema": {"type": "array", "items": THING}}}
    return {
        "operationId": "listThings",
        "responses": {"200": {"description": "ok", "content": content}, "400": PROBLEM},
        **changes,
    }


def document(get: Json | None = None, **changes: Any) -> Json:
    return {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "security": [],
        "paths": {"/things": {"get": get or operation()}},
        **changes,
    }


def judged(folder: Path, value: Json, *without: str) -> list[Diagnostic]:
    path = folder / "openapi.yaml"
    path.write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
    report = Report()
    bundled = bundle(load(path, report), report)
    rules.check(bundled, report, frozenset(without))
    return list(report)


def parameter(name: str, where: str = "query", schema: Json = NOTHING) -> Json:
    return {"name": name, "in": where, "schema": {"type": "string"} | schema}


def union(**changes: Any) -> Json:
    one = {"$ref": "#/components/schemas/One"}
    two = {"$ref": "#/components/schemas/Two"}
    schemas = {"One": THING, "Two": THING, "Either": {"oneOf": [one, two], **changes}}
    return document(components={"schemas": schemas})


def named(name: str, mapping: list[str]) -> Json:
    found = {each: f"#/components/schemas/{each}" for each in mapping}
    return {"discriminator": {"propertyName": name, "mapping": found}}


def body(example: object) -> Json:
    content: Json = {"application/json": {"schema": {"type": "array", "items": THING}}}
    content["application/json"]["example"] = example
    return operation(requestBody={"content": content})


def answer(status: str, value: Json) -> Json:
    return operation(responses={**operation()["responses"], status: value})


PLAIN: Json = {"description": "no", "content": {"text/plain": NOTHING}}
EXISTS: Json = {"x-apigen-exists": {"operation": "listNothing", "member": "id"}}

BROKEN: list[tuple[str, str, Json, str]] = [
    ("no operationId", "AG401", document(operation(operationId=None)), "/paths/~1things/get"),
    ("a text for an error", "AG402", document(answer("404", PLAIN)), "/responses/404"),
    ("an empty error", "AG402", document(answer("409", {"description": "no"})), "/responses/409"),
    (
        "input without errors",
        "AG403",
        document(operation(parameters=[parameter("a")], responses={"200": {"description": "ok"}})),
        "/get/responses",
    ),
    ("a default", "AG404", document(answer("default", PROBLEM)), "/responses/default"),
    (
        "a free filter",
        "AG405",
        document(operation(parameters=[parameter("colour")])),
        "/parameters/0",
    ),
    ("a wrong item", "AG406", document(body([{"colour": "green"}])), "/example/0/colour"),
    ("no list", "AG406", document(body(NOTHING)), "/example"),
    ("no security", "AG407", {k: v for k, v in document().items() if k != "security"}, ""),
    (
        "a header of business",
        "AG408",
        document(operation(parameters=[parameter("X-Tenant", "header")])),
        "/parameters/0",
    ),
    ("no discriminator", "AG409", union(), "/components/schemas/Either/oneOf"),
    (
        "no mapping",
        "AG409",
        union(discriminator={"propertyName": "kind"}),
        "/Either/discriminator",
    ),
    ("one not mapped", "AG409", union(**named("kind", ["One"])), "/Either/discriminator"),
    ("an unknown key", "AG410", {**document(), "x-apigen-oubox": NOTHING}, "/x-apigen-oubox"),
    (
        "no such operation",
        "AG410",
        document(operation(parameters=[parameter("id", schema=EXISTS)])),
        "/schema/x-apigen-exists",
    ),
    (
        "no such parameter",
        "AG410",
        document(operation(**{"x-apigen-together": ["a", "b"]})),
        "/x-apigen-together",
    ),
    (
        "no such header",
        "AG410",
        document(operation(**{"x-apigen-outbox": {"idempotency_header": "Key"}})),
        "/x-apigen-outbox",
    ),
]


@pytest.mark.parametrize(
    ("code", "value", "pointer"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN]
)
def test_what_breaks_a_rule_is_found_at_its_place(
    tmp_path: Path, code: str, value: Json, pointer: str
) -> None:
    found = judged(tmp_path, value)
    assert {finding.code.id for finding in found} == {code}
    place = found[0].place
    assert place is not None
    assert place.pointer.endswith(pointer)
    assert place.line
    assert judged(tmp_path, value, code) == []
    assert judged(tmp_path, value, found[0].code.slug) == []


def test_every_rule_is_seen_broken() -> None:
    assert (
        {case[1] for case in BROKEN} == {code.id for code in CODES} == {c.id for c in rules.RULES}
    )


PEACEFUL: dict[str, Json] = {
    "the plain document": document(),
    "a closed filter": document(
        operation(parameters=[parameter("colour", schema={"enum": ["red"]})])
    ),
    "a filter of another member": document(operation(parameters=[parameter("size")])),
    "a filter by pattern": document(
        operation(parameters=[parameter("colour", schema={"pattern": "^r"})])
    ),
    "an idempotency key": document(operation(parameters=[parameter("Idempotency-Key", "header")])),
    "tracing": document(operation(parameters=[parameter("TraceParent", "header")])),
    "a right example": document(body([{"colour": "red"}, {}])),
    "a mapped union": union(**named("kind", ["One", "Two"])),
    "a problem with a charset": document(
        answer(
            "404",
            {"description": "", "content": {"application/problem+json; charset=utf-8": NOTHING}},
        )
    ),
    "a probe that says no": document(
        operation(responses={"200": {"description": "ok"}, "503": PLAIN})
    ),
    "its own key in an example": document(body([{"x-apigen-what": 1}])),
    "security on the operation": {
        **{k: v for k, v in document().items() if k != "security"},
        "paths": {"/things": {"get": operation(security=[])}},
    },
}


@pytest.mark.parametrize("name", PEACEFUL)
def test_what_keeps_the_rules_is_left_in_peace(tmp_path: Path, name: str) -> None:
    assert judged(tmp_path, PEACEFUL[name]) == []


def test_our_own_contract_keeps_the_rules() -> None:
    report = Report()
    bundled = bundle(load(ROOT / "spec" / "data-storage-v1.yaml", report), report)
    rules.check(bundled, report)
    assert list(report) == []


@pytest.mark.parametrize(
    "value",
    [
        {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": None},
        document({"responses": None, "parameters": NOTHING, "security": 1, "operationId": 5}),
        document(operation(parameters=[None, {"name": 1}, {"$ref": "#/nowhere"}])),
        document(operation(responses={"200": {"$ref": "#/paths/~1things/get/responses/200"}})),
        document(
            components={"schemas": {"A": {"oneOf": [{"$ref": "#/components/schemas/A"}] * 2}}}
        ),
        document(
            components={"schemas": {"A": {"type": ["object"], "properties": 1, "example": 2}}}
        ),
        document(body({"a": {"$ref": "#/components/schemas/A"}})),
        document(operation(**{"x-apigen-together": "a", "x-apigen-outbox": 1})),
        {**document(), "x-apigen-exists": 1},
    ],
)
def test_no_document_stops_the_rules(tmp_path: Path, value: Json) -> None:
    judged(tmp_path, value)
