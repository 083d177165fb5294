"""Statements: run in their order, branches side by side, loops once."""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from apigen.guard import libraries, texts
from apigen.guard.python.expressions import bind, constructed, element, evaluate, source_of
from apigen.guard.python.project import Class, Frame, Function, Module, Project
from apigen.guard.python.running import client_among, prepared, summary
from apigen.guard.values import (
    UNKNOWN,
    Arguments,
    Client,
    Local,
    Name,
    Table,
    Text,
    Unknown,
    Value,
    as_texts,
    choice,
    options,
)

_ENUMS = ("Enum", "StrEnum", "IntEnum")


def run_module(project: Project, module: Module) -> None:
    """Run a module, then each of its functions."""
    frame = Frame(project, module, module.names)
    run(module.tree.body, frame)
    for known in list(module.classes.values()):
        prepared(project, module, known)
    for name in list(module.functions):
        summary(project, module, name)


def execute(function: Function, frame: Frame) -> None:
    """Run the body of a function."""
    if isinstance(function, ast.Lambda):
        frame.returns.append(evaluate(function.body, frame))
        return
    run(function.body, frame)
    if not frame.returns and function.returns is not None:
        found = _annotated(function.returns, frame)
        if found is not None:
            frame.returns.append(found)


def parameter(argument: ast.arg, function: Function, frame: Frame) -> Value | None:
    """Return what a parameter is by its annotation, its default or as a fixture."""
    if argument.annotation is not None:
        found = _annotated(argument.annotation, frame)
        if found is not None:
            return found
    if isinstance(function, ast.Lambda):
        return None
    if _asks_for_fixtures(function):
        return _fixture(argument.arg, frame)
    return None


