"""Which schema is kept in which table, and which member in which column.

What is said in ``[tool.apigen.doctor]`` holds; then ``x-apigen-table`` and ``x-apigen-column``;
then names: ``AuditEventRequest`` is kept in ``audit_event`` or ``audit_events``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apigen.contract import AliasDef, Contract, ObjectDef, Operation, UnionDef
from apigen.diagnostics import Diagnostic, Place
from apigen.diagnostics.database import MAPPING_DANGLING
from apigen.doctor.facts.members import Member, members, nested
from apigen.doctor.facts.schema import Schema
from apigen.types import ListOf, Named, Nullable, OneOf, TypeExpr

_AFFIXES = re.compile(
    r"^(?:Create|Update|New|Get|List)|(?:Request|Response|Input|Output|Create|Update|Base|Record|"
    r"Body|Details?|Entry|Item|Dto|DTO|In|Out)$"
)
_MOST_HOPS = 30


@dataclass(frozen=True, slots=True)
class TableRule:
    """What the configuration says of one table."""

    write: str = ""
    """The schema that callers send."""
    read: str = ""
    """The schema that answers hold."""
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    """Columns by member."""
    filled: tuple[str, ...] = ()
    """Columns that the service fills."""
    json: tuple[str, ...] = ()
    """Columns of text into which the service writes JSON."""
    rest: str = ""
    """The JSON column that keeps the members without a column of their own."""
    code: str = ""
    """The model of the code: ``module:Class``, or a document and a schema, ``file#Schema``."""
    skip: bool = False
    """Whether the table is none of the contract's."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A table, and what the contract says of it."""

    table: str
    rule: TableRule
    write: str
    read: str
    written: tuple[Member, ...]
    answered: tuple[Member, ...]
    operations: tuple[Operation, ...]
    """Those whose body has the schema that is written."""
    at: str
    """Where the schema stands."""

    def column_of(self, member: Member) -> str:
        """Return the column that a member is kept in, whether or not there is one."""
        return self.rule.columns.get(member.name) or member.column or snake(member.name)


