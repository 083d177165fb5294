"""Which parameters a function reads of its request: by its syntax tree, and those it calls.

The request is followed through aliases (``query = request.query_params``), copies such as
``dict(query)``, loops over constants, models that are filled from it, and helper functions. Where
it goes somewhere that can't be followed, this is said: then the function may read more than was
found.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from apigen.fuzz.whitebox.objects import UNKNOWN, Source, source

_DEPTH = 5
_READERS = frozenset({"get", "getlist", "get_list", "getall", "pop", "__getitem__"})
_WHOLE = frozenset({"items", "values", "multi_items"})
_SAME = frozenset({"copy", "mutablecopy"})
_HARMLESS = frozenset({"len", "bool", "str", "repr", "print", "isinstance", "type", "id", "hash"})
_COPIES = frozenset({"dict", "sorted", "cast", "MappingProxyType", "loads", "QueryParams"})


class Kind(StrEnum):
    """What of a request a value is."""

    REQUEST = "request"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"
    PATH = "path"
    BODY = "body"
    RAW = "bytes"
    """The body before it is parsed."""


_ATTRIBUTES = {
    "query_params": Kind.QUERY,
    "headers": Kind.HEADER,
    "cookies": Kind.COOKIE,
    "path_params": Kind.PATH,
}
_METHODS = {"json": Kind.BODY, "form": Kind.BODY, "body": Kind.RAW}


@dataclass(frozen=True, slots=True, order=True)
class Read:
    """A parameter that is read by its name."""

    location: str
    """``query``, ``header``, ``cookie``, ``path`` or ``body``."""
    name: str
    file: str
    line: int


@dataclass(slots=True)
class Reads:
    """What was found in one function and those it calls."""

    found: list[Read] = field(default_factory=list[Read])
    open: set[str] = field(default_factory=set[str])
    """Locations of which the function may read more than was found."""


def reads(function: Any, arguments: Mapping[str, Kind] | None = None) -> Reads:
    """Return what a function reads, its arguments being parts of a request.

    Without *arguments* the first parameter is the request, as Starlette has it.
    """
    found = Reads()
    known = source(function)
    if known is None:
        found.open.update(_all())
        return found
    if arguments is None:
        arguments = dict.fromkeys(known.parameters[:1], Kind.REQUEST)
    _Reader(known, dict(arguments), found, 0).run()
    return found


def _all() -> Iterator[str]:
    return (each.value for each in Kind if each not in {Kind.REQUEST, Kind.RAW})


@dataclass(slots=True)
class _Reader(ast.NodeVisitor):
    """Reads one function from top to bottom."""

    source: Source
    kinds: dict[str, Kind]
    found: Reads
    depth: int
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    returned: Kind | None = None

    def run(self) -> None:
        for each in self.source.tree.body:
            self.visit(each)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.bind(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            self.bind(node.target, node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.bind(node.target, node.value)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.loop(node.target, node.iter)
        self.generic_visit(node)

    visit_AsyncFor = visit_For  # noqa: N815 - the name that ast calls

    def visit_ListComp(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> None:
        for each in node.generators:
            self.loop(each.target, each.iter)
        self.generic_visit(node)

    visit_SetComp = visit_ListComp  # noqa: N815 - the same
    visit_DictComp = visit_ListComp  # noqa: N815 - the same
    visit_GeneratorExp = visit_ListComp  # noqa: N815 - the same

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.visit(node.value)
            self.returned = self.returned or self.kind(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        if (kind := self.kind(node.value)) is not None:
            self.take(kind, node.slice, node)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        match node:
            case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[value]):
                if (kind := self.kind(value)) is not None:
                    self.take(kind, key, node)
            case _:
                pass

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        self.call(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        match node:
            case ast.Attribute(value=value, attr="scope" | "stream" | "_receive"):
                if self.kind(value) is Kind.REQUEST:
                    self.found.open.update(_all())
            case ast.Attribute(value=ast.Attribute(value=value, attr="url"), attr="query"):
                if self.kind(value) is Kind.REQUEST:
                    self.found.open.add(Kind.QUERY.value)
            case _:
                pass

    def bind(self, target: ast.expr, value: ast.expr) -> None:
        """Remember what a name stands for from now on."""
        if not isinstance(target, ast.Name):
            return
        kind = self.kind(value)
        if kind is None:
            self.kinds.pop(target.id, None)
        else:
            self.kinds[target.id] = kind
        texts = self.names(value)
        if texts is None:
            self.texts.pop(target.id, None)
        else:
            self.texts[target.id] = texts

    def loop(self, target: ast.expr, values: ast.expr) -> None:
        """Remember the texts over which a loop goes."""
        texts = self.names(values)
        first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
        if isinstance(first, ast.Name) and texts is not None:
            self.texts[first.id] = texts
        kind = self.kind(values)
        if kind is not None and kind is not Kind.BODY:
            self.found.open.update(_open(kind))

    def names(self, node: ast.expr) -> tuple[str, ...] | None:
        """Return the texts that an expression can be."""
        if isinstance(node, ast.Name) and node.id in self.texts:
            return self.texts[node.id]
        if isinstance(node, ast.IfExp):
            one, other = self.names(node.body), self.names(node.orelse)
            return None if one is None or other is None else (*one, *other)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            within = node.func.value  # NAMES.items()
            return self.names(within) if node.func.attr in {"items", "keys"} else None
        if isinstance(node, ast.Attribute) and node.attr == "value":
            return self.names(node.value)
        return self.source.texts(node)

    def take(self, kind: Kind, key: ast.expr, node: ast.AST) -> None:
        """Write down that a name is read of a part of the request."""
        if kind in {Kind.REQUEST, Kind.RAW}:
            return
        if kind is Kind.BODY and isinstance(key, ast.Slice):
            return
        if isinstance(key, ast.Constant) and not isinstance(key.value, str):
            return
        names = self.names(key)
        if names is None:
            self.found.open.add(kind.value)
            return
        line = self.source.line + int(getattr(node, "lineno", 1)) - 1
        self.found.found += [Read(kind.value, name, self.source.file, line) for name in names]

    def kind(self, node: ast.expr | None) -> Kind | None:
        """Return what of the request an expression is; None if it is nothing of it."""
        match node:
            case ast.Name(id=name):
                return self.kinds.get(name)
            case ast.Await(value=value) | ast.NamedExpr(value=value) | ast.Starred(value=value):
                return self.kind(value)
            case ast.Attribute(value=value, attr=attribute):
                return _ATTRIBUTES.get(attribute) if self.kind(value) is Kind.REQUEST else None
            case ast.BoolOp(values=values):
                return next((kind for each in values if (kind := self.kind(each))), None)
            case ast.IfExp(body=body, orelse=other):
                return self.kind(body) or self.kind(other)
            case ast.Call():
                return self.kind_of_call(node)
            case _:
                return None

    def kind_of_call(self, node: ast.Call) -> Kind | None:
        if isinstance(node.func, ast.Attribute):
            owner = self.kind(node.func.value)
            if owner is Kind.REQUEST:
                return _METHODS.get(node.func.attr)
            if owner is not None:
                return owner if node.func.attr in _SAME else None
        name = _last(node.func)
        given = next((kind for each in node.args if (kind := self.kind(each))), None)
        if name in _COPIES:
            return Kind.BODY if name == "loads" and given is Kind.RAW else given
        return self.called(node, Reads()) if given is not None else None

    def call(self, node: ast.Call) -> None:
        """Follow a call to which something of the request goes."""
        if isinstance(node.func, ast.Attribute):
            owner = self.kind(node.func.value)
            if owner is not None:
                self.method(owner, node.func.attr, node)
                return
        parts = [*node.args, *(each.value for each in node.keywords)]
        if any(self.kind(each) for each in parts) and _last(node.func) not in _HARMLESS | _COPIES:
            self.called(node, self.found)

    def method(self, owner: Kind, name: str, node: ast.Call) -> None:
        if owner in {Kind.REQUEST, Kind.RAW}:
            return
        if name in _READERS and node.args:
            self.take(owner, node.args[0], node)
        elif name in _WHOLE:
            self.found.open.add(owner.value)

    def called(self, node: ast.Call, into: Reads) -> Kind | None:
        """Read the function that is called; return what of the request it gives back."""
        value = self.source.value(node.func)
        fields = _fields(value)
        if fields is not None:
            self.filled(node, fields, into)
            return None
        function = None if value is UNKNOWN or self.depth >= _DEPTH else source(value)
        given = self.arguments(node, function)
        if function is None:
            for kind in given.values():
                into.open.update(_open(kind))
            return None
        inner = _Reader(function, given, into, self.depth + 1)
        inner.run()
        return inner.returned

    def filled(self, node: ast.Call, fields: tuple[str, ...], into: Reads) -> None:
        """Write down the fields of a model that is filled from a part of the request."""
        spread = [each.value for each in node.keywords if each.arg is None]
        line = self.source.line + node.lineno - 1
        for each in (*spread, *node.args):
            if (kind := self.kind(each)) is not None and kind is not Kind.REQUEST:
                into.found += [Read(kind.value, name, self.source.file, line) for name in fields]

    def arguments(self, node: ast.Call, function: Source | None) -> dict[str, Kind]:
        """Return which parameters of the function get what of the request."""
        names = function.parameters if function is not None else ()
        given: dict[str, Kind] = {}
        for position, each in enumerate(node.args):
            if (kind := self.kind(each)) is not None:
                given[names[position] if position < len(names) else f"*{position}"] = kind
        for keyword in node.keywords:
            if (kind := self.kind(keyword.value)) is not None:
                given[keyword.arg or "**"] = kind
        return given


def _open(kind: Kind) -> tuple[str, ...]:
    if kind is Kind.REQUEST:
        return tuple(_all())
    return (Kind.BODY.value,) if kind is Kind.RAW else (kind.value,)


def _last(node: ast.expr) -> str:
    """Return the last name of ``name`` or ``some.name``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _fields(value: Any) -> tuple[str, ...] | None:
    """Return the wire names of a Pydantic model's fields, given it or a method that fills it."""
    owner = getattr(value, "__self__", value)
    return model_names(owner)


def model_names(model: Any) -> tuple[str, ...] | None:
    """Return the names under which the fields of a Pydantic model are sent; None if it is none."""
    fields = getattr(model, "model_fields", None) if isinstance(model, type) else None
    if not isinstance(fields, dict):
        return None
    named = cast("dict[str, Any]", fields)
    return tuple(str(each.alias or name) for name, each in named.items())
