"""Run every oracle over the DataStorage server, seed by seed: it follows its contract.

    python -m tests.fuzz.clean [--seeds 10] [--no-engine]

Exits with 1 if anything that counts is found. Takes a minute or so for each seed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from apigen.diagnostics import Report
from apigen.fuzz import engine
from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.operations import read
from apigen.fuzz.oracles import ORACLES
from apigen.fuzz.sending import Limits, sender
from apigen.fuzz.session import Options, Session
from apigen.fuzz.values import values
from datastorage_server.testing import running

SPEC = Path(__file__).parents[2] / "spec" / "data-storage-v1.yaml"


def outcome_of(seed: int, seconds: float, *, with_engine: bool) -> Outcome:
    """Return what a run over a fresh server, on SQLite in a file, comes to."""
    contract = read(SPEC, Report())
    namespace = f"apigen-fuzz-clean-{seed}"
    options = Options(seed=seed, writes=True, namespace=namespace)
    with tempfile.TemporaryDirectory() as folder, running(f"sqlite:///{folder}/a.db") as url:
        sending = sender(url, limits=Limits(seconds=seconds), writes=True)
        made = values(contract, seed, namespace)
        session = Session(contract, contract.operations, sending, made, {}, options)
        oracles = (*ORACLES, engine.ORACLE) if with_engine else ORACLES
        try:
            return run(session, oracles, lambda _: None)
        finally:
            sending.close()


def main() -> int:
    """Run the seeds, and say what each came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--no-engine", action="store_true")
    given = parser.parse_args()
    findings = 0
    for seed in range(given.seeds):
        found = outcome_of(seed, given.seconds, with_engine=not given.no_engine)
        findings += len(found.failing)
        sys.stdout.write(
            f"seed {seed}: {len(found.failing)} findings, {len(found.drifts)} with suspicions, "
            f"{len(found.reached)} operations reached, {found.requests} requests, "
            f"{found.seconds:.0f} s; left out {dict(found.left_out)}\n"
        )
        for each in found.failing:
            sys.stdout.write(f"  {each.message}\n")
        sys.stdout.flush()
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
