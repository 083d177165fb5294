"""The table of incidents is complete, and says what is planted."""

from __future__ import annotations

from typing import get_args

from tests.drift.faults.catalogue import FAULTS
from tests.drift.incidents import INCIDENTS, Owner


def test_every_incident_is_told_once_in_order() -> None:
    assert [one.name for one in INCIDENTS] == [f"I-{number}" for number in range(1, 33)]
    assert all(one.told.endswith(".") for one in INCIDENTS)
    assert {one.owner for one in INCIDENTS} <= set(get_args(Owner))


def test_the_incidents_that_a_server_shows_are_planted_and_no_others() -> None:
    shown = {one.name for one in INCIDENTS if one.on_server}
    assert {fault.incident for fault in FAULTS if fault.incident} == shown


def test_what_a_server_shows_is_for_fuzz() -> None:
    assert {one.owner for one in INCIDENTS if one.on_server} == {"fuzz"}


def test_the_founding_incident_is_planted_with_each_of_its_five_parameters() -> None:
    assert sum(fault.incident == "I-1" for fault in FAULTS) == 5
