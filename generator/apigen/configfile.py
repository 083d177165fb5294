"""The file that configures apigen: its ``[tool.apigen]``, and where each key of it stands."""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeGuard

from apigen.diagnostics import Place, Report, configuration
from apigen.tomlplaces import KeyPath, positions

_TABLE: KeyPath = ("tool", "apigen")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file: its name, its text's positions, its ``[tool.apigen]``."""

    path: Path
    table: Mapping[str, object]
    positions: Mapping[KeyPath, tuple[int, int]]

    def place(self, *keys: str | int) -> Place:
        """Return where a key stands."""
        line, column = self.positions.get((*_TABLE, *keys), (0, 0))
        return Place(str(self.path), line, column)


@dataclass(frozen=True, slots=True)
class Section:
    """A table below ``[tool.apigen]`` that a command reads by itself."""

    folder: Path
    """The folder that its paths are relative to."""
    table: Mapping[str, object]
    place: Callable[..., Place]
    """Returns where a key of it stands."""


def section(name: str, config: Path | None, report: Report) -> Section | None:
    """Return ``[tool.apigen.NAME]`` of a file, or of the nearest one; None if there is none."""
    file = nearest(config, report)
    found = file.table.get(name) if file else None
    if file is None or found is None:
        return None
    if not is_table(found):
        report.add(configuration.wrong_value(file.place(name), name, "a table"))
        return None
    return Section(file.path.parent, found, partial(file.place, name))


def nearest(config: Path | None, report: Report) -> ConfigFile | None:
    """Return the file that is named, or the nearest one with a ``[tool.apigen]``; None if none."""
    if config is not None:
        return _load(config, report)
    here = Path.cwd()
    for folder in (here, *here.parents):
        candidate = folder / "pyproject.toml"
        if not candidate.is_file():
            continue
        file = _load(Path(os.path.relpath(candidate)), report)
        if file is None or file.table:
            return file
    return None


def _load(path: Path, report: Report) -> ConfigFile | None:
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        value = tomllib.loads(text)
    except OSError as error:
        report.add(configuration.unreadable(Place(str(path)), error.strerror or str(error)))
        return None
    except UnicodeDecodeError as error:
        report.add(configuration.unreadable(Place(str(path)), f"not UTF-8, byte {error.start}"))
        return None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r" \(at line (\d+), column (\d+)\)$", message := str(error))
        place = Place(str(path), int(at[1]), int(at[2])) if at else Place(str(path))
        report.add(configuration.unreadable(place, message[: at.start()] if at else message))
        return None
    except RecursionError:
        report.add(configuration.unreadable(Place(str(path)), "nested too deeply"))
        return None
    tool = value.get("tool")
    table: object = tool.get("apigen", {}) if is_table(tool) else {}
    if not is_table(table):
        report.add(configuration.wrong_value(Place(str(path)), "tool.apigen", "a table"))
        return None
    return ConfigFile(path, table, positions(text))


def is_table(value: object) -> TypeGuard[dict[str, object]]:
    """Return whether *value* is a TOML table; its keys are strings by TOML's grammar."""
    return isinstance(value, dict)
