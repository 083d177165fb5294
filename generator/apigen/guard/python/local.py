"""Functions and classes of the project: what a call of one comes to."""

import ast
from collections.abc import Callable, Mapping
from itertools import islice, product
from typing import TypeAlias

from apigen.guard import libraries, texts
from apigen.guard.python.project import Class, Frame, Function, Module, Sent
from apigen.guard.python.running import prepared, summary
from apigen.guard.values import (
    MOST,
    UNKNOWN,
    Arguments,
    Choice,
    Client,
    Hole,
    Items,
    Local,
    Member,
    Name,
    Partial,
    Request,
    Table,
    Text,
    Unknown,
    Value,
    as_texts,
    choice,
    text,
)

Call: TypeAlias = Callable[[Value, Arguments, ast.Call, Frame], Value]
_DEEPEST = 12


def instance_attribute(owner: Local, name: str, frame: Frame) -> Value:
    """Return an attribute of a class of the project, or of an object of one."""
    found = _looked_up(owner, name, frame, 0, skip=owner.kind == "super")
    if found is None:
        client = client_of(owner, frame)
        return Member(client, name) if client is not None else Member(owner, name)
    value, place = found
    if isinstance(value, Local) and value.kind == "function":
        module = frame.project.module(value.file)
        function = module.functions.get(value.name) if module else None
        if function and is_property(function[0]):
            return summary(frame.project, place, value.name).returns
        return (
            Member(Local("instance", owner.file, owner.name), name)
            if owner.kind != "super"
            else value
        )
    return value


def is_property(function: Function) -> bool:
    """Return whether a function is called by naming it."""
    decorators = [] if isinstance(function, ast.Lambda) else function.decorator_list
    return any("property" in ast.unparse(each) for each in decorators)


def _looked_up(
    owner: Local, name: str, frame: Frame, depth: int, *, skip: bool = False
) -> tuple[Value, Module] | None:
    """Return an attribute and the module that defines it, in the class or its bases."""
    module = frame.project.module(owner.file) or frame.project.modules.get(owner.file)
    known = module.classes.get(owner.name) if module else None
    if known is None or module is None or depth > _DEEPEST:
        return None
    prepared(frame.project, module, known)
    if name in known.attributes and not skip:
        return known.attributes[name], module
    for base in known.bases:
        if isinstance(base, Local) and (found := _looked_up(base, name, frame, depth + 1)):
            return found
    return None


def client_of(owner: Local, frame: Frame, depth: int = 0) -> Client | None:
    """Return what an object is where its class derives from a library's client."""
    module = frame.project.module(owner.file) or frame.project.modules.get(owner.file)
    known = module.classes.get(owner.name) if module else None
    if known is None or depth > _DEEPEST:
        return None
    if known.client is not None:
        return known.client
    for base in known.bases:
        if isinstance(base, Local) and (found := client_of(base, frame, depth + 1)):
            return found
    return None


def call_local(
    callee: Local,
    arguments: Arguments,
    node: ast.Call,
    frame: Frame,
    call: Call,
    *,
    method: str = "",
) -> Value:
    """Return what a call of something in the project gives."""
    if callee.kind == "function":
        return _called(callee, arguments, node, frame, skip=0)
    if callee.kind == "super":
        return _super(callee, arguments, frame)
    if not method and callee.kind == "class":
        return _made(callee, arguments, frame)
    found = _looked_up(callee, method or "__call__", frame, 0)
    if found is None:
        client = client_of(callee, frame)
        if client is None:
            return Local("instance", callee.file, callee.name) if method in _SAME else UNKNOWN
        return call(Member(client, method), arguments, node, frame)
    value, _ = found
    if isinstance(value, Local) and value.kind == "function":
        return _called(value, arguments, node, frame, skip=_bound(value, frame))
    return call(value, arguments, node, frame)


_SAME = frozenset({"__enter__", "__aenter__"})


def _bound(value: Local, frame: Frame) -> int:
    module = frame.project.module(value.file) or frame.project.modules.get(value.file)
    function = module.functions.get(value.name) if module else None
    if function is None or isinstance(function[0], ast.Lambda):
        return 0
    static = any("staticmethod" in ast.unparse(each) for each in function[0].decorator_list)
    return 0 if static else 1


def _super(callee: Local, arguments: Arguments, frame: Frame) -> Value:
    known = frame.module.classes.get(callee.name)
    if known is not None and known.client is not None:
        base = arguments.get(libraries.client(known.client.kind) or -1, "base_url", "host")
        if base != UNKNOWN:
            known.client = Client(known.client.kind, as_texts(base, "base_url")[0])
    return UNKNOWN


def _made(callee: Local, arguments: Arguments, frame: Frame) -> Value:
    """Return an object; what its constructor is given by name becomes its attributes."""
    module = frame.project.module(callee.file) or frame.project.modules.get(callee.file)
    known = module.classes.get(callee.name) if module else None
    if module is None or known is None:
        return UNKNOWN
    prepared(frame.project, module, known)
    if "__init__" not in known.attributes:
        _fields(known, arguments)
    if known.client is not None and arguments.has("base_url"):
        base = as_texts(arguments.get(-1, "base_url"), "base_url")[0]
        known.client = Client(known.client.kind, base)
    else:
        _initialised(module, known, arguments)
    return Local("instance", callee.file, callee.name)


