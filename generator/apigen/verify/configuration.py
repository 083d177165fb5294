"""``[tool.apigen.verify]``: how the service is started, and how long it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeGuard

from apigen.diagnostics import Place, Report, configuration

_KEYS = ("command", "environment", "ready", "start-timeout", "stop-timeout", "time-budget", "url")


class _Section(Protocol):
    """A part of the configuration."""

    @property
    def table(self) -> Mapping[str, object]: ...
    def place(self, *keys: str | int) -> Place: ...


@dataclass(frozen=True, slots=True)
class Service:
    """How to start the service. ``{port}`` and ``{folder}`` are filled in."""

    command: tuple[str, ...]
    """The program and its arguments; no shell reads them."""
    url: str = "http://127.0.0.1:{port}"
    ready: str = "/"
    """The path that answers with a success when requests are welcome."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    start_timeout: float = 30.0
    """Seconds until it has to be ready."""
    stop_timeout: float = 15.0
    """Seconds that it may take to stop."""
    time_budget: float = 60.0
    """Seconds that the search for drift may take."""


def read(section: _Section | None, report: Report) -> Service | None:
    """Return what the configuration says; None if it says nothing, or *report* got an error."""
    if section is None:
        return None
    table = section.table
    for key in table:
        if key not in _KEYS:
            report.add(configuration.unknown_key(section.place(key), key, "", _KEYS))
    command, environment = table.get("command"), table.get("environment", {})
    if not _is_texts(command) or not command:
        wanted = "an array of texts: the program and its arguments"
        report.add(configuration.wrong_value(section.place("command"), "command", wanted))
        return None
    if not _is_table(environment) or not all(
        isinstance(each, str) for each in environment.values()
    ):
        place = section.place("environment")
        report.add(configuration.wrong_value(place, "environment", "a table of texts"))
        return None
    unsaid = Service(command=tuple(command))
    return Service(
        command=unsaid.command,
        url=_text(section, "url", unsaid.url, report),
        ready=_text(section, "ready", unsaid.ready, report),
        environment={name: str(value) for name, value in environment.items()},
        start_timeout=_seconds(section, "start-timeout", unsaid.start_timeout, report),
        stop_timeout=_seconds(section, "stop-timeout", unsaid.stop_timeout, report),
        time_budget=_seconds(section, "time-budget", unsaid.time_budget, report),
    )


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return _is_list(value) and all(isinstance(each, str) for each in value)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _text(section: _Section, key: str, default: str, report: Report) -> str:
    value = section.table.get(key, default)
    if isinstance(value, str) and value:
        return value
    report.add(configuration.wrong_value(section.place(key), key, "a text"))
    return default


def _seconds(section: _Section, key: str, default: float, report: Report) -> float:
    value = section.table.get(key, default)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 86_400:
        return float(value)
    report.add(configuration.wrong_value(section.place(key), key, "seconds, more than 0"))
    return default
