"""Settings from ``[tool.apigen]`` and from flags; flags win.

Paths in the file are relative to the file, paths in flags to the current folder. Several
contracts are several ``[[tool.apigen.contract]]`` tables; what stands beside them holds for each.
"""

import difflib
import keyword
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeGuard

from apigen import __version__
from apigen.configfile import ConfigFile, is_table, nearest
from apigen.diagnostics import Place, Report, Stop, configuration
from apigen.diagnostics.rules import CODES
from apigen.settings import TARGETS, Settings, class_name
from apigen.tomlplaces import KeyPath
from apigen.types import Json

Value: TypeAlias = str | bool | tuple[str, ...] | Mapping[str, Json]
_KINDS: Mapping[str, str] = {
    "spec": "a path",
    "output": "a path",
    "package": "a name",
    "client": "a name",
    "targets": "an array of names",
    "allow": "an array of paths",
    "copies": "an array of paths",
    "requires": "versions of apigen, such as '>=0.1,<0.2'",
    "strict": "true or false",
    "rules": "true or false",
    "without": "an array of rules, by code or name",
    "outbox": "a table of operations, each with a table of what x-apigen-outbox says, or false",
}
SECTIONS = frozenset({"diff", "doctor", "lint", "verify"})
"""Tables of commands, which read them themselves."""
_PACKAGE = re.compile(r"[A-Za-z](?:\w*[A-Za-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says; None and () where it says nothing."""

    spec: Path | None = None
    output: Path | None = None
    package: str | None = None
    client: str | None = None
    targets: tuple[str, ...] = ()
    strict: bool = False
    config: Path | None = None


@dataclass(frozen=True, slots=True)
class _Given:
    """A value, and where it was given: a place in a file, or None for a flag."""

    value: Value
    place: Place | None


_Table: TypeAlias = dict[str, _Given]


def read(flags: Flags, report: Report) -> tuple[Settings, ...]:
    """Return the settings of each contract; none if *report* got an error."""
    everything = flags.spec and flags.output and flags.package
    file = None if everything and not flags.config else nearest(flags.config, report)
    no_tables: tuple[_Table, ...] = ({},)
    tables = no_tables if file is None else _tables(file, report)
    if report.errors:
        return ()
    tables = _chosen(tables, flags, file, report)
    _require(tables, report)
    found = [_settings(_flagged(table, flags), file, report) for table in tables]
    settings = tuple(one for one in found if one is not None)
    _refuse_same_package(settings, file, report)
    return () if report.errors else settings


def _require(tables: tuple[_Table, ...], report: Report) -> None:
    """Report if this is no apigen that the project asks for."""
    for wanted in {
        str(t["requires"].value): t["requires"] for t in tables if "requires" in t
    }.values():
        from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - seldom

        try:
            fits = SpecifierSet(str(wanted.value)).contains(__version__, prereleases=True)
        except InvalidSpecifier:
            report.add(configuration.wrong_value(wanted.place, "requires", _KINDS["requires"]))
            continue
        if not fits:
            told = configuration.another_version(wanted.place, __version__, str(wanted.value))
            report.add(told)


@dataclass(frozen=True, slots=True)
class Stated:
    """A configured contract as commands see it that only read it."""

    spec: Path
    allow: tuple[Path, ...] = ()
    rules: bool = False
    without: tuple[str, ...] = ()


def documents(config: Path | None, report: Report) -> tuple[Stated, ...]:
    """Return the configured contracts; a configuration that generates nothing is one too."""
    file = nearest(config, report)
    no_tables: tuple[_Table, ...] = ({},)
    tables = no_tables if file is None else _tables(file, report)
    if report.errors:
        return ()
    found = [_stated(table, file, report) for table in tables]
    return () if report.errors else tuple(one for one in found if one is not None)


def _stated(table: _Table, file: ConfigFile | None, report: Report) -> Stated | None:
    if "spec" not in table:
        report.add(configuration.missing(file.place() if file else None, "spec"))
        return None
    try:
        return Stated(
            spec=_path(table["spec"].place, file, _text(table, "spec")),
            allow=_folders(table.get("allow"), file),
            rules="rules" in table and table["rules"].value is True,
            without=_without(table.get("without")),
        )
    except Stop as stop:
        report.add(stop.diagnostic)
        return None


def _is_array(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _tables(file: ConfigFile, report: Report) -> tuple[_Table, ...]:
    """Return the checked settings of each contract in the file."""
    contracts = file.table.get("contract", [])
    shared = _checked(file, (), file.table, report)
    if not _is_array(contracts):
        report.add(configuration.wrong_value(file.place("contract"), "contract", "[[tables]]"))
        return ()
    tables: list[_Table] = []
    for index, contract in enumerate(contracts):
        if is_table(contract):
            own = _checked(file, ("contract", index), contract, report)
            tables.append({**shared, **own})
        else:
            report.add(configuration.wrong_value(file.place("contract"), "contract", "[[tables]]"))
    return tuple(tables) or (shared,)


def _checked(
    file: ConfigFile, prefix: KeyPath, table: Mapping[str, object], report: Report
) -> _Table:
    found: _Table = {}
    for key, value in table.items():
        place = file.place(*prefix, key)
        if not prefix and (key == "contract" or key in SECTIONS):
            continue
        if key not in _KINDS:
            near = next(iter(difflib.get_close_matches(key, _KINDS, 1)), "")
            report.add(configuration.unknown_key(place, key, near, tuple(_KINDS)))
        elif (checked := _of_kind(key, value)) is None:
            report.add(configuration.wrong_value(place, key, _KINDS[key]))
        else:
            found[key] = _Given(checked, place)
    return found


def _of_kind(key: str, value: object) -> Value | None:
    """Return *value* if it is of the kind that *key* wants."""
    if key in ("strict", "rules"):
        return value if isinstance(value, bool) else None
    if key == "outbox":
        return _outboxes(value)
    if key in ("targets", "allow", "copies", "without"):
        if _is_array(value) and all(isinstance(item, str) and item for item in value):
            return tuple(str(item) for item in value)
        return None
    return value if isinstance(value, str) and value and "\0" not in value else None


def _outboxes(value: object) -> Mapping[str, Json] | None:
    """Return a table of operations if it is one."""
    if not is_table(value):
        return None
    found: dict[str, Json] = {}
    for name, stated in value.items():
        if stated is False:
            found[name] = False
        elif is_table(stated):
            plain: dict[str, Json] = {k: v for k, v in stated.items() if _is_plain(v)}
            if len(plain) < len(stated):
                return None
            found[name] = plain
        else:
            return None
    return found


def _is_plain(value: object) -> TypeGuard[str | int]:
    return isinstance(value, str | int)


def _chosen(
    tables: tuple[_Table, ...], flags: Flags, file: ConfigFile | None, report: Report
) -> tuple[_Table, ...]:
    """Return the contracts that the flags speak of."""
    if len(tables) < 2:
        return tables
    if flags.package:
        named = tuple(t for t in tables if "package" in t and t["package"].value == flags.package)
        if named:
            return named
    elif not (flags.spec or flags.output or flags.client):
        return tables
    packages = tuple(str(table["package"].value) for table in tables if "package" in table)
    report.add(configuration.ambiguous(file.place("contract") if file else None, packages))
    return ()


def _flagged(table: _Table, flags: Flags) -> _Table:
    """Return the settings with the flags laid over them."""
    merged = dict(table)
    if flags.package and ("package" not in table or table["package"].value != flags.package):
        merged.pop("client", None)  # it was the name of the other package's client
    given: dict[str, Value | None] = {
        "spec": str(flags.spec) if flags.spec else None,
        "output": str(flags.output) if flags.output else None,
        "package": flags.package,
        "client": flags.client,
        "targets": flags.targets or None,
        "strict": flags.strict or None,
    }
    merged.update({key: _Given(value, None) for key, value in given.items() if value is not None})
    return merged


def _settings(table: _Table, file: ConfigFile | None, report: Report) -> Settings | None:
    absent = [key for key in ("spec", "output", "package") if key not in table]
    for key in absent:
        report.add(configuration.missing(file.place() if file else None, key))
    if absent:
        return None
    package, client = _text(table, "package"), _text(table, "client")
    try:
        return Settings(
            spec=_path(table["spec"].place, file, _text(table, "spec")),
            output=_path(table["output"].place, file, _text(table, "output")),
            package=_package(package, table["package"].place),
            client=_client(client, table["client"].place) if client else class_name(package),
            targets=_targets(table.get("targets")),
            allow=_folders(table.get("allow"), file),
            strict="strict" in table and table["strict"].value is True,
            rules="rules" in table and table["rules"].value is True,
            without=_without(table.get("without")),
            copies=_folders(table.get("copies"), file),
            outbox=_asked(table.get("outbox")),
        )
    except Stop as stop:
        report.add(stop.diagnostic)
        return None


def _text(table: _Table, key: str) -> str:
    return str(table[key].value) if key in table else ""


def _path(place: Place | None, file: ConfigFile | None, text: str) -> Path:
    """Return a path of a flag as it is, one of the file relative to the file's folder."""
    return Path(text) if place is None or file is None else file.path.parent / text


def _package(name: str, place: Place | None) -> str:
    if not _PACKAGE.fullmatch(name) or keyword.iskeyword(name):
        raise Stop(
            configuration.wrong_value(
                place,
                "package",
                f"a name that Python can import, and '{name}' is none",
                "letters, digits and underscores, with a letter first, such as 'petstore_client'",
            )
        )
    return name


def _client(name: str, place: Place | None) -> str:
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        wanted = f"a public class name, and '{name}' is none"
        raise Stop(configuration.wrong_value(place, "client", wanted))
    return name


def _targets(given: _Given | None) -> tuple[str, ...]:
    if given is None or not isinstance(given.value, tuple):
        return TARGETS
    if unknown := sorted(set(given.value) - set(TARGETS)):
        wanted = f"some of {', '.join(TARGETS)}, and '{unknown[0]}' is none of them"
        near = difflib.get_close_matches(unknown[0], TARGETS, 1)
        hint = f"did you mean '{near[0]}'?" if near else ""
        raise Stop(configuration.wrong_value(given.place, "targets", wanted, hint))
    return tuple(target for target in TARGETS if target in given.value)


def _asked(given: _Given | None) -> Mapping[str, Json]:
    return given.value if given is not None and isinstance(given.value, Mapping) else {}


def _without(given: _Given | None) -> tuple[str, ...]:
    if given is None or not isinstance(given.value, tuple):
        return ()
    return known_rules(given.value, given.place)


def known_rules(names: tuple[str, ...], place: Place | None) -> tuple[str, ...]:
    """Return *names* if each is a rule's code or name.

    Raises:
        Stop: One of them is none.

    """
    known = [name for code in CODES for name in (code.id, code.slug)]
    if unknown := [name for name in names if name not in known]:
        near = difflib.get_close_matches(unknown[0], known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"rules: {', '.join(known[1::2])}"
        wanted = f"rules, by code or name, and '{unknown[0]}' is none"
        raise Stop(configuration.wrong_value(place, "without", wanted, hint))
    return names


def _folders(given: _Given | None, file: ConfigFile | None) -> tuple[Path, ...]:
    if given is None or not isinstance(given.value, tuple):
        return ()
    return tuple(_path(given.place, file, text) for text in given.value)


def _refuse_same_package(
    settings: tuple[Settings, ...], file: ConfigFile | None, report: Report
) -> None:
    seen: set[str] = set()
    for one in settings:
        folder = os.path.realpath(one.output / one.package).casefold()
        if folder in seen:
            place = file.place("contract") if file else None
            report.add(configuration.same_package(place, str(one.output / one.package)))
        seen.add(folder)
