"""The runtime: copied into each package, so that it depends on nothing of ours."""

import ast
from collections.abc import Iterator
from importlib import resources

from apigen.emit.files import File

_CLIENT_ROOTS = ("schema", "constraints", "problems", "operations", "clients", "pages")
_SERVER_ROOTS = ("serving",)
_OUTBOX_ROOTS = ("outbox", "outbox_command")


def runtime_files(package: str, *, server: bool, outbox: bool) -> Iterator[File]:
    """Yield the runtime's files that a package needs, and no others."""
    folder = resources.files("apigen") / "runtime"
    sources = {
        each.name.removesuffix(".py"): each.read_bytes()
        for each in folder.iterdir()
        if each.name.endswith(".py")
    }
    wanted = {"__init__"}
    waiting = [*_CLIENT_ROOTS, *(_SERVER_ROOTS if server else ())]
    waiting += _OUTBOX_ROOTS if outbox else ()
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += [each for each in _imported(sources[name]) if each in sources]
    for name in sorted(wanted):
        yield File(f"{package}/_runtime/{name}.py", sources[name])


def _imported(source: bytes) -> Iterator[str]:
    """Yield the sibling modules that a module imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            if node.module:
                yield node.module.partition(".")[0]
            else:
                yield from (each.name for each in node.names)
