"""Bodies of requests, and what bodies of any kind hold: media types and their schemas."""

from apigen.compare.changes import Flow
from apigen.compare.finding import Side
from apigen.compare.values import Node, canonical, members
from apigen.compare.view import View

_ANYTHING = Node("", value=True)


def media_types(node: Node) -> dict[str, Node]:
    """Return the content by media type, in lower case and without parameters."""
    content = node.get("content")
    found: dict[str, Node] = {}
    for name, child in content.members().items() if content else ():
        found.setdefault(name.partition(";")[0].strip().lower(), child)
    return found


def compare(side: Side, views: tuple[View, View], old: Node, new: Node) -> None:
    """Compare what two operations take as a body."""
    left, right = old.get("requestBody"), new.get("requestBody")
    before, after = left and views[0].resolve(left), right and views[1].resolve(right)
    if before is None and after is None:
        return
    if before is None and after is not None:
        kind = "required" if after.flag("required") else "optional"
        text = f"the request has a{' required' if kind == 'required' else 'n optional'} body now"
        side.tell(f"request-body-added-{kind}", text, old, after)
    elif after is None and before is not None:
        side.tell("request-body-removed", "the request has no body any longer", before, new)
    elif before is not None and after is not None:
        if before.flag("required") is not after.flag("required"):
            must = after.flag("required")
            text = f"the body {'is required now' if must else 'may be left out now'}"
            side.tell(
                f"request-body-became-{'required' if must else 'optional'}", text, before, after
            )
        content(side, before, after, Flow.RECEIVED)


def content(side: Side, old: Node, new: Node, flow: Flow) -> None:
    """Compare bodies by media type."""
    before, after = media_types(old), media_types(new)
    rule = f"{'request-body' if flow is Flow.RECEIVED else 'response'}-media-type"
    for name in dict.fromkeys((*before, *after)):
        left = before.get(name) or _covering(name, before)
        right = after.get(name) or _covering(name, after)
        if left is not None and right is not None:
            if name in before or name in after:
                _media(side, left, right, flow)
        elif right is not None:
            side.tell(f"{rule}-added", f"the media type {name} is new", old, right)
        elif left is not None:
            side.tell(f"{rule}-removed", f"the media type {name} is gone", left, new)


def _covering(name: str, content_types: dict[str, Node]) -> Node | None:
    """Return the range that a media type lies in."""
    kind = name.partition("/")[0]
    return content_types.get(f"{kind}/*") or content_types.get("*/*")


def _media(side: Side, old: Node, new: Node, flow: Flow) -> None:
    left, right = old.get("schema") or _ANYTHING, new.get("schema") or _ANYTHING
    side.schema(left, right, flow, "body")
    before, after = (members(members(node.value).get("encoding")) for node in (old, new))
    for name in sorted(before.keys() & after.keys()):
        if canonical(before[name]) != canonical(after[name]):
            text = f"the part '{name}' of the form is written otherwise"
            side.tell("request-body-encoding-changed", text, old, new)
