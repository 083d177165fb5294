"""``apigen validate``."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from apigen import config
from apigen.cli import options
from apigen.cli.exits import Exit, status
from apigen.cli.printing import note, say
from apigen.cli.progress import progress
from apigen.cli.report import tell
from apigen.diagnostics import Report, Stop

_Document: TypeAlias = tuple[Path, tuple[Path, ...], bool, tuple[str, ...]]
"""Its file, folders that it may reach, whether it is held to rules, and which of them not."""


def run(
    spec: Annotated[
        Path | None, typer.Argument(help="The OpenAPI document; else the configuration's.")
    ] = None,
    *,
    rules: Annotated[
        bool | None,
        typer.Option(
            "--rules/--no-rules",
            help="Hold it to the rules of good contracts too (AG401 and on); else the "
            "configuration decides.",
            show_default=False,
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help="A rule to leave out, by code or name.", metavar="RULE"),
    ] = None,
    config_file: options.Config = None,
    format: options.FindingsFormat = options.Format.TEXT,  # noqa: A002 - the flag's name
    output_file: options.OutputFile = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Colored = options.Color.AUTO,
) -> Exit:
    """Say what is wrong with a document.

    And what apigen can make of it all the same. Nothing is written.

    \b
    Examples:
      apigen validate openapi.yaml
      apigen validate openapi.yaml --rules --without filter-open
      apigen validate openapi.yaml --format sarif --output-file findings.sarif
    """
    from apigen import pipeline
    from apigen.cli import summary

    report = Report()
    documents: list[_Document] = [(spec, (), bool(rules), ())] if spec else []
    try:
        left_out = config.known_rules(tuple(without or ()), None)
    except Stop as stop:
        report.add(stop.diagnostic)
        documents, left_out = [], ()
    if spec is None:
        stated = config.documents(config_file, report)
        documents = [
            (each.spec, each.allow, each.rules if rules is None else rules, each.without)
            for each in stated
        ]
    lines: list[str] = []
    for path, allow, ruled, others in documents:
        with progress(str(path), quiet=quiet) as stage:
            found, contract = pipeline.validate(
                path, allow, rules=ruled, without=(*left_out, *others), progress=stage
            )
        report.extend(found)
        if contract is not None:
            lines.append(summary.operations(contract))
    tell(report, options.Findings(format, output_file, color, all=verbose))
    if lines and not quiet:
        narrate = say if format is options.Format.TEXT else note
        narrate("\n".join(lines))
    return status(report, strict=True)
