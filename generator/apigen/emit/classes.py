"""Classes and enumerations as text: the one place that knows datamodel-code-generator.

We decide names, types, defaults and order-free facts; it resolves which class comes before which,
and prints classes and enumerations through the templates in ``templates/models``.
"""

import ast
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from datamodel_code_generator import generate
from datamodel_code_generator.config import GenerateConfig
from datamodel_code_generator.enums import DataModelType, InputFileType
from datamodel_code_generator.format import PythonVersion

from apigen.build.directions import named_in, references
from apigen.contract import Definition, EnumDef, ObjectDef, Open
from apigen.schemas.graphs import components
from apigen.types import Json


@dataclass(frozen=True, slots=True)
class FieldView:
    """A member of a model."""

    name: str
    annotation: str
    default: str
    """What follows ``=``; empty for a required member."""
    doc: str


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of an enumeration."""

    name: str
    value: str
    doc: str


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class: what the template has beside what datamodel-code-generator gives it."""

    base: str
    doc: str
    members: tuple[FieldView, ...] | tuple[MemberView, ...]
    extra: str
    """The type of further members, if they have one."""
    name: str
    count: str
    """The arguments of how many members there may be; empty for any number."""


def cycles_of(known: Mapping[str, Definition]) -> Mapping[str, frozenset[str]]:
    """Return for each definition those that it can't be defined after, itself included.

    They are the classes on a cycle with it: one of them has to be written as a text.
    """
    below = {
        name: tuple(ref for ref in references(each) if ref in known) for name, each in known.items()
    }
    return {name: members for members in components(below) for name in members}


def printed_classes(
    known: Mapping[str, Definition],
    views: Mapping[str, ClassView],
    cycles: Mapping[str, frozenset[str]],
    templates: Path,
) -> str:
    """Return the classes as datamodel-code-generator orders and prints them.

    It knows them by numbers: no name of a document meets its own names and rules.
    """
    keys = {name: f"Class{number:06}" for number, name in enumerate(views)}
    data: defaultdict[str, dict[str, object]] = defaultdict(dict)
    for name, view in views.items():
        data[keys[name]] = {"view": asdict(view)}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {
            keys[name]: _skeleton(known[name], keys, cycles)
            for name in _presented(views, known, cycles)
        },
    }
    config = GenerateConfig(
        input_file_type=InputFileType.JsonSchema,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        base_class="apigen.runtime.schema.Model",
        custom_class_name_generator=_unchanged,
        custom_template_dir=templates / "models",
        disable_future_imports=True,
        disable_timestamp=True,
        extra_template_data=data,
        formatters=[],
        use_standard_collections=True,
    )
    printed = _classes(str(generate(json.dumps(document), config=config)), frozenset(views))
    return "\n\n\n".join(printed[name] for name in _in_order(printed, known, cycles))


def _unchanged(name: str) -> str:
    return name


_LONG = 50


def _presented(
    views: Mapping[str, ClassView],
    known: Mapping[str, Definition],
    cycles: Mapping[str, frozenset[str]],
) -> list[str]:
    """Return the classes as datamodel-code-generator can order them.

    Of very long chains it can't (it recurses for each link), so those are in order already.
    """
    ordered = list(_in_order(views, known, cycles))
    depths: dict[str, int] = {}
    for name in ordered:
        needed = _needed(known[name], cycles)
        depths[name] = 1 + max((depths.get(each, 0) for each in needed), default=0)
    return ordered if max(depths.values()) > _LONG else list(views)


def _in_order(
    printed: Mapping[str, object],
    known: Mapping[str, Definition],
    cycles: Mapping[str, frozenset[str]],
) -> Iterator[str]:
    """Yield class names in the order given, but none before what it needs."""
    done: set[str] = set()
    for first in printed:
        waiting = [first]
        while waiting:
            name = waiting[-1]
            needed = [] if name in done else _needed(known[name], cycles)
            if missing := [each for each in needed if each in printed and each not in done]:
                waiting += missing[::-1]
                continue
            if waiting.pop() not in done:
                done.add(name)
                yield name


def _needed(definition: Definition, cycles: Mapping[str, frozenset[str]]) -> list[str]:
    """Return what has to be defined before a class: its base, and what its annotations name."""
    if not isinstance(definition, ObjectDef):
        return []
    types = [each.type for each in definition.properties]
    if definition.extra is not None and not isinstance(definition.extra, Open):
        types.append(definition.extra)
    refs = dict.fromkeys(ref for each in types for ref in named_in(each))
    base = [definition.base] if definition.base else []
    return base + [each for each in refs if each not in cycles[definition.name]]


def _skeleton(
    definition: Definition, keys: Mapping[str, str], cycles: Mapping[str, frozenset[str]]
) -> dict[str, Json]:
    """Return the schema that tells datamodel-code-generator what a class needs before it."""
    if isinstance(definition, EnumDef):
        return {"type": "string", "enum": ["a", "b"]}
    assert isinstance(definition, ObjectDef)  # noqa: S101 - for the type checker
    needed = [keys[ref] for ref in _needed(definition, cycles) if ref in keys]
    base = keys[definition.base] if definition.base else ""
    members: dict[str, Json] = {
        f"member{index}": {"$ref": f"#/$defs/{key}"}
        for index, key in enumerate(key for key in needed if key != base)
    }
    own: dict[str, Json] = {"type": "object", "properties": members or {"member": {}}}
    return {"allOf": [{"$ref": f"#/$defs/{base}"}, own]} if base else own


def _classes(source: str, wanted: frozenset[str]) -> dict[str, str]:
    """Return the statements of the classes wanted, by name, and nothing else of a module.

    Raises:
        ValueError: one of them was not printed.

    """
    lines = source.split("\n")
    found = {
        node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name in wanted
    }
    if missing := wanted - found.keys():
        raise ValueError(f"datamodel-code-generator printed no class {min(missing)}")
    return found
