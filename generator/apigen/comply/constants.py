"""Reads code for what rules ask beside ``lint``: who uses a package, which types are written."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from apigen.comply.facts import Constant
from apigen.diagnostics import Place

_TESTS = ("test", "tests", "conftest.py", "testing")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read."""

    users: tuple[str, ...]
    servers: tuple[str, ...]
    constants: tuple[Constant, ...]


def constants(
    root: Path, files: Sequence[str], members: frozenset[str], packages: frozenset[str]
) -> Seen:
    """Return who imports *packages*, who their stubs, and literal values of *members*.

    Tests are users too, but the types that they write may be wrong on purpose.
    """
    users: list[str] = []
    servers: list[str] = []
    found: list[Constant] = []
    for file in files:
        tree = _tree(root / file)
        if tree is None:
            continue
        imported = set(_imported(tree))
        used = [name for name in imported if name.partition(".")[0] in packages]
        if used:
            users.append(file)
        if is_test(file):
            continue
        if any(name.split(".")[1:2] == ["server"] for name in used):
            servers.append(file)
        found += _constants(file, tree, members)
    return Seen(tuple(users), tuple(servers), tuple(found))


def is_test(file: str) -> bool:
    """Return whether a file is part of a test suite, by its name or a folder of it."""
    parts = file.split("/")
    return any(part in _TESTS for part in parts) or parts[-1].startswith("test_")


def _tree(path: Path) -> ast.Module | None:
    if path.suffix not in {".py", ".pyi"}:
        return None
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # lint says so


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _constants(file: str, tree: ast.Module, members: frozenset[str]) -> Iterator[Constant]:
    for node in ast.walk(tree):
        for member, value in _set_by(node):
            if member in members and (text := _text(value)) is not None:
                place = Place(file, value.lineno, value.col_offset + 1)
                yield Constant(place, member, text, _inside(node, member))


def _set_by(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the members that a call or a dictionary sets, and to what."""
    if isinstance(node, ast.Call):
        yield from ((each.arg, each.value) for each in node.keywords if each.arg)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and (name := _text(key)) is not None:
                yield name, value


def _inside(node: ast.AST, member: str) -> str:
    """Return the value of the same member in what the call or dictionary holds, if it is plain."""
    for _, value in _set_by(node):
        for name, inner in _set_by(value):
            if name == member and (text := _text(inner)) is not None:
                return text
    return ""


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
