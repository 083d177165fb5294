"""Two documents: which operation is which, and what changed between them."""

import datetime
from dataclasses import dataclass, replace

from apigen.bundle import Bundle
from apigen.compare import bodies, lifecycle, parameters, responses, schemas, security
from apigen.compare.changes import Change
from apigen.compare.finding import Findings, Side
from apigen.compare.normalising import Normaliser
from apigen.compare.operations import Operation, address, of_item, operations, tags
from apigen.compare.pairs import Pairs
from apigen.compare.sameness import sameness
from apigen.compare.values import Node
from apigen.compare.view import View
from apigen.diagnostics import Severity
from apigen.pointers import escape

Views = tuple[View, View]
_OPEN = {"enum-value-added"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the verdicts depend on beside the documents."""

    today: datetime.date
    opens_enums: bool = False
    """Whether the generated client reads values that an enumeration of an answer does not list."""


@dataclass(frozen=True, slots=True)
class Result:
    """Every change, and whether anything was nested too deeply to be compared."""

    changes: tuple[Change, ...] = ()
    cut: bool = False


def compare(old: Bundle, new: Bundle, given: Circumstances) -> Result:
    """Return every change, once for each cause, the worst first."""
    if old.value is new.value:
        return Result()
    views = View(old), View(new)
    known = sameness(*views)
    pairs = Pairs(Normaliser(views[0]), Normaliser(views[1]), known, schemas.judge)
    findings = Findings(pairs)
    _operations(findings, views, given)
    _webhooks(findings, views, given)
    security.components(Side(findings, ""), views)
    _servers(Side(findings, ""), views)
    whole = pairs.run()
    for was, now in sorted(pairs.renamed.items()):
        text = f"the schema '{was}' is called '{now}' now"
        root = "/components/schemas/"
        Side(findings, "").tell("api-schema-renamed", text, root + escape(was), root + escape(now))
    cut = pairs.old.cut or pairs.new.cut or not whole
    return Result(tuple(_weighed(change, given) for change in findings.all()), cut)


def _weighed(change: Change, given: Circumstances) -> Change:
    names = tuple(name for name in change.operations if name)
    severity = change.severity
    if given.opens_enums and change.key in _OPEN and severity is Severity.WARNING:
        severity = Severity.NOTE
    return replace(change, operations=names, severity=severity)


def _operations(findings: Findings, views: Views, given: Circumstances) -> None:
    olds, news = operations(views[0]), operations(views[1])
    matched = _match(olds, news)
    for old in olds:
        side = Side(findings, old.name)
        new = matched.get(old.node.pointer)
        if new is None:
            moved = _moved(old, news, matched)
            if moved:
                text = f"{old.id} has moved from {old.name} to {moved.name}"
                side.tell("api-path-renamed", text, old.node, moved.node)
                matched[old.node.pointer] = moved
            else:
                lifecycle.removed(side, old.node, given.today)
            continue
        if old.path == new.path and not old.routes & new.routes:
            places = [(view.root.get("servers") or view.root).pointer for view in views]
            text = "the path of the servers is another one, and so is every address"
            side.tell("api-server-base-path-changed", text, places[0], places[1])
        operation(Side(findings, new.name), views, old, new, given)
    kept = {new.node.pointer for new in matched.values()}
    for new in news:
        if new.node.pointer not in kept:
            text = f"{new.name} is new"
            Side(findings, new.name).tell("endpoint-added", text, "/paths", new.node)


def _match(olds: list[Operation], news: list[Operation]) -> dict[str, Operation]:
    """Return the new operation for the place of each old one: by full path, else by path."""
    by_route = {(new.method, route): new for new in news for route in new.routes}
    by_path = {(new.method, new.path): new for new in news}
    matched: dict[str, Operation] = {}
    for old in olds:
        found = [by_route[old.method, r] for r in sorted(old.routes) if (old.method, r) in by_route]
        new = found[0] if found else by_path.get((old.method, old.path))
        if new is not None:
            matched[old.node.pointer] = new
    return matched


def _moved(
    old: Operation, news: list[Operation], matched: dict[str, Operation]
) -> Operation | None:
    taken = {new.node.pointer for new in matched.values()}
    for new in news:
        if old.id and new.id == old.id and new.node.pointer not in taken:
            return new
    return None


def operation(
    side: Side, views: Views, old: Operation, new: Operation, given: Circumstances
) -> None:
    """Compare one operation with what it became."""
    lifecycle.compare(side, old.node, new.node)
    security.compare(side, views, old, new)
    parameters.compare(side, old, new)
    bodies.compare(side, views, old.node, new.node)
    responses.compare(side, views, old.node, new.node)
    _names(side, old, new)
    _callbacks(side, views, old, new, given)


def _names(side: Side, old: Operation, new: Operation) -> None:
    if old.id != new.id:
        end = "renamed" if old.id and new.id else "added" if new.id else "removed"
        text = f"the operationId '{old.id}' became '{new.id}'"
        side.tell(f"api-operation-id-{end}", text, old.node, new.node)
    before, after = tags(old.node), tags(new.node)
    for word, moved in (("removed", before - after), ("added", after - before)):
        for tag in sorted(moved):
            side.tell(f"api-tag-{word}", f"the tag '{tag}' was {word}", old.node, new.node)


def _callbacks(
    side: Side, views: Views, old: Operation, new: Operation, given: Circumstances
) -> None:
    before, after = old.node.get("callbacks"), new.node.get("callbacks")
    lefts, rights = (_items(view, node) for view, node in zip(views, (before, after), strict=True))
    _sent(side.findings, views, (lefts, rights), "callback", given, old.node, new.node)


def _items(view: View, node: Node | None) -> dict[str, Node]:
    """Return the path items of callbacks by name and expression."""
    found: dict[str, Node] = {}
    for name, callback in node.members().items() if node else ():
        for expression, item in view.resolve(callback).members().items():
            if not expression.startswith("x-"):
                found[f"{name} {expression}"] = view.resolve(item)
    return found


def _webhooks(findings: Findings, views: Views, given: Circumstances) -> None:
    lists: list[dict[str, Node]] = []
    for view in views:
        node = view.root.get("webhooks")
        found = node.members() if node else {}
        lists.append({name: view.resolve(child) for name, child in found.items()})
    _sent(findings, views, (lists[0], lists[1]), "webhook", given, views[0].root, views[1].root)


def _sent(
    findings: Findings,
    views: Views,
    both: tuple[dict[str, Node], dict[str, Node]],
    kind: str,
    given: Circumstances,
    old_holder: Node,
    new_holder: Node,
) -> None:
    """Compare requests that the service sends."""
    sides = [_by_method(view, items, kind) for view, items in zip(views, both, strict=True)]
    for key in dict.fromkeys((*sides[0], *sides[1])):
        old, new = sides[0].get(key), sides[1].get(key)
        side = Side(findings, f"{kind} {key[0]}", reverse=True)
        if old is not None and new is not None:
            operation(side, views, old, new, given)
        elif old is not None:
            side.tell(f"{kind}-removed", f"the {kind} {key[0]} is gone", old.node, new_holder)
        elif new is not None:
            side.tell(f"{kind}-added", f"the {kind} {key[0]} is new", old_holder, new.node)


def _by_method(view: View, items: dict[str, Node], kind: str) -> dict[tuple[str, str], Operation]:
    return {
        (name, one.method): one
        for name, item in items.items()
        for one in of_item(view, name, item, f"{kind} ")
    }


def _servers(side: Side, views: Views) -> None:
    roots = [view.root.get("servers") for view in views]
    before, after = ({address(s): s for s in r.items()} if r else {} for r in roots)
    places = [root or view.root for root, view in zip(roots, views, strict=True)]
    if not before or not after:
        return
    for url in before:
        if url not in after and address_host(url) not in {address_host(one) for one in after}:
            side.tell("api-server-removed", f"the server {url} is gone", before[url], places[1])
    for url in after:
        if url not in before and address_host(url) not in {address_host(one) for one in before}:
            side.tell("api-server-added", f"the server {url} is new", places[0], after[url])


def address_host(url: str) -> str:
    """Return scheme and host of an address."""
    return "/".join(url.split("/")[:3]) if "//" in url else ""
