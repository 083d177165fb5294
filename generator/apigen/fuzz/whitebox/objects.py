"""What a name in a function's source stands for, as far as that can be known without running it."""

import ast
import builtins
import inspect
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import FunctionType, MethodType, ModuleType
from typing import Any, cast

UNKNOWN = object()
"""Stands for what is only known when the function runs."""


@dataclass(frozen=True, slots=True)
class Source:
    """A function, and where it is written."""

    function: Any
    """Of Python; its type would make a method of it here."""
    tree: ast.FunctionDef | ast.AsyncFunctionDef
    file: str
    line: int
    """Of the file, at which the source starts."""
    bound: Any = None
    """What ``self`` is, or the class for a class method; None for a function."""
    given: int = 0
    """How many positional arguments are bound already."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names of the positional parameters that are left for a caller."""
        arguments = self.tree.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        return tuple(names[self.given :])

    @property
    def first(self) -> str | None:
        """Return the name by which the function knows what it is bound to."""
        arguments = (*self.tree.args.posonlyargs, *self.tree.args.args)
        return arguments[0].arg if self.bound is not None and arguments else None

    def value(self, node: ast.expr) -> Any:
        """Return what an expression stands for: a constant, a module, a class, a function.

        Attributes of anything else are not asked for: that would run code.
        """
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return _global(self.function).get(node.id, UNKNOWN)
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id == self.first:
                return _member(self.bound, node.attr)
            owner = self.value(node.value)
            if isinstance(owner, ModuleType | type):
                return getattr(owner, node.attr, UNKNOWN)
        return UNKNOWN

    def texts(self, node: ast.expr) -> tuple[str, ...] | None:
        """Return the texts that a constant holds: itself, or the items of a collection."""
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            items: list[object] = [self.value(each) for each in node.elts]
        elif isinstance(node, ast.Dict):
            items = [self.value(each) for each in node.keys if each is not None]
        else:
            value = self.value(node)
            many = isinstance(value, tuple | list | set | frozenset | dict)
            items = list(cast("Iterable[object]", value)) if many else [value]
        texts = [str.__str__(each) for each in items if isinstance(each, str)]
        return tuple(texts) if texts and len(texts) == len(items) else None


def source(function: Any) -> Source | None:
    """Return a function's source; None if there is none in Python."""
    bound, given = None, 0
    while isinstance(function, partial):
        given += len(function.args)
        function = function.func
    if not inspect.isroutine(function) and not isinstance(function, type):
        function = getattr(function, "__call__", None)  # noqa: B004 - the method is wanted
    if inspect.ismethod(function):
        bound, given = function.__self__, given + 1
        function = function.__func__
    function = inspect.unwrap(function) if callable(function) else function
    function = getattr(function, "__func__", function)
    if not isinstance(function, FunctionType):
        return None
    try:
        lines, line = inspect.getsourcelines(function)
        module = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, SyntaxError, TypeError):
        return None
    tree = module.body[0] if module.body else None
    if not isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    return Source(function, tree, function.__code__.co_filename, line, bound, given)


def _member(bound: Any, name: str) -> Any:
    """Return an attribute of what a method is bound to, without running a property."""
    found = inspect.getattr_static(bound, name, UNKNOWN)
    if isinstance(found, staticmethod):
        return found.__func__
    if isinstance(found, classmethod):
        return getattr(bound, name)
    if isinstance(found, FunctionType):
        return MethodType(found, bound)  # of the class, where there is no object yet
    return UNKNOWN if isinstance(found, property) or hasattr(found, "__get__") else found


def _global(function: FunctionType) -> Mapping[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    closed: dict[str, Any] = {}
    for name, cell in cells:
        try:
            closed[name] = cell.cell_contents
        except ValueError:  # not bound yet
            continue
    return {**vars(builtins), **function.__globals__, **closed}
