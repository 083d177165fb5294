"""The effective settings: made of what was configured, and shown to people without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

from ..auth.settings import auth_from
from ..databases import PostgresqlDatabase, parse_database
from ..errors import StartError
from ..keys import keys_from
from ..queueing.place import queue_from
from ..settings import Limits, Settings
from .options import OPTIONS
from .sources import Value

_NO_VALUE: Final = "-"
_KEYS: Final = ("chain_key_file", "export_key_file", "export_certificate_file")
_PLAIN: Final = (
    *("host", "port", "strict", "migrate", "queue_bytes"),
    *("shutdown_delay", "shutdown_timeout", "log_format", "log_level", "traces"),
)
"""Settings that the server takes as they are read."""


def settings_of(values: Mapping[str, Value]) -> Settings:
    """Return what the server is told.

    Raises:
        StartError: A value is of no use: no such database, no such key.

    """
    url = values["database_url"]
    database = parse_database(url.text, url.origin if url.origin != "default" else "database_url")
    if isinstance(database, PostgresqlDatabase):
        connections: Any = values["database_connections"].value
        database = replace(database, connections=connections)
    texts = {one.variable: values[one.name].text for one in OPTIONS if one.name in values}
    plain: dict[str, Any] = {name: values[name].value for name in _PLAIN if name in values}
    limits: dict[str, Any] = {one.name: values[one.name].value for one in fields(Limits)}
    try:
        keys = keys_from(texts)
    except StartError as error:
        places = [values[one].origin for one in _KEYS if one in values]
        raise StartError(f"{error} (set by {', '.join(places)})") from None
    return Settings(
        database=database,
        keys=keys,
        queue=queue_from(texts, database),
        auth=auth_from(texts),
        limits=Limits(**limits),
        **plain,
    )


def shown(values: Mapping[str, Value], settings: Settings) -> str:
    """Return the effective settings as lines of a TOML file, each with where it came from.

    The URL of the database is shown without password and parameters. Keys are shown by their
    files' names only.
    """
    told = {name: _toml(one) for name, one in values.items()}
    told["database_url"] = _quoted(str(settings.database))
    rows = [
        (one.name, told.get(one.name, _NO_VALUE), _origin(values.get(one.name))) for one in OPTIONS
    ]
    lines = [
        (f"{name} = {value}" if value != _NO_VALUE else f"# {name} is not set", origin)
        for name, value, origin in rows
    ]
    width = min(60, max(len(line) for line, _ in lines))
    return "".join(f"{line:<{width}}  # {origin}\n" for line, origin in lines)


def _origin(value: Value | None) -> str:
    return "default" if value is None else _printable(value.origin)


def _toml(value: Value) -> str:
    if isinstance(value.value, bool):
        return value.text.lower()
    return value.text if isinstance(value.value, int | float) else _quoted(value.text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_printable(escaped)}"'


def _printable(text: str) -> str:
    """Return a text without what could steer a terminal."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
