"""The surfaces of the contracts that a configuration names."""

from collections.abc import Iterable

from apigen.build import build
from apigen.bundle import bundle
from apigen.diagnostics import Report, Stop
from apigen.document import load
from apigen.guard.surface import Surface
from apigen.guard.surfacing import surface_of
from apigen.settings import Settings


def surfaces(settings: Iterable[Settings], report: Report) -> list[Surface]:
    """Return each contract as its consumers see it; what keeps it from being read is reported."""
    return read(settings, report)[0]


def read(settings: Iterable[Settings], report: Report) -> tuple[list[Surface], dict[str, str]]:
    """Return the same, and the digests of the contracts' files."""
    found: list[Surface] = []
    inputs: dict[str, str] = {}
    for each in settings:
        told = Report()
        try:
            document = load(each.spec, told, allow=each.allow)
            contract = build(bundle(document, told), told)
        except Stop as stop:
            report.add(stop.diagnostic)
            continue
        report.extend(told.errors)
        inputs |= {str(each.spec.parent / path): seen for path, seen in document.digests.items()}
        found.append(surface_of(contract, each))
    return found, inputs
