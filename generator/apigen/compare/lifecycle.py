"""The life of an operation: deprecated, announced to end, gone."""

import datetime

from apigen.compare.finding import Side
from apigen.compare.values import Node

_SUNSETS = ("x-sunset", "x-sunset-date", "x-apigen-sunset")


def compare(side: Side, old: Node, new: Node) -> None:
    """Compare what two operations say of their end."""
    was, now = old.flag("deprecated"), new.flag("deprecated")
    if was is not now:
        end = "deprecated" if now else "reactivated"
        side.tell(f"endpoint-{end}", f"{side.name} is {end}", old, new)
    before, after = sunset(old), sunset(new)
    if before and not after and now:
        side.tell("sunset-deleted", f"{side.name} has no day of sunset any longer", old, new)
    elif before and after and after < before:
        text = f"the sunset of {side.name} moved forward: {before} became {after}"
        side.tell("api-sunset-date-changed-too-small", text, old, new)


def removed(side: Side, old: Node, today: datetime.date) -> None:
    """Tell that an operation is gone, and whether that was announced."""
    day = sunset(old)
    text = f"{side.name} is gone"
    if not old.flag("deprecated"):
        side.tell("api-removed-without-deprecation", text, old, "/paths")
    elif day is None:
        side.tell("api-removed-with-deprecation", f"{text}; no day was announced", old, "/paths")
    elif today < day:
        side.tell("api-removed-before-sunset", f"{text} before its sunset on {day}", old, "/paths")
    else:
        side.tell("api-removed-after-sunset", f"{text} after its sunset on {day}", old, "/paths")


def sunset(node: Node) -> datetime.date | None:
    """Return the day that an operation ends on, if it says one."""
    for name in _SUNSETS:
        text = node.text(name)
        try:
            return datetime.date.fromisoformat(text[:10]) if text else None
        except ValueError:
            continue
    return None
