"""The DataStorage contract keeps its own rules, and stays compatible with the real service."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest
import yaml
from openapi_schema_validator import OAS30Validator

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "spec" / "data-storage-v1.yaml"
REAL = Path(os.environ.get("APIGEN_SPECS_DIR", ROOT.parent / "shared" / "specs"))
AUGUST = REAL / "datastorage-2026-08.yaml"
DECEMBER = REAL / "datastorage-2025-12.yaml"
OPEN = {"healthCheck", "readinessCheck", "livenessCheck", "getMetrics"}
EVENT_WRITES = {"createAuditEvent", "createAuditEventsBatch", "createNotificationAudit"}

HAVE_REAL = AUGUST.is_file() and DECEMBER.is_file()
needs_real_documents = pytest.mark.skipif(
    not HAVE_REAL, reason=f"the real DataStorage documents are not in APIGEN_SPECS_DIR ({REAL})"
)


# --- Reading: just enough to follow references over files ---------------------------------------


def obj(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict), value
    return value


def listed(value: Json) -> list[Json]:
    assert isinstance(value, list), value
    return value


def texts(value: Json) -> list[str]:
    return [str(item) for item in listed(value or [])]


def at(value: Json, *path: str) -> Json:
    """What stands at a path of names; None where it leads nowhere."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


@cache
def read(file: Path) -> Json:
    document: Json = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return document


@cache
def target(file: Path, reference: str) -> Json:
    """What a reference refers to (OpenAPI 3.0.3, Reference Object; RFC 6901)."""
    document, _, pointer = reference.partition("#")
    there = (file.parent / document).resolve() if document else file
    names = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    return inlined(at(read(there), *names), there)


