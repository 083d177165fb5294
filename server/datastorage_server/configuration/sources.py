"""Sources: what the file, the environment and the flags say, the later before the earlier."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from apigen.tomlplaces import positions

from ..errors import StartError
from .options import BY_NAME, CONFIG, OPTIONS, PREFIX, Option

DEFAULT: Final = "default"
_SERVICE_LINK: Final = "tcp://"
"""How Kubernetes begins what it sets of itself for a Service of the name ``datastorage``."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a setting, and where it came from.

    Attributes:
        origin: For people: ``default``, ``--port``, ``DATASTORAGE_PORT`` or ``file.toml:3:1``.

    """

    text: str
    value: object
    origin: str


@dataclass(frozen=True, slots=True)
class _Said:
    option: Option
    text: str
    origin: str


def configured(
    flags: Mapping[str, str], environment: Mapping[str, str], file: Path | None
) -> Mapping[str, Value]:
    """Return the value of every setting that has one: flags win over the environment over a file.

    *flags* are texts by the names of settings. All that is wrong is told at once, also what
    another source has replaced.

    Raises:
        StartError: A setting is unknown, or a value is none.

    """
    faults: list[str] = []
    said: list[_Said] = [
        *(() if file is None else _in_file(file, faults)),
        *_in_environment(environment, faults),
        *(_Said(BY_NAME[name], text, BY_NAME[name].flag) for name, text in flags.items()),
    ]
    values = {one.name: _default(one) for one in OPTIONS if one.default}
    for one in said:
        try:
            values[one.option.name] = Value(one.text, one.option.read(one.text), one.origin)
        except ValueError as error:
            faults.append(f"{one.origin}: {one.option.name}: {error}")
    if faults:
        raise StartError("\n".join(faults))
    return values


def file_from(flag: str | None, environment: Mapping[str, str]) -> Path | None:
    """Return the file that has settings, if one is named."""
    named = flag or environment.get(CONFIG)
    return Path(named) if named else None


def _default(option: Option) -> Value:
    return Value(option.default, option.read(option.default), DEFAULT)


def _in_environment(environment: Mapping[str, str], faults: list[str]) -> Sequence[_Said]:
    """Return what the environment says; a name that is nearly one of ours is told.

    Other names are left alone: Kubernetes sets DATASTORAGE_SERVICE_HOST and its like, and
    DATASTORAGE_PORT as well, for a Service named ``datastorage``.
    """
    variables = {one.variable: one for one in OPTIONS}
    found: list[_Said] = []
    for name, text in sorted(environment.items()):
        option = variables.get(name)
        if option is None:
            if name.startswith(PREFIX) and name != CONFIG and (near := _near(name)):
                faults.append(f"{name} is no setting: did you mean {BY_NAME[near].variable}?")
        elif text and not (option.name == "port" and text.startswith(_SERVICE_LINK)):
            found.append(_Said(option, text, name))
    return found


def _near(variable: str) -> str:
    """Return the name of the setting that a variable nearly names."""
    return next(iter(get_close_matches(variable.removeprefix(PREFIX).lower(), BY_NAME, 1, 0.8)), "")


def _in_file(file: Path, faults: list[str]) -> Iterable[_Said]:
    try:
        text = file.read_text("utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise StartError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise StartError(f"{file} is not UTF-8 at byte {error.start}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise StartError(f"{file} is no TOML: {error}") from None
    places = positions(text)
    for key, value in content.items():
        line, column = places.get((key,), (1, 1))
        origin = f"{file}:{line}:{column}"
        option = BY_NAME.get(key)
        if option is None:
            near = next(iter(get_close_matches(key, BY_NAME, 1)), "")
            hint = f"did you mean {near}?" if near else "datastorage-server settings lists them"
            faults.append(f"{origin}: {key!r} is no setting: {hint}")
        elif type(value) not in option.types:
            faults.append(f"{origin}: {key}: must be {_kind(option)}")
        else:
            yield _Said(option, _text(value), origin)


def _kind(option: Option) -> str:
    return {str: "a string", bool: "true or false"}.get(option.types[0], "a number")


def _text(value: object) -> str:
    return f"{value}".lower() if isinstance(value, bool) else f"{value}"
