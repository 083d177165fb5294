"""Runs oracles against the real server with a planted fault."""

from __future__ import annotations

from collections.abc import Sequence

from tests.drift.serve import plant
from tests.drift.serving import Switch
from tests.fuzz.clean import SPEC

from apigen.diagnostics import Report
from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.operations import read
from apigen.fuzz.secrets import Identity
from apigen.fuzz.sending import sender
from apigen.fuzz.session import Options, Oracle, Session
from apigen.fuzz.values import values


def found(
    server: tuple[str, Switch],
    fault: str,
    oracles: Sequence[Oracle],
    seed: int = 0,
    token: str = "",
) -> Outcome:
    """Return what a run comes to; each run has a namespace of its own."""
    url, switch = server
    plant(switch, fault)
    contract = read(SPEC, Report())
    options = Options(seed=seed, writes=True, namespace=f"apigen-fuzz-{fault}-{seed}")
    made = values(contract, seed, options.namespace)
    known = {"me": Identity("me", (("Authorization", f"Bearer {token}"),))} if token else {}
    sending = sender(url, identities=known, default="me", writes=True)
    try:
        session = Session(contract, contract.operations, sending, made, {}, options)
        return run(session, oracles, lambda _: None)
    finally:
        sending.close()
