"""The contract, and the models of code read as one."""

import importlib
import inspect
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apigen.build import build
from apigen.bundle import Bundle, bundle
from apigen.contract import Contract
from apigen.diagnostics import Place, Report, Stop
from apigen.diagnostics.database import MAPPING_DANGLING
from apigen.doctor.facts.members import Member, members
from apigen.doctor.facts.values import mapping
from apigen.document import load


@dataclass(frozen=True, slots=True)
class Understood:
    """A contract, and the way back to its lines."""

    contract: Contract
    bundle: Bundle

    def place(self, pointer: str) -> Place:
        """Return where the value at a pointer stands."""
        return self.bundle.place(pointer)

    def said(self, key: str) -> Mapping[str, str]:
        """Return what the schemas say by an extension, such as ``x-apigen-table``."""
        schemas = mapping(mapping(self.bundle.value.get("components")).get("schemas"))
        told = {name: mapping(schema).get(key) for name, schema in schemas.items()}
        return {name: value for name, value in told.items() if isinstance(value, str)}


def understood(spec: Path, allow: tuple[Path, ...], report: Report) -> Understood:
    """Return a document as a contract.

    Raises:
        Stop: It leaves no ground.

    """
    bundled = bundle(load(spec, report, allow=allow), report)
    contract = build(bundled, report)
    if report.errors:
        raise Stop(report.errors[0])
    return Understood(contract, bundled)


@dataclass(frozen=True, slots=True)
class CodeModel:
    """What code takes: its members, and where the model stands."""

    name: str
    members: tuple[Member, ...]
    place: Callable[[Member], Place | None]


def code_model(named: str, folder: Path, at: Place | None) -> CodeModel:
    """Return a model of code: ``module:Class`` of pydantic, or ``file#Schema``.

    A module is imported, and so run: it is the user's own, named in the user's own configuration.
    A file is an OpenAPI document, or a JSON Schema with ``$defs``.

    Raises:
        Stop: There is no such thing.

    """
    file, hash_, schema = named.partition("#")
    try:
        return _of_file(folder / file, schema) if hash_ else _of_module(named)
    except (ImportError, AttributeError, ValueError, OSError, TypeError) as error:
        message = f"code names {named!r}: {type(error).__name__}: {error}"
        raise Stop(MAPPING_DANGLING.at(at, message[:300])) from None


def _of_file(path: Path, schema: str) -> CodeModel:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        value = mapping(json.loads(text))
        if value and "openapi" not in value:
            definitions = value.get("$defs") or value.get("definitions") or {schema: value}
            if schema not in definitions:
                raise ValueError(f"{path} has no schema {schema}")
            return _of_schemas(schema, definitions, Place(str(path)))
    read = understood(path, (), Report())
    if schema not in read.contract.definitions:
        raise ValueError(f"{path} has no schema {schema}")
    return CodeModel(schema, members(read.contract, schema), lambda member: read.place(member.at))


def _of_module(named: str) -> CodeModel:
    module_name, _, attribute = named.partition(":")
    if not attribute:
        raise ValueError("write module:Class or file#Schema")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    model = getattr(importlib.import_module(module_name), attribute)
    described = model.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = {**described.pop("$defs", {}), attribute: described}
    file = inspect.getsourcefile(model)
    lines = dict(_lines(model))
    place = Place(file or module_name, lines.get("", 0), 1)
    return _of_schemas(attribute, definitions, place, lines)


def _lines(model: Any) -> Iterator[tuple[str, int]]:
    """Give the lines of a class and of its members."""
    try:
        text, first = inspect.getsourcelines(model)
    except (OSError, TypeError):
        return
    yield "", first
    for number, line in enumerate(text, start=first):
        name, colon, _ = line.strip().partition(":")
        if colon and name.isidentifier():
            yield name, number


def _of_schemas(
    name: str, schemas: Mapping[str, Any], place: Place, lines: Mapping[str, int] | None = None
) -> CodeModel:
    """Read schemas as the contract is read: as a document."""
    root = json.loads(json.dumps(schemas).replace('"#/$defs/', '"#/components/schemas/'))
    document = {
        "openapi": "3.1.0",
        "info": {"title": "code", "version": "0"},
        "paths": {"/": {"post": _operation(name)}},
        "components": {"schemas": root},
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "code.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        read = understood(file, (), Report())
    known = lines or {}

    def found(member: Member) -> Place:
        return Place(place.file, known.get(member.name, place.line), place.column)

    return CodeModel(name, members(read.contract, name), found)


def _operation(name: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {"requestBody": {"content": content}, "responses": {"204": {"description": "done"}}}
