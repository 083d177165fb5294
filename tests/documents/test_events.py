"""A real event of every type goes through the right class and comes out as it went in.

The events are made from the schemas of the real DataStorage document and of our own contract, and
held against those schemas by jsonschema before the generated classes see them.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeAlias, cast

import pytest
from openapi_schema_validator import OAS30Validator

import datastorage
from apigen.bundle import bundle
from apigen.diagnostics import Report
from apigen.document import load

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

VALIDATOR: Any = OAS30Validator
HERE = Path(__file__).parent
SPECS = Path(os.environ.get("APIGEN_SPECS_DIR", HERE.parents[2] / "shared" / "specs")).absolute()
REAL = SPECS / "datastorage-2026-08.yaml"
OURS = Path(datastorage.__file__).parent / "openapi.json"
Kind: TypeAlias = Literal["bare", "full", "nulls"]
"""Samples with what is required, with everything, and with null wherever it may stand."""
KINDS: tuple[Kind, ...] = ("bare", "full", "nulls")
MOST = 40
"""Members of a list or letters of a text that a sample grows to."""
FORMATS = {
    "date-time": "2026-08-22T12:00:00.250000+02:00",
    "date": "2026-08-22",
    "uuid": "7d9f3b1e-6c2a-4a53-9d3e-0c1c5f7a2b44",
    "uri": "https://example.com/a?b=c",
    "byte": "YXBpZ2Vu",
    "ipv4": "192.0.2.7",
    "email": "sre@example.com",
}
TEXTS = (
    "a",
    "abc",
    "1.0",
    "7d",
    "abcdef0123456789",
    "a1b2c3d4-0000-4000-8000-00000000000f",
    "sha256:" + "0a" * 32,
    "0a" * 32,
    "0a" * 20,
    "audit.event.created",
    "Audit",
    "AUDIT",
    "2026-08-22T12:00:00Z",
)
"""Tried one after another where a schema has a pattern."""


@dataclass(frozen=True)
class Contract:
    """A document with the union, and the package generated from it."""

    value: dict[str, Json]
    models: ModuleType

    @property
    def schemas(self) -> dict[str, Any]:
        components = cast("dict[str, dict[str, Any]]", self.value["components"])
        return components["schemas"]

    @cached_property
    def mapping(self) -> Mapping[str, str]:
        """Return the name of the payload's schema for each event type."""
        mapping: dict[str, str] = self.union["discriminator"]["mapping"]
        return {tag: reference.rpartition("/")[2] for tag, reference in mapping.items()}

    @property
    def union(self) -> dict[str, Any]:
        return self.resolved(self.schemas["AuditEventRequest"]["properties"]["event_data"])

    def resolved(self, schema: Any) -> dict[str, Any]:
        found: dict[str, Any] = schema
        while "$ref" in found:
            found = self.schemas[found["$ref"].rpartition("/")[2]]
        return found

    def validator(self, name: str) -> Any:
        root = {"$ref": f"#/components/schemas/{name}", "components": self.value["components"]}
        return VALIDATOR(root, format_checker=VALIDATOR.FORMAT_CHECKER)


def sample(contract: Contract, schema: Any, *, kind: Kind, depth: int = 0) -> Json:
    """Return a value of a schema."""
    schema = contract.resolved(schema)
    if kind == "nulls" and depth and schema.get("nullable"):
        return None
    if "allOf" in schema:
        parts = [contract.resolved(part) for part in schema["allOf"]] + [
            {key: value for key, value in schema.items() if key != "allOf"}
        ]
        schema = merged(parts)
    if "enum" in schema:
        choices: list[Json] = schema["enum"]
        return next(value for value in reversed(choices) if value is not None)
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            return sample(contract, schema[keyword][-1], kind=kind, depth=depth)
    match schema.get("type", "object" if "properties" in schema else None):
        case "object":
            return members(contract, schema, kind=kind, depth=depth)
        case "array":
            count = schema.get("minItems", 1 if kind != "bare" and depth < 8 else 0)
            return [
                sample(contract, schema.get("items", {}), kind=kind, depth=depth + 1)
                for _ in range(count)
            ]
        case "string":
            return text(schema)
        case "integer":
            return int(number(schema, 3))
        case "number":
            return number(schema, 0.5)
        case "boolean":
            return True
        case _:
            return {"any": [1, "x", None]}


