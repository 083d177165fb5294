"""What was sent is what is read: each planted loss is named, and a clean server loses nothing."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from tests.drift.serving import Switch, switchable
from tests.fuzz.faulty import found

from apigen.fuzz.oracles import stored, valid

RECORD = "POST /api/v1/audit/events"
BATCH = "POST /api/v1/audit/events/batch"
NOTIFY = "POST /api/v1/audit/notifications"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, Switch]]:
    with switchable(tmp_path_factory.mktemp("stored"), 0) as (url, switch):
        yield url, switch


@pytest.mark.parametrize("seed", range(3))
def test_a_clean_server_keeps_what_it_is_sent(server: tuple[str, Switch], seed: int) -> None:
    outcome = found(server, "clean", (stored.ORACLE,), seed)
    assert outcome.drifts == ()
    assert outcome.unjudged == {"stored": {}}


def test_nor_does_it_after_others_have_written(server: tuple[str, Switch]) -> None:
    outcome = found(server, "clean", (valid.ORACLE, stored.ORACLE), 4)
    assert outcome.failing == ()


@pytest.mark.parametrize(
    ("fault", "code", "operation", "subject"),
    [
        ("severity-cut", "AG950", RECORD, "/severity"),
        ("white-space-trimmed", "AG950", RECORD, "/event_action"),
        ("zero-is-null", "AG950", RECORD, "/duration_ms"),
        ("recipient-in-lower-case", "AG950", NOTIFY, "/recipient"),
        ("failures-lost", "AG951", RECORD, ""),
        ("batch-keeps-the-first", "AG951", BATCH, ""),
        ("long-message-refused", "AG938", RECORD, "500"),
    ],
)
def test_a_loss_is_named(
    server: tuple[str, Switch], fault: str, code: str, operation: str, subject: str
) -> None:
    keys = {each.key for each in found(server, fault, (stored.ORACLE,)).failing}
    assert (code, operation, subject) in keys
