"""D8 to D12: columns, types, constraints, triggers, partitions."""

import re
from collections.abc import Iterator
from datetime import UTC, date, timedelta

from apigen.diagnostics import Code, Diagnostic, Place, Severity
from apigen.diagnostics import database as codes
from apigen.doctor.checks.applying import command
from apigen.doctor.checks.verdicts import Verdict, judged, ok, session_of, skip, unasked
from apigen.doctor.evidence import Facts
from apigen.doctor.facts.database import Database
from apigen.doctor.facts.schema import Schema, Table
from apigen.doctor.migrations.replay import expected
from apigen.doctor.results import Status
from apigen.partitions import uncovered

COLUMNS = frozenset({codes.COLUMN_MISSING, codes.COLUMN_UNFILLED, codes.COLUMN_UNREAD})
CONSTRAINTS = frozenset(
    {
        codes.VALUE_REFUSED,
        codes.VALUE_UNKNOWN,
        codes.ENUM_OPEN,
        codes.CONFLICT_UNDOCUMENTED,
        codes.PARENT_UNDOCUMENTED,
        codes.CHECK_UNREAD,
        codes.FORM_REFUSED,
        codes.LAYERS_DIFFER,
        codes.MAPPING_DANGLING,
    }
)
_ELSEWHERE = COLUMNS | CONSTRAINTS | {codes.TABLE_MISSING}
_BEFORE = timedelta(days=7)
_AHEAD = 3


def _ready(facts: Facts) -> Schema | Verdict:
    if facts.database is not None:
        found = session_of(facts)
        if isinstance(found, Verdict):
            return found
        if failure := found.failures.get("schema"):
            return unasked(failure, "the schema")
    schema = facts.schema
    return skip("no --database-url and no snapshot") if schema is None else schema


def _of(facts: Facts, chosen: frozenset[Code]) -> tuple[Diagnostic, ...]:
    return tuple(each for each in facts.drifts if each.code in chosen)


def columns(facts: Facts) -> Verdict:
    """Judge D8: whether every column exists."""
    schema = _ready(facts)
    if isinstance(schema, Verdict):
        return schema
    findings = (*_of(facts, COLUMNS), *_lost_columns(facts, schema))
    missing = [each for each in findings if each.code is codes.COLUMN_MISSING]
    mend = command(facts.folder) if facts.folder and missing else ""
    return judged(findings, "columns do not fit", mend) or _fine(facts, findings)


def _fine(facts: Facts, findings: tuple[Diagnostic, ...]) -> Verdict:
    if not facts.mapped and facts.folder is None:
        return skip("no schema of the contract is kept in a table that is known")
    tables = ", ".join(each.table for each in facts.mapped)
    return ok(
        f"compared: {tables}" if tables else "compared with the migrations", findings=findings
    )


def _lost_columns(facts: Facts, schema: Schema) -> Iterator[Diagnostic]:
    """Find columns that migrations or the snapshot make and the database does not have."""
    told = {each.message for each in facts.drifts}
    if facts.folder is not None:
        for (name, column), origin in expected(facts.folder).columns.items():
            table = schema.tables.get(name)
            if table is not None and table.column(column) is None:
                message = f"{name} has no column {column}, which {origin.migration.path.name} adds"
                if message not in told:
                    yield codes.COLUMN_MISSING.at(origin.place, message, hint=command(facts.folder))
    if facts.snapshot is not None and facts.database is not None:
        yield from _moved(facts.snapshot, schema, Place(str(facts.given.snapshot)))


def _moved(before: Schema, now: Schema, place: Place) -> Iterator[Diagnostic]:
    """Find what is not as the snapshot says."""
    for name, table in before.tables.items():
        there = now.tables.get(name)
        if there is None:
            continue
        for column in table.columns:
            found = there.column(column.name)
            if found is None:
                message = f"{name} has no column {column.name}, which the snapshot has"
                yield codes.COLUMN_MISSING.at(place, message)
            elif found != column:
                message = f"{name}.{column.name} is {found.type}, not {column.type}"
                if found.type == column.type:
                    message = f"{name}.{column.name} has another default or nullability"
                yield codes.SCHEMA_MOVED.at(place, f"{message}, as the snapshot says")
        for column in there.columns:
            if table.column(column.name) is None:
                message = f"{name} has the column {column.name}, which the snapshot does not"
                yield codes.SCHEMA_MOVED.at(place, message)
        yield from _moved_rules(table, there, place)


def _moved_rules(before: Table, now: Table, place: Place) -> Iterator[Diagnostic]:
    pairs = (
        ("CHECK", before.checks, now.checks),
        ("key", before.keys, now.keys),
        ("foreign key", before.foreign_keys, now.foreign_keys),
        ("trigger", before.triggers, now.triggers),
    )
    for what, old, new in pairs:
        for each in old:
            if each not in new:
                message = f"{before.name}: the {what} {each.name} is gone or changed"
                yield codes.SCHEMA_MOVED.at(place, f"{message} since the snapshot")


def types(facts: Facts) -> Verdict:
    """Judge D9: whether types, lengths, ranges and NOT NULL take what the contract allows."""
    schema = _ready(facts)
    if isinstance(schema, Verdict):
        return schema
    findings = tuple(each for each in facts.drifts if each.code not in _ELSEWHERE)
    return judged(findings, "types do not fit") or _fine(facts, findings)


