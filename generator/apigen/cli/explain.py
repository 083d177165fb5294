"""``apigen explain``."""

import difflib
import sys
import textwrap
from itertools import islice
from typing import Annotated

import typer

from apigen.cli.exits import Exit
from apigen.cli.printing import note, say
from apigen.compare.rules import all_rules
from apigen.diagnostics import Code
from apigen.diagnostics.registry import all_codes, by_name
from apigen.meanings import Hit, Meaning, all_meanings, lookup, read
from apigen.render.text import visible

_MOST_LINES = 1_000_000
_WIDTH = 88


def run(
    code: Annotated[
        str | None,
        typer.Argument(
            help="A finding's code or name, a SQLSTATE, a result code of SQLite, an exception, a "
            "status, a problem type; or - for a problem document or a log on standard input.",
            metavar="[CODE]",
        ),
    ] = None,
) -> Exit:
    """Explain a kind of finding, or an error of a database, a service or a library.

    Without a code, list all findings.

    \b
    Examples:
      apigen explain AG302
      apigen explain edited-by-hand
      apigen explain 42P01
      docker logs datastorage 2>&1 | apigen explain -
    """
    if code is None:
        for each in all_codes():
            say(f"{each.id}  {each.severity:<7}  {each.slug}")
        return Exit.FINE
    if code == "-":
        return _explain_input()
    names = by_name()
    if found := names.get(code.upper()) or names.get(code.lower()):
        say(_told(found))
        return Exit.FINE
    if change := all_rules().get(code.lower()):
        say(_told(change))
        return Exit.FINE
    if meaning := lookup(code):
        say(_meant(meaning))
        return Exit.FINE
    known = {
        name.lower(): name
        for name in [*names, *all_rules(), *(each.code for each in all_meanings())]
    }
    near = difflib.get_close_matches(code.lower(), known, 1)
    hint = f"did you mean '{known[near[0]]}'?" if near else "'apigen explain' lists them all"
    note(f"apigen: there is no code '{visible(code)}'; {hint}")
    return Exit.FAILED


def _explain_input() -> Exit:
    """Explain every error that the text on standard input speaks of."""
    lines = (line.decode("utf-8", "replace") for line in islice(sys.stdin.buffer, _MOST_LINES))
    hits = read(lines)
    if not hits:
        note("apigen: no error that is known stands in this text")
        return Exit.FAILED
    say("\n\n".join(_found(hit) for hit in hits))
    return Exit.FINE


def _found(hit: Hit) -> str:
    often = f", and {hit.count - 1} more" if hit.count > 1 else ""
    return f"line {hit.line}{often}: {visible(hit.text)}\n\n{_meant(hit.meaning)}"


def _meant(meaning: Meaning) -> str:
    later = "may pass by itself" if meaning.transient else "will not pass by itself"
    parts = [
        f"{visible(meaning.code)} {meaning.name} (layer: {meaning.layer}; {later})",
        textwrap.fill(meaning.meaning, _WIDTH),
    ]
    if meaning.causes:
        listed = [
            textwrap.fill(cause, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
            for cause in meaning.causes
        ]
        parts.append("\n".join(["Usual causes:", *listed]))
    parts.append(f"Next: {meaning.next}")
    return "\n\n".join(parts)


def _told(code: Code) -> str:
    parts = [
        f"{code.id} {code.slug} ({code.severity})",
        textwrap.fill(code.meaning, _WIDTH),
        textwrap.fill(f"What to do: {code.mend}", _WIDTH),
    ]
    if code.example:
        parts.append("Example:\n" + textwrap.indent(code.example.rstrip(), "    "))
    return "\n\n".join(parts)
