"""Graphs of names: what leads back to itself."""

from collections.abc import Mapping


def components(below: Mapping[str, tuple[str, ...]]) -> list[frozenset[str]]:
    """Return the strongly connected components of a graph (Tarjan 1972), without recursion.

    Each stands after those that it leads to.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: dict[str, None] = {}
    found: list[frozenset[str]] = []
    for root in below:
        work = [(root, iter(below[root]))] if root not in order else []
        while work:
            name, rest = work[-1]
            if name not in order:
                order[name] = low[name] = len(order)
                open_[name] = None
            for each in rest:
                if each not in order:
                    work.append((each, iter(below[each])))
                    break
                if each in open_:
                    low[name] = min(low[name], order[each])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == order[name]:
                    members = {open_.popitem()[0]}
                    while name not in members:
                        members.add(open_.popitem()[0])
                    found.append(frozenset(members))
    return found
