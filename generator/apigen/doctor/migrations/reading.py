"""A folder of migrations, read: goose, dbmate, Alembic, plain SQL."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from apigen.diagnostics import Diagnostic, Place
from apigen.diagnostics.migrations import UNREADABLE_MIGRATION
from apigen.doctor.migrations import alembic, lint
from apigen.doctor.migrations.changes import changes
from apigen.doctor.migrations.sqltext import Marker, markers, scan
from apigen.doctor.migrations.values import Folder, Half, Migration, Statement, Tool

_NUMBER = re.compile(r"[vV]?(\d+(?:[._]\d+)*)(?=__|[_.\-])")
_MOST_FILES = 10_000
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SqlFile:
    """A file of SQL as it was read."""

    migration: Migration
    text: str
    markers: tuple[Marker, ...]
    unclosed: int


def read_folder(path: Path) -> Folder:
    """Return the migrations of a folder, with what the linter says of them.

    Raises:
        OSError: The folder cannot be read.

    """
    files = sorted(path.iterdir(), key=lambda file: file.name)[:_MOST_FILES]
    scripts = [file for file in files if file.suffix == ".py" and file.is_file()]
    queries = [file for file in files if file.suffix == ".sql" and file.is_file()]
    versions = path / "versions"
    if not queries and versions.is_dir():
        scripts = sorted(versions.glob("*.py"))[:_MOST_FILES]
    if not queries and scripts:
        return alembic.read_folder(path, scripts)
    return _of_sql(path, queries)


def _of_sql(path: Path, queries: Iterable[Path]) -> Folder:
    read: list[SqlFile] = []
    findings: list[Diagnostic] = []
    for file in queries:
        found = _file(file)
        if isinstance(found, Diagnostic):
            findings.append(found)
        else:
            read.append(found)
    tools = {marker.tool for each in read for marker in each.markers}
    tool = Tool(min(tools, key=lambda name: name != "goose")) if tools else Tool.PLAIN
    read.sort(key=lambda each: (_ordinal(each.migration.version), each.migration.path.name))
    migrations = tuple(each.migration for each in read)
    findings += [
        finding
        for each in read
        for finding in lint.of_file(
            each.migration, tool, each.markers, unclosed=each.unclosed, text=each.text
        )
    ]
    findings += lint.of_folder(migrations)
    return Folder(path, tool, migrations, tuple(findings))


def _ordinal(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.split(r"[._]", version) if part) or (10**18,)


def _file(path: Path) -> SqlFile | Diagnostic:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return UNREADABLE_MIGRATION.at(Place(str(path)), "larger than any migration")
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        return UNREADABLE_MIGRATION.at(Place(str(path)), error.strerror or str(error))
    except UnicodeDecodeError as error:
        return UNREADABLE_MIGRATION.at(Place(str(path)), f"not UTF-8, byte {error.start}")
    found = tuple(markers(text))
    scanned = scan(text, tuple(marker.start for marker in found))
    halved = tuple(
        Statement(
            text=piece.text,
            line=piece.line,
            half=_half(path, found, piece.start),
            marked=_marked(found, piece.start),
            cut_at=piece.cut_at,
        )
        for piece in scanned.pieces
    )
    number = _NUMBER.match(path.name)
    migration = Migration(
        path=path,
        version=number[1] if number else "",
        up=tuple(c for s in halved if s.half is not Half.DOWN for c in changes(s)),
        down=tuple(c for s in halved if s.half is Half.DOWN for c in changes(s)),
        statements=halved,
    )
    return SqlFile(migration, text, found, scanned.unclosed)


def _half(path: Path, found: Iterable[Marker], start: int) -> Half:
    half = Half.DOWN if path.name.endswith(".down.sql") else Half.NONE
    if path.name.endswith(".up.sql"):
        half = Half.UP
    for marker in found:
        if marker.start <= start and marker.word in {"up", "down"}:
            half = Half(marker.word)
    return half


def _marked(found: Iterable[Marker], start: int) -> bool:
    inside = False
    for marker in found:
        if marker.start <= start and marker.word.startswith("statement"):
            inside = marker.word == "statementbegin"
    return inside
