"""White box: the application's code beside what it answers (``apigen fuzz --app``)."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from apigen.fuzz.operations import Contract
from apigen.fuzz.session import Finding, Oracle, Session
from apigen.fuzz.whitebox.applications import load, serving
from apigen.fuzz.whitebox.comparing import Code, judged
from apigen.fuzz.whitebox.matching import matched
from apigen.fuzz.whitebox.routes import table
from apigen.fuzz.whitebox.tracing import tracing


@dataclass(frozen=True, slots=True)
class Opened:
    """An application that can be looked into."""

    oracle: Oracle
    url: str | None
    """The base URL at which it is served, to which the contract's paths are added; None if not."""


@contextmanager
def opened(name: str, folder: Path, contract: Contract, *, serve: bool) -> Generator[Opened]:
    """Import ``package.module:object``, and serve it as long as this lasts.

    Raises:
        Stop: it can't be imported or started.

    """
    application = load(name, folder)
    if not serve:
        yield Opened(oracle(Code(application, None, folder)), None)
        return
    shown = table(application)
    prefix = matched(contract, shown).prefix if shown else ""
    with tracing(application) as traced, serving(traced) as url:
        yield Opened(oracle(Code(application, traced.trace, folder)), url + prefix)


def oracle(code: Code) -> Oracle:
    """Return the oracle ``code``. It sends nothing, and runs last: others let the code read."""
    about = "the routes of the application, and what its code reads"
    return Oracle("code", about, partial(_run, code))


def _run(code: Code, session: Session) -> Iterator[Finding]:
    chosen = {each.label for each in session.operations}
    whole = len(chosen) == len(session.contract.operations)
    for each in judged(session.contract, session.values.schemas, code):
        if whole or each.operation in chosen:
            yield each