def _fields(known: Class, arguments: Arguments) -> None:
    for name, value in (arguments.named or {}).items():
        known.attributes[name] = choice(known.attributes.get(name, UNKNOWN), value)
    fields = [each for each in known.node.body if isinstance(each, ast.AnnAssign)]
    for field, value in zip(fields, arguments.positional, strict=False):
        if isinstance(field.target, ast.Name):
            known.attributes[field.target.id] = value


def _initialised(module: Module, known: Class, arguments: Arguments) -> None:
    """Let what ``__init__`` keeps of its parameters be what is given here."""
    init = known.attributes.get("__init__")
    if not isinstance(init, Local) or init.name not in module.functions:
        return
    function = module.functions[init.name][0]
    bindings = bound_arguments(function, init.name, arguments, 1)
    for name, value in list(known.attributes.items()):
        if not isinstance(value, Local):
            known.attributes[name] = substitute(value, bindings)
    if known.client is not None and known.client.base is not None:
        base = filled(known.client.base, bindings)[0]
        known.client = Client(known.client.kind, base)


def _called(
    callee: Local, arguments: Arguments, node: ast.Call, frame: Frame, *, skip: int
) -> Value:
    module = frame.project.module(callee.file) or frame.project.modules.get(callee.file)
    if module is None or callee.name not in module.functions:
        return UNKNOWN
    function = module.functions[callee.name][0]
    done = summary(frame.project, module, callee.name)
    bindings = bound_arguments(function, callee.name, arguments, skip)
    for each in done.sent:
        _sent(each, bindings, node, frame, arguments)
    return substitute(done.returns, bindings)


def _sent(
    each: Sent,
    bindings: Mapping[str, Value],
    node: ast.Call,
    frame: Frame,
    arguments: Arguments,
) -> None:
    """Note a request of a function that was called, with the arguments it was given."""
    receiver = each.receiver
    base: Text | None = None
    if isinstance(receiver, Unknown) and receiver.parameter:
        receiver = bindings.get(receiver.parameter, receiver)
        if isinstance(receiver, Client):
            if receiver.kind == "in-process":
                return
            base = receiver.base
            receiver = None
    for url in filled(each.url, bindings):
        for method in filled(each.method, bindings):
            sent = Sent(method, texts.below(base, url), node, receiver, arguments)
            if frame.project.matches(sent):
                frame.module.sent.append(sent)
            elif _depends(sent):
                frame.sent.append(sent)


def _depends(sent: Sent) -> bool:
    parts = (*sent.url.parts, *sent.method.parts)
    asked = isinstance(sent.receiver, Unknown) and sent.receiver.parameter
    return bool(asked) or any(isinstance(part, Hole) and part.parameter for part in parts)


def bound_arguments(
    function: Function, name: str, arguments: Arguments, skip: int
) -> dict[str, Value]:
    """Return the arguments of a call by the marks of the parameters that they are bound to."""
    spec = function.args
    positional = [each.arg for each in (*spec.posonlyargs, *spec.args)][skip:]
    bindings = {
        f"{name}:{parameter}": value
        for parameter, value in zip(positional, arguments.positional, strict=False)
    }
    for key, value in (arguments.named or {}).items():
        bindings[f"{name}:{key}"] = value
    if spec.vararg and len(arguments.positional) >= len(positional):
        rest = arguments.positional[len(positional) :]
        bindings[f"{name}:{spec.vararg.arg}"] = Items(rest)
    return bindings


def filled(value: Text, bindings: Mapping[str, Value]) -> tuple[Text, ...]:
    """Return a text with parameters replaced by what they are bound to."""
    choices = [
        as_texts(bindings[part.parameter], part.source)
        if isinstance(part, Hole) and part.parameter in bindings
        else (text(part),)
        for part in value.parts
    ]
    return tuple(texts.concat(*chosen) for chosen in islice(product(*choices), MOST))


def substitute(value: Value, bindings: Mapping[str, Value], depth: int = 0) -> Value:
    """Return a value with parameters replaced by what they are bound to."""
    if depth > _DEEPEST:
        return value

    def again(each: Value) -> Value:
        return substitute(each, bindings, depth + 1)

    match value:
        case Unknown(parameter=parameter) if parameter in bindings:
            return bindings[parameter]
        case Text():
            return choice(*filled(value, bindings))
        case Client(kind, base) if base is not None:
            return Client(kind, filled(base, bindings)[0])
        case Request(method, url):
            return Request(method, filled(url, bindings)[0])
        case Items(values):
            return Items(tuple(again(each) for each in values))
        case Table(entries):
            return Table(tuple((key, again(each)) for key, each in entries))
        case Member(owner, name):
            return Member(again(owner), name)
        case Partial(callee, positional, named):
            return Partial(
                again(callee),
                tuple(again(each) for each in positional),
                tuple((key, again(each)) for key, each in named),
            )
        case Choice(possible):
            return choice(*(again(each) for each in possible))
        case _:
            return value


__all__ = ["Name", "call_local", "client_of", "instance_attribute"]
