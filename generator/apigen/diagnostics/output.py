"""Findings about generated files and about writing them: AG3xx."""

from apigen.diagnostics.core import Code, Diagnostic, Place, Severity

OUT_OF_DATE = Code(
    "AG301",
    "out-of-date",
    Severity.ERROR,
    "A generated file is not what the contract, the settings and this apigen give today.",
    "Run 'apigen generate' and commit what it writes.",
)
EDITED = Code(
    "AG302",
    "edited-by-hand",
    Severity.ERROR,
    "A generated file was changed after apigen wrote it. Writing it anew would lose that change, "
    "so nothing at all is written.",
    "Move the change to a file of your own (apigen never touches those), then run "
    "'apigen generate --force', which overwrites it.",
)
MISSING = Code(
    "AG303",
    "missing-file",
    Severity.ERROR,
    "A file that belongs to the generated package is not there.",
    "Run 'apigen generate' and commit what it writes.",
)
LEFTOVER = Code(
    "AG304",
    "leftover-file",
    Severity.ERROR,
    "A file looks generated (it bears apigen's header, or stands among the runtime's files) and "
    "is not part of the package: left over from a merge or a copy. apigen deletes only what "
    "its manifest lists.",
    "Delete it.",
)
IN_THE_WAY = Code(
    "AG305",
    "file-in-the-way",
    Severity.ERROR,
    "Something that apigen did not write stands where a generated file belongs. It is not "
    "overwritten, and nothing at all is written.",
    "Move it away, or run 'apigen generate --force' to overwrite a file.",
)
UNSAFE = Code(
    "AG306",
    "unsafe-path",
    Severity.ERROR,
    "The output leads through a symbolic link, or out of the output folder. apigen does not "
    "follow links there: a link could make it write over files elsewhere.",
    "Replace the link by a folder, or name the real folder with --output.",
)
LOCKED = Code(
    "AG307",
    "output-in-use",
    Severity.ERROR,
    "Another run of apigen is writing to the same output folder and did not end in time.",
    "Wait for it, or end it, and run the command again.",
)
NOT_WRITTEN = Code(
    "AG308",
    "not-written",
    Severity.ERROR,
    "The operating system refused to read or write a file: no permission, no space.",
    "Mend what the message says, and run 'apigen generate' again: it heals what is half-written.",
)
UNFORMATTABLE = Code(
    "AG309",
    "unformattable",
    Severity.ERROR,
    "Generated code does not parse. This is a fault of apigen, or of a template that replaces "
    "one of its own. Nothing is written; the text is kept in a temporary folder.",
    "Please report it, with the document that shows it.",
)
INTERRUPTED = Code(
    "AG310",
    "interrupted-run",
    Severity.ERROR,
    "An earlier run was ended while it wrote; some files may be old and some new.",
    "Run 'apigen generate': it completes the work.",
)
NO_MANIFEST = Code(
    "AG311",
    "never-generated",
    Severity.ERROR,
    "The package has no record (.apigen.json) of what apigen wrote: it was never generated, or "
    "the record was not committed with it.",
    "Run 'apigen generate' and commit everything in the package's folder.",
)
BAD_MANIFEST = Code(
    "AG312",
    "unreadable-record",
    Severity.ERROR,
    "The package's record (.apigen.json) can't be read: it is damaged, holds the marks of a "
    "merge conflict, or was written by a newer apigen.",
    "Restore it from version control, or run 'apigen generate --force', which writes it anew.",
)
CHANGED_MEANWHILE = Code(
    "AG313",
    "document-changed",
    Severity.ERROR,
    "The document changed on disk while apigen was at work on it. Nothing is written.",
    "Run the command again.",
)
NO_FORMATTER = Code(
    "AG314",
    "no-formatter",
    Severity.ERROR,
    "ruff, which formats the generated code, can't be started.",
    "Install apigen anew ('pip install --force-reinstall apigen'), and check that nothing "
    "removes the 'ruff' command from the environment.",
)

