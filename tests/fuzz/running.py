"""Runs oracles against a shop."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fuzz.shop import SPEC, TOKEN, selling

from apigen.diagnostics import Report
from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.operations import read
from apigen.fuzz.oracles import ORACLES
from apigen.fuzz.secrets import Identity
from apigen.fuzz.sending import Limits, sender
from apigen.fuzz.session import Options, Oracle, Session
from apigen.fuzz.values import values


def session_of(
    url: str, *, seed: int = 0, writes: bool = True, limits: Limits | None = None
) -> Session:
    contract = read(SPEC, Report())
    identity = Identity("me", (("Authorization", f"Bearer {TOKEN}"),))
    sending = sender(
        url, limits=limits or Limits(), identities={"me": identity}, default="me", writes=writes
    )
    namespace = "apigen-fuzz-test"
    made = values(contract, seed, namespace)
    options = Options(seed=seed, writes=writes, namespace=namespace)
    return Session(contract, contract.operations, sending, made, {"me": identity}, options)


def found(
    *faults: str, seed: int = 0, writes: bool = True, oracles: Sequence[Oracle] = ORACLES
) -> Outcome:
    """Return what a run against a shop with these faults comes to."""
    with selling(*faults) as (url, _):
        session = session_of(url, seed=seed, writes=writes)
        try:
            return run(session, oracles, lambda _: None)
        finally:
            session.sender.close()


def codes(outcome: Outcome) -> set[tuple[str, str]]:
    return {(each.code.slug, each.operation) for each in outcome.drifts}
