"""When code is run: functions once each, classes before anybody looks at their objects."""

import ast
from collections.abc import Callable

from apigen.guard.python.project import Class, Frame, Function, Module, Project, Summary
from apigen.guard.values import UNKNOWN, Client, Local, Name, Unknown, Value, choice

Body = Callable[[Function, Frame], None]
_FIRST = ("__init__", "__post_init__", "setup", "setUp", "setup_method", "setUpClass", "on_start")


def summary(project: Project, module: Module, name: str) -> Summary:
    """Return what calling a function comes to; it is run once."""
    if name in module.summaries:
        return module.summaries[name]
    module.summaries[name] = Summary()  # whoever calls it while it runs sees nothing
    function, outer = module.functions[name]
    owner = _owner(module, name, outer)
    frame = Frame(project, module, {}, outer, name, owner)
    _parameters(function, name, frame)
    project.execute(function, frame)
    done = Summary(choice(*frame.returns) if frame.returns else UNKNOWN, tuple(frame.sent))
    module.summaries[name] = done
    return done


def _owner(module: Module, name: str, outer: Frame) -> str:
    owner = name.rpartition(".")[0]
    return owner if owner in module.classes else outer.owner


def _parameters(function: Function, name: str, frame: Frame) -> None:
    """Give parameters their values: what they are annotated as, or a mark of their own."""
    spec = function.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    first = every[0].arg if every else ""
    for each in (*every, *(one for one in (spec.vararg, spec.kwarg) if one)):
        frame.names[each.arg] = frame.project.parameter(each, function, frame) or Unknown(
            each.arg, f"{name}:{each.arg}"
        )
    if frame.owner and first in {"self", "cls", "mcs"}:
        kind = "instance" if first == "self" else "class"
        frame.names[first] = Local(kind, frame.module.file, frame.owner)


def prepared(project: Project, module: Module, known: Class) -> None:
    """Run what sets the attributes of a class's objects, once."""
    if known.prepared:
        return
    known.prepared = True
    for first in _FIRST:
        value = known.attributes.get(first)
        if isinstance(value, Local) and value.kind == "function" and value.file == module.file:
            summary(project, module, value.name)
    for each in known.node.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and _sets_attributes(each):
            name = f"{known.frame.qualname}.{each.name}"
            if name in module.functions:
                summary(project, module, name)


def _sets_attributes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"self", "cls"}
        for node in ast.walk(function)
    )


def client_among(bases: tuple[Value, ...], is_client: Callable[[str], bool]) -> Client | None:
    """Return the library's client that a class derives from."""
    names = [each.path for each in bases if isinstance(each, Name)]
    return next((Client(path) for path in names if is_client(path)), None)
