"""Probes: what is written to see whether it can be, and how it is removed again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from apigen.contract import AliasDef, Contract, ObjectDef, Operation
from apigen.doctor import extras
from apigen.doctor.aiming import aimed
from apigen.doctor.comparison.mapping import Mapped
from apigen.doctor.evidence import Cleared, Facts, Probe
from apigen.doctor.facts.samples import Sampler
from apigen.doctor.facts.service import Answer, Caller
from apigen.doctor.facts.values import is_mapping, is_sequence, mapping, sequence
from apigen.types import Kind, ListOf, Named, TypeExpr

MARK = "apigen-doctor-"
"""Begins every text that a probe writes where the contract leaves the text free."""


@dataclass(frozen=True, slots=True)
class Batch:
    """How an operation takes one or several."""

    operation: Operation
    schema: str
    member: str = ""
    """The member of the body that holds the list; empty if the body is the list, or one row."""


def probed(facts: Facts) -> Facts:
    """Write one row past the service, one and two through it, and remove them.

    What writes past the service is rolled back; what goes through it is deleted by its mark.
    """
    contract = facts.contract
    if contract is None:
        return replace(facts, skipped="no --spec: nothing says what a row looks like")
    mark = f"{MARK}{uuid4().hex[:12]}"
    sampler = Sampler(contract.definitions, mark, facts.given.now, facts.equal)
    facts = _directly(facts, sampler)
    if facts.given.url is None or facts.service is None:
        return facts
    caller = Caller(facts.given.url, facts.given.headers)
    try:
        facts = _through(facts, contract, sampler, caller)
    finally:
        caller.close()
    wrote = any(probe and probe.answer.fine for probe in (facts.single, facts.batch))
    return replace(facts, cleared=_cleared(facts)) if wrote else facts


def _directly(facts: Facts, sampler: Sampler) -> Facts:
    found, url = facts.database, facts.given.database_url
    if found is None or url is None or not found.connected or found.schema is None:
        return facts
    schema = found.schema
    tables = [each for each in facts.mapped if each.write and each.table in schema.tables]
    rows: list[tuple[str, dict[str, Any]]] = []
    for each in tables:
        try:
            rows.append((each.table, _row(each, sampler)))
        except ValueError as error:
            return replace(facts, skipped=f"no row can be made for {each.table}: {error}")
    if not rows:
        return facts
    gatherer = extras.gatherer(url)
    written = tuple((table, gatherer.write(schema.tables[table], values)) for table, values in rows)
    return replace(facts, written=written)


def _row(mapped: Mapped, sampler: Sampler) -> dict[str, Any]:
    """Return the values of the columns that members fill."""
    value = mapping(sampler.of(Named(mapped.write)))
    return {
        mapped.column_of(member): value[member.name]
        for member in mapped.written
        if member.name in value
    }


def _through(facts: Facts, contract: Contract, sampler: Sampler, caller: Caller) -> Facts:
    single = next(_singles(facts.mapped), None)
    batch = next(_batches(facts.mapped, contract), None)
    try:
        if single is not None:
            body = sampler.of(Named(single.schema))
            facts = replace(facts, single=_sent(contract, caller, single, body, sampler, 1))
            facts = _aimed(facts, contract, caller, single, sampler)
        if batch is not None:
            two = [sampler.of(Named(batch.schema)) for _ in range(2)]
            body = {batch.member: two} if batch.member else two
            facts = replace(facts, batch=_sent(contract, caller, batch, body, sampler, 2))
    except ValueError as error:
        return replace(facts, skipped=f"no request can be made: {error}")
    return facts


def _aimed(
    facts: Facts, contract: Contract, caller: Caller, single: Batch, sampler: Sampler
) -> Facts:
    """Put the suspicions about the table of a request to the test, if the request works at all."""
    if facts.single is None or not facts.single.answer.fine:
        return facts
    count = 0

    def send(changed: Mapping[str, Any]) -> Probe:
        nonlocal count
        count += 1
        own = replace(sampler, mark=f"{sampler.mark}-aimed{count}")
        body = {**own.of(Named(single.schema)), **changed}
        return _sent(contract, caller, single, body, own, 1)

    for each in facts.mapped:
        if each.write == single.schema:
            return aimed(facts, each, send)
    return facts


def _sent(
    contract: Contract, caller: Caller, taken: Batch, body: Any, sampler: Sampler, count: int
) -> Probe:
    operation, mark = taken.operation, f"{sampler.mark}-{count}"
    body = _marked(body, sampler.mark, mark)
    headers = {
        each.name: mark
        for each in operation.parameters
        if each.location == "header" and "idempotency" in each.name.lower()
    }
    answer = caller.send(operation.method, operation.path, json=body, headers=headers)
    listed: object = body[taken.member] if taken.member else body
    item = mapping(next(iter(sequence(listed)), listed))
    bearing = [name for name, value in item.items() if value == mark]
    query = _query(contract, operation, bearing)
    found = None
    if query is not None and answer.fine:
        found = _rows(caller.send("GET", query[0], params={query[1]: mark}))
    return Probe(
        operation=operation.id,
        sent=count,
        answer=answer,
        found=found,
        schema=taken.schema,
        mark=mark,
        key=query[1] if query else next(iter(bearing), ""),
        usual=tuple(each.status for each in operation.responses if each.is_success),
    )


def _marked(value: Any, before: str, after: str) -> Any:
    """Return a body whose marks are those of one request, so that its rows are told apart."""
    if is_mapping(value):
        return {name: _marked(one, before, after) for name, one in value.items()}
    if is_sequence(value):
        return [_marked(one, before, after) for one in value]
    return after if value == before else value


def _query(contract: Contract, operation: Operation, bearing: list[str]) -> tuple[str, str] | None:
    """Return the path and the parameter that ask for the rows; None if there is no such query."""
    base = operation.path.removesuffix("/batch")
    for query in contract.operations:
        if query.method == "GET" and query.path == base:
            names = [each.name for each in query.parameters if each.location == "query"]
            if chosen := next((name for name in names if name in bearing), None):
                return base, chosen
    return None


def _rows(answer: Answer) -> int | None:
    """Return how many rows an answer lists; None if it lists nothing."""
    if not answer.fine:
        return 0
    lists: list[object] = [answer.value, *mapping(answer.value).values()]
    return next((len(one) for one in lists if is_sequence(one)), None)


def _singles(mapped: tuple[Mapped, ...]) -> Iterator[Batch]:
    """Give the operations whose body is one row."""
    for each in mapped:
        for operation in each.operations:
            if _takes(operation) and "{" not in operation.path:
                for type_ in _json_bodies(operation):
                    if type_ == Named(each.write):
                        yield Batch(operation, each.write)


def _batches(mapped: tuple[Mapped, ...], contract: Contract) -> Iterator[Batch]:
    """Give the operations whose body is a list of rows, or holds one."""
    for each in mapped:
        wanted = Named(each.write)
        for operation in each.operations:
            for type_ in _json_bodies(operation) if _takes(operation) else ():
                body = _resolved(contract, type_)
                if isinstance(body, ListOf) and body.item == wanted:
                    yield Batch(operation, each.write)
                elif isinstance(body, ObjectDef):
                    for member in body.properties:
                        inner = _resolved(contract, member.type)
                        if isinstance(inner, ListOf) and inner.item == wanted:
                            yield Batch(operation, each.write, member.name)


def _takes(operation: Operation) -> bool:
    """Tell whether a request can be made of the body alone."""
    return operation.method == "POST" and not any(
        each.required and "idempotency" not in each.name.lower() for each in operation.parameters
    )


def _json_bodies(operation: Operation) -> Iterator[TypeExpr]:
    if operation.body is not None:
        yield from (each.type for each in operation.body.content if each.kind == "json")


def _resolved(contract: Contract, type_: TypeExpr) -> TypeExpr | ObjectDef | None:
    for _ in range(10):
        if not isinstance(type_, Named):
            return type_
        match contract.definitions.get(type_.ref):
            case AliasDef(type=inner):
                type_ = inner
            case ObjectDef() as found:
                return found
            case _:
                return None
    return None


def _cleared(facts: Facts) -> Cleared:
    """Delete what bears the marks, and say how much of it is left."""
    every = (facts.single, facts.batch, *facts.aimed)
    wrote = [probe for probe in every if probe and probe.answer.fine]
    count = sum(probe.sent for probe in wrote)
    url, found = facts.given.database_url, facts.database
    if url is None or found is None or found.schema is None:
        return Cleared(count)
    rows: list[tuple[str, str, tuple[str, ...]]] = []
    for each in facts.mapped:
        keys = {probe.key for probe in wrote if probe.schema == each.write}
        columns = {member.name: each.column_of(member) for member in each.written}
        identities = tuple(
            each.column_of(member)
            for member in each.written
            if member.kind is Kind.UUID and not member.refers  # a parent is not ours to delete
        )
        table = found.schema.tables.get(each.table)
        present = tuple(name for name in identities if table and table.column(name))
        rows += [(each.table, columns[key], present) for key in sorted(keys) if key in columns]
    if not rows:
        return Cleared(count, "no column bears the mark")
    marks = [probe.mark for probe in wrote]
    failure = extras.gatherer(url).delete(found.schema, rows, marks)
    return Cleared(count, failure) if failure else Cleared(0)