def constraints(facts: Facts) -> Verdict:
    """Judge D10: whether CHECKs, enums and keys agree with the contract."""
    schema = _ready(facts)
    if isinstance(schema, Verdict):
        return schema
    findings = _of(facts, CONSTRAINTS)
    keyless = [
        each.table
        for each in facts.mapped
        if (table := schema.tables.get(each.table)) and not any(key.primary for key in table.keys)
    ]
    if keyless and not any(each.severity is Severity.ERROR for each in findings):
        return Verdict(
            Status.WARN,
            f"{keyless[0]} has no primary key",
            cause="a migration is missing, or failed in the middle",
            mend=f"ALTER TABLE {keyless[0]} ADD PRIMARY KEY (...)",
            findings=findings,
        )
    return judged(findings, "constraints do not fit") or _fine(facts, findings)


def triggers(facts: Facts) -> Verdict:
    """Judge D11: whether triggers, functions and extensions are there, and enabled."""
    schema = _ready(facts)
    if isinstance(schema, Verdict):
        return schema
    disabled = [
        f"{table.name}.{trigger.name}"
        for table in schema.tables.values()
        for trigger in table.triggers
        if not trigger.enabled
    ]
    if disabled:
        table, _, name = disabled[0].partition(".")
        return Verdict(
            Status.FAIL,
            f"disabled: {', '.join(disabled)}",
            cause="a bulk load or a repair switched it off, and nobody switched it on again",
            mend=f"ALTER TABLE {table} ENABLE TRIGGER {name}",
        )
    lost = tuple(_lost_objects(facts, schema))
    if lost:
        return Verdict(
            Status.FAIL,
            f"missing: {', '.join(lost[:10])}",
            cause="a migration was not applied, or its Down half ran; writes fail with 42883",
            mend=command(facts.folder) if facts.folder else "apply the migrations",
        )
    count = sum(len(table.triggers) for table in schema.tables.values())
    return ok(f"{count} triggers, {len(schema.functions)} functions")


def _lost_objects(facts: Facts, schema: Schema) -> Iterator[str]:
    if facts.folder is not None and schema.dialect == "postgresql":
        made = expected(facts.folder)
        yield from (f"function {one}" for one in sorted(set(made.functions) - schema.functions))
        yield from (f"extension {one}" for one in sorted(set(made.extensions) - schema.extensions))
    if facts.folder is not None:
        for name, trigger in sorted(expected(facts.folder).triggers):
            table = schema.tables.get(name)
            if table is not None and trigger not in {each.name for each in table.triggers}:
                yield f"trigger {trigger} on {name}"
    if facts.snapshot is not None and facts.database is not None:
        before = facts.snapshot
        yield from (f"function {one}" for one in sorted(before.functions - schema.functions))
        yield from (f"extension {one}" for one in sorted(before.extensions - schema.extensions))


def partitions(facts: Facts) -> Verdict:
    """Judge D12: whether the partitions take what arrives now."""
    found = session_of(facts)
    if isinstance(found, Verdict):
        return found
    if found.target.dialect == "sqlite":
        return skip("SQLite has no partitions")
    if failure := found.failures.get("partitions"):
        return unasked(failure, "the partitions")
    ranged = [
        each
        for each in (found.schema.tables.values() if found.schema else ())
        if each.partitioned_by.upper().startswith("RANGE") and _by_date(each)
    ]
    if not ranged:
        return skip("no table is partitioned by ranges of dates")
    today = facts.given.now().astimezone(UTC).date()
    for table in ranged:
        if verdict := _covered(found, table, today):
            return verdict
    return ok(f"{', '.join(each.name for each in ranged)}: covered for {_AHEAD} months ahead")


def _by_date(table: Table) -> bool:
    """Tell whether one column of dates or times decides; of expressions nothing is said."""
    column = re.sub(r"^RANGE \((.*)\)$", r"\1", table.partitioned_by, flags=re.IGNORECASE)
    kept = table.column(column.strip('"'))
    return kept is not None and kept.kind.value in {"date", "timestamp"}


def _covered(found: Database, table: Table, today: date) -> Verdict | None:
    parts = found.partitions.get(table.name, ())
    bounds = [part.bound for part in parts]
    default = next((part for part in parts if part.bound == "DEFAULT"), None)
    evidence = tuple(f"{part.name} {part.bound}" for part in parts[-6:]) or ("no partition at all",)
    wanted = [today - _BEFORE, today]
    missing, ahead = uncovered(wanted, bounds), uncovered(_months(today), bounds)
    if default is not None and default.rows:
        return Verdict(
            Status.WARN,
            f"{default.name}, the default partition of {table.name}, holds rows",
            evidence,
            "rows came for which there was no partition; it can no longer be made for them",
            "move the rows, then create the partition",
        )
    if missing or ahead:
        day = (missing or ahead)[0]
        first = day.replace(day=1)
        after = _next(first)
        return Verdict(
            Status.FAIL if missing else Status.WARN,
            f"{table.name} has no partition for {day:%Y-%m-%d}",
            evidence,
            "nobody makes partitions ahead; a row of that day fails with 23514 'no partition of "
            "relation'",
            f"CREATE TABLE {table.name}_{first:%Y_%m} PARTITION OF {table.name} FOR VALUES FROM "
            f"('{first}') TO ('{after}')",
        )
    return None


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _months(today: date) -> Iterator[date]:
    first = today.replace(day=1)
    for _ in range(_AHEAD):
        first = _next(first)
        yield first
