"""Findings on their way to whoever asked: a terminal, a file, another tool."""

import functools
import os
import sys
from itertools import islice
from pathlib import Path

from apigen.cli.options import Color, Findings, Format
from apigen.cli.printing import say
from apigen.diagnostics import Diagnostic, Report
from apigen.render import COLOURED_TEXT, RENDERERS

_MOST = 100
"""Findings that a person is shown unless all were asked for."""
_MOST_BYTES = 64 * 1024 * 1024


def tell(report: Report, how: Findings) -> None:
    """Print the findings, or write them to the file asked for; raise OSError if that fails."""
    to_file = how.file is not None
    bounded = how.format is Format.TEXT and not how.all and not to_file
    shown = list(islice(report, _MOST)) if bounded else list(report)
    text = _rendered(shown, how).rstrip("\n")
    if how.file is not None:
        how.file.write_text(f"{text}\n" if text else "", encoding="utf-8")
    elif text:
        say(text)
    if len(shown) < len(report):
        say(f"... and {len(report) - len(shown)} more findings: --verbose prints them all\n")


def _rendered(findings: list[Diagnostic], how: Findings) -> str:
    coloured = how.format is Format.TEXT and is_coloured(how)
    render = COLOURED_TEXT if coloured else RENDERERS[how.format]
    return render(findings, functools.cache(source_of))


def is_coloured(how: Findings) -> bool:
    """Return whether text is coloured."""
    if how.color is not Color.AUTO:
        return how.color is Color.ALWAYS
    return how.file is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def source_of(file: str) -> str | None:
    """Return the text of a file that a finding stands in, if it can be had."""
    path = Path(file)
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
        return path.read_bytes().decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return None