def merged(parts: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        found |= {
            key: value for key, value in part.items() if key not in {"properties", "required"}
        }
        found.setdefault("properties", {}).update(part.get("properties", {}))
        found.setdefault("required", []).extend(part.get("required", []))
    return found


def members(contract: Contract, schema: Any, *, kind: Kind, depth: int) -> Json:
    properties: dict[str, Any] = schema.get("properties", {})
    required: list[str] = schema.get("required", [])
    names = [name for name in properties if name in required or (kind != "bare" and depth < 8)]
    value = {name: sample(contract, properties[name], kind=kind, depth=depth + 1) for name in names}
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict) and kind != "bare":
        value["further"] = sample(contract, extra, kind=kind, depth=depth + 1)
    return value


def text(schema: Any) -> str:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    lengths = schema.get("minLength", 0), min(schema.get("maxLength", MOST), MOST)
    padded = "é" * max(lengths[0], min(3, lengths[1]))
    fits: Callable[[str], bool] = VALIDATOR(
        {key: schema[key] for key in ("pattern", "minLength", "maxLength") if key in schema}
    ).is_valid
    return next(each for each in (padded, *TEXTS) if fits(each))


def number(schema: Any, wanted: float) -> float:
    low, high = float(schema.get("minimum", wanted)), float(schema.get("maximum", wanted))
    return max(low, min(high, wanted)) + (1 if schema.get("exclusiveMinimum") is True else 0)


def events(contract: Contract) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield events of every type and of every kind, valid by the contract."""
    envelope: Any = contract.schemas["AuditEventRequest"]
    validator = contract.validator("AuditEventRequest")
    for tag, name in contract.mapping.items():
        for kind in KINDS:
            event: Any = sample(contract, envelope, kind=kind)
            event["event_type"] = tag
            event["event_data"] = sample(contract, contract.schemas[name], kind=kind)
            event["event_data"][contract.union["discriminator"]["propertyName"]] = tag
            problems = [error.message for error in validator.iter_errors(event)]
            assert not problems, (tag, problems[:3])
            yield tag, event


@pytest.fixture(scope="module", params=["real", "ours"])
def contract(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Contract:
    if request.param == "ours":
        return Contract(json.loads(OURS.read_text()), importlib.import_module("datastorage.models"))
    if not REAL.is_file():
        pytest.skip(f"{REAL.name} is not in APIGEN_SPECS_DIR ({SPECS})")
    output = tmp_path_factory.mktemp("real")
    arguments = f"generate --spec {REAL} --output {output} --package real_datastorage -q".split()
    subprocess.run([sys.executable, "-m", "apigen", *arguments], check=True)
    sys.path.insert(0, str(output))
    try:
        models = importlib.import_module("real_datastorage.models")
    finally:
        sys.path.remove(str(output))
    report = Report()
    return Contract(bundle(load(REAL, report), report).value, models)


def test_there_are_142_types_of_94_payloads(contract: Contract) -> None:
    assert len(contract.mapping) == 142
    assert len(set(contract.mapping.values())) == 94


def test_every_type_goes_through_the_class_that_the_mapping_names(contract: Contract) -> None:
    for tag, event in events(contract):
        read = contract.models.AuditEventRequest.model_validate_json(json.dumps(event))
        assert type(read.event_data).__name__ == contract.mapping[tag], tag
        assert read.event_data.event_type == tag


def test_every_event_comes_out_as_it_went_in(contract: Contract) -> None:
    package = contract.models.__name__.partition(".")[0]
    media = importlib.import_module(f"{package}._runtime.media").Json(
        contract.models.AuditEventRequest
    )
    for tag, event in events(contract):
        written = media.write(media.read(json.dumps(event).encode()))
        assert json.loads(written) == event, tag


def test_an_event_of_another_types_payload_is_refused(contract: Contract) -> None:
    tags = list(contract.mapping)
    by_tag = dict(events(contract))
    refused = 0
    for tag, other in zip(tags, tags[50:] + tags[:50], strict=True):
        wrong: Any = json.loads(json.dumps(by_tag[tag]))
        wrong["event_data"]["event_type"] = other
        valid = contract.validator("AuditEventRequest").is_valid(wrong)
        try:
            contract.models.AuditEventRequest.model_validate_json(json.dumps(wrong))
        except ValueError:
            refused += 1
            assert not valid, (tag, other)
        else:
            assert valid, (tag, other)
    assert refused > 100
