"""From what is given to everything that is found: what is independent is asked at the same time."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from apigen.diagnostics import Diagnostic, Place, Report, Stop
from apigen.diagnostics.database import UNPREPARED
from apigen.doctor import extras
from apigen.doctor.comparison.layers import compare_layers
from apigen.doctor.comparison.mapping import Mapped, dangling, map_tables
from apigen.doctor.comparison.tables import compare_tables
from apigen.doctor.evidence import Facts
from apigen.doctor.facts import contracts, environment, logs, package, service, snapshot
from apigen.doctor.facts.contracts import Understood
from apigen.doctor.facts.database import Database
from apigen.doctor.facts.schema import Schema, Table
from apigen.doctor.given import Given
from apigen.doctor.migrations.reading import read_folder
from apigen.doctor.migrations.replay import expected
from apigen.doctor.migrations.values import Folder

T = TypeVar("T")


@dataclass(slots=True)
class _Trouble:
    """What was given and cannot be used."""

    found: list[Diagnostic]

    def tried(self, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except Stop as stop:
            self.found.append(stop.diagnostic)
        except OSError as error:
            place = Place(str(error.filename)) if error.filename else None
            self.found.append(UNPREPARED.at(place, error.strerror or str(error)))
        return None


def gather(given: Given) -> Facts:
    """Find out everything that can be found out without writing."""
    trouble = _Trouble([])
    with ThreadPoolExecutor(max_workers=4) as pool:
        folder = trouble.tried(lambda: _folder(given.migrations))
        kept = trouble.tried(lambda: _snapshot(given.snapshot))
        contract: Future[Understood | None] = pool.submit(trouble.tried, lambda: _contract(given))
        database = pool.submit(trouble.tried, lambda: _database(given, contract, folder, kept))
        answering = pool.submit(trouble.tried, lambda: _service(given, contract))
        told = pool.submit(logs.gather, given.logs)
        files = environment.gather(given.environment) if given.environment else None
        read = contract.result()
        facts = Facts(
            given=given,
            contract=read.contract if read else None,
            placing=read.place if read else lambda _: None,
            equal=read.said("x-apigen-equals") if read else {},
            document=read.bundle.value if read else None,
            database=database.result(),
            snapshot=kept,
            folder=folder,
            service=answering.result(),
            logs=told.result(),
            environment=files,
            package=trouble.tried(lambda: _package(given)),
        )
    compared = _compared(facts, read, trouble)
    return replace(compared, trouble=tuple(trouble.found))


def _contract(given: Given) -> Understood | None:
    if given.spec is None:
        return None
    return contracts.understood(given.spec, given.allow, Report())


def _folder(path: Path | None) -> Folder | None:
    return None if path is None else read_folder(path)


def _snapshot(path: Path | None) -> Schema | None:
    return None if path is None else snapshot.read(path)


def _package(given: Given) -> package.Package | None:
    if given.package is None or given.spec is None:
        return None
    return package.gather(given.package, given.spec)


def _service(given: Given, contract: "Future[Understood | None]") -> service.Service | None:
    if given.url is None:
        return None
    url = service.checked(given.url)
    read = contract.result()
    return service.gather(url, read.contract if read else None, given.headers)


def _database(
    given: Given,
    contract: "Future[Understood | None]",
    folder: Folder | None,
    kept: Schema | None,
) -> Database | None:
    if given.database_url is None:
        return None
    gatherer = extras.gatherer(given.database_url)

    def asked(schema: Schema | None) -> tuple[str, ...]:
        read = contract.result()
        found = mapped_tables(given, read, schema, folder, kept) if read else ()
        return tuple(each.table for each in found)

    return gatherer.gather(asked, given.role)


def mapped_tables(
    given: Given,
    read: Understood,
    schema: Schema | None,
    folder: Folder | None,
    kept: Schema | None,
) -> tuple[Mapped, ...]:
    """Return the tables that keep something of the contract.

    A table that is missing is known by the migrations that make it, or by the snapshot.
    """
    known: dict[str, Table] = dict(kept.tables) if kept else {}
    if folder is not None:
        known |= {name: Table(name, ()) for name in expected(folder).tables if name not in known}
    known |= schema.tables if schema else {}
    dialect = schema.dialect if schema else "postgresql"
    return map_tables(
        read.contract, read.said("x-apigen-table"), given.tables, Schema(dialect, known)
    )


def _compared(facts: Facts, read: Understood | None, trouble: _Trouble) -> Facts:
    """Hold the contract against the schema, and against the code where a model is named."""
    if read is None:
        return facts
    given, schema = facts.given, facts.schema
    mapped = mapped_tables(given, read, schema, facts.folder, facts.snapshot)
    drifts: list[Diagnostic] = []
    if schema is not None:
        drifts += dangling(read.contract, given.tables, schema)
        drifts += compare_tables(mapped, schema, read.place)
    for each in mapped:
        if each.rule.code:
            ask = partial(_layers, each, schema, read)
            drifts += trouble.tried(ask) or ()
    return replace(facts, mapped=mapped, drifts=tuple(dict.fromkeys(drifts)))


def _layers(mapped: Mapped, schema: Schema | None, read: Understood) -> tuple[Diagnostic, ...]:
    place = mapped.rule.place
    folder = Path(place.file).parent if place else Path()
    model = contracts.code_model(mapped.rule.code, folder, place)
    return tuple(compare_layers(mapped, model, schema, read.place))
