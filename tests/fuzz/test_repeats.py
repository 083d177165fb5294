"""What is repeated under its idempotency key is created once."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from tests.drift.serving import Switch, switchable
from tests.fuzz.faulty import found

from apigen.fuzz.oracles import repeats

RECORD = "POST /api/v1/audit/events"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, Switch]]:
    with switchable(tmp_path_factory.mktemp("repeats"), 0) as (url, switch):
        yield url, switch


@pytest.mark.parametrize(
    ("fault", "keys"),
    [
        ("clean", set[tuple[str, str, str]]()),
        (
            "idempotency-key-ignored",
            {("AG952", RECORD, "repeated"), ("AG957", RECORD, "Idempotency-Key")},
        ),
        ("reused-key-succeeds", {("AG957", RECORD, "Idempotency-Key")}),
    ],
)
def test_repeats(server: tuple[str, Switch], fault: str, keys: set[tuple[str, str, str]]) -> None:
    outcome = found(server, fault, (repeats.ORACLE,))
    assert {each.key for each in outcome.failing} == keys
    untested = {
        "POST /api/v1/audit/events/batch": "batches are not repeated under their key",
        "POST /api/v1/audit/notifications": "nothing lists what it creates alone",
    }
    assert outcome.unjudged == {"repeats": untested}
