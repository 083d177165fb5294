"""How generated code is used: what is caught and goes no further, what is written a second time."""

import ast
from collections.abc import Iterator, Sequence

from apigen.diagnostics import consumers as codes
from apigen.guard.finding import Found, at
from apigen.guard.python.project import Module
from apigen.guard.surface import Surface
from apigen.guard.values import Name

_BROAD = frozenset({"Exception", "BaseException"})
_CONSTRUCTION = _BROAD | {
    "ValidationError", "ValueError", "TypeError", "InvalidBaseUrl", "InvalidArgument",
}  # fmt: skip
_ENDINGS = frozenset({"exit", "_exit", "abort", "fail", "die", "terminate", "xfail", "skip"})
_MODELS = frozenset({"BaseModel", "TypedDict", "NamedTuple", "Struct", "SQLModel", "Schema"})
_LIKE = 0.8
_FEWEST = 4


def practices(module: Module, surfaces: Sequence[Surface]) -> Iterator[Found]:
    """Yield what is amiss in how a module uses generated packages."""
    called = {id(node): value.path for node, value in module.calls if isinstance(value, Name)}
    for node in ast.walk(module.tree):
        match node:
            case ast.Try():
                yield from _caught(node, called, surfaces)
            case ast.With() | ast.AsyncWith():
                yield from _suppressed(node, called, surfaces)
            case ast.ClassDef():
                yield from _shadow(node, surfaces)
            case ast.Call() if id(node) in called:
                yield from _timeless(node, called[id(node)], surfaces)
            case _:
                pass


def _kind(path: str, surfaces: Sequence[Surface]) -> tuple[str, str]:
    """Return whether a call constructs ('made') or calls ('sent'), and what."""
    for each in surfaces:
        root, _, rest = path.partition(".")
        if root != each.package:
            continue
        names = {each.client, f"Async{each.client}"}
        last = rest.rpartition(".")[2]
        if rest in names or last in names:
            return "made", last
        if rest.startswith("models.") and last[:1].isupper() and "(" not in rest:
            return "made", last
        if "()" in rest and any(
            last == one.call or last.startswith("iter_") for one in each.endpoints
        ):
            return "sent", last
    return "", ""


def _calls(
    body: Sequence[ast.stmt], called: dict[int, str], surfaces: Sequence[Surface]
) -> Iterator[tuple[str, str]]:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and id(node) in called:
                kind = _kind(called[id(node)], surfaces)
                if kind[0]:
                    yield kind


def _caught(node: ast.Try, called: dict[int, str], surfaces: Sequence[Surface]) -> Iterator[Found]:
    inside = list(_calls(node.body, called, surfaces))
    made = next((name for kind, name in inside if kind == "made"), "")
    sent = next((name for kind, name in inside if kind == "sent"), "")
    told = False
    for handler in node.handlers:
        names = _names(handler.type)
        if _goes_on(handler):
            if made and names & _CONSTRUCTION and not (sent and names & _BROAD):
                message = f"a failure to construct {made} is caught and goes no further"
                hint = "let it pass, or raise from it"
                yield Found(codes.SWALLOWED.id, *at(handler), message, hint)
            elif sent and names & _BROAD and not told:
                message = f"every exception of {sent}(...) is caught here, and none raised"
                hint = "catch ApiError, and decide by its class or its layer"
                yield Found(codes.BROAD.id, *at(handler), message, hint)
        told = told or bool(names - _BROAD - {"KeyboardInterrupt", "ValidationError"})


def _suppressed(
    node: ast.With | ast.AsyncWith, called: dict[int, str], surfaces: Sequence[Surface]
) -> Iterator[Found]:
    for item in node.items:
        call = item.context_expr
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("suppress"):
            continue
        names = {name for each in call.args for name in _names(each)}
        inside = list(_calls(node.body, called, surfaces))
        if names & _BROAD and any(kind == "sent" for kind, _ in inside):
            message = "every exception of a generated call is suppressed here"
            yield Found(codes.BROAD.id, *at(call), message, "suppress ApiError, or a class of it")
        elif names & _CONSTRUCTION and any(kind == "made" for kind, _ in inside):
            message = "a failure to construct is suppressed here"
            yield Found(codes.SWALLOWED.id, *at(call), message, "let it pass, or raise from it")


def _names(node: ast.expr | None) -> set[str]:
    match node:
        case None:
            return {"BaseException"}
        case ast.Tuple(elts=several):
            return {name for each in several for name in _names(each)}
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return {name}
        case _:
            return set()


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """Return whether nothing in a handler raises or ends the program."""
    for node in (each for statement in handler.body for each in ast.walk(statement)):
        if isinstance(node, ast.Raise):
            return False
        if isinstance(node, ast.Call) and _names(node.func) & _ENDINGS:
            return False
    return True


def _shadow(node: ast.ClassDef, surfaces: Sequence[Surface]) -> Iterator[Found]:
    """Find a class with the members of a generated model."""
    decorated = any("dataclass" in ast.unparse(d) or "define" in ast.unparse(d) or
                    "attr" in ast.unparse(d) for d in node.decorator_list)  # fmt: skip
    bases = {name for base in node.bases for name in _names(base)}
    if not decorated and not bases & _MODELS:
        return
    members = _members(node)
    best: tuple[float, str, Surface] | None = None
    for surface in surfaces:
        for model in surface.models:
            share = _likeness(node.name, members, model.name, set(model.members))
            if share and (best is None or share > best[0]):
                best = (share, model.name, surface)
    if best is not None:
        _, name, surface = best
        message = f"'{node.name}' has the members of the generated model '{name}'"
        hint = f"from {surface.package} import models as m, and use m.{name}"
        yield Found(codes.SHADOW.id, *at(node), message, hint)


def _members(node: ast.ClassDef) -> set[str]:
    found: set[str] = set()
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            alias = _alias(each.value)
            found.add(alias or each.target.id)
    return found


def _alias(value: ast.expr | None) -> str:
    if isinstance(value, ast.Call):
        for keyword in value.keywords:
            if keyword.arg in {
                "alias",
                "serialization_alias",
                "validation_alias",
                "name",
            } and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return ""


def _likeness(name: str, members: set[str], other: str, theirs: set[str]) -> float:
    """Return how alike two models are; 0 where they are not alike enough to speak of."""
    if not members or not theirs:
        return 0
    common = members & theirs
    share = len(common) / len(members | theirs)
    if name.lower().removesuffix("model") == other.lower() and len(common) >= max(
        2, len(members) // 2
    ):
        return 1 + share
    return share if share >= _LIKE and len(common) >= _FEWEST else 0


def _timeless(node: ast.Call, path: str, surfaces: Sequence[Surface]) -> Iterator[Found]:
    kind, name = _kind(path, surfaces)
    clients = {each.client for each in surfaces} | {f"Async{each.client}" for each in surfaces}
    given = {each.arg for each in node.keywords}
    if kind == "made" and name in clients and not given & {"timeout", "http", None}:
        yield Found(codes.NO_TIMEOUT.id, *at(node), f"{name} is constructed without a time-out")
