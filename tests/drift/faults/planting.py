"""The short way to tell of a fault that is a change of one operation."""

from __future__ import annotations

from tests.drift.changes import on
from tests.drift.fault import Around, Fault, Kind, Witness
from tests.drift.messages import Change


def planted(
    kind: Kind,
    name: str,
    operation: str,
    drift: str,
    change: Change,
    witness: Witness,
    incident: str | None = None,
) -> Fault:
    """Return a fault that is a change of what passes through one operation."""
    return Fault(
        name=name,
        kind=kind,
        operation=operation,
        drift=drift,
        install=Around(on(operation, change)),
        witness=witness,
        incident=incident,
    )
