"""Exit codes, and what becomes of an exception that nobody expected."""

import functools
import os
import platform
import sys
import traceback
from collections.abc import Callable, Iterable
from enum import IntEnum
from pathlib import Path
from typing import ParamSpec

import typer

from apigen import __version__
from apigen.cli import printing
from apigen.diagnostics import Diagnostic, Severity, consumers, output

P = ParamSpec("P")
DEBUG = "APIGEN_DEBUG"
"""The variable that asks for tracebacks; ``apigen --debug`` sets it."""


class Exit(IntEnum):
    """What a shell is told."""

    FINE = 0
    FINDINGS = 1
    FAILED = 2
    BUG = 3
    INTERRUPTED = 130


def status(findings: Iterable[Diagnostic], *, strict: bool = False) -> Exit:
    """Return the exit code: findings about files (with *strict*, any warning) win over failures."""
    told = tuple(findings)
    if any(finding.code is output.UNFORMATTABLE for finding in told):
        return Exit.BUG
    if any(
        finding.code in output.FRESHNESS
        or finding.code in consumers.FOUND
        or (strict and finding.severity is Severity.WARNING)
        for finding in told
    ):
        return Exit.FINDINGS
    failed = any(finding.severity is Severity.ERROR for finding in told)
    return Exit.FAILED if failed else Exit.FINE


def command(run: Callable[P, Exit]) -> Callable[P, None]:
    """Make a command of a function that returns an exit code; nothing else leaves it."""

    @functools.wraps(run)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = run(*args, **kwargs)
            printing.finish()
        except KeyboardInterrupt:
            code = Exit.INTERRUPTED
        except OSError as error:
            sys.stderr.write(f"apigen: {error.strerror or error}{_named(error)}\n")
            code = Exit.FAILED
        except Exception:  # noqa: BLE001 - a bug must end as a report, whatever it is
            code = _bug()
        raise typer.Exit(code)

    return guarded


def _named(error: OSError) -> str:
    return f": {error.filename}" if error.filename else ""


def _bug() -> Exit:
    """Ask for a report; the traceback is for those who asked for it."""
    kind, error, trace = sys.exc_info()
    if isinstance(error, RecursionError | MemoryError):
        text = f"{type(error).__name__} (the document may be nested or sized beyond all measure)"
    else:
        text = "".join(traceback.format_exception_only(kind, error)).strip()
    frames = traceback.extract_tb(trace)
    where = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    sys.stderr.write(
        f"apigen: this is a bug of apigen, not yours: {text}{where}\n"
        "Please report it with the document that shows it. "
        f"(apigen {__version__}, Python {platform.python_version()}, {platform.system()}; "
        "'apigen --debug ...' shows the traceback)\n"
    )
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    return Exit.BUG
