"""A correct service with a document of its own making is not accused of anything."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from tests.fuzz.items import serving

from apigen.diagnostics import Report
from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.drifts import Kind
from apigen.fuzz.operations import read
from apigen.fuzz.oracles import boundaries, lists, repeats, stored
from apigen.fuzz.sending import sender
from apigen.fuzz.session import Options, Session
from apigen.fuzz.values import values

ORACLES = (stored.ORACLE, lists.ORACLE, repeats.ORACLE, boundaries.ORACLE)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, Path]]:
    with serving(tmp_path_factory.mktemp("items")) as running:
        yield running


def outcome(service: tuple[str, Path], seed: int) -> Outcome:
    url, document = service
    contract = read(document, Report())
    sending = sender(url, writes=True)
    try:
        options = Options(seed=seed, writes=True)
        made = values(contract, seed, f"{options.namespace}-{seed}")
        session = Session(contract, contract.operations, sending, made, {}, options)
        return run(session, ORACLES, lambda _: None)
    finally:
        sending.close()


@pytest.mark.parametrize("seed", range(2))
def test_what_no_contract_states_is_at_most_a_suspicion(
    service: tuple[str, Path], seed: int
) -> None:
    came_to = outcome(service, seed)
    assert [each.message for each in came_to.failing] == []
    suspected = {each.key for each in came_to.drifts if each.kind is Kind.SUSPICION}
    assert ("AG950", "POST /items", "/owner") in suspected
    assert ("AG970", "POST /strict", "body / properties") in suspected
    for oracle in ("stored", "repeats"):
        reason = "asked for what POST /jobs had created, it answered 409"
        assert came_to.unjudged[oracle]["GET /jobs"] == reason