def _asks_for_fixtures(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return function.name.startswith("test") or _is_fixture(function)


def _is_fixture(function: Function) -> bool:
    decorators = [] if isinstance(function, ast.Lambda) else function.decorator_list
    return any("fixture" in ast.unparse(each) for each in decorators)


def _fixture(name: str, frame: Frame) -> Value | None:
    """Return what a fixture gives: of this file, or of a conftest above."""
    folder = PurePosixPath(frame.module.file).parent
    files = [frame.module.file, *(str(f / "conftest.py") for f in (folder, *folder.parents))]
    for file in files:
        known = file == frame.module.file or file in frame.project.files.get("conftest", ())
        module = frame.project.module(file) if known else None
        module = module or (frame.module if file == frame.module.file else None)
        if module is None:
            continue
        for qualname, (function, _) in module.functions.items():
            if qualname.rpartition(".")[2] == name and _is_fixture(function):
                return summary(frame.project, module, qualname).returns
    return None


def _annotated(node: ast.expr, frame: Frame) -> Value | None:
    """Return an object of the class that an annotation names, where that is of interest."""
    match node:
        case ast.Constant(value=str(written)):
            try:
                return _annotated(ast.parse(written, mode="eval").body, frame)
            except (SyntaxError, ValueError):
                return None
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _annotated(left, frame) or _annotated(right, frame)
        case ast.Subscript(value=outer, slice=inner):
            if source_of(outer).rpartition(".")[2] in {
                "Optional", "Annotated", "Iterator", "Generator", "AsyncIterator", "Union",
                "AsyncGenerator", "Final", "ClassVar", "Required", "type", "Awaitable",
            }:  # fmt: skip
                first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
                return _annotated(first, frame)
            return None
        case ast.Name() | ast.Attribute():
            return _object(evaluate(node, frame))
        case _:
            return None


def _object(value: Value) -> Value | None:
    match value:
        case Name(path) if libraries.client(path) is not None:
            return Client(path)
        case Name(path) if libraries.is_test_client(path):
            return Client("in-process")
        case Name(path) if path.count(".") and path.partition(".")[0] not in {"typing", "builtins"}:
            return Name(f"{path}()")
        case Local(kind="class", file=file, name=name):
            return Local("instance", file, name)
        case _:
            return None


def run(statements: Sequence[ast.stmt], frame: Frame) -> None:
    """Run statements one after the other."""
    for each in statements:
        runner = _RUNNERS.get(type(each))
        if runner is not None:
            runner(each, frame)
        else:
            for child in ast.iter_child_nodes(each):
                if isinstance(child, ast.expr):
                    evaluate(child, frame)


def _expression(node: ast.Expr, frame: Frame) -> None:
    evaluate(node.value, frame)


def _assign(node: ast.Assign, frame: Frame) -> None:
    value = evaluate(node.value, frame)
    for target in node.targets:
        bind(target, value, frame)


def _annotated_assign(node: ast.AnnAssign, frame: Frame) -> None:
    value = evaluate(node.value, frame) if node.value is not None else UNKNOWN
    if isinstance(value, Unknown):
        value = _annotated(node.annotation, frame) or value
    bind(node.target, value, frame)


def _augmented(node: ast.AugAssign, frame: Frame) -> None:
    before, value = evaluate(node.target, frame), evaluate(node.value, frame)
    join = _JOINING.get(type(node.op))
    is_text = any(isinstance(each, Text) for each in (*options(before), *options(value)))
    if join is not None and is_text:
        pieces = ((before, source_of(node.target)), (value, source_of(node.value)))
        bind(node.target, texts.combine(pieces, join), frame)
    elif isinstance(before, Table) and isinstance(value, Table):
        bind(node.target, Table((*value.entries, *before.entries)), frame)
    else:
        bind(node.target, UNKNOWN, frame)


def _branches(bodies: Iterable[Sequence[ast.stmt]], frame: Frame) -> None:
    """Run branches side by side, each from the same start, and merge what they leave."""
    before = dict(frame.names)
    results: list[dict[str, Value]] = []
    for body in bodies:
        frame.names.clear()
        frame.names.update(before)
        run(body, frame)
        results.append(dict(frame.names))
    frame.names.clear()
    for name in dict.fromkeys(name for result in results for name in result):
        frame.names[name] = choice(*(result[name] for result in results if name in result))


def _if(node: ast.If, frame: Frame) -> None:
    evaluate(node.test, frame)
    if source_of(node.test).endswith("TYPE_CHECKING"):
        run(node.body, frame)
        return
    _branches((node.body, node.orelse), frame)


def _for(node: ast.For | ast.AsyncFor, frame: Frame) -> None:
    bind(node.target, element(evaluate(node.iter, frame)), frame)
    _branches((node.body, ()), frame)
    run(node.orelse, frame)


def _while(node: ast.While, frame: Frame) -> None:
    evaluate(node.test, frame)
    _branches((node.body, ()), frame)
    run(node.orelse, frame)


def _with(node: ast.With | ast.AsyncWith, frame: Frame) -> None:
    for item in node.items:
        value = evaluate(item.context_expr, frame)
        if item.optional_vars is not None:
            bind(item.optional_vars, value, frame)
    run(node.body, frame)


def _try(node: ast.Try | ast.TryStar, frame: Frame) -> None:
    run(node.body, frame)
    _branches(((), *(handler.body for handler in node.handlers)), frame)
    run(node.orelse, frame)
    run(node.finalbody, frame)


def _match(node: ast.Match, frame: Frame) -> None:
    evaluate(node.subject, frame)
    _branches((*(case.body for case in node.cases), ()), frame)


def _return(node: ast.Return, frame: Frame) -> None:
    if node.value is not None:
        frame.returns.append(evaluate(node.value, frame))


def _define(node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
    for each in (*node.args.defaults, *node.args.kw_defaults):
        if each is not None:
            evaluate(each, frame)
    qualname = f"{frame.qualname}.{node.name}" if frame.qualname else node.name
    while qualname in frame.module.functions and frame.module.functions[qualname][0] is not node:
        qualname += "'"
    frame.module.functions[qualname] = (node, frame)
    for each in node.decorator_list:
        evaluate(each, frame)
    frame.names[node.name] = Local("function", frame.module.file, qualname)


def _class(node: ast.ClassDef, frame: Frame) -> None:
    bases = tuple(evaluate(each, frame) for each in node.bases)
    qualname = f"{frame.qualname}.{node.name}" if frame.qualname else node.name
    attributes: dict[str, Value] = {}
    inner = Frame(frame.project, frame.module, attributes, frame, qualname, qualname)
    known = Class(node, bases, attributes, inner)
    known.client = client_among(bases, lambda path: libraries.client(path) is not None)
    frame.module.classes[qualname] = known
    run(node.body, inner)
    if known.client is not None and (base := attributes.get("base_url")) is not None:
        known.client = Client(known.client.kind, as_texts(base, "base_url")[0])
    if any(isinstance(each, Name) and each.path.endswith(_ENUMS) for each in bases):
        frame.names[node.name] = Table(tuple(attributes.items()))
        return
    frame.names[node.name] = Local("class", frame.module.file, qualname)
    _decorated(node, frame)


def _decorated(node: ast.ClassDef, frame: Frame) -> None:
    for each in node.decorator_list:
        evaluate(each, frame)


def _import(node: ast.Import, frame: Frame) -> None:
    for alias in node.names:
        first = alias.name.partition(".")[0]
        wanted = alias.name if alias.asname else first
        frame.names[alias.asname or first] = _module(wanted, frame)


def _module(dotted: str, frame: Frame) -> Value:
    if dotted.partition(".")[0] in frame.project.foreign | libraries.ROOTS:
        return Name(dotted)
    file = frame.project.find(dotted, frame.module.file)
    return Local("module", file) if file and file != frame.module.file else Name(dotted)


def _import_from(node: ast.ImportFrom, frame: Frame) -> None:
    dotted = node.module or ""
    known = dotted.partition(".")[0] in frame.project.foreign | libraries.ROOTS
    file = (
        None
        if known and not node.level
        else frame.project.find(dotted, frame.module.file, node.level)
    )
    for alias in node.names:
        if alias.name == "*":
            module = frame.project.module(file) if file else None
            frame.names.update(module.names if module else {})
            continue
        frame.names[alias.asname or alias.name] = _imported(dotted, file, alias.name, node, frame)


def _imported(
    dotted: str, file: str | None, name: str, node: ast.ImportFrom, frame: Frame
) -> Value:
    if file is not None and file != frame.module.file:
        module = frame.project.module(file)
        if module is not None and name in module.names:
            return module.names[name]
    if node.level or file:
        below = frame.project.find(f"{dotted}.{name}".lstrip("."), frame.module.file, node.level)
        if below:
            return Local("module", below)
        return Unknown(name)
    return Name(f"{dotted}.{name}")


_JOINING: Mapping[type[ast.operator], Callable[..., Text]] = {
    ast.Add: texts.concat,
    ast.Div: texts.slashed,
}
_RUNNERS: Mapping[type[ast.stmt], Callable[..., None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated_assign,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Return: _return,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
}
__all__ = ["Arguments", "constructed", "execute", "parameter", "run_module"]
