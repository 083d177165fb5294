"""Every planted fault is seen by its witness, and only where it is planted."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.drift.conftest import MakeLab
from tests.drift.fault import Fault
from tests.drift.faults.catalogue import FAULTS
from tests.drift.serving import Switch


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_witness_sees_its_fault_and_nothing_on_a_clean_server(
    fault: Fault, switch: Switch, lab: MakeLab
) -> None:
    switch.clean(asks_for_tokens=fault.guarded)
    assert not fault.witness(lab()), "the clean server shows it"
    switch.plant(fault)
    assert fault.witness(lab()), "the faulty server does not show it"


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(one.name for one in FAULTS).items() if count > 1] == []
