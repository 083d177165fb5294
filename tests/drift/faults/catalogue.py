"""All planted faults."""

from __future__ import annotations

from typing import Final

from tests.drift.fault import Fault
from tests.drift.faults import (
    accepted,
    answers,
    auth,
    effects,
    lists,
    refused,
    routes,
    statuses,
    stored,
    undocumented_inputs,
)

FAULTS: Final[tuple[Fault, ...]] = (
    *undocumented_inputs.FAULTS,
    *accepted.FAULTS,
    *refused.FAULTS,
    *routes.FAULTS,
    *answers.FAULTS,
    *statuses.FAULTS,
    *lists.FAULTS,
    *effects.FAULTS,
    *stored.FAULTS,
    *auth.FAULTS,
)


def fault_of(name: str) -> Fault:
    """Return the fault of a name.

    Raises:
        KeyError: There is none.

    """
    return {fault.name: fault for fault in FAULTS}[name]