def inlined(value: Json, file: Path) -> Json:
    """The value with every reference replaced; without discriminators, whose targets are gone."""
    if isinstance(value, list):
        return [inlined(item, file) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        return target(file, str(value["$ref"]))
    return {key: inlined(item, file) for key, item in value.items() if key != "discriminator"}


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    value: dict[str, Json]

    @property
    def parameters(self) -> dict[tuple[str, str], dict[str, Json]]:
        found = [obj(parameter) for parameter in listed(self.value.get("parameters") or [])]
        return {(str(parameter["in"]), str(parameter["name"])): parameter for parameter in found}

    @property
    def responses(self) -> dict[str, Json]:
        return obj(self.value["responses"])

    @property
    def contents(self) -> dict[tuple[str, str], Json]:
        """What is sent and answered, by place ("body" or a status) and media type."""
        bodies = {"body": self.value.get("requestBody"), **self.responses}
        return {
            (place, media): content
            for place, body in bodies.items()
            for media, content in obj(at(body, "content") or {}).items()
        }


@cache
def operations(document: Path) -> dict[str, Operation]:
    return {
        str(at(operation, "operationId")): Operation(method, path, obj(operation))
        for path, item in obj(inlined(at(read(document), "paths"), document)).items()
        for method, operation in obj(item).items()
        if method in {"get", "put", "post", "delete", "patch"}
    }


def schema(file: str, name: str) -> dict[str, Json]:
    return obj(target(CONTRACT, f"schemas/{file}.yaml#/{name}"))


OURS = operations(CONTRACT)
SCHEMAS = [
    (name, obj(inlined(value, file)))
    for file in sorted((CONTRACT.parent / "schemas").rglob("*.yaml"))
    for name, value in obj(read(file)).items()
]
UNION = at(read(CONTRACT.parent / "schemas" / "event-data.yaml"), "EventData")
MAPPING = {
    event_type: str(reference).rsplit("/", 1)[1]
    for event_type, reference in obj(at(UNION, "discriminator", "mapping")).items()
}
PAYLOADS = {name: value for name, value in SCHEMAS if name in MAPPING.values()}


# --- The union ----------------------------------------------------------------------------------


def test_the_union_tells_142_event_types_apart_in_94_payloads() -> None:
    branches = [str(at(branch, "$ref")) for branch in listed(at(UNION, "oneOf"))]
    assert (len(MAPPING), len(PAYLOADS), len(branches)) == (142, 94, 94)
    assert {branch.rsplit("/", 1)[1] for branch in branches} == set(PAYLOADS)
    assert set(branches) == set(texts(list(obj(at(UNION, "discriminator", "mapping")).values())))
    assert at(UNION, "discriminator", "propertyName") == "event_type"


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_requires_one_of_exactly_the_event_types_mapped_to_it(name: str) -> None:
    mapped = {event_type for event_type, payload in MAPPING.items() if payload == name}
    assert set(texts(at(PAYLOADS[name], "properties", "event_type", "enum"))) == mapped
    assert "event_type" in texts(PAYLOADS[name]["required"])


def test_no_two_schemas_of_any_files_share_a_name() -> None:
    names = [name for name, _ in SCHEMAS]
    assert sorted(names) == sorted(set(names))


def test_every_schema_and_every_member_without_an_enum_says_what_it_means() -> None:
    silent = [
        f"{name}.{member}"
        for name, value in SCHEMAS
        for member, part in [("", value), *obj(value.get("properties") or {}).items()]
        if "description" not in obj(part) and "enum" not in obj(part)
    ]
    assert silent == []


# --- Operations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_every_body_and_answer_has_examples_and_they_are_valid(name: str) -> None:
    assert OURS[name].contents
    for place, content in OURS[name].contents.items():
        checker = OAS30Validator(at(content, "schema"))
        examples = obj(at(content, "examples"))
        assert examples, place
        for title, example in examples.items():
            found = [error.message for error in checker.iter_errors(at(example, "value"))]
            assert found == [], (place, title)


def test_only_health_and_metrics_are_open_to_everybody() -> None:
    assert at(read(CONTRACT), "security") == [{"bearerAuth": []}]
    scheme = obj(at(read(CONTRACT), "components", "securitySchemes", "bearerAuth"))
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    stated = {name: it.value["security"] for name, it in OURS.items() if "security" in it.value}
    assert stated == {name: [] for name in OPEN}


@pytest.mark.parametrize("name", OURS)
def test_an_operation_documents_every_status_and_leaves_none_to_default(name: str) -> None:
    body = OURS[name].value.get("requestBody")
    expected = {"401", "403", "429", "500", "503"} if name not in OPEN else set[str]()
    expected |= {"400"} if body or OURS[name].parameters else set()
    expected |= {"413", "415"} if body else set()
    expected |= {"202", "409", "422"} if name in EVENT_WRITES else set()
    statuses = OURS[name].responses.keys()
    assert "default" not in statuses
    assert expected <= statuses
    assert any(status.startswith("2") for status in statuses)


@pytest.mark.parametrize("name", sorted(OURS.keys() - OPEN))
def test_every_error_is_a_registered_problem(name: str) -> None:
    registered = obj(at(read(CONTRACT), "x-apigen-problem-types"))
    for (place, media), content in OURS[name].contents.items():
        if place == "body" or place < "400":
            continue
        assert media == "application/problem+json", place
        assert at(content, "schema") == schema("problems", "RFC7807Problem")
        for example in obj(at(content, "examples")).values():
            problem = obj(at(example, "value"))
            kind = obj(registered[str(problem["type"])])
            assert (problem["title"], problem["status"]) == (kind["title"], kind["status"])
            assert problem["status"] == int(place)


def test_problem_types_are_flat_slugs_that_name_the_layer_that_failed() -> None:
    for uri, kind in obj(at(read(CONTRACT), "x-apigen-problem-types")).items():
        assert re.fullmatch(r"https://kubernaut\.ai/problems/[a-z]+(-[a-z]+)*", uri)
        assert at(kind, "layer") in {"caller", "service", "database"}


@pytest.mark.parametrize("name", OURS)
def test_responses_name_the_request_and_say_when_to_come_back(name: str) -> None:
    for status, response in OURS[name].responses.items():
        headers = obj(at(response, "headers"))
        assert "X-Request-Id" in headers, status
        assert ("Retry-After" in headers) == (status in {"429", "503"}), status
        assert ("Location" in headers) == (name == "createWorkflow" and status == "201"), status


def test_the_filter_of_an_enum_field_has_the_enum() -> None:
    event = schema("events", "AuditEventRequest")["properties"]
    workflow = schema("workflows", "RemediationWorkflow")["properties"]
    filtered = [
        ("queryAuditEvents", "event_category", at(event, "event_category")),
        ("queryAuditEvents", "event_outcome", at(event, "event_outcome")),
        ("exportAuditEvents", "event_category", at(event, "event_category")),
        ("listWorkflows", "status", at(workflow, "status")),
        ("listWorkflows", "priority", at(workflow, "labels", "properties", "priority")),
    ]
    for operation, parameter, field in filtered:
        assert OURS[operation].parameters["query", parameter]["schema"] == field
        assert texts(at(field, "enum"))


def test_every_event_write_takes_an_optional_idempotency_key() -> None:
    key = ("header", "Idempotency-Key")
    keys = {name: it.parameters[key] for name, it in OURS.items() if key in it.parameters}
    assert keys.keys() == EVENT_WRITES
    for parameter in keys.values():
        assert not parameter.get("required")
        assert parameter["schema"] == {"type": "string", "minLength": 1, "maxLength": 255}


TIMES = ["7d", "1.5d", "24h", "1h30m", "250ms", "2026-08-22", "2026-08-22T12:00:00.25+02:00"]
NO_TIMES = ["", "-1h", "-7d", "7", "d", "yesterday", "2026-13-01", "2026-08-22T25:00:00Z"]


@pytest.mark.parametrize("text", TIMES + NO_TIMES)
def test_since_understands_spans_dates_and_times(text: str) -> None:
    since = OURS["queryAuditEvents"].parameters["query", "since"]["schema"]
    assert OAS30Validator(since).is_valid(text) is (text not in NO_TIMES)


# --- Extensions ---------------------------------------------------------------------------------


def extensions(value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        yield from ((key, item) for key, item in value.items() if str(key).startswith("x-"))
    inner = list(value.values()) if isinstance(value, dict) else value
    for item in inner if isinstance(inner, list) else []:
        yield from extensions(item)


FOUND = [
    extension
    for file in sorted(CONTRACT.parent.rglob("*.yaml"))
    for extension in extensions(read(file))
]


def test_every_extension_is_documented_and_every_documented_one_is_used() -> None:
    text = (ROOT / "docs" / "extensions.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(x-[a-z0-9-]+)`", "".join(re.findall("^### .*", text, re.M))))
    # Our own tables are named in the settings, [tool.apigen.doctor].
    assert {key for key, _ in FOUND} == documented - {"x-apigen-table", "x-apigen-column"}


def test_what_must_exist_is_listed_by_an_operation_that_has_the_member() -> None:
    for key, value in FOUND:
        if key == "x-apigen-exists":
            listing = OURS[str(at(value, "operation"))].contents["200", "application/json"]
            assert f"'{at(value, 'member')}': {{" in str(at(listing, "schema"))


@pytest.mark.parametrize("name", OURS)
def test_parameters_and_pointers_in_extensions_lead_somewhere(name: str) -> None:
    names = {parameter for _, parameter in OURS[name].parameters}
    assert set(texts(OURS[name].value.get("x-apigen-together"))) <= names
    pages = obj(OURS[name].value.get("x-apigen-pagination") or {})
    assert not pages or {"limit", "offset"} <= names
    for member in pages.keys() - {"style"}:
        page = at(OURS[name].contents["200", "application/json"], "schema")
        for token in str(pages[member]).split("/")[1:]:
            page = obj(at(page, "properties"))[token]


# --- The wire -----------------------------------------------------------------------------------

KEPT = ("type", "format", "pattern", "minimum", "maximum", "minLength", "maxLength", "default")


def shape(schema: Json) -> dict[str, Json]:
    """What a schema means on the wire: no descriptions, no order, the discriminator aside."""
    value = obj(schema)
    branches = listed(value.get("allOf") or [])
    if len(branches) == 1 and "properties" not in value:
        return shape(branches[0])
    members = {k: it for k, it in obj(value.get("properties") or {}).items() if k != "event_type"}
    extra = value.get("additionalProperties", True)
    known: dict[str, Json] = {key: value.get(key) for key in KEPT}
    known["nullable"] = value.get("nullable", False)
    known["enum"] = list[Json](sorted(texts(value.get("enum"))))
    known["required"] = list[Json](sorted({*texts(value.get("required"))} - {"event_type"}))
    known["extra"] = extra if isinstance(extra, bool) else shape(extra)
    known["items"] = shape(value["items"]) if "items" in value else None
    known["members"] = {name: shape(member) for name, member in members.items()}
    return known


@needs_real_documents
def test_the_union_maps_the_same_event_types_to_the_same_payloads() -> None:
    request = at(read(AUGUST), "components", "schemas", "AuditEventRequest", "properties")
    mapping = obj(at(request, "event_data", "discriminator", "mapping"))
    assert {key: str(payload).rsplit("/", 1)[1] for key, payload in mapping.items()} == MAPPING


@needs_real_documents
@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_is_the_same_on_the_wire(name: str) -> None:
    real = target(AUGUST, f"#/components/schemas/{name}")
    assert shape(PAYLOADS[name]) == shape(real)


def flat(schema: Json) -> dict[str, Json]:
    """The members of an object, those of the branches of `allOf` included."""
    value = obj(schema)
    parts = [flat(branch) for branch in listed(value.get("allOf") or [])]
    parts.append(obj(value.get("properties") or {}))
    members = {name: member for part in parts for name, member in part.items()}
    return {name: it for name, it in members.items() if name != "event_data"}  # tested above


def lost(ours: Json, real: Json, where: str = "") -> list[str]:
    """Members and values of the real schema that ours does not have, or has as something else."""
    mine, theirs = obj(ours), obj(real)
    if not theirs.get("type") and not theirs.get("allOf"):
        return []
    missing = [f"{where}/{name}" for name in flat(theirs).keys() - flat(mine).keys()]
    values = set(texts(theirs.get("enum"))) - set(texts(mine.get("enum") or theirs.get("enum")))
    missing += sorted(f"{where} = {value}" for value in values)
    for key in ("type", "format"):
        missing += [f"{where}: {key}"] if theirs.get(key, mine.get(key)) != mine.get(key) else []
    missing += [f"{where}: not null"] if theirs.get("nullable") and not mine.get("nullable") else []
    if "items" in theirs and "items" in mine:
        missing += lost(mine["items"], theirs["items"], f"{where}/*")
    for name in flat(theirs).keys() & flat(mine).keys():
        missing += lost(flat(mine)[name], flat(theirs)[name], f"{where}/{name}")
    return missing


def demanded(schema: Json) -> list[str]:
    """What has to be sent, for one of many items too."""
    return sorted(texts(at(schema, "required") or at(schema, "items", "required")))


# Audit operations as of August 2026; the rest as of December 2025.
REAL_OPERATIONS = operations(DECEMBER) | operations(AUGUST) if HAVE_REAL else {}


@needs_real_documents
@pytest.mark.parametrize("name", REAL_OPERATIONS)
def test_an_operation_is_where_it_was_takes_what_it_took_and_gives_what_it_gave(name: str) -> None:
    real, ours = REAL_OPERATIONS[name], OURS[name]
    assert (ours.method, ours.path) == (real.method, real.path)
    assert real.parameters.keys() <= ours.parameters.keys()
    mandatory = [key for key, parameter in ours.parameters.items() if parameter.get("required")]
    assert [key for key in mandatory if not real.parameters[key].get("required")] == []
    assert real.responses.keys() - {"default"} <= ours.responses.keys()
    for (place, media), content in real.contents.items():
        if place == "body" or place < "400":
            mine, theirs = at(ours.contents[place, media], "schema"), at(content, "schema")
            assert lost(mine, theirs) == [], place
            assert place != "body" or demanded(mine) == demanded(theirs)
