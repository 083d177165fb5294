"""The findings of one Python file."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from apigen.diagnostics import consumers as codes
from apigen.guard.addresses import Hit
from apigen.guard.finding import Found, at
from apigen.guard.practices import practices
from apigen.guard.python.project import Module, Sent
from apigen.guard.suggesting import listed, suggest
from apigen.guard.surface import Surface
from apigen.guard.values import Name, Value
from apigen.guard.verdict import judge


def is_test(file: str) -> bool:
    """Return whether a file holds tests."""
    path = PurePosixPath(file)
    return path.name.startswith(("test_", "conftest")) or "tests" in path.parts[:-1]


def findings(module: Module, surfaces: Sequence[Surface]) -> list[Found]:
    """Return what is found in a module that was run."""
    found: dict[tuple[int, int], list[tuple[Sent, Hit]]] = {}
    for sent in module.sent:
        for hit in judge(surfaces, sent, test=is_test(module.file)):
            place = (sent.node.lineno, sent.node.col_offset)
            found.setdefault(place, []).append((sent, hit))
    scopes = _scopes(module.tree)
    told = [_told(hits, module, scopes) for hits in found.values()]
    lines = {each.line for each in told}
    told += _parsed(module, lines)
    told += practices(module, surfaces)
    return sorted(dict.fromkeys(told), key=lambda each: (each.line, each.column, each.code))


def _told(
    hits: Sequence[tuple[Sent, Hit]], module: Module, scopes: Sequence[tuple[int, int, str]]
) -> Found:
    """Return one finding for one call, whatever it may ask for."""
    sent, hit = next((each for each in hits if each[1].endpoints), hits[0])
    written = _written(sent.node)
    scope = next((name for first, last, name in scopes if first <= sent.node.lineno <= last), "")
    if not hit.endpoints:
        method = sent.method.literal or "the method"
        message = (
            f"{written} asks {hit.surface.client} for {method} {hit.path}, "
            "which its contract does not have"
        )
        hint = "add it to the contract, or correct the call"
        return Found(codes.UNKNOWN_OPERATION.id, *at(sent.node), message, hint, "", scope)
    endpoints = list(dict.fromkeys(e for _, each in hits for e in each.endpoints))
    names = " or ".join(each.id for each in endpoints[:3])
    endpoint = endpoints[0]
    message = f"{written} bypasses the generated client: {endpoint.method} {hit.path} is {names}"
    suggestion = suggest(hit, sent)
    if suggestion.strangers:
        message += f", which has no parameter {listed(suggestion.strangers)}"
    hint = f"write {client_name(module, hit.surface)}.{suggestion.call}"
    return Found(codes.BYPASS.id, *at(sent.node), message, hint, endpoint.id, scope)


def client_name(module: Module, surface: Surface) -> str:
    """Return what a module calls an object of the generated client; the usual name if none."""
    for name, value in module.names.items():
        if is_client(value, surface):
            return name
    words = surface.title.split()
    return "".join(word[0] for word in words)[:3] if len(words) > 1 else "client"


def is_client(value: Value, surface: Surface) -> bool:
    """Return whether a value is an object of the generated client."""
    return (
        isinstance(value, Name)
        and value.path.startswith(f"{surface.package}.")
        and value.path.endswith(f"{surface.client}()")
    )


def _written(node: ast.Call) -> str:
    called = ast.unparse(node.func)
    return f"{called if len(called) <= 60 else called[:57] + '...'}(...)"


def _parsed(module: Module, lines: set[int]) -> Iterator[Found]:
    for node, operations in module.answers:
        if node.lineno not in lines and operations:
            message = f"the answer of {' or '.join(operations[:3])} is parsed by hand"
            hint = "use the model that the generated call returns"
            yield Found(codes.HAND_PARSED.id, *at(node), message, hint, operations[0])


def _scopes(tree: ast.Module) -> list[tuple[int, int, str]]:
    """Return first line, last line and name of each function, the innermost first."""
    found = [
        (node.lineno, node.end_lineno or node.lineno, node.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    return sorted(found, key=lambda each: each[1] - each[0])
