"""The linter: what makes a tool skip, cut or undo a migration."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from apigen.diagnostics import Diagnostic, Place
from apigen.diagnostics.migrations import (
    BEFORE_CREATED,
    BODY_CUT,
    DOES_NOTHING,
    MARKERS_UNPAIRED,
    NO_SUCH_CLAUSE,
    NO_UP,
    NOT_IN_TRANSACTION,
    NUMBER_GAP,
    NUMBER_TWICE,
    OUTSIDE_OF_HALVES,
    OWN_TRANSACTION,
    UNDONE_BY_PSQL,
    UNNUMBERED,
    UNTERMINATED,
)
from apigen.doctor.migrations.sqltext import Marker
from apigen.doctor.migrations.values import Half, Migration, Tool

_NO_CLAUSE = re.compile(
    r"^(?:DROP\s+\w+\s+IF\s+NOT\s+EXISTS|CREATE\s+\w+\s+IF\s+EXISTS)\b", re.IGNORECASE
)
_ALONE = re.compile(
    r"^(?:CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY|DROP\s+INDEX\s+CONCURRENTLY|VACUUM\b"
    r"|REINDEX\s.*CONCURRENTLY|CREATE\s+DATABASE|DROP\s+DATABASE|ALTER\s+SYSTEM)",
    re.IGNORECASE,
)
_TRANSACTION = re.compile(
    r"^(?:BEGIN|COMMIT|ROLLBACK|END|START\s+TRANSACTION)(?:\s+(?:WORK|TRANSACTION))?$",
    re.IGNORECASE,
)
_MOST_GAPS = 20
_MOST_STEP = 100
"""Numbers that lie further apart are dates, not a count."""


def of_file(
    migration: Migration, tool: Tool, found: Sequence[Marker], *, unclosed: int, text: str
) -> Iterator[Diagnostic]:
    """Find what is wrong with one file."""
    if not migration.version:
        yield UNNUMBERED.at(Place(str(migration.path)), f"{migration.path.name} has no number")
    if unclosed:
        yield UNTERMINATED.at(_place(migration, unclosed), "this quote or comment never ends")
    for statement in migration.statements:
        if match := _NO_CLAUSE.match(statement.text):
            message = f"'{' '.join(match[0].upper().split())}' is no SQL"
            yield NO_SUCH_CLAUSE.at(_place(migration, statement.line), message)
    goes_up = any(each.half is not Half.DOWN for each in migration.statements)
    if not goes_up and not migration.path.name.endswith(".down.sql"):
        how = "commented out" if re.search(r"--.*;", text) else "empty"
        yield DOES_NOTHING.at(Place(str(migration.path)), f"the Up half is {how}")
    if tool in {Tool.GOOSE, Tool.DBMATE}:
        yield from _of_marked(migration, tool, found)


def _of_marked(migration: Migration, tool: Tool, found: Sequence[Marker]) -> Iterator[Diagnostic]:
    words = {marker.word for marker in found}
    if "up" not in words:
        message = f"{migration.path.name} has no Up marker, and its neighbours are {tool}'s"
        yield NO_UP.at(Place(str(migration.path)), message)
    yield from _pairs(migration, found)
    wrapped = "no transaction" not in words
    for statement in migration.statements:
        place = _place(migration, statement.line)
        if statement.half is Half.NONE and "up" in words:
            yield OUTSIDE_OF_HALVES.at(place, "a statement before the Up marker")
        if tool is Tool.GOOSE and statement.cut_at and not statement.marked:
            message = f"goose cuts this body at line {statement.cut_at}"
            yield BODY_CUT.at(place, message)
        if wrapped and (match := _ALONE.match(statement.text)):
            message = f"{' '.join(match[0].upper().split())} cannot run in a transaction"
            yield NOT_IN_TRANSACTION.at(place, message)
        if wrapped and _TRANSACTION.match(statement.text):
            yield OWN_TRANSACTION.at(place, f"{statement.text.upper()} within a migration")
    for name, line in undone(migration).items():
        message = f"run with psql, this file drops the table {name} that it makes"
        yield UNDONE_BY_PSQL.at(_place(migration, line), message)


def undone(migration: Migration) -> dict[str, int]:
    """Return the tables that Up makes and Down drops, with the line of the drop."""
    made = {c.name for c in migration.up if (c.action, c.kind) == ("create", "table")}
    return {
        c.name: c.line
        for c in migration.down
        if (c.action, c.kind) == ("drop", "table") and c.name in made
    }


def _pairs(migration: Migration, found: Sequence[Marker]) -> Iterator[Diagnostic]:
    opened = 0
    for marker in found:
        place = _place(migration, marker.line)
        if marker.word == "statementbegin":
            if opened:
                yield MARKERS_UNPAIRED.at(place, f"StatementBegin of line {opened} is still open")
            opened = marker.line
        elif marker.word == "statementend":
            if not opened:
                yield MARKERS_UNPAIRED.at(place, "StatementEnd without StatementBegin")
            opened = 0
        elif marker.word in {"up", "down"} and opened:
            yield MARKERS_UNPAIRED.at(place, f"StatementBegin of line {opened} is still open")
            opened = 0
    if opened:
        yield MARKERS_UNPAIRED.at(_place(migration, opened), "StatementBegin is never closed")


def of_folder(migrations: Sequence[Migration]) -> Iterator[Diagnostic]:
    """Find what is wrong between files: numbers and order."""
    seen: dict[tuple[int | None, bool], Migration] = {}
    numbers: list[int] = []
    for each in migrations:
        number = each.number
        if number is None:
            continue
        down = each.path.name.endswith(".down.sql")
        first = seen.setdefault((number, down), each)
        if first is not each:
            message = f"{each.path.name} and {first.path.name} both have the number {each.version}"
            related = (Place(str(first.path)),)
            yield NUMBER_TWICE.at(Place(str(each.path)), message, related=related)
        elif not down:
            numbers.append(number)
    yield from _gaps(migrations, sorted(numbers))
    yield from _order(migrations)


def _gaps(migrations: Sequence[Migration], numbers: list[int]) -> Iterator[Diagnostic]:
    folder = Place(str(migrations[0].path.parent)) if migrations else None
    told = 0
    for before, after in pairwise(numbers):
        if 1 < after - before <= _MOST_STEP and told < _MOST_GAPS:
            told += 1
            lost = f"{before + 1}" if after - before == 2 else f"{before + 1} to {after - 1}"
            yield NUMBER_GAP.at(folder, f"there is no migration {lost}")


def _order(migrations: Sequence[Migration]) -> Iterator[Diagnostic]:
    """Find changes of tables that are not there yet."""
    every = {
        c.name for each in migrations for c in each.up if c.kind == "table" and c.action != "alter"
    }
    there: set[str] = set()
    for each in migrations:
        for change in each.up:
            match change.action, change.kind:
                case "create", "table":
                    there.add(change.name)
                case "rename", "table":
                    there.discard(change.table)
                    there.add(change.name)
                case "drop", "table":
                    there.discard(change.name)
                case "alter", "table" if change.name in every and change.name not in there:
                    message = f"the table {change.name} does not exist at this point"
                    yield BEFORE_CREATED.at(_place(each, change.line), message)
                case _:
                    pass


def _place(migration: Migration, line: int) -> Place:
    return Place(str(migration.path), line, 1)
