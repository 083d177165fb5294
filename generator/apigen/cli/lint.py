"""``apigen lint``."""

import datetime
import os
from pathlib import Path
from typing import Annotated

import typer

from apigen import config
from apigen.cli import options
from apigen.cli.exits import Exit, status
from apigen.cli.printing import note, say
from apigen.cli.report import tell
from apigen.diagnostics import Report


def run(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders; else the current folder.")
    ] = None,
    *,
    spec: options.Spec = None,
    package: options.Package = None,
    client: options.Client = None,
    config_file: options.Config = None,
    format: options.FindingsFormat = options.Format.TEXT,  # noqa: A002 - the flag's name
    output_file: options.OutputFile = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Colored = options.Color.AUTO,
) -> Exit:
    """Find code that calls a service around its generated client.

    Python is read with its scopes, imports and constants; shell, Makefiles, Dockerfiles, YAML,
    notebooks, JavaScript, TypeScript and Go by their words. Nothing is imported or run.

    \b
    Examples:
      apigen lint
      apigen lint src tests --format github
      apigen lint deploy .github Makefile
      apigen lint scripts --spec openapi.yaml --package petstore
    """
    from apigen.guard import linting, policy, subject

    report = Report()
    output = Path() if spec else None
    flags = config.Flags(
        spec, output, package or ("client" if spec else None), client, config=config_file
    )
    settings = config.read(flags, report)
    section = config.section("lint", config_file, report)
    rules = policy.read(section, report)
    surfaces = subject.surfaces(settings, report)
    lines: list[str] = []
    if surfaces and not report.errors:
        done = linting.lint(
            Path(os.path.abspath(Path())),  # noqa: PTH100 - as the user came here
            paths or [Path()],
            surfaces,
            rules,
            today=datetime.datetime.now(tz=datetime.UTC).date(),
        )
        report.extend(done.findings)
        allowed = f", {done.allowed} allowed" if done.allowed else ""
        lines.append(f"{len(done.files)} files looked at{allowed}")
    tell(report, options.Findings(format, output_file, color, all=verbose))
    if lines and not quiet:
        narrate = say if format is options.Format.TEXT else note
        narrate("\n".join(lines))
    return status(report)
