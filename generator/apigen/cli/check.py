"""``apigen check``."""

from typing import Annotated

import typer

from apigen import checking, config, surroundings
from apigen.cli import options
from apigen.cli.exits import Exit, status
from apigen.cli.printing import note, say
from apigen.cli.progress import progress
from apigen.cli.report import tell
from apigen.diagnostics import Report, Stop
from apigen.settings import Settings


def run(
    *,
    spec: options.Spec = None,
    output: options.Output = None,
    package: options.Package = None,
    client: options.Client = None,
    target: options.Target = None,
    config_file: options.Config = None,
    full: Annotated[
        bool, typer.Option("--full", help="Generate in memory even if no digest has changed.")
    ] = False,
    diff: options.Diff = False,
    format: options.FindingsFormat = options.Format.TEXT,  # noqa: A002 - the flag's name
    output_file: options.OutputFile = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Colored = options.Color.AUTO,
) -> Exit:
    """Say whether generated packages are fresh.

    Fresh is what the contract, the settings and this apigen give today. Copies of the contract
    that the configuration names must equal it, and git must have what was generated. Nothing is
    written.

    \b
    Examples:
      apigen check
      apigen check --full --diff
      apigen check --format github
    """
    report = Report()
    flags = config.Flags(spec, output, package, client, tuple(target or ()), config=config_file)
    lines: list[str] = []
    for settings in config.read(flags, report):
        try:
            report.extend(surroundings.findings(settings))
            if not full and checking.is_fresh(settings):
                lines.append(f"{settings.output / settings.package}: fresh")
                continue
        except Stop as stop:
            report.add(stop.diagnostic)
            continue
        lines += _closely(settings, report, diff=diff, quiet=quiet)
    code = status(report)
    tell(report, options.Findings(format, output_file, color, all=verbose))
    if lines and not quiet:
        narrate = say if format is options.Format.TEXT else note
        narrate("\n".join(lines))
    return code


def _closely(settings: Settings, report: Report, *, diff: bool, quiet: bool) -> list[str]:
    """Generate in memory, compare, and return what is to be said beside the findings."""
    from apigen import pipeline
    from apigen.cli import summary

    with progress(str(settings.spec), quiet=quiet) as stage:
        outcome = pipeline.check(settings, progress=stage)
    report.extend(outcome.findings)
    folder = settings.output / settings.package
    if not outcome.findings:
        return [f"{folder}: fresh"]
    lines = summary.details(outcome.preview, listed=False, diff=diff) if outcome.preview else []
    return [*lines, f"{folder}: not fresh"] if outcome.plan else lines
