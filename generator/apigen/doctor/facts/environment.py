"""What compose and environment files say of the database that the containers use."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from apigen.doctor.facts.values import mapping, sequence

_MOST_BYTES = 4 * 1024 * 1024
_NAMES = {
    "database": ("POSTGRES_DB", "PGDATABASE", "DB_NAME", "DATABASE_NAME", "POSTGRES_DATABASE"),
    "role": ("POSTGRES_USER", "PGUSER", "DB_USER", "DATABASE_USER"),
    "port": ("PGPORT", "DB_PORT", "POSTGRES_PORT", "DATABASE_PORT"),
}
_URL = re.compile(r"\bpostgres(?:ql)?(?:\+\w+)?://[^\s\"']+")
_COMMENTED = re.compile(
    r"^\s*#\s*(?P<name>[\w-]*(?:migrat|goose|flyway|alembic|liquibase|dbmate)[\w-]*)\s*:\s*$",
    re.IGNORECASE,
)
_PIPED = re.compile(r"psql\b[^\n]*(?:-f\b|<|\*\.sql)|\.sql\b[^\n]*\|\s*psql\b")
_VARIABLE = re.compile(r"\$\{[^}:]+:-([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a file says: which database, role or port the containers use."""

    what: str
    """``database``, ``role`` or ``port``."""
    value: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a file that explains faults."""

    what: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything that the files say."""

    said: tuple[Said, ...] = ()
    remarks: tuple[Remark, ...] = ()
    errors: tuple[str, ...] = ()


def gather(paths: Iterable[Path]) -> Environment:
    """Read compose files (YAML) and environment files (``NAME=value``)."""
    said: list[Said] = []
    remarks: list[Remark] = []
    errors: list[str] = []
    for path in paths:
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise ValueError("too large")
            text = path.read_text(encoding="utf-8")
            settings = list(_settings(path, text))
        except OSError as error:
            errors.append(f"{path}: {error.strerror or error}")
            continue
        except (ValueError, yaml.YAMLError, RecursionError) as error:
            errors.append(f"{path}: {' '.join(str(error).split())[:200]}")
            continue
        for name, value in settings:
            line = _line_of(text, name, value)
            said += [Said(what, told, str(path), line) for what, told in _meant(name, value)]
        remarks += _remarks(path, text)
    return Environment(tuple(dict.fromkeys(said)), tuple(remarks), tuple(errors))


def _settings(path: Path, text: str) -> Iterator[tuple[str, str]]:
    if path.suffix in {".yaml", ".yml"}:
        yield from _of_compose(yaml.safe_load(text))
        return
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and re.fullmatch(r"\w+", name):
            yield name, value.strip().strip("'\"")


def _of_compose(value: object) -> Iterator[tuple[str, str]]:
    for service in map(mapping, mapping(mapping(value).get("services")).values()):
        given = service.get("environment")
        pairs = mapping(given).items() or _pairs(given)
        held = {str(name): _plain(str(one)) for name, one in pairs if one is not None}
        yield from held.items()
        if "POSTGRES_DB" in held or "postgres" in str(service.get("image", "")):
            for port in sequence(service.get("ports")):
                published = mapping(port).get("published")
                shown = str(published or str(port).rpartition(":")[0].rpartition(":")[2])
                if shown.isdecimal():
                    yield "PGPORT", shown


def _pairs(given: object) -> Iterator[tuple[str, str]]:
    for each in sequence(given):
        name, equals, value = str(each).partition("=")
        if equals:
            yield name, value


def _plain(value: str) -> str:
    return _VARIABLE.sub(r"\1", value)


def _meant(name: str, value: str) -> Iterator[tuple[str, str]]:
    for what, names in _NAMES.items():
        if name in names and value:
            yield what, value
    if match := _URL.search(value):
        try:
            parts = urlsplit(match[0])
        except ValueError:
            return
        if parts.path.strip("/"):
            yield "database", parts.path.strip("/")
        if parts.username:
            yield "role", parts.username


def _line_of(text: str, name: str, value: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if (name in line and value in line) or (name == "PGPORT" and f"{value}:" in line):
            return number
    return 0


def _remarks(path: Path, text: str) -> Iterator[Remark]:
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _COMMENTED.match(line):
            what = f"the service {match['name']} is commented out: nobody applies the migrations"
            yield Remark(what, str(path), number)
        elif not line.lstrip().startswith("#") and _PIPED.search(line):
            yield Remark("migrations are run with psql, Down halves included", str(path), number)
    if path.suffix in {".yaml", ".yml"}:
        yield from _races(path, text)


def _races(path: Path, text: str) -> Iterator[Remark]:
    """Find services that start together with their database, without waiting until it is ready."""
    services = mapping(mapping(yaml.safe_load(text)).get("services"))
    databases = {
        name
        for name, service in services.items()
        if "postgres" in str(mapping(service).get("image", ""))
    }
    for name, service in services.items():
        if name in databases or not databases:
            continue
        after = mapping(service).get("depends_on")
        uses = _URL.search(str(mapping(service).get("environment", ""))) or after
        waits = any(
            mapping(mapping(after).get(each)).get("condition") == "service_healthy"
            for each in databases
        )
        if uses and not waits:
            what = f"{name} starts together with its database, without 'condition: service_healthy'"
            yield Remark(what, str(path), _line_of(text, f"{name}:", ""))
