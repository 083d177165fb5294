"""``[tool.apigen.doctor]``: where things are, and which schema is kept in which table."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

from apigen.diagnostics import Place, Report, configuration
from apigen.doctor.comparison.mapping import TableRule

_TEXTS = ("write", "read", "rest", "code")
_LISTS = ("filled", "json")
_TABLE_KEYS = (*_TEXTS, *_LISTS, "columns", "skip")
_PATHS = ("migrations", "snapshot")
_NUMBERS = ("pool", "replicas")
_KEYS = (*_PATHS, *_NUMBERS, "environment", "role", "tables")


@dataclass(frozen=True, slots=True)
class DoctorSettings:
    """What the configuration says; paths are usable from the current folder."""

    migrations: Path | None = None
    snapshot: Path | None = None
    environment: tuple[Path, ...] = ()
    role: str = ""
    pool: int = 0
    replicas: int = 1
    tables: Mapping[str, TableRule] = field(default_factory=dict[str, TableRule])


@dataclass(frozen=True, slots=True)
class _Reader:
    folder: Path
    place: Callable[..., Place]
    report: Report

    def wrong(self, keys: tuple[str, ...], wanted: str) -> None:
        self.report.add(configuration.wrong_value(self.place(*keys), keys[-1], wanted))

    def unknown(self, keys: tuple[str, ...], known: tuple[str, ...]) -> None:
        near = next(iter(difflib.get_close_matches(keys[-1], known, 1)), "")
        self.report.add(configuration.unknown_key(self.place(*keys), keys[-1], near, known))

    def text(self, value: object, *keys: str) -> str:
        if isinstance(value, str) and value and "\0" not in value:
            return value
        self.wrong(keys, "a text")
        return ""

    def texts(self, value: object, *keys: str) -> tuple[str, ...]:
        if _is_array(value) and all(isinstance(each, str) and each for each in value):
            return tuple(str(each) for each in value)
        self.wrong(keys, "an array of texts")
        return ()

    def number(self, value: object, *keys: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100_000:
            return value
        self.wrong(keys, "a whole number")
        return 1

    def path(self, value: object, *keys: str) -> Path | None:
        text = self.text(value, *keys)
        return self.folder / text if text else None


def settings(
    table: Mapping[str, object], folder: Path, place: Callable[..., Place], report: Report
) -> DoctorSettings:
    """Return the checked settings; what is wrong is reported, and left out."""
    reader = _Reader(folder, place, report)
    for key in table:
        if key not in _KEYS:
            reader.unknown((key,), _KEYS)
    given = {key: value for key, value in table.items() if key in _KEYS}
    paths = {key: reader.path(given[key], key) for key in _PATHS if key in given}
    numbers = {key: reader.number(given[key], key) for key in _NUMBERS if key in given}
    files = reader.texts(given["environment"], "environment") if "environment" in given else ()
    return DoctorSettings(
        migrations=paths.get("migrations"),
        snapshot=paths.get("snapshot"),
        environment=tuple(folder / each for each in files),
        role=reader.text(given["role"], "role") if "role" in given else "",
        pool=numbers.get("pool", 0),
        replicas=numbers.get("replicas", 1),
        tables=_tables(given.get("tables", {}), reader),
    )


def _tables(value: object, reader: _Reader) -> Mapping[str, TableRule]:
    if not _is_table(value):
        reader.wrong(("tables",), "a table")
        return {}
    found: dict[str, TableRule] = {}
    for name, one in value.items():
        if _is_table(one):
            found[name] = _rule(name, one, reader)
        else:
            reader.wrong(("tables", name), "a table")
    return found


def _rule(name: str, table: Mapping[str, object], reader: _Reader) -> TableRule:
    keys = ("tables", name)
    for key in table:
        if key not in _TABLE_KEYS:
            reader.unknown((*keys, key), _TABLE_KEYS)
    texts = {key: reader.text(table[key], *keys, key) for key in _TEXTS if key in table}
    lists = {key: reader.texts(table[key], *keys, key) for key in _LISTS if key in table}
    skip = table.get("skip", False)
    if not isinstance(skip, bool):
        reader.wrong((*keys, "skip"), "true or false")
    columns = table.get("columns", {})
    if not _is_table(columns):
        reader.wrong((*keys, "columns"), "a table of columns by member")
        columns = {}
    return TableRule(
        write=texts.get("write", ""),
        read=texts.get("read", ""),
        rest=texts.get("rest", ""),
        code=texts.get("code", ""),
        filled=lists.get("filled", ()),
        json=lists.get("json", ()),
        columns={
            member: reader.text(column, *keys, "columns", member)
            for member, column in columns.items()
        },
        skip=skip is True,
        place=reader.place(*keys),
    )


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_array(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)
