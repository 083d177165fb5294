"""Results go to stdout, narration to stderr; whoever stops reading is not an error."""

import contextlib
import io
import os
import sys


def prepare() -> None:
    """Let any text be printed on any terminal: what its encoding lacks is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print a result."""
    try:
        sys.stdout.write(f"{text}\n")
    except BrokenPipeError:
        _close()


def note(text: str) -> None:
    """Print narration."""
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(f"{text}\n")


def finish() -> None:
    """Flush what was said; raise OSError if it can't be written."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _close()


def _close() -> None:
    """Send what is still to be said nowhere: the reader has seen enough."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
