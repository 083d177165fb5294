"""Parameters in all places and styles."""

from apigen.compare.changes import Flow
from apigen.compare.finding import Side
from apigen.compare.normal import SCALARS
from apigen.compare.normalising import Normaliser
from apigen.compare.operations import Operation
from apigen.compare.values import Node, members, shown
from apigen.diagnostics import Severity

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_ANYTHING = Node("", value=True)


def compare(side: Side, old: Operation, new: Operation) -> None:
    """Compare the parameters of an operation."""
    before, after = dict(old.parameters), dict(new.parameters)
    for was, now in zip(old.names, new.names, strict=False):
        left, right = before.pop(("path", was), None), after.pop(("path", now), None)
        if was != now:
            text = f"the path's parameter '{was}' is called '{now}' now"
            side.tell("request-path-parameter-renamed", text, left or old.node, right or new.node)
        if left is not None and right is not None:
            _parameter(side, left, right, now)
    for key in dict.fromkeys((*before, *after)):
        if key[0] == "path":
            continue
        left, right = before.get(key), after.get(key)
        if left is not None and right is not None:
            _parameter(side, left, right, key[1])
        elif right is not None:
            kind = "required" if right.flag("required") else "optional"
            text = f"the {kind} {key[0]} parameter '{key[1]}' is new"
            side.tell(f"new-{kind}-request-parameter", text, old.node, right)
        elif left is not None:
            end = "-with-deprecation" if left.flag("deprecated") else ""
            text = f"the {key[0]} parameter '{key[1]}' is gone"
            side.tell(f"request-parameter-removed{end}", text, left, new.node)


def _parameter(side: Side, old: Node, new: Node, name: str) -> None:
    what = f"the {new.text('in')} parameter '{name}'"
    if old.flag("required") is not new.flag("required") and new.text("in") != "path":
        must = new.flag("required")
        text = f"{what} {'is required now' if must else 'may be left out now'}"
        side.tell(f"request-parameter-became-{'required' if must else 'optional'}", text, old, new)
    _style(side, old, new, what)
    if old.flag("deprecated") is not new.flag("deprecated"):
        word = "deprecated" if new.flag("deprecated") else "reactivated"
        side.tell(f"request-parameter-{word}", f"{what} is {word}", old, new)
    _content(side, old, new, what)


def _style(side: Side, old: Node, new: Node, what: str) -> None:
    normalisers = side.findings.pairs.old, side.findings.pairs.new
    compound = any(map(_is_compound, normalisers, (old, new)))
    before, after = (_style_of(node, compound=compound) for node in (old, new))
    if before != after and "content" not in members(new.value):
        names = [f"style {one[0]}, explode {shown(one[1])}" for one in (before, after)]
        text = f"{what} is written otherwise: {names[0]} became {names[1]}"
        side.tell("request-parameter-style-changed", text, old, new)
    if old.flag("allowReserved") is not new.flag("allowReserved"):
        text = f"{what} escapes reserved characters otherwise"
        side.tell("request-parameter-allow-reserved-changed", text, old, new)


def _style_of(node: Node, *, compound: bool) -> tuple[str, bool]:
    """Return style and explode of a parameter, their defaults filled in."""
    named = node.text("style") or _STYLES.get(node.text("in"), "simple")
    explode = members(node.value).get("explode")
    if not compound:
        explode = False  # of a scalar it makes no difference
    return named, explode if isinstance(explode, bool) else named == "form"


def _is_compound(side: Normaliser, node: Node) -> bool:
    """Tell whether a value may be a list or an object."""
    schema = node.get("schema")
    kinds = side.normal((schema,)).kinds if schema else SCALARS
    return bool(kinds & {"array", "object"})


def _content(side: Side, old: Node, new: Node, what: str) -> None:
    before, after = old.get("content"), new.get("content")
    if before is None and after is None:
        left, right = old.get("schema") or _ANYTHING, new.get("schema") or _ANYTHING
        side.schema(left, right, Flow.RECEIVED, "parameter")
        return
    lefts, rights = (part.members() if part else {} for part in (before, after))
    if lefts.keys() != rights.keys():
        side.tell("request-parameter-content-changed", f"{what} has another media type", old, new)
        return
    for name, left in lefts.items():
        one, other = left.get("schema") or _ANYTHING, rights[name].get("schema") or _ANYTHING
        side.schema(one, other, Flow.RECEIVED, "parameter")


def header(side: Side, old: Node, new: Node, name: str) -> None:
    """Compare a header of an answer."""
    if old.flag("required") is not new.flag("required"):
        must = new.flag("required")
        text = f"the header {name} {'is always there now' if must else 'may be left out now'}"
        level = Severity.NOTE if must else Severity.ERROR
        rule = f"response-header-became-{'required' if must else 'optional'}"
        side.tell(rule, text, old, new, level)
    left, right = old.get("schema") or _ANYTHING, new.get("schema") or _ANYTHING
    side.schema(left, right, Flow.SENT, "header")
