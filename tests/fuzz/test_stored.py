"""What was sent is what is read: each planted loss is named, and a clean server loses nothing."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from tests.drift.serve import plant
from tests.drift.serving import Switch, switchable
from tests.fuzz.clean import SPEC

from apigen.diagnostics import Report
from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.operations import read
from apigen.fuzz.oracles import stored
from apigen.fuzz.sending import sender
from apigen.fuzz.session import Options, Session
from apigen.fuzz.values import values

RECORD = "POST /api/v1/audit/events"
BATCH = "POST /api/v1/audit/events/batch"
NOTIFY = "POST /api/v1/audit/notifications"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, Switch]]:
    with switchable(tmp_path_factory.mktemp("stored"), 0) as (url, switch):
        yield url, switch


def found(server: tuple[str, Switch], fault: str, seed: int = 0) -> Outcome:
    url, switch = server
    plant(switch, fault)
    contract = read(SPEC, Report())
    options = Options(seed=seed, writes=True, namespace=f"apigen-fuzz-{fault}-{seed}")
    made = values(contract, seed, options.namespace)
    sending = sender(url, writes=True)
    try:
        session = Session(contract, contract.operations, sending, made, {}, options)
        return run(session, (stored.ORACLE,), lambda _: None)
    finally:
        sending.close()


@pytest.mark.parametrize("seed", range(3))
def test_a_clean_server_keeps_what_it_is_sent(server: tuple[str, Switch], seed: int) -> None:
    outcome = found(server, "clean", seed)
    assert outcome.drifts == ()
    assert outcome.unjudged == {"stored": {}}


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
    keys = {each.key for each in found(server, fault).failing}
    assert (code, operation, subject) in keys
