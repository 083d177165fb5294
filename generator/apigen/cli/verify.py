"""``apigen verify``."""

import time
from typing import Annotated

import typer

from apigen import config, configfile
from apigen.cli import options
from apigen.cli.exits import Exit
from apigen.cli.printing import say
from apigen.cli.report import tell
from apigen.diagnostics import Report

_MARKS = {"ok": "✓", "found": "✗", "not tested": "?"}


def run(
    *,
    config_file: options.Config = None,
    seed: Annotated[int, typer.Option("--seed", help="Makes the search for drift repeatable.")] = 0,
    time_budget: Annotated[
        float | None,
        typer.Option(
            "--time-budget",
            help="Seconds for the search for drift, 1 or more.",
            metavar="SECONDS",
            callback=options.one_or_more,
        ),
    ] = None,
    color: options.Colored = options.Color.AUTO,
) -> Exit:
    """Verify end to end: contract, generated code, and the service while it runs.

    The service is started by the command of [tool.apigen.verify], at a free port and in a folder of
    its own, searched for drift and stopped. Exits with 1 if anything was found, with 2 if something
    could not be tested.

    \b
    Examples:
      apigen verify
      apigen verify --time-budget 20 --seed 7
    """
    from dataclasses import replace

    from apigen.render.text import visible
    from apigen.verify import configuration
    from apigen.verify.stages import Status, verify

    report = Report()
    settings = config.read(config.Flags(config=config_file), report)
    service = configuration.read(configfile.section("verify", config_file, report), report)
    if report.errors:
        tell(report, options.Findings(color=color))
        return Exit.FAILED
    if service is not None and time_budget is not None:
        service = replace(service, time_budget=time_budget)
    begun = time.monotonic()
    found: set[Status] = set()
    for each in settings:
        for stage in verify(each, service, seed, report):
            found.add(stage.status)
            first, *more = map(visible, stage.said.splitlines() or [""])
            say(f"{_MARKS[stage.status]} {stage.name:<9}{stage.seconds:6.1f} s  {first}")
            for line in more:
                say(f"  {line}")
    tell(report, options.Findings(color=color))
    seconds = f"{time.monotonic() - begun:.0f} s"
    if Status.FOUND in found:
        say(f"not verified: something was found ({seconds})")
        return Exit.FINDINGS
    if Status.UNTESTED in found:
        say(f"not verified: not everything could be tested ({seconds})")
        return Exit.FAILED
    say(f"verified: contract, code and service agree ({seconds})")
    return Exit.FINE
