"""The code of an application against the contract: its routes, what they read and declare."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apigen.diagnostics.whitebox import (
    OPERATION_NOT_ROUTED,
    PARAMETER_NOT_READ,
    PATH_NAMES_DIFFER,
    READS_UNDOCUMENTED,
    ROUTE_UNDOCUMENTED,
)
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.operations import Contract, Operation
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.session import Finding, Tested, Untested
from apigen.fuzz.whitebox.applications import Application
from apigen.fuzz.whitebox.inputs import Documented, documented, taken, unread
from apigen.fuzz.whitebox.matching import Matched, matched, names, pattern
from apigen.fuzz.whitebox.reading import Read
from apigen.fuzz.whitebox.routes import Route, innermost, table
from apigen.fuzz.whitebox.schema import declared
from apigen.fuzz.whitebox.tracing import Trace

_IMPLIED = {"HEAD", "OPTIONS", "TRACE"}


@dataclass(frozen=True, slots=True)
class Code:
    """An application that is looked into."""

    application: Application
    trace: Trace | None = None
    """What was read while it answered, if it did."""
    folder: Path = Path()
    """Files are named relative to it."""


def judged(contract: Contract, schemas: Schemas, code: Code) -> Iterator[Finding]:
    """Give what the code does that the contract does not say."""
    served = table(code.application)
    if served is None:
        for operation in contract.operations:
            yield Untested(operation.label, "the application shows no table of its routes")
        return
    found = matched(contract, served)
    yield from _routes(contract, found)
    read_by_some = _traced(contract, found, code)
    has_middleware = bool(getattr(innermost(code.application), "user_middleware", ()))
    for operation, route in found.pairs:
        yield Tested(operation.label)
        yield from _names(operation, route)
        known = documented(contract, schemas, operation)
        reads = taken(route)
        reads.found += read_by_some.get(operation.label, ())
        yield from _undocumented(operation, known, reads.found, code.folder)
        for parameter in unread(operation, reads):
            is_sure = parameter.location == "query" and not has_middleware
            yield Drift(
                PARAMETER_NOT_READ,
                operation.label,
                parameter.place,
                says=f"there is the {parameter.location} parameter {parameter.name}",
                did="nothing of the handler reads it",
                subject=f"{parameter.location} {parameter.name}",
                kind=Kind.VIOLATION if is_sure else Kind.SUSPICION,
            )
    for operation in found.by_contract:
        yield Tested(operation.label)
        read = read_by_some.get(operation.label, ())
        known = documented(contract, schemas, operation)
        yield from _undocumented(operation, known, read, code.folder)
    yield from declared(contract, innermost(code.application), found)


def _routes(contract: Contract, found: Matched) -> Iterator[Finding]:
    for operation in found.missing:
        yield Drift(
            OPERATION_NOT_ROUTED,
            operation.label,
            operation.place,
            says="there is this operation",
            did="no route of the application serves it",
        )
    for operation in found.unseen:
        yield Untested(operation.label, "what is mounted there shows no table of its routes")
    paths = contract.place("/paths")
    for route in found.beyond:
        if route.method in _IMPLIED:
            continue
        label = f"{route.method} {route.path.removeprefix(found.prefix)}"
        yield Drift(
            ROUTE_UNDOCUMENTED,
            label,
            paths,
            says="there is no such operation",
            did=f"the application has a route for it{_at(route)}",
            kind=Kind.UNDOCUMENTED,
        )


def _names(operation: Operation, route: Route) -> Iterator[Drift]:
    said, did = names(operation.path), names(route.path)
    if len(said) != len(did) or said == did:
        return
    yield Drift(
        PATH_NAMES_DIFFER,
        operation.label,
        operation.place,
        says=f"the path parameters are {', '.join(said)}",
        did=f"the route has {', '.join(did)}{_at(route)}",
        kind=Kind.VIOLATION if set(said) == set(did) else Kind.SUSPICION,
    )


def _undocumented(
    operation: Operation, known: Documented, reads: "tuple[Read, ...] | list[Read]", folder: Path
) -> Iterator[Drift]:
    for read in sorted(set(reads)):
        if known.has(read):
            continue
        what = f"{read.location} {'member' if read.location == 'body' else 'parameter'}"
        what = "header" if read.location == "header" else what
        name = read.name.lower() if read.location == "header" else read.name
        yield Drift(
            READS_UNDOCUMENTED,
            operation.label,
            operation.place,
            says=f"there is no {what} {name}",
            did=f"the code reads it at {_file(read.file, folder)}:{read.line}",
            subject=f"{read.location} {name}",
            kind=Kind.UNDOCUMENTED,
        )


def _traced(contract: Contract, found: Matched, code: Code) -> dict[str, tuple[Read, ...]]:
    """Return what was read while requests of each operation were answered."""
    if code.trace is None:
        return {}
    by_path = sorted(contract.operations, key=lambda each: each.path.count("{"))
    known = [(each, pattern(found.prefix + each.path)) for each in by_path]
    reads: dict[str, tuple[Read, ...]] = {}
    for (method, path), some in code.trace.found.items():
        for operation, fits in known:
            if operation.method == method and fits.fullmatch(path):
                reads[operation.label] = (*reads.get(operation.label, ()), *some)
                break
    return reads


def _at(route: Route) -> str:
    code = getattr(route.endpoint, "__code__", None)
    return "" if code is None else f" at {Path(code.co_filename).name}:{code.co_firstlineno}"


def _file(file: str, folder: Path) -> str:
    path = Path(file)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else file
