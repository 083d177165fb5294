"""``apigen comply``."""

import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from apigen import config
from apigen.cli import options
from apigen.cli.exits import Exit
from apigen.cli.printing import note, say
from apigen.cli.progress import progress
from apigen.cli.report import tell
from apigen.comply.judgement import Verdict
from apigen.diagnostics import Report

_DATABASE = "APIGEN_DATABASE_URL"


class Written(StrEnum):
    """How the report is written."""

    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


def run(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Code to look at; else the current folder.")
    ] = None,
    *,
    spec: options.Spec = None,
    output: options.Output = None,
    package: options.Package = None,
    config_file: options.Config = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url",
            help=f"The service's database, for R14. Or by the variable {_DATABASE}.",
            envvar=_DATABASE,
            show_envvar=False,
            metavar="URL",
        ),
    ] = None,
    fuzz_report: Annotated[
        Path | None,
        typer.Option(
            "--fuzz-report",
            help="What 'apigen fuzz --format json' wrote, for R1, R2 and R13.",
            metavar="FILE",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            help="An earlier contract, for R18: a file, git:REF, or git: for the merge base.",
            metavar="OLD",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help="A rule to leave out, such as R14.", metavar="RULE"),
    ] = None,
    format: Annotated[  # noqa: A002 - the flag's name
        Written, typer.Option("--format", "-f", help="How the report is written.")
    ] = Written.MARKDOWN,
    output_file: Annotated[
        Path | None, typer.Option("--output-file", help="Write it to this file.", metavar="FILE")
    ] = None,
    quiet: options.Quiet = False,
) -> Exit:
    """Report on the rules R1 to R18: met, broken, or not verifiable, with the evidence.

    Nothing is called met where nothing was looked at. Exits with 1 if a rule is broken, with 2 if
    none is and one can't be verified.

    \b
    Examples:
      apigen comply
      apigen comply src --database-url postgresql://app@127.0.0.1/db
      apigen comply --against git:v1.2.0
      apigen comply --fuzz-report fuzz.json --format html --output-file compliance.html
    """
    from apigen.comply import gathering, rendering, rules

    report = Report()
    left_out = frozenset(each.upper() for each in without or ())
    unknown = left_out - {rule.id for rule, _ in rules.RULES}
    if unknown:
        note(f"apigen: no such rule: {', '.join(sorted(unknown))}")
        return Exit.FAILED
    asked = gathering.Asked(
        flags=config.Flags(spec, output or (Path() if spec else None), package,
                           config=config_file),
        paths=tuple(paths or ()),
        database_url=database_url,
        fuzz_report=fuzz_report,
        against=against,
        today=datetime.datetime.now(tz=datetime.UTC).date(),
    )  # fmt: skip
    with progress("for compliance", quiet=quiet) as stage:
        facts = gathering.gather(asked, report, stage)
    tell(report, options.Findings())
    judged = tuple(rules.judge(facts, left_out))
    render = {
        Written.MARKDOWN: rendering.markdown,
        Written.JSON: rendering.as_json,
        Written.HTML: rendering.html,
    }[format]
    text = render(judged)
    if output_file is None:
        say(text.rstrip("\n"))
    else:
        output_file.write_text(text, encoding="utf-8")
    if not quiet and (output_file is not None or format is not Written.MARKDOWN):
        note(rendering.summary(judged))
    verdicts = {each.judgement.verdict for each in judged}
    return _status(verdicts, failed=bool(report.errors))


def _status(verdicts: set[Verdict], *, failed: bool) -> Exit:
    if Verdict.BROKEN in verdicts:
        return Exit.FINDINGS
    return Exit.FAILED if failed or Verdict.UNVERIFIABLE in verdicts else Exit.FINE
