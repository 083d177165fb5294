"""``apigen fuzz``."""

from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import typer

from apigen.cli import fuzzing, options
from apigen.cli.exits import Exit
from apigen.cli.fuzzing import Asked, ReportFormat
from apigen.cli.printing import note
from apigen.cli.report import tell
from apigen.diagnostics import Report, Stop

_DATABASE = "APIGEN_DATABASE_URL"


def run(
    spec: options.Spec = None,
    *,
    url: Annotated[
        str | None, typer.Option("--url", help="The server's base URL.", metavar="URL")
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option("--header", help="Sent with each request.", metavar="NAME: VALUE"),
    ] = None,
    header_file: Annotated[
        Path | None,
        typer.Option("--header-file", help="Such headers, one a line.", metavar="FILE"),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help="A bearer token, read anew each time.", metavar="FILE"),
    ] = None,
    identity: Annotated[
        list[str] | None,
        typer.Option(
            "--identity", help="Another caller, and its token's file.", metavar="NAME=FILE"
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="The same seed and namespace: the same requests.")
    ] = 0,
    time_budget: Annotated[
        float,
        typer.Option(
            "--time-budget",
            help="Seconds for the run, 1 or more.",
            callback=options.one_or_more,
            metavar="S",
        ),
    ] = 300,
    request_budget: Annotated[
        int,
        typer.Option(
            "--request-budget",
            help="Requests at most, 1 or more.",
            callback=options.one_or_more,
            metavar="N",
        ),
    ] = 20_000,
    rate: Annotated[
        str | None,
        typer.Option("--rate", help="Requests a second at most: 20/s.", metavar="N/s"),
    ] = None,
    allow_writes: Annotated[
        bool | None,
        typer.Option(
            "--allow-writes/--read-only",
            help="Create, change and remove things of the run's own; else only on this machine.",
            show_default=False,
        ),
    ] = None,
    namespace: Annotated[
        str | None,
        typer.Option("--namespace", help="Begins what the run makes up.", metavar="PREFIX"),
    ] = None,
    cacert: Annotated[
        Path | None, typer.Option("--cacert", help="Who vouches for the server.", metavar="FILE")
    ] = None,
    cert: Annotated[
        Path | None, typer.Option("--cert", help="Our certificate.", metavar="FILE")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Its key.", metavar="FILE")] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Take any certificate of the server.")
    ] = False,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Accepted findings.", metavar="FILE")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="'GET /path' or an operationId.", metavar="OPERATION"),
    ] = None,
    oracle: Annotated[
        list[str] | None, typer.Option("--oracle", help="Only this one.", metavar="NAME")
    ] = None,
    no_engine: Annotated[bool, typer.Option("--no-engine", help="Without schemathesis.")] = False,
    app: Annotated[
        str | None,
        typer.Option(
            "--app",
            help="An ASGI application: served here without --url, and its code is read.",
            metavar="MODULE:OBJECT",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan; send nothing.")
    ] = False,
    format: Annotated[  # noqa: A002 - the flag's name
        ReportFormat, typer.Option("--format", "-f", help="What is printed.")
    ] = ReportFormat.TEXT,
    report_dir: Annotated[
        Path | None,
        typer.Option("--report-dir", help="Write every format into it.", metavar="DIR"),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url",
            help=f"For oracles that look into it. Or by {_DATABASE}.",
            envvar=_DATABASE,
            show_envvar=False,
            metavar="URL",
        ),
    ] = None,
    config_file: options.Config = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> Exit:
    """Find what a running server does that its contract does not say.

    Reads only, unless the server is on this machine or --allow-writes is given. Exit codes: 1, an
    operation drifted; 2, something was not tested; 0, everything was, and nothing was found.

    \b
    Examples:
      apigen fuzz --spec openapi.yaml --url http://127.0.0.1:8080
      apigen fuzz --url https://staging.example.org --token-file token --rate 20/s
      apigen fuzz --url http://127.0.0.1:8080 --only 'GET /things' --seed 7 --report-dir report
      apigen fuzz --url http://127.0.0.1:8080 --dry-run
      apigen fuzz --spec openapi.yaml --app service.main:app
    """
    report = Report()
    how = options.Findings(color=color)
    if find_spec("schemathesis") is None:
        note("apigen: 'apigen fuzz' needs schemathesis: pip install 'apigen[fuzz]'")
        return Exit.FAILED
    document, allow = (spec, ()) if spec else fuzzing.configured(config_file, report)
    asked = Asked(
        spec=document,
        allow=allow,
        url=url,
        headers=tuple(header or ()),
        header_file=header_file,
        token_file=token_file,
        identities=tuple(identity or ()),
        seed=seed,
        seconds=time_budget,
        requests=request_budget,
        rate=rate,
        writes=allow_writes,
        namespace=namespace or f"apigen-fuzz-{token_hex(4)}",
        ca=cacert,
        certificate=cert,
        key=key,
        is_verified=not insecure,
        baseline=baseline,
        only=tuple(only or ()),
        oracles=tuple(oracle or ()),
        engine=not no_engine,
        app=app,
        database_url=database_url,
    )
    try:
        return fuzzing.perform(
            asked, report, format, report_dir, dry_run=dry_run, quiet=quiet, color=color
        )
    except Stop as stop:
        report.add(stop.diagnostic)
        tell(report, how)
        return Exit.FAILED
