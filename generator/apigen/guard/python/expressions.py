"""Expressions: what each may be."""

import ast
from collections.abc import Callable, Mapping

from apigen.guard import texts
from apigen.guard.python.calls import attribute, call, constructed
from apigen.guard.python.project import Frame
from apigen.guard.values import (
    UNKNOWN,
    Arguments,
    Choice,
    Hole,
    Items,
    Local,
    Name,
    Table,
    Text,
    Unknown,
    Value,
    as_texts,
    choice,
    options,
    text,
)

_MOST_ITEMS = 64
_ENVIRONMENT = frozenset({"os.environ", "environ"})


def evaluate(node: ast.expr, frame: Frame) -> Value:
    """Return what an expression may be; what it calls is noted in *frame* on the way."""
    evaluator = _EVALUATORS.get(type(node))
    if evaluator is not None:
        return evaluator(node, frame)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(child, frame)
    return UNKNOWN


def source_of(node: ast.expr) -> str:
    """Return an expression as it is written, shortened."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=name):
            return f"{source_of(owner)}.{name}"
        case _:
            return ast.unparse(node)[:200]


def _constant(node: ast.Constant, frame: Frame) -> Value:
    del frame
    match node.value:
        case str():
            return text(node.value)
        case bytes():
            return text(node.value.decode("latin-1"))
        case bool() | None:
            return UNKNOWN
        case int() | float():
            return text(repr(node.value))
        case _:
            return UNKNOWN


def _name(node: ast.Name, frame: Frame) -> Value:
    found = frame.look_up(node.id)
    return Name(f"builtins.{node.id}") if found is None else _named(found, node.id)


def _named(value: Value, name: str) -> Value:
    return Unknown(name) if value == UNKNOWN else value


def _attribute(node: ast.Attribute, frame: Frame) -> Value:
    owner = evaluate(node.value, frame)
    found = choice(*(attribute(each, node.attr, frame) for each in options(owner)))
    return _named(found, source_of(node))


def _joined(node: ast.JoinedStr, frame: Frame) -> Value:
    values = [
        (evaluate(part.value, frame), source_of(part.value))
        if isinstance(part, ast.FormattedValue)
        else (evaluate(part, frame), "")
        for part in node.values
    ]
    return texts.combine(values, texts.concat) if values else text("")


def _binary(node: ast.BinOp, frame: Frame) -> Value:
    left, right = evaluate(node.left, frame), evaluate(node.right, frame)
    sources = (source_of(node.left), source_of(node.right))
    match node.op:
        case ast.Add() if isinstance(left, Items) and isinstance(right, Items):
            return Items((*left.values, *right.values)[:_MOST_ITEMS])
        case ast.Add() if _is_text(left) or _is_text(right):
            return texts.combine(((left, sources[0]), (right, sources[1])), texts.concat)
        case ast.Add():
            return _sum(left, right, sources)
        case ast.Div() if _is_text(left) or _is_text(right):
            return texts.combine(((left, sources[0]), (right, sources[1])), texts.slashed)
        case ast.Mod() if _is_text(left):
            filled = [texts.percent(each, right, sources[1]) for each in as_texts(left, "")]
            return choice(*filled)
        case ast.BitOr() if isinstance(left, Table) and isinstance(right, Table):
            return Table((*right.entries, *left.entries))
        case _:
            return UNKNOWN


def _sum(left: Value, right: Value, sources: tuple[str, str]) -> Value:
    """Return two unknown values added: perhaps texts."""
    if isinstance(left, Unknown) and isinstance(right, Unknown):
        return texts.combine(((left, sources[0]), (right, sources[1])), texts.concat)
    return UNKNOWN


def _is_text(value: Value) -> bool:
    return any(isinstance(each, Text) for each in options(value))


def _boolean(node: ast.BoolOp, frame: Frame) -> Value:
    return choice(*(evaluate(each, frame) for each in node.values))


def _conditional(node: ast.IfExp, frame: Frame) -> Value:
    evaluate(node.test, frame)
    return choice(evaluate(node.body, frame), evaluate(node.orelse, frame))


def _walrus(node: ast.NamedExpr, frame: Frame) -> Value:
    frame.names[node.target.id] = value = evaluate(node.value, frame)
    return value


def _inner(node: ast.Await | ast.Starred | ast.YieldFrom, frame: Frame) -> Value:
    return evaluate(node.value, frame)


def _yielded(node: ast.Yield, frame: Frame) -> Value:
    if node.value is not None:
        frame.returns.append(evaluate(node.value, frame))
    return UNKNOWN


def _items(node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
    found: list[Value] = []
    for each in node.elts:
        value = evaluate(each, frame)
        spread = isinstance(each, ast.Starred) and isinstance(value, Items)
        found += value.values if spread and isinstance(value, Items) else (value,)
    return Items(tuple(found[:_MOST_ITEMS]))


def _dict(node: ast.Dict, frame: Frame) -> Value:
    entries: list[tuple[str, Value]] = []
    for key, each in zip(node.keys, node.values, strict=True):
        value = evaluate(each, frame)
        if key is None:
            entries += value.entries if isinstance(value, Table) else ()
            continue
        name = evaluate(key, frame)
        literal = name.literal if isinstance(name, Text) else None
        entries.append((literal if literal is not None else f"\0{source_of(key)}", value))
    return Table(tuple(entries[:512]))


def _subscript(node: ast.Subscript, frame: Frame) -> Value:
    owner, key = evaluate(node.value, frame), evaluate(node.slice, frame)
    found = choice(*(_item(each, key, node) for each in options(owner)))
    return _named(found, source_of(node))


def _item(owner: Value, key: Value, node: ast.Subscript) -> Value:
    name = key.literal if isinstance(key, Text) else None
    match owner:
        case Table():
            return owner.get(name) if name is not None else choice(*(v for _, v in owner.entries))
        case Items() if name is not None and name.isdecimal():
            return owner.values[int(name)] if int(name) < len(owner.values) else UNKNOWN
        case Items():
            return choice(*owner.values)
        case Name(path) if path in _ENVIRONMENT and name:
            return Text((Hole(name),))
        case Local(kind="class"):
            return owner
        case Text() if isinstance(node.slice, ast.Slice):
            return owner
        case _:
            return UNKNOWN


def _call(node: ast.Call, frame: Frame) -> Value:
    callee = evaluate(node.func, frame)
    positional: list[Value] = []
    for each in node.args:
        value = evaluate(each, frame)
        spread = isinstance(each, ast.Starred) and isinstance(value, Items)
        positional += value.values if spread and isinstance(value, Items) else (value,)
    named: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(keyword.value, frame)
        if keyword.arg is not None:
            named[keyword.arg] = _named(value, source_of(keyword.value))
        elif isinstance(value, Table):
            named.update(value.entries)
    sources = [source_of(each) for each in node.args]
    given = tuple(
        _named(value, sources[index] if index < len(sources) else "")
        for index, value in enumerate(positional)
    )
    arguments = Arguments(given, named)
    return choice(*(call(each, arguments, node, frame) for each in options(callee)))


def _lambda(node: ast.Lambda, frame: Frame) -> Value:
    name = f"{frame.qualname}.<lambda {node.lineno}:{node.col_offset}>"
    frame.module.functions[name] = (node, frame)
    return Local("function", frame.module.file, name)


def _comprehension(node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame) -> Value:
    inner = _bound(node.generators, frame)
    value = evaluate(node.elt, inner)
    return Items(options(value))


def _dict_comprehension(node: ast.DictComp, frame: Frame) -> Value:
    inner = _bound(node.generators, frame)
    evaluate(node.key, inner)
    return Table((("\0", evaluate(node.value, inner)),))


def _bound(generators: list[ast.comprehension], frame: Frame) -> Frame:
    inner = Frame(frame.project, frame.module, {}, frame, frame.qualname, frame.owner)
    inner.returns, inner.sent = frame.returns, frame.sent
    for each in generators:
        bind(each.target, element(evaluate(each.iter, inner)), inner)
        for condition in each.ifs:
            evaluate(condition, inner)
    return inner


def element(value: Value) -> Value:
    """Return what iterating over a value gives."""
    match value:
        case Items(values):
            return choice(*values)
        case Table(entries):
            return choice(*(text(key) for key, _ in entries if not key.startswith("\0")))
        case Choice(possible):
            return choice(*(element(each) for each in possible))
        case Local(kind="class"):
            return value
        case _:
            return UNKNOWN


def bind(target: ast.expr, value: Value, frame: Frame) -> None:
    """Give a target of an assignment its value."""
    match target:
        case ast.Name(id=name):
            frame.names[name] = value
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(targets, value, frame)
        case ast.Starred(value=inner):
            bind(inner, UNKNOWN, frame)
        case ast.Attribute(value=owner, attr=name):
            for each in options(evaluate(owner, frame)):
                _set(each, name, value, frame)
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            known = frame.look_up(name)
            if isinstance(known, Table):
                key = evaluate(index, frame)
                literal = key.literal if isinstance(key, Text) else None
                frame.names[name] = Table(((literal or "\0", value), *known.entries)[:512])
        case _:
            evaluate(target, frame)


def _unpack(targets: list[ast.expr], value: Value, frame: Frame) -> None:
    for each in options(value):
        if isinstance(each, Items) and len(each.values) == len(targets):
            for one, part in zip(targets, each.values, strict=True):
                bind(one, part, frame)
            return
    rows = [each for each in options(value) if isinstance(each, Items)]
    for index, one in enumerate(targets):
        parts = [row.values[index] for row in rows if len(row.values) == len(targets)]
        bind(one, choice(*parts) if parts else UNKNOWN, frame)


def _set(owner: Value, name: str, value: Value, frame: Frame) -> None:
    """Assign to an attribute: of an object of the project, or a module."""
    if not isinstance(owner, Local):
        return
    module = frame.project.modules.get(owner.file)
    if module is None:
        return
    if owner.kind == "module":
        module.names[name] = choice(module.names.get(name, UNKNOWN), value)
    elif known := module.classes.get(owner.name):
        known.attributes[name] = choice(known.attributes.get(name, UNKNOWN), value)


_EVALUATORS: Mapping[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.JoinedStr: _joined,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.NamedExpr: _walrus,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.YieldFrom: _inner,
    ast.Yield: _yielded,
    ast.List: _items,
    ast.Tuple: _items,
    ast.Set: _items,
    ast.Dict: _dict,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
}
__all__ = ["bind", "constructed", "element", "evaluate", "source_of"]
