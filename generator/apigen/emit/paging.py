"""Paginated operations: found by ``x-apigen-pagination``, else by their usual shape."""

from dataclasses import dataclass

from apigen.contract import Contract, ObjectDef, Operation
from apigen.emit.members import members_of, resolved
from apigen.emit.naming import Names
from apigen.schemas.source import mapping, text
from apigen.types import Kind, ListOf, Named, Nullable, Scalar, TypeExpr


@dataclass(frozen=True, slots=True)
class Paging:
    """How the pages of an operation follow each other, in expressions over ``page``."""

    style: str
    """``offset``, ``cursor`` or ``links``."""
    parameter: str
    """The wire name of the parameter that says which page."""
    item: TypeExpr
    items: str
    next: str
    """Of offsets: whether there is more; of cursors: the next one. Empty if no page says."""


def paging_of(contract: Contract, names: Names, operation: Operation) -> Paging | None:
    """Return how an operation is paginated; None if it is not, as far as the contract says."""
    page = _page(contract, operation)
    if page is None:
        return None
    stated = mapping(dict(operation.extensions).get("x-apigen-pagination"))
    wanted = {each.name for each in operation.parameters if each.location == "query"}
    style = text(stated.get("style")) or "offset"
    parameter = text(stated.get("parameter")) or style
    follow = text(stated.get("next")) or text(stated.get("has_more"))
    if not stated:
        if operation.method != "GET" or not {"offset", "limit"} <= wanted:
            return None
        follow = _more(contract, page)
    at = text(stated.get("items")) or _only_list(contract, page)
    found = _expression(contract, names, page, at)
    if found is None or not isinstance(found[1], ListOf):
        return None
    if style != "links" and parameter not in wanted:
        return None
    after = _expression(contract, names, page, follow) if follow else None
    if style == "cursor" and after is None:
        return None
    return Paging(style, parameter, found[1].item, found[0], after[0] if after else "")


def _page(contract: Contract, operation: Operation) -> ObjectDef | None:
    """Return the object that a page is, if every success is that one."""
    types = {
        media.type for each in operation.responses if each.is_success for media in each.content
    }
    only = next(iter(types)) if len(types) == 1 else None
    known = contract.definitions.get(only.ref) if isinstance(only, Named) else None
    return known if isinstance(known, ObjectDef) else None


def _only_list(contract: Contract, page: ObjectDef) -> str:
    lists = [
        name
        for name, each in members_of(contract, page).items()
        if isinstance(resolved(contract, each.type), ListOf)
    ]
    return f"/{lists[0]}" if len(lists) == 1 else ""


def _more(contract: Contract, page: ObjectDef) -> str:
    """Return where a page says that another follows, by the name that most APIs use."""
    for name, each in members_of(contract, page).items():
        if name == "has_more" and each.type == Scalar(Kind.BOOLEAN):
            return "/has_more"
        inner = resolved(contract, each.type)
        known = contract.definitions.get(inner.ref) if isinstance(inner, Named) else None
        if isinstance(known, ObjectDef) and "has_more" in members_of(contract, known):
            return f"/{name}/has_more"
    return ""


def _expression(
    contract: Contract, names: Names, page: ObjectDef, pointer: str
) -> tuple[str, TypeExpr] | None:
    """Return how a member of a page is written, at a JSON pointer, and its type."""
    spelled, owner, type_ = "page", page, None
    guards: list[str] = []
    for token in pointer.split("/")[1:]:
        if type_ is not None:
            inner = resolved(contract, type_)
            known = contract.definitions.get(inner.ref) if isinstance(inner, Named) else None
            if not isinstance(known, ObjectDef):
                return None
            owner = known
        member = members_of(contract, owner).get(token)
        if member is None:
            return None
        spelled += f".{names.fields[owner.name][token]}"
        type_ = member.type
        optional = not member.required and not isinstance(member.default, bool | int | str)
        if optional or isinstance(type_, Nullable):
            guards.append(spelled)
    if type_ is None:
        return None
    for guard in reversed([each for each in guards if each != spelled]):
        spelled = f"{spelled} if {guard} else None"
    return spelled, resolved(contract, type_)
