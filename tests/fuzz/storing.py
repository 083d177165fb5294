"""Runs oracles against the real server, on a SQLite file, with a contract that may lack things."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from apigen.diagnostics import Report
from apigen.fuzz.campaign import Outcome, run
from apigen.fuzz.operations import read
from apigen.fuzz.sending import sender
from apigen.fuzz.session import Options, Oracle, Session
from apigen.fuzz.values import values
from datastorage_server.testing import running

SPEC = Path(__file__).parents[2] / "spec"


def copied(to: Path) -> Path:
    """Copy the contract; return its root file."""
    shutil.copytree(SPEC, to / "spec")
    return to / "spec" / "data-storage-v1.yaml"


def without_parameters(spec: Path, names: Iterable[str]) -> None:
    """Remove query parameters of ``GET /api/v1/audit/events``, as if no one had written them."""
    file = spec.parent / "paths" / "audit-events.yaml"
    paths = yaml.safe_load(file.read_text())
    shared = yaml.safe_load((spec.parent / "components" / "parameters.yaml").read_text())
    operation = paths["events"]["get"]

    def name(each: dict[str, str]) -> str:
        reference = each.get("$ref", "")
        return shared[reference.rpartition("/")[2]]["name"] if reference else each["name"]

    removed = set(names)
    kept = [each for each in operation["parameters"] if name(each) not in removed]
    assert len(kept) == len(operation["parameters"]) - len(removed)
    operation["parameters"] = kept
    file.write_text(yaml.safe_dump(paths))


def outcome(
    spec: Path, to: Path, oracles: Sequence[Oracle], *, seed: int = 0, only: tuple[str, ...] = ()
) -> Outcome:
    """Return what a run against a clean server comes to."""
    contract = read(spec, Report())
    with running(f"sqlite:///{to / 'events.db'}") as url:
        sending = sender(url, writes=True)
        try:
            chosen = tuple(each for each in contract.operations if not only or each.label in only)
            options = Options(seed=seed, writes=True)
            made = values(contract, seed, options.namespace)
            session = Session(contract, chosen, sending, made, {}, options)
            return run(session, oracles, lambda _: None)
        finally:
            sending.close()
