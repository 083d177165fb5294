"""The surfaces of the contracts that a configuration names."""

from collections.abc import Iterable

from apigen.build import build
from apigen.bundle import bundle
from apigen.diagnostics import Report, Stop
from apigen.document import load
from apigen.guard.surface import Surface, surface_of
from apigen.settings import Settings


def surfaces(settings: Iterable[Settings], report: Report) -> list[Surface]:
    """Return each contract as its consumers see it; what keeps it from being read is reported."""
    found: list[Surface] = []
    for each in settings:
        read = Report()
        try:
            contract = build(bundle(load(each.spec, read, allow=each.allow), read), read)
        except Stop as stop:
            report.add(stop.diagnostic)
            continue
        report.extend(read.errors)
        found.append(surface_of(contract, each))
    return found
