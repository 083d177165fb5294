"""``apigen lint``."""

import datetime
import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apigen import config, configfile
from apigen.cli import options
from apigen.cli.exits import Exit, status
from apigen.cli.printing import note, say
from apigen.cli.report import tell
from apigen.diagnostics import Report
from apigen.settings import Settings

if TYPE_CHECKING:
    from apigen.guard.kept import Kept
    from apigen.guard.policy import Policy
    from apigen.guard.running import Keep, Linted, Search, Searched


def run(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders; else the current folder.")
    ] = None,
    *,
    spec: options.Spec = None,
    package: options.Package = None,
    client: options.Client = None,
    config_file: options.Config = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write the generated call where that is certain.")
    ] = False,
    format: options.FindingsFormat = options.Format.TEXT,  # noqa: A002 - the flag's name
    output_file: options.OutputFile = None,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Use what the last run found.")
    ] = True,
    cache_dir: Annotated[
        Path | None,
        typer.Option("--cache-dir", help="Where that is kept; else the user's cache folder."),
    ] = None,
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
      apigen lint src --fix
    """
    from apigen import assets
    from apigen.guard import kept, policy, running

    report = Report()
    output = Path() if spec else None
    flags = config.Flags(
        spec, output, package or ("client" if spec else None), client, config=config_file
    )
    settings = config.read(flags, report)
    rules = policy.read(configfile.section("lint", config_file, report), report)
    lines: list[str] = []
    if settings and not report.errors:
        stated = (*map(repr, settings), *rules.hosts, repr(assets.identity()))
        keep = running.Keep(cache_dir or kept.default_folder(), stated) if cache else None
        once = functools.partial(_run, paths or [Path()], settings, rules, report, keep)
        done = once()
        if fix and not report.errors and done.findings:
            done, count = _fixed(done, once, settings, report)
            lines.append(f"{count} calls rewritten")
        if not report.errors:
            report.extend(done.findings)
            allowed = f", {done.allowed} allowed" if done.allowed else ""
            lines.insert(0, f"{len(done.files)} files looked at{allowed}")
    tell(report, options.Findings(format, output_file, color, all=verbose))
    if lines and not quiet:
        narrate = say if format is options.Format.TEXT else note
        narrate("\n".join(lines))
    return status(report)


def _run(
    paths: Sequence[Path],
    settings: Sequence[Settings],
    rules: "Policy",
    report: Report,
    keep: "Keep | None",
) -> "Linted":
    from apigen.guard import running

    return running.run(
        _root(),
        paths,
        rules,
        _search(settings, rules, report),
        today=datetime.datetime.now(tz=datetime.UTC).date(),
        keep=keep,
    )


def _root() -> Path:
    return Path(os.path.abspath(Path()))  # noqa: PTH100 - as the user came here


def _fixed(
    done: "Linted", once: Callable[[], "Linted"], settings: Sequence[Settings], report: Report
) -> "tuple[Linted, int]":
    """Rewrite what is certain; return what is left, with reasons, and how much was rewritten."""
    from apigen.guard import subject
    from apigen.guard.fixing import files

    surfaces = subject.surfaces(settings, report)
    plans = files.planned(_root(), done.findings, surfaces)
    count = 0
    for plan in plans.values():
        if isinstance(plan, files.Plan) and plan.after.count:
            files.write(plan)
            count += plan.after.count
    if count:
        done = once()
        plans = files.planned(_root(), done.findings, surfaces)
    return replace(done, findings=tuple(files.explained(done.findings, plans))), count


def _search(settings: Sequence[Settings], rules: "Policy", report: Report) -> "Search":
    """Return what looks at files; it is asked where something differs from the last run."""

    def search(texts: Mapping[str, str], before: "Kept | None") -> "Searched":
        from apigen.guard import linting, surface
        from apigen.guard.kept import Known
        from apigen.guard.running import Searched

        if before is not None:  # the contract is the same: it need not be read
            surfaces = [surface.from_json(each) for each in before.surfaces]
            known = linting.looked(texts, surfaces, rules, before.known)
            return Searched(known, before.inputs, before.surfaces)
        from apigen.guard import subject

        surfaces, inputs = subject.read(settings, report)
        if report.errors or not surfaces:
            return Searched(Known({}, (), {}, {}))
        stored = tuple(map(surface.as_json, surfaces))
        return Searched(linting.looked(texts, surfaces, rules), inputs, stored)

    return search
