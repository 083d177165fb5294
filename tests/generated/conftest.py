"""Packages generated from small documents, imported and ready to be tried."""

from __future__ import annotations

import ast
import importlib
import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from apigen import assets
from apigen.build import build
from apigen.bundle import bundle
from apigen.contract import Contract
from apigen.diagnostics import Diagnostic, Report
from apigen.document import load
from apigen.emit.files import Request
from apigen.emit.targets import emit

_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated package."""

    name: str
    files: Mapping[str, str]
    """The text of each file, by its path within the package."""
    contract: Contract
    findings: tuple[Diagnostic, ...]
    document: object
    """The whole document, bundled."""

    def module(self, name: str) -> ModuleType:
        """Return a module of the package, imported."""
        return importlib.import_module(f"{self.name}.{name}")

    @property
    def models(self) -> Any:
        """Return the models module."""
        return self.module("models")

    def found(self, code: str) -> list[tuple[str, str]]:
        """Return pointer and message of the findings of one kind."""
        return [
            (each.place.pointer if each.place else "", each.message)
            for each in self.findings
            if each.code.id == code
        ]


Generate = Callable[..., Generated]


def document(
    schemas: object = None,
    *,
    version: str = "3.1.0",
    paths: object = None,
    title: str = "Test",
    **more: object,
) -> dict[str, object]:
    """Return a whole document around schemas and paths."""
    info = {"title": title, "version": "1"}
    whole: dict[str, object] = {"openapi": version, "info": info}
    if paths is not None:
        whole["paths"] = paths
    if schemas is not None:
        whole["components"] = {"schemas": schemas}
    return whole | more


@pytest.fixture
def generate(tmp_path: Path) -> Iterator[Generate]:
    """Return a function that generates and makes importable the package of a document."""
    yield from _generator(tmp_path)


@pytest.fixture(scope="module")
def generate_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generate]:
    """Return the same for a whole module of tests."""
    yield from _generator(tmp_path_factory.mktemp("generated"))


def _generator(folder: Path) -> Iterator[Generate]:
    def make(schemas: object = None, *, whole: object = None, **more: Any) -> Generated:
        path = _written(folder, document(schemas, **more) if whole is None else whole)
        name = f"generated{next(_NUMBERS)}"
        report = Report()
        bundled = bundle(load(path, report), report)
        contract = build(bundled, report)
        targets = ("models", "client", "server")
        request = Request(name, "Client", targets, "document.json", bundled.value)
        with assets.templates_folder() as templates:
            files = emit(contract, request, assets.environment(templates), templates)
        for each in files:
            target = folder / each.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(each.content)
        texts = {each.path.removeprefix(f"{name}/"): each.content.decode() for each in files}
        importlib.invalidate_caches()
        return Generated(name, texts, contract, tuple(report), bundled.value)

    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(folder), *sys.path])
        yield make
    for module in set(sys.modules) - before:
        if module.startswith("generated"):
            del sys.modules[module]


def _written(folder: Path, content: object) -> Path:
    """Return the file of a document that is given as a value, as text, or as its file."""
    if isinstance(content, Path):
        return content
    path = folder / ("document.yaml" if isinstance(content, str) else "document.json")
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def use_all() -> Callable[[Generated], None]:
    """Return a function that imports every module of a package and builds every model."""

    def everything(package: Generated) -> None:
        for path in package.files:
            if path.endswith(".py") and not path.startswith("_runtime") and "__init__" not in path:
                package.module(path.removesuffix(".py"))
        models = package.models
        for name in cast("list[str]", models.__all__):
            TypeAdapter(getattr(models, name))
        if "server.py" in package.files:
            package.module("server").app(_Implementation())

    return everything


class _Implementation:
    """Something that has every method."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        async def answer(*given: object, **named: object) -> None: ...

        return answer


# --- What may stand in a generated module ---------------------------------------------------------

_MAY_BE_CALLED = {
    "models.py": {"Exactly", "Field", "Matches", "TypeAliasType", "UniqueItems", "Variants"}
    | {"Written", "member_count"},
    "operations.py": {"Binary", "Body", "Exactly", "Field", "Form", "Json", "Matches", "Multipart"}
    | {"Operation", "Parameter", "Text", "UniqueItems", "Written"},
    "calls.py": {"Cursors", "Links", "Offsets", "call"},
    "client.py": {"aiterate", "iterate", "send"},
    "server.py": {"Exactly", "Field", "Matches", "Service", "TypeAdapter", "TypedDict"}
    | {"UniqueItems", "Written", "app", "bind", "load", "routes", "service"},
}
_STATEMENTS = (
    *(ast.AnnAssign, ast.Assign, ast.AsyncFunctionDef, ast.ClassDef, ast.Expr),
    *(ast.FunctionDef, ast.ImportFrom, ast.Pass, ast.Return),
)
_SOURCES = {
    *("__future__", "collections.abc", "pydantic", "starlette.applications"),
    *("starlette.routing", "typing", "typing_extensions", "uuid"),
}


def strange_in(path: str, source: str) -> list[str]:
    """Return what stands in a module that no template makes."""
    found = [
        f"U+{ord(char):04X}"
        for char in set(source)
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char != "\n"
    ]
    tree = ast.parse(source)
    enums = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and "Enum" in ast.unparse(node.bases[0])
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(node, _STATEMENTS):
            found.append(ast.unparse(node))
        if isinstance(node, ast.Expr) and not _is_plain(node.value):
            found.append(ast.unparse(node))
        if isinstance(node, ast.ImportFrom) and not (node.level or node.module in _SOURCES):
            found.append(ast.unparse(node))
        if isinstance(node, ast.Call):
            called = node.func
            while isinstance(called, ast.Subscript):
                called = called.value
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if path == "client.py" and ast.unparse(called) == f"calls.{name}":
                continue
            if name not in _MAY_BE_CALLED.get(path, set()) | enums:
                found.append(ast.unparse(node.func))
    return found


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and (isinstance(value.value, str) or value.value is ...)


@pytest.fixture
def strange() -> Callable[[str, str], list[str]]:
    """Return what finds, in a module, that which no template makes."""
    return strange_in


@pytest.fixture
def hold(generate: Any, use_all: Any) -> Any:
    """Return a function that generates, imports all, and looks at every statement."""

    def held(*given: Any, **named: Any) -> Any:
        package = generate(*given, **named)
        for path in _MAY_BE_CALLED:
            if path in package.files:
                assert strange_in(path, package.files[path]) == []
        use_all(package)
        return package

    return held