CODES = (
    OUT_OF_DATE,
    EDITED,
    MISSING,
    LEFTOVER,
    IN_THE_WAY,
    UNSAFE,
    LOCKED,
    NOT_WRITTEN,
    UNFORMATTABLE,
    INTERRUPTED,
    NO_MANIFEST,
    BAD_MANIFEST,
    CHANGED_MEANWHILE,
    NO_FORMATTER,
)

FRESHNESS = frozenset(
    {OUT_OF_DATE, EDITED, MISSING, LEFTOVER, IN_THE_WAY, INTERRUPTED, NO_MANIFEST}
)
"""Findings about files as they are, not about what could not be done: exit code 1."""


def out_of_date(file: str, why: str) -> Diagnostic:
    """Return that a file is not what it would be today, and why."""
    return OUT_OF_DATE.at(Place(file), f"out of date: {why}", hint="run 'apigen generate'")


def edited(file: str) -> Diagnostic:
    """Return that a file was changed by hand."""
    return EDITED.at(
        Place(file),
        "edited by hand since it was generated",
        hint="move the change to a file of your own, then run 'apigen generate --force'",
    )


def missing(file: str, why: str) -> Diagnostic:
    """Return that a file of the package is not there."""
    return MISSING.at(Place(file), f"missing: {why}", hint="run 'apigen generate'")


def leftover(file: str) -> Diagnostic:
    """Return that a file looks generated and belongs to nothing."""
    return LEFTOVER.at(
        Place(file), "extra: looks generated, but the package does not list it", hint="delete it"
    )


def in_the_way(file: str, what: str, *, forceable: bool) -> Diagnostic:
    """Return that something stands where a generated file belongs."""
    hint = "move it away, or overwrite it with --force" if forceable else "move it away"
    return IN_THE_WAY.at(Place(file), f"{what} that apigen did not write is in the way", hint=hint)


def unsafe(file: str, what: str) -> Diagnostic:
    """Return that the output would be written through a link or out of its folder."""
    return UNSAFE.at(Place(file), what, hint="give a real folder inside the output")


def locked(folder: str, seconds: float, holders: tuple[str, ...]) -> Diagnostic:
    """Return that another run keeps the output folder."""
    who = f" (process {', '.join(holders)})" if holders else ""
    return LOCKED.at(
        Place(folder), f"another apigen{who} is at work here; waited {seconds:g} seconds"
    )


def not_written(file: str, error: OSError) -> Diagnostic:
    """Return that the operating system refused."""
    return NOT_WRITTEN.at(Place(file), error.strerror or type(error).__name__)


def unformattable(file: str, why: str, kept: str) -> Diagnostic:
    """Return that generated code does not parse."""
    return UNFORMATTABLE.at(
        Place(file),
        f"apigen made code that does not parse: {why}",
        hint=f"please report it; the text is kept in '{kept}'",
    )


def interrupted(file: str) -> Diagnostic:
    """Return that an earlier run did not end."""
    return INTERRUPTED.at(
        Place(file), "an earlier run was interrupted", hint="run 'apigen generate'"
    )


def no_manifest(file: str) -> Diagnostic:
    """Return that there is no record of a generated package."""
    return NO_MANIFEST.at(
        Place(file), "there is no record of a generated package", hint="run 'apigen generate'"
    )


def bad_manifest(file: str, why: str) -> Diagnostic:
    """Return that the record can't be used."""
    return BAD_MANIFEST.at(
        Place(file),
        f"the record of the generated files can't be read: {why}",
        hint="restore it from version control, or run 'apigen generate --force'",
    )


def changed_meanwhile(file: str) -> Diagnostic:
    """Return that an input changed during the run."""
    return CHANGED_MEANWHILE.at(
        Place(file), "the document changed while apigen read it", hint="run the command again"
    )


def no_formatter(why: str) -> Diagnostic:
    """Return that ruff can't be started."""
    return NO_FORMATTER.at(None, f"ruff can't be started: {why}")
