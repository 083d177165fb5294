"""Alembic's migrations, read without running them: revisions, and the operations they name."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from apigen.diagnostics import Diagnostic, Place
from apigen.diagnostics.migrations import CHAIN_BROKEN, UNREADABLE_MIGRATION
from apigen.doctor.migrations.values import Change, Folder, Migration, Tool

_OPERATIONS = {
    "create_table": ("create", "table"),
    "drop_table": ("drop", "table"),
    "add_column": ("create", "column"),
    "drop_column": ("drop", "column"),
}


def read_folder(path: Path, scripts: Iterable[Path]) -> Folder:
    """Return the migrations of a folder of Alembic's, in the order of their chain."""
    found: dict[str, Migration] = {}
    findings: list[Diagnostic] = []
    for script in scripts:
        if script.name == "__init__.py":
            continue
        read = _script(script)
        if isinstance(read, Diagnostic):
            findings.append(read)
        elif read is None:
            continue
        elif read.version in found:
            message = f"the revision {read.version} is {found[read.version].path.name}'s too"
            findings.append(CHAIN_BROKEN.at(Place(str(script)), message))
        else:
            found[read.version] = read
    findings += _chain(found)
    return Folder(path, Tool.ALEMBIC, tuple(_ordered(found)), tuple(findings))


def _script(path: Path) -> Migration | Diagnostic | None:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 0
        message = f"this cannot be parsed: {getattr(error, 'msg', '') or error}"
        return UNREADABLE_MIGRATION.at(Place(str(path), line, 1 if line else 0), message)
    assigned = dict(_assigned(tree))
    revision = assigned.get("revision")
    if not isinstance(revision, str):
        return None
    after = assigned.get("down_revision")
    several = isinstance(after, tuple | list)
    follows = cast("tuple[object, ...]", after) if several else (after,)
    bodies = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    return Migration(
        path=path,
        version=revision,
        up=tuple(_changes(bodies, "upgrade")),
        down=tuple(_changes(bodies, "downgrade")),
        after=tuple(str(each) for each in follows if each is not None),
    )


def _assigned(tree: ast.Module) -> Iterator[tuple[str, object]]:
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        target = node.target if isinstance(node, ast.AnnAssign) else target
        if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AnnAssign):
            try:
                yield target.id, ast.literal_eval(node.value) if node.value else None
            except ValueError:
                continue


def _changes(bodies: dict[str, ast.FunctionDef], name: str) -> Iterator[Change]:
    """Give the operations of a function, and of those of the file that it calls, in order."""
    waiting, seen = [name], set[str]()
    while waiting:
        current = waiting.pop(0)
        if current in seen or current not in bodies:
            continue
        seen.add(current)
        for node in ast.walk(bodies[current]):
            if isinstance(node, ast.Call):
                if isinstance(node.func, ast.Name):
                    waiting.append(node.func.id)
                elif isinstance(node.func, ast.Attribute):
                    yield from _operation(node, node.func.attr)


def _operation(call: ast.Call, operation: str) -> Iterator[Change]:
    named = [_text(each) for each in call.args[:2]]
    if operation not in _OPERATIONS or not named or not named[0]:
        return
    action, kind = _OPERATIONS[operation]
    if kind == "table":
        yield Change(action, kind, named[0], line=call.lineno)
        for each in call.args[1:] if action == "create" else ():
            if column := _column(each):
                yield Change("create", "column", column, named[0], call.lineno)
        return
    second = call.args[1] if len(call.args) > 1 else None
    column = (_column(second) or _text(second)) if second is not None else ""
    if column:
        yield Change(action, kind, column, named[0], call.lineno)


def _column(node: ast.expr) -> str:
    """Return the name of ``sa.Column("name", ...)``."""
    if isinstance(node, ast.Call) and node.args:
        func = node.func
        name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        return _text(node.args[0]) if name == "Column" else ""
    return ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _chain(found: dict[str, Migration]) -> Iterator[Diagnostic]:
    for each in found.values():
        for before in each.after:
            if before not in found:
                message = f"{each.version} follows {before}, which there is not"
                yield CHAIN_BROKEN.at(Place(str(each.path)), message)
    followed = {before for each in found.values() for before in each.after}
    heads = sorted(version for version in found if version not in followed)
    if len(heads) > 1:
        places = tuple(Place(str(found[head].path)) for head in heads)
        message = f"there are {len(heads)} heads: {', '.join(heads)}"
        yield CHAIN_BROKEN.at(places[0], message, related=places[1:])


def _ordered(found: dict[str, Migration]) -> Iterator[Migration]:
    """Give the migrations so that each comes after those that it follows."""
    done: set[str] = set()
    waiting = sorted(found)
    while waiting:
        ready = [
            version
            for version in waiting
            if all(before in done or before not in found for before in found[version].after)
        ]
        ready = ready or waiting[:1]  # a circle: broken, and said to be so
        for version in ready:
            done.add(version)
            yield found[version]
        waiting = [version for version in waiting if version not in done]
