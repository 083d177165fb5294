"""``docs/incidents.md`` is written from the table of incidents, and says what it says.

``pytest tests/incidents/test_page.py --update`` writes it anew.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.drift.faults.catalogue import FAULTS
from tests.drift.incidents import INCIDENTS, Incident

from apigen.compare.rules import all_rules
from apigen.diagnostics.registry import all_codes

PAGE = Path(__file__).parents[2] / "docs" / "incidents.md"
INTRODUCTION = """\
# Incidents, and what would have named them

Each of these happened between a service, its contract, its database and its consumers, and no test
failed. Here each is planted, one at a time. Those that a running server shows are planted in the
DataStorage server (`tests/drift/faults`) and searched for with `apigen fuzz`, which knows nothing
but the contract and the address; the others are planted in a small project and named by their
command in `tests/incidents`. `apigen explain CODE` says what a finding means.

<!-- Written from tests/drift/incidents.py: pytest tests/incidents/test_page.py --update -->

| incident | what drifted | command | named as | planted as |
|---|---|---|---|---|
"""


def row(incident: Incident) -> str:
    slugs = {code.id: code.slug for code in all_codes()}
    named = ", ".join(
        f"{code} `{slugs[code]}`" if code in slugs else f"`{code}`" for code in incident.named
    )
    planted = ", ".join(f"`{each.name}`" for each in FAULTS if each.incident == incident.name)
    return (
        f"| {incident.name} | {incident.told} | `apigen {incident.owner}` | "
        f"{named or 'not run yet'} | {planted or '`tests/incidents`'} |\n"
    )


def page() -> str:
    return INTRODUCTION + "".join(map(row, INCIDENTS))


def test_the_page_is_what_is_known(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def unknown() -> Iterator[str]:
    known = {code.id for code in all_codes()} | set(all_rules())
    for incident in INCIDENTS:
        yield from (code for code in incident.named if code not in known)


def test_what_names_an_incident_is_a_finding_that_there_is() -> None:
    assert list(unknown()) == []
