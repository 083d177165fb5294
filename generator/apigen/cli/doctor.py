"""``apigen doctor``."""

from pathlib import Path
from typing import Annotated

import typer

from apigen import config, configfile
from apigen.cli import options
from apigen.cli.exits import Exit
from apigen.cli.printing import note, say
from apigen.cli.report import is_coloured, source_of, tell
from apigen.diagnostics import Report, Severity, Stop
from apigen.doctor.configuration import DoctorSettings, settings
from apigen.doctor.given import Given
from apigen.doctor.results import Examination, Status
from apigen.manifest import RECORD
from apigen.settings import Settings

_DATABASE = "APIGEN_DATABASE_URL"


def run(
    spec: options.Spec = None,
    *,
    url: Annotated[
        str | None, typer.Option("--url", help="The service's base URL.", metavar="URL")
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url",
            help="The database: postgresql://role@host/name or sqlite:///file. Or by the "
            f"variable {_DATABASE}, which no process list shows.",
            envvar=_DATABASE,
            show_envvar=False,
            metavar="URL",
        ),
    ] = None,
    migrations: Annotated[
        Path | None,
        typer.Option(
            "--migrations", help="A folder: goose, dbmate, Alembic, plain SQL.", metavar="DIR"
        ),
    ] = None,
    logs: Annotated[
        list[Path] | None,
        typer.Option("--logs", help="A log file, or - for standard input.", metavar="FILE"),
    ] = None,
    environment: Annotated[
        list[Path] | None,
        typer.Option("--environment", help="A compose or environment file.", metavar="FILE"),
    ] = None,
    package: Annotated[
        Path | None,
        typer.Option(
            "--package",
            help="The generated package's folder: was it made of this contract? "
            "Else that of the configuration.",
            metavar="DIR",
        ),
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(
            "--snapshot",
            help="A committed schema: compare without a database, or say what changed.",
            metavar="FILE",
        ),
    ] = None,
    write_snapshot: Annotated[
        Path | None,
        typer.Option(
            "--write-snapshot", help="Write the database's schema, and stop.", metavar="FILE"
        ),
    ] = None,
    probe: Annotated[
        bool,
        typer.Option(
            "--probe", help="Write too: one row rolled back, requests that are removed again."
        ),
    ] = False,
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            help="Sent with each request: 'Authorization: Bearer ...'.",
            metavar="NAME: VALUE",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if there is anything to look at.")
    ] = False,
    config_file: options.Config = None,
    format: options.FindingsFormat = options.Format.TEXT,  # noqa: A002 - the flag's name
    output_file: options.OutputFile = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Colored = options.Color.AUTO,
) -> Exit:
    """Say which layer is at fault: contract, code or database.

    Runs the checks D1 to D26 on whatever it is given. Writes nothing without --probe.

    \b
    Examples:
      apigen doctor --database-url postgresql://app@127.0.0.1/db --migrations migrations
      apigen doctor --url http://127.0.0.1:8080 --logs server.log --environment compose.yaml
      apigen doctor --snapshot spec/database.json
      apigen doctor --database-url sqlite:///app.db --write-snapshot spec/database.json
    """
    report = Report()
    given = _given(
        Given(
            spec=spec,
            url=url,
            database_url=database_url,
            migrations=migrations,
            logs=tuple(logs or ()),
            environment=tuple(environment or ()),
            package=package,
            snapshot=snapshot,
            headers=_headers(header or []),
            probe=probe,
        ),
        config_file,
        report,
    )
    how = options.Findings(format, output_file, color, all=verbose)
    if report.errors:
        tell(report, how)
        return Exit.FAILED
    if write_snapshot is not None:
        return _write_snapshot(given, write_snapshot, how)
    looked_at = (given.url, given.database_url, given.migrations, given.snapshot)
    if not any(looked_at) and not given.logs and not given.environment:
        note(
            "apigen: nothing to look at: give --database-url, --url, --migrations, --logs, "
            "--environment or --snapshot"
        )
        return Exit.FAILED
    from apigen.doctor import examine

    found = examine(given)
    _tell(found, how)
    if not quiet and format is options.Format.TEXT:
        note(f"({found.seconds:.1f} s)")
    return _status(found, strict=strict)


def _headers(given: list[str]) -> dict[str, str]:
    pairs = [each.partition(":") for each in given]
    return {name.strip(): value.strip() for name, colon, value in pairs if colon and name.strip()}


def _given(flags: Given, config_file: Path | None, report: Report) -> Given:
    """Return what flags and configuration say together; flags win."""
    section = configfile.section("doctor", config_file, report)
    said = (
        settings(section.table, section.folder, section.place, report)
        if section
        else DoctorSettings()
    )
    spec, allow, package = flags.spec, flags.allow, flags.package
    configured = _configured(config_file) if spec is None and not report.errors else None
    if configured is not None:
        spec, allow = configured.spec, configured.allow
        made = configured.output / configured.package
        if package is None and (made / RECORD).is_file():
            package = made
    return Given(
        spec=spec,
        allow=allow,
        package=package,
        url=flags.url,
        database_url=flags.database_url,
        migrations=flags.migrations or said.migrations,
        logs=flags.logs,
        environment=flags.environment or said.environment,
        snapshot=flags.snapshot or said.snapshot,
        tables=said.tables,
        role=said.role,
        pool=said.pool,
        replicas=said.replicas,
        headers=flags.headers,
        probe=flags.probe,
    )


def _configured(config_file: Path | None) -> Settings | None:
    """Return what the configuration says of its package; the doctor can do without."""
    found = config.read(config.Flags(config=config_file), Report())
    return found[0] if len(found) == 1 else None


def _write_snapshot(given: Given, path: Path, how: options.Findings) -> Exit:
    from apigen.doctor import extras
    from apigen.doctor.facts import snapshot

    report = Report()
    try:
        if given.database_url is None:
            note("apigen: --write-snapshot needs --database-url")
            return Exit.FAILED
        schema = extras.gatherer(given.database_url).schema()
    except Stop as stop:
        report.add(stop.diagnostic)
        tell(report, how)
        return Exit.FAILED
    path.write_text(snapshot.written(schema), encoding="utf-8")
    note(f"{path}: {len(schema.tables)} tables")
    return Exit.FINE


def _tell(found: Examination, how: options.Findings) -> None:
    from apigen.doctor import rendering

    if how.format in {options.Format.SARIF, options.Format.GITHUB}:
        report = Report()
        report.extend(rendering.as_findings(found))
        tell(report, how)
        return
    if how.format is options.Format.JSON:
        text = rendering.as_json(found)
    else:
        text = rendering.text(found, source_of, colour=is_coloured(how), verbose=how.all)
    if how.file is not None:
        how.file.write_text(text, encoding="utf-8")
    else:
        say(text.rstrip("\n"))


def _status(found: Examination, *, strict: bool) -> Exit:
    if found.of(Status.FAIL) or (strict and found.of(Status.WARN)):
        return Exit.FINDINGS
    failed = any(each.severity is Severity.ERROR for each in found.trouble)
    return Exit.FAILED if failed else Exit.FINE