def snake(name: str) -> str:
    """Return a name as columns are called: ``auditEvent`` gives ``audit_event``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return parted.replace("-", "_").replace(".", "_").lower()


def map_tables(
    contract: Contract,
    declared: Mapping[str, str],
    rules: Mapping[str, TableRule],
    schema: Schema | None,
) -> tuple[Mapped, ...]:
    """Return each table that keeps something of the contract.

    *declared* are tables by schema, as ``x-apigen-table`` says. A table that only a name suggests
    is taken if the database has it; one that is declared is taken in any case.
    """
    sent = {name for op in contract.operations for name in _bodies(contract, op)}
    answered = {name for op in contract.operations for name in _answers(contract, op)}
    known = set(schema.tables) if schema else set[str]()
    homes: dict[str, dict[str, str]] = {}
    for name in sorted(sent | answered):
        table = declared.get(name) or next((one for one in _guesses(name) if one in known), "")
        if table:
            sides = homes.setdefault(table, {})
            if name in sent:
                _better(sides, "write", name)
            if name in answered:
                _better(sides, "read", name)
    for table, rule in rules.items():
        sides = homes.setdefault(table, {})
        sides.update({key: one for key, one in (("write", rule.write), ("read", rule.read)) if one})
    found: list[Mapped] = []
    for table, sides in sorted(homes.items()):
        rule = rules.get(table, TableRule())
        if rule.skip or not sides:
            continue
        found.append(_mapped(contract, table, rule, sides))
    return tuple(found)


def _better(sides: dict[str, str], side: str, name: str) -> None:
    """Keep the schema whose name says the most of its role; the shortest among equals."""
    wanted = "Request" if side == "write" else "Response"
    before = sides.get(side)
    # An answer that only acknowledges is no row: the plain name is the likelier.
    rank = (name.endswith(wanted) is (side == "read"), len(name), name)
    if before is None or rank < (before.endswith(wanted) is (side == "read"), len(before), before):
        sides[side] = name


def _mapped(contract: Contract, table: str, rule: TableRule, sides: Mapping[str, str]) -> Mapped:
    write, read = sides.get("write", ""), sides.get("read", "")
    owner = contract.definitions.get(write or read)
    return Mapped(
        table=table,
        rule=rule,
        write=write,
        read=read,
        written=tuple(each for each in _all(contract, write, rule) if not each.read_only),
        answered=tuple(each for each in _all(contract, read, rule) if not each.write_only),
        operations=tuple(op for op in contract.operations if write in _bodies(contract, op)),
        at=owner.at if isinstance(owner, ObjectDef | UnionDef | AliasDef) else "",
    )


def _all(contract: Contract, schema: str, rule: TableRule) -> Iterator[Member]:
    """Give the members of a schema, and the members of members that the mapping names."""
    yield from members(contract, schema)
    for path in rule.columns:
        if "." in path and (found := nested(contract, schema, path)) is not None:
            yield found


def _guesses(name: str) -> Iterator[str]:
    base = name
    for _ in range(3):
        shorter = _AFFIXES.sub("", base)
        base = shorter if len(shorter) > 1 else base
    for one in (name, base):
        plain = snake(one)
        yield plain
        yield f"{plain}s"
        yield f"{plain}es"
        if plain.endswith("y"):
            yield f"{plain[:-1]}ies"


def _bodies(contract: Contract, operation: Operation) -> frozenset[str]:
    if operation.body is None or operation.method not in {"POST", "PUT"}:
        return frozenset()
    found: set[str] = set()
    for media in operation.body.content:
        _objects(contract, media.type, found, 0)
    return frozenset(found)


def _answers(contract: Contract, operation: Operation) -> frozenset[str]:
    found: set[str] = set()
    for response in operation.responses:
        for media in response.content if response.is_success else ():
            _objects(contract, media.type, found, 0)
    return frozenset(found)


def _objects(contract: Contract, type_: TypeExpr, found: set[str], hops: int) -> None:
    """Collect the objects of a body: itself, items of lists, and lists that it holds."""
    if hops > _MOST_HOPS:
        return
    match type_:
        case Nullable(inner) | ListOf(item=inner):
            _objects(contract, inner, found, hops + 1)
        case OneOf(variants):
            for each in variants:
                _objects(contract, each, found, hops + 1)
        case Named(ref) if ref not in found:
            _named(contract, ref, found, hops)
        case _:
            pass


def _named(contract: Contract, ref: str, found: set[str], hops: int) -> None:
    match contract.definitions.get(ref):
        case ObjectDef(properties=properties):
            found.add(ref)
            for each in properties:
                if isinstance(each.type, ListOf):
                    _objects(contract, each.type, found, hops + 1)
        case UnionDef():
            found.add(ref)
        case AliasDef(type=inner):
            _objects(contract, inner, found, hops + 1)
        case _:
            pass


def dangling(
    contract: Contract, rules: Mapping[str, TableRule], schema: Schema
) -> Iterator[Diagnostic]:
    """Find what the configuration names and there is not."""
    for table, rule in sorted(rules.items()):
        for side, name in (("write", rule.write), ("read", rule.read)):
            if name and name not in contract.definitions:
                yield _gone(rule, table, f"{side} names the schema {name!r}, which there is not")
        schemas = [one for one in (rule.write, rule.read) if one in contract.definitions]
        for member, column in rule.columns.items():
            if schemas and not any(nested(contract, one, member) for one in schemas):
                yield _gone(rule, table, f"columns names the member {member!r}, which there is not")
            yield from _no_column(schema, table, rule, "columns", column)
        for key, listed in (("filled", rule.filled), ("json", rule.json), ("rest", (rule.rest,))):
            for column in listed:
                yield from _no_column(schema, table, rule, key, column)


def _no_column(
    schema: Schema, table: str, rule: TableRule, key: str, column: str
) -> Iterator[Diagnostic]:
    found = schema.tables.get(table)
    if column and found and found.column(column) is None:
        yield _gone(rule, table, f"{key} names the column {column!r}, which there is not")


def _gone(rule: TableRule, table: str, what: str) -> Diagnostic:
    return MAPPING_DANGLING.at(rule.place, f"mapping of {table}: {what}")
