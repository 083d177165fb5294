"""Gathers the facts: each part asks the command that already knows."""

import datetime
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from apigen import config, configfile, pipeline
from apigen.bundle import Bundle, bundle
from apigen.comply.comparing import compared
from apigen.comply.constants import constants
from apigen.comply.copying import copies
from apigen.comply.drifted import read_report
from apigen.comply.facts import Code, Drifted, Facts, Package
from apigen.diagnostics import Place, Report, Stop, consumers
from apigen.diagnostics import comply as codes
from apigen.doctor import Examination, Given, examine
from apigen.doctor.configuration import DoctorSettings
from apigen.doctor.configuration import settings as doctor_settings
from apigen.document import load
from apigen.guard import linting, policy, subject
from apigen.manifest import RECORD
from apigen.settings import Settings
from apigen.types import Json

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is given."""

    flags: config.Flags
    paths: tuple[Path, ...] = ()
    database_url: str | None = None
    fuzz_report: Path | None = None
    against: str | None = None
    """An earlier contract: a file, or ``git:REF``."""
    today: datetime.date = datetime.date.min


def gather(asked: Asked, report: Report, progress: Progress) -> Facts:
    """Return what is known; *report* gets what could not be looked at."""
    settings = config.read(asked.flags, report)
    progress("validating and generating")
    packages = tuple(_package(each, report) for each in settings)
    progress("reading the code")
    root = Path(os.path.abspath(Path()))  # noqa: PTH100 - as the user came here
    code = _code(asked, root, settings, packages, report)
    progress("looking for copies")
    generated = [each.output / each.package for each in settings]
    found = copies(root, [each.spec for each in settings], generated)
    database = _database(asked, settings, progress)
    return Facts(
        packages,
        found,
        code,
        database,
        _drifted(asked.fuzz_report, report),
        compared(asked.against, settings[0], asked.today) if asked.against and settings else None,
    )


def _package(settings: Settings, report: Report) -> Package:
    found, contract = pipeline.validate(settings.spec, settings.allow, rules=True)
    outcome = pipeline.check(settings)
    folder = settings.output / settings.package
    return Package(
        settings=settings,
        document=tuple(found),
        operations=len(contract.operations) if contract else 0,
        freshness=tuple(outcome.findings),
        files=sum(each.is_file() for each in folder.rglob("*") if each.suffix != ".pyc"),
        generator=_generator(folder / RECORD),
        discriminators=_discriminators(settings, report),
    )


def _generator(record: Path) -> dict[str, str] | None:
    try:
        found: object = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return None
    made = found.get("generator") if _is_table(found) else None
    return {name: str(value) for name, value in made.items()} if _is_table(made) else None


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _discriminators(settings: Settings, report: Report) -> dict[str, frozenset[str]]:
    """Return the values that each discriminator's mapping names, by the member's name."""
    try:
        bundled = bundle(load(settings.spec, report, allow=settings.allow), Report())
    except Stop:
        return {}  # what is wrong with the document is among its findings
    found: dict[str, set[str]] = {}
    _collect(bundled, found)
    return {member: frozenset(values) for member, values in found.items()}


def _collect(bundled: Bundle, found: dict[str, set[str]]) -> None:
    waiting: list[Json] = [bundled.value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            match value.get("discriminator"):
                case {"propertyName": str(member), "mapping": dict(mapping)}:
                    found.setdefault(member, set()).update(map(str, mapping))
                case _:
                    pass


def _code(
    asked: Asked,
    root: Path,
    settings: Sequence[Settings],
    packages: Sequence[Package],
    report: Report,
) -> Code:
    section = configfile.section("lint", asked.flags.config, report)
    own = Report()
    rules = policy.read(section, own)
    surfaces = subject.surfaces(settings, Report())
    if not surfaces:
        return Code(tuple(own), 0, 0, len(rules.allow), (), (), ())
    paths = asked.paths or (Path(),)
    done = linting.lint(root, paths, surfaces, rules, today=asked.today)
    report.extend(each for each in done.findings if each.code is consumers.UNREAD)
    members = frozenset(member for each in packages for member in each.discriminators)
    names = frozenset(each.package for each in settings)
    contracts = {root / each.spec for each in settings}
    seen = constants(root, done.files, members, names)
    return Code(
        findings=(*own, *done.findings),
        files=sum(root / name not in contracts for name in done.files),
        allowed=done.allowed,
        allowances=len(rules.allow),
        users=seen.users,
        servers=seen.servers,
        constants=seen.constants,
    )


def _database(asked: Asked, settings: Sequence[Settings], progress: Progress) -> Examination | None:
    if asked.database_url is None or not settings:
        return None
    progress("asking the database")
    section = configfile.section("doctor", asked.flags.config, Report())
    said = (
        doctor_settings(section.table, section.folder, section.place, Report())
        if section
        else DoctorSettings()
    )
    return examine(
        Given(
            spec=settings[0].spec,
            allow=settings[0].allow,
            database_url=asked.database_url,
            tables=said.tables,
        )
    )


def _drifted(path: Path | None, report: Report) -> Drifted | None:
    """Return what a report of ``apigen fuzz --format json`` says."""
    if path is None:
        return None
    try:
        return read_report(path)
    except (OSError, ValueError) as error:
        report.add(codes.NO_REPORT.at(Place(str(path)), f"not a report of apigen fuzz: {error}"))
        return None
