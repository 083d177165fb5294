"""What a file binds: a name that is bound once means the same wherever it is read."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from apigen.guard.surface import Surface
from apigen.guard.values import Hole, Text, text

Function = ast.FunctionDef | ast.AsyncFunctionDef
_TYPE_PARAMETERS = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a file."""

    tree: ast.Module
    bound: Counter[str]
    """How often each is bound, in all scopes together."""

    def once(self, name: str) -> bool:
        """Return whether a name means one thing in the whole file."""
        return self.bound[name] == 1 and not self.bound["*"]

    def constant(self, name: str) -> ast.expr | None:
        """Return what the module sets a name to, if it is set once and there."""
        if not self.once(name):
            return None
        for node in self.tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                    return value
                case ast.AnnAssign(target=ast.Name(id=found), value=value) if found == name:
                    return value
                case _:
                    pass
        return None


@dataclass(frozen=True, slots=True)
class ClientName:
    """A name of the module that stands for a blocking generated client."""

    name: str
    surface: Surface
    base: Text
    timeout: float | None
    """The one it was made with, if that is a number, in seconds."""
    statement: int
    """The index of the statement of the module that binds it."""


def names_of(tree: ast.Module) -> Names:
    """Return the names of a file."""
    return Names(tree, Counter(name for node in ast.walk(tree) for name in bindings(node)))


def bindings(node: ast.AST) -> Iterator[str]:
    """Yield what one node binds; what it sets on a name counts, as it changes what that means."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.alias(name=name, asname=asname):
            yield asname or name.partition(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            yield name
        case _ if type(node).__name__ in _TYPE_PARAMETERS:
            yield str(getattr(node, "name", "*"))
        case _:
            pass


def imported(names: Names, modules: frozenset[str]) -> Iterator[str]:
    """Yield the names by which the module imports whole *modules*."""
    for node in names.tree.body:
        for alias in node.names if isinstance(node, ast.Import) else ():
            name = alias.asname or alias.name
            if alias.name in modules and names.once(name):
                yield name


def clients(names: Names, surface: Surface) -> Iterator[ClientName]:
    """Yield the names of the module that stand for a client that is never closed."""
    classes = {
        alias.asname or alias.name
        for node in names.tree.body
        if isinstance(node, ast.ImportFrom) and node.module == surface.package and not node.level
        for alias in node.names
        if alias.name == surface.client
    }
    ended = _ended(names.tree)
    for index, node in enumerate(names.tree.body):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=made)) as call
            ) if made in classes and names.once(made) and names.once(name) and name not in ended:
                yield from _client(names, surface, name, call, index)
            case _:
                pass


def _client(
    names: Names, surface: Surface, name: str, call: ast.Call, index: int
) -> Iterator[ClientName]:
    given = {each.arg: each.value for each in call.keywords}
    at = [*call.args, *filter(None, [given.get("base_url")])]
    if None in given or len(at) != 1:
        return
    base = written(at[0], names)
    if base is not None and _steady(base, names):
        yield ClientName(name, surface, base, seconds(given.get("timeout")), index)


def _ended(tree: ast.Module) -> frozenset[str]:
    """Return the names that are closed somewhere, by themselves or by a ``with``."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.withitem(context_expr=context):
                found |= {each.id for each in ast.walk(context) if isinstance(each, ast.Name)}
            case ast.Attribute(value=ast.Name(id=name), attr="close" | "__exit__"):
                found.add(name)
            case _:
                pass
    return frozenset(found)


def seconds(node: ast.expr | None) -> float | None:
    """Return a time-out that is written as a number."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case _:
            return None


def written(node: ast.expr, names: Names, depth: int = _DEEPEST) -> Text | None:
    """Return a text whose unknown parts are plain names; None if it is more than that."""
    match node:
        case ast.Constant(value=str(value)):
            return text(value)
        case ast.Name(id=name):
            return _looked_up(name, names, depth)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([left, right], names, depth)
        case ast.JoinedStr(values=values):
            return _joined(values, names, depth)
        case ast.FormattedValue(value=ast.Name() as value, conversion=-1, format_spec=None):
            return written(value, names, depth)
        case _:
            return None


def _looked_up(name: str, names: Names, depth: int) -> Text:
    """Return what a name of the module holds, if all names in that mean the same everywhere."""
    value = names.constant(name) if depth else None
    held = written(value, names, depth - 1) if value is not None else None
    return held if held is not None and _steady(held, names) else text(Hole(name))


def _steady(held: Text, names: Names) -> bool:
    """Return whether each name in a text is one that the module sets once."""
    holes = [part for part in held.parts if isinstance(part, Hole)]
    return all(names.constant(each.source) is not None for each in holes)


def _joined(nodes: list[ast.expr], names: Names, depth: int) -> Text | None:
    parts: list[str | Hole] = []
    for node in nodes:
        each = written(node, names, depth)
        if each is None:
            return None
        parts += each.parts
    return text(*parts)


def annotated(name: str, kind: str, function: Function | None, names: Names) -> bool:
    """Return whether a name is a parameter of *function*, of the builtin type *kind*, as given."""
    if function is None or names.bound[kind]:
        return False
    given = function.args
    for each in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        match each:
            case ast.arg(arg=found, annotation=ast.Name(id=stated)) if found == name:
                inside = Counter(one for node in ast.walk(function) for one in bindings(node))
                return stated == kind and inside[name] == 1
            case _:
                pass
    return False
