"""``apigen fuzz``."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from apigen.cli import options
from apigen.cli.exits import Exit
from apigen.cli.printing import note, say
from apigen.cli.report import tell
from apigen.diagnostics import Report, Stop


def run(
    spec: options.Spec = None,
    *,
    url: Annotated[str | None, typer.Option("--url", help="The server.", metavar="URL")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Makes a run repeatable.")] = 0,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Create and change things, too.")
    ] = False,
) -> Exit:
    """Find what a running server does that its contract does not say.

    \b
    Examples:
      apigen fuzz --spec openapi.yaml --url http://127.0.0.1:8080
    """
    from apigen.fuzz.campaign import run as run_campaign
    from apigen.fuzz.operations import read
    from apigen.fuzz.oracles import ORACLES
    from apigen.fuzz.sending import is_loopback, sender
    from apigen.fuzz.session import Options, Session
    from apigen.fuzz.values import values
    from apigen.render.text import visible

    if spec is None or url is None:
        note("apigen: give --spec and --url")
        return Exit.FAILED
    report = Report()
    try:
        contract = read(Path(spec), report)
    except Stop as stop:
        report.add(stop.diagnostic)
        tell(report, options.Findings())
        return Exit.FAILED
    writes = allow_writes or is_loopback(url)
    sending = sender(url, writes=writes)
    asked = Options(seed=seed, writes=writes, namespace=f"apigen-fuzz-{secrets.token_hex(4)}")
    made = values(contract, seed, asked.namespace)
    session = Session(contract, contract.operations, sending, made, {}, asked)
    outcome = run_campaign(session, ORACLES, note)
    for drift in outcome.drifts:
        say(visible(f"{drift.place}  {drift.code.id}  {drift.message}"))
    for label, reason in outcome.untested.items():
        say(visible(f"not tested: {label}: {reason}"))
    if outcome.failing:
        return Exit.FINDINGS
    return Exit.FAILED if outcome.untested else Exit.FINE
