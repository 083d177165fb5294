"""Credentials: alternatives, of which a caller needs one; schemes, and scopes."""

from dataclasses import dataclass

from apigen.compare.finding import Side
from apigen.compare.operations import Operation
from apigen.compare.values import Node, items, listed, members
from apigen.compare.view import View


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one credential is sent, whatever its name in the document."""

    name: str
    wire: tuple[str, ...]


Alternative = dict[tuple[str, ...], frozenset[str]]
"""Scopes by scheme."""


def compare(side: Side, views: tuple[View, View], old: Operation, new: Operation) -> None:
    """Compare what credentials an operation asks for."""
    names = _common(views)
    before = _alternatives(views[0], old.security, names)
    after = _alternatives(views[1], new.security, names)
    places = old.security_place, new.security_place
    if before == after:
        return
    was_open, is_open = ({} in side_ or not side_ for side_ in (before, after))
    if was_open and not is_open:
        side.tell("api-security-added", "credentials are needed now", *places)
    elif is_open and not was_open:
        side.tell("api-security-opened", "no credentials are needed any longer", *places)
    elif not is_open:
        _narrowed(side, before, after, places)


def _narrowed(
    side: Side, before: list[Alternative], after: list[Alternative], places: tuple[str, str]
) -> None:
    for one in before:
        if any(_suffices(one, other) for other in after):
            continue
        same = [other for other in after if other.keys() == one.keys()]
        if same:
            missing = sorted({s for k, scopes in same[0].items() for s in scopes - one[k]})
            side.tell("api-security-scope-added", f"scopes needed too: {listed(missing)}", *places)
        else:
            text = f"{_spoken(one)} is no longer enough"
            side.tell("api-security-removed", text, *places)
    for other in after:
        if any(_suffices(other, one) for one in before):
            continue
        same = [one for one in before if one.keys() == other.keys()]
        if not same:
            if any(one.keys() < other.keys() for one in before):
                continue  # it asks for more: told as what is no longer enough
            side.tell("api-security-alternative-added", f"{_spoken(other)} is enough now", *places)
        elif any(_suffices(one, other) for one in same):
            side.tell("api-security-scope-removed", "fewer scopes are needed", *places)


def _suffices(given: Alternative, asked: Alternative) -> bool:
    """Tell whether whoever has these credentials may call."""
    return all(name in given and scopes <= given[name] for name, scopes in asked.items())


def _spoken(alternative: Alternative) -> str:
    return " with ".join(name[-1] for name in alternative) or "nothing"


def _alternatives(view: View, node: Node | None, names: set[str]) -> list[Alternative]:
    schemes = _schemes(view)
    found: list[Alternative] = []
    for requirement in node.items() if node else ():
        alternative: Alternative = {}
        for name, scopes in requirement.members().items():
            # A scheme that both know by name is the same, however it is sent: that is told once.
            key = (name,) if name in names else (*_wire(schemes.get(name)), name)
            key = key if name in names else key[:-1] or (name,)
            alternative[key] = frozenset(s for s in items(scopes.value) if isinstance(s, str))
        if alternative not in found:
            found.append(alternative)
    return found


def _schemes(view: View) -> dict[str, Node]:
    components = view.root.get("components")
    schemes = components.get("securitySchemes") if components else None
    return {
        name: view.resolve(child) for name, child in (schemes.members() if schemes else {}).items()
    }


def _common(views: tuple[View, View]) -> set[str]:
    old, new = (_schemes(view) for view in views)
    return old.keys() & new.keys()


def _wire(node: Node | None) -> tuple[str, ...]:
    """Return what a caller sends for a scheme."""
    if node is None:
        return ()
    name = node.text("name")
    where = node.text("in")
    return (
        node.text("type"),
        where,
        name.lower() if where == "header" else name,
        node.text("scheme").lower(),
    )


def components(side: Side, views: tuple[View, View]) -> None:
    """Compare the schemes that both sides know by the same name."""
    old, new = (_schemes(view) for view in views)
    for name in sorted(old.keys() & new.keys()):
        before, after = old[name], new[name]
        if _wire(before) != _wire(after):
            text = f"the credential '{name}' is sent otherwise"
            side.tell("api-security-component-changed", text, before, after)
        elif before.value != after.value:
            _flows(side, name, before, after)


def _flows(side: Side, name: str, old: Node, new: Node) -> None:
    url = "openIdConnectUrl"
    if old.text(url) != new.text(url):
        text = f"the address of '{name}' is another one"
        side.tell("api-security-component-oauth-url-changed", text, old, new)
    before, after = (members(members(node.value).get("flows")) for node in (old, new))
    for flow in sorted(before.keys() & after.keys()):
        left, right = members(before[flow]), members(after[flow])
        urls = ("authorizationUrl", "tokenUrl", "refreshUrl")
        if any(left.get(one) != right.get(one) for one in urls):
            text = f"an address of '{name}' ({flow}) is another one"
            side.tell("api-security-component-oauth-url-changed", text, old, new)
        scopes = [set(members(one.get("scopes"))) for one in (left, right)]
        for word, moved in (("removed", scopes[0] - scopes[1]), ("added", scopes[1] - scopes[0])):
            if moved:
                text = f"scopes of '{name}' {word}: {listed(sorted(moved))}"
                side.tell(f"api-security-component-oauth-scope-{word}", text, old, new)
    if before.keys() != after.keys():
        text = f"'{name}' has other flows of OAuth"
        side.tell("api-security-component-changed", text, old, new)
