"""``apigen generate``."""

import time
from typing import Annotated

import typer

from apigen import config
from apigen.cli import options
from apigen.cli.exits import Exit, status
from apigen.cli.printing import note, say
from apigen.cli.progress import progress
from apigen.cli.report import tell
from apigen.diagnostics import Report


def run(
    *,
    spec: options.Spec = None,
    output: options.Output = None,
    package: options.Package = None,
    client: options.Client = None,
    target: options.Target = None,
    config_file: options.Config = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would be written; write nothing.")
    ] = False,
    diff: options.Diff = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that were edited by hand.")
    ] = False,
    strict: options.Strict = False,
    format: options.FindingsFormat = options.Format.TEXT,  # noqa: A002 - the flag's name
    output_file: options.OutputFile = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Colored = options.Color.AUTO,
) -> Exit:
    """Write the package that a contract gives.

    With several contracts in the configuration, all of them, or the one that --package names.

    \b
    Examples:
      apigen generate
      apigen generate --spec openapi.yaml --output clients --package petstore
      apigen generate --dry-run --diff
    """
    from apigen import pipeline
    from apigen.cli import summary

    report = Report()
    flags = config.Flags(
        spec, output, package, client, tuple(target or ()), strict=strict, config=config_file
    )
    summaries: list[str] = []
    code = Exit.FINE
    strictly = strict
    for settings in config.read(flags, report):
        started = time.monotonic()
        strictly = strictly or settings.strict
        with progress(str(settings.spec), quiet=quiet) as stage:
            outcome = pipeline.generate(settings, force=force, dry_run=dry_run, progress=stage)
        report.extend(outcome.findings)
        summaries.append(summary.of(outcome, time.monotonic() - started, dry_run=dry_run))
        if outcome.preview is not None:
            summaries += summary.details(outcome.preview, listed=verbose or dry_run, diff=diff)
    code = status(report, strict=strictly)
    tell(report, options.Findings(format, output_file, color, all=verbose))
    if summaries and not quiet:
        narrate = say if format is options.Format.TEXT else note
        narrate("\n".join(summaries))
    return code
