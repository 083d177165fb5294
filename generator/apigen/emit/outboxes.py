"""What the template of outboxes receives: outboxes in the words of Python."""

from collections.abc import Iterable
from dataclasses import dataclass

from apigen.contract import Contract
from apigen.emit.naming import Names
from apigen.emit.python import Spelling, literal
from apigen.emit.queueing import Outbox
from apigen.emit.text import docstring
from apigen.emit.views import media_expression
from apigen.names import constant

_PLAIN = Spelling(prefix="m.", constrained=False)


@dataclass(frozen=True, slots=True)
class OutboxView:
    """An outbox, ready to be written down."""

    name: str
    constant: str
    operation: str
    annotation: str
    key: str
    item: str
    batched: bool
    max_items: int
    max_bytes: int
    grouped: str
    dated: str
    max_age: int | None
    identity: str
    identified: str
    key_problem: str
    about: str
    how: str


def outbox_views(
    contract: Contract, names: Names, outboxes: Iterable[Outbox]
) -> tuple[OutboxView, ...]:
    """Return the views of outboxes."""
    return tuple(_view(contract, names, each) for each in outboxes)


def _view(contract: Contract, names: Names, each: Outbox) -> OutboxView:
    about = (
        f"Takes what {names.methods[each.operation.id]} sends, on the disk before ``append`` "
        "returns, and sends it until the server has taken it, in order."
    )
    return OutboxView(
        name=each.name,
        constant=constant(f"{each.name}Delivery"),
        operation=names.constants[each.operation.id],
        annotation=_PLAIN.of(each.item.type),
        key=literal(each.key),
        item=media_expression(contract, each.item),
        batched=each.batched,
        max_items=each.max_items,
        max_bytes=each.max_bytes,
        grouped=each.grouped,
        dated=each.dated,
        max_age=each.max_age,
        identity=literal(each.identity) if each.identity else "",
        identified=each.identified,
        key_problem=literal(each.key_problem) if each.key_problem else "",
        about=docstring(about, 4),
        how=docstring(f"How {each.operation.id} is sent from a queue, by the contract.", 0),
    )
