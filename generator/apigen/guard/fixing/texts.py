"""The text of a file with its raw calls rewritten, and what of them is left and why."""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from apigen.guard.fixing.calls import LIBRARIES, NoFixError, Site, generated
from apigen.guard.fixing.names import Names, clients, imported, names_of
from apigen.guard.python.project import parsed
from apigen.guard.surface import Surface

Position = tuple[int, int]
"""Line and column, from 1, as findings have them."""
_ERRORS = ("Error", "Exception", "Timeout", "exceptions")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file's text, and what became of its findings."""

    text: str
    count: int
    """Calls that were rewritten."""
    left: Mapping[Position, str]
    """The others, each with the reason."""


def rewritten(text: str, wanted: Collection[Position], surfaces: Sequence[Surface]) -> Rewritten:
    """Return a file's text with the generated calls written at *wanted* where that is certain."""
    tree = parsed(text)
    if tree is None or "\r" in text or "\f" in text:
        return _untouched(text, wanted, "the file is not plain text that Python reads")
    names = names_of(tree)
    libraries = tuple(imported(names, LIBRARIES))
    if reason := _of_file(tree, libraries):
        return _untouched(text, wanted, reason)
    known = [client for surface in surfaces for client in clients(names, surface)]
    edits: list[tuple[ast.Expr, str]] = []
    left: dict[Position, str] = dict.fromkeys(wanted, "it is part of something larger")
    try:
        sites = list(_sites(tree))
    except RecursionError:
        return _untouched(text, wanted, "the file is nested too deeply")
    for site in sites:
        for place in _places(site.statement) & left.keys():
            try:
                call = generated(site, names, libraries, known)
                edits.append(_edit(text, site, call))
                del left[place]
            except NoFixError as reason:
                left[place] = str(reason)
    return Rewritten(_applied(text, names, edits), len(edits), left)


def _untouched(text: str, wanted: Collection[Position], reason: str) -> Rewritten:
    return Rewritten(text, 0, dict.fromkeys(wanted, reason))


def _of_file(tree: ast.Module, libraries: Sequence[str]) -> str:
    """Return why nothing in a file is certain; empty if something may be."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if (
                name in libraries and attribute.endswith(_ERRORS)
            ):
                return "the file names errors of the library"
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in LIBRARIES:
                return "the file takes more from the library"
            case _:
                pass
    return ""


def _places(statement: ast.stmt) -> set[Position]:
    """Return the places of the calls in a statement that is an expression."""
    if not isinstance(statement, ast.Expr):
        return set()
    calls = [each for each in ast.walk(statement) if isinstance(each, ast.Call)]
    return {(each.lineno, each.col_offset + 1) for each in calls}


def _sites(tree: ast.Module) -> Iterator[Site]:
    for index, statement in enumerate(tree.body):
        yield from _within(statement, Site(statement, None, guarded=False, index=index))


def _within(node: ast.AST, site: Site) -> Iterator[Site]:
    function, guarded = site.function, site.guarded
    if isinstance(node, ast.stmt):
        yield Site(node, function, guarded, site.index)
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            function = node
        case ast.ClassDef():
            function = None
        case ast.Try() | ast.TryStar() | ast.With() | ast.AsyncWith():
            guarded = True
        case _:
            pass
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield from _within(child, Site(site.statement, function, guarded, site.index))


def _edit(text: str, site: Site, call: str) -> tuple[ast.Expr, str]:
    if not isinstance(site.statement, ast.Expr):
        raise NoFixError("it is part of something larger")
    if "#" in (ast.get_source_segment(text, site.statement) or "#"):
        raise NoFixError("a comment within it would be lost")
    return site.statement, call


def _position(edit: tuple[ast.Expr, str]) -> Position:
    return edit[0].lineno, edit[0].col_offset


def _applied(text: str, names: Names, edits: Sequence[tuple[ast.Expr, str]]) -> str:
    """Return the text with edits applied: its tree is the old one with these calls in it."""
    lines = text.encode().split(b"\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    raw = text.encode()
    for statement, call in sorted(edits, key=_position, reverse=True):
        last = statement.end_lineno or statement.lineno
        first = starts[statement.lineno - 1] + statement.col_offset
        end = starts[last - 1] + (statement.end_col_offset or 0)
        raw = raw[:first] + call.encode() + raw[end:]
        statement.value = ast.parse(call, mode="eval").body
    result = raw.decode()
    after = parsed(result)
    if after is None or ast.dump(after) != ast.dump(names.tree):
        raise AssertionError("a rewritten file is not the old one with other calls")
    return result
