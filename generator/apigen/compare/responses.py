"""Answers: statuses, media types, headers."""

from apigen.compare import bodies, parameters
from apigen.compare.changes import Flow
from apigen.compare.finding import Side
from apigen.compare.values import Node
from apigen.compare.view import View


def compare(side: Side, views: tuple[View, View], old: Node, new: Node) -> None:
    """Compare the answers of an operation."""
    before, after = _statuses(views[0], old), _statuses(views[1], new)
    for status in dict.fromkeys((*before, *after)):
        left, right = before.get(status), after.get(status)
        if left is not None and right is not None:
            _answer(side, views, left, right)
        elif right is not None:
            if (range_ := _range(status, before)) is not None:
                _answer(side, views, range_, right)
            else:
                side.tell(
                    f"response-{_kind(status)}-status-added",
                    f"the answer {status} is new",
                    old,
                    right,
                )
        elif left is not None:
            if (range_ := _range(status, after)) is not None:
                _answer(side, views, left, range_)
            elif not _is_spelled_out(status, after):
                rule = f"response-{_kind(status)}-status-removed"
                side.tell(rule, f"the answer {status} is gone", left, new)


def _statuses(view: View, node: Node) -> dict[str, Node]:
    responses = node.get("responses")
    found = responses.members() if responses else {}
    return {
        status.upper() if status != "default" else status: view.resolve(child)
        for status, child in found.items()
        if not status.startswith("x-")
    }


def _range(status: str, answers: dict[str, Node]) -> Node | None:
    """Return the answer that stands for a range in which a status lies."""
    return answers.get(f"{status[:1]}XX") or answers.get("default")


def _is_spelled_out(status: str, answers: dict[str, Node]) -> bool:
    """Tell whether a range became single statuses."""
    if status == "default":
        return bool(answers)
    return status.endswith("XX") and any(one[0] == status[0] for one in answers)


def _kind(status: str) -> str:
    return "success" if status[:1] == "2" else "non-success"


def _answer(side: Side, views: tuple[View, View], old: Node, new: Node) -> None:
    bodies.content(side, old, new, Flow.SENT)
    before, after = _headers(views[0], old), _headers(views[1], new)
    for name in dict.fromkeys((*before, *after)):
        left, right = before.get(name), after.get(name)
        if left is not None and right is not None:
            parameters.header(side, left, right, name)
        elif right is not None:
            side.tell("response-header-added", f"the header {name} is new", old, right)
        elif left is not None:
            kind = "required" if left.flag("required") else "optional"
            side.tell(f"{kind}-response-header-removed", f"the header {name} is gone", left, new)


def _headers(view: View, node: Node) -> dict[str, Node]:
    headers = node.get("headers")
    return {
        name.lower(): view.resolve(child)
        for name, child in (headers.members() if headers else {}).items()
        if name.lower() != "content-type"
    }
