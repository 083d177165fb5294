"""What a repository holds beside a generated package: copies of its contract, and what git tracks.

Nothing is written, and git is only asked what it has.
"""

import os
import shlex
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from apigen.diagnostics import Diagnostic, Place, output
from apigen.disk import snapshot
from apigen.git import GitError, Repository
from apigen.manifest import RECORD
from apigen.settings import Settings


def findings(settings: Settings) -> tuple[Diagnostic, ...]:
    """Return which copies differ, and which generated files git misses or has too many.

    Raises:
        Stop: the package's folder can't be read.

    """
    found = snapshot(settings.output / settings.package)
    record = found.manifest
    parts = tuple(record.inputs) if record else (settings.spec.name,)
    copied = [each for copy in settings.copies for each in _copy(settings.spec, copy, parts)]
    return (*copied, *(_tracking(found.folder, record.outputs) if record else ()))


def _copy(spec: Path, copy: Path, parts: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Compare a copy: a file with the root document, a folder with each file of the document."""
    if not copy.is_dir():
        yield from _differing(spec, copy)
        return
    for path in parts:
        yield from _differing(spec.parent / path, copy / path)


def _differing(source: Path, copy: Path) -> Iterator[Diagnostic]:
    command = shlex.join(["cp", str(source), str(copy)])
    try:
        was = source.read_bytes().splitlines()
    except OSError:
        return  # told of the document itself
    try:
        now = copy.read_bytes().splitlines()
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        yield output.copy_differs(Place(str(copy)), str(source), why, command)
        return
    for line, (one, other) in enumerate(zip_longest(was, now), 1):
        if one != other:
            place = Place(str(copy), line, 1)
            yield output.copy_differs(place, str(source), f"line {line} differs", command)
            return


def _tracking(folder: Path, outputs: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Compare a package with what git has of it, if it has any."""
    try:
        listed = Repository(folder).bytes("ls-files", "-z").decode("utf-8", "surrogateescape")
    except GitError:
        return
    tracked = set(listed.split("\0")) - {""}
    if not tracked:
        return
    for path in sorted({*outputs, RECORD} - tracked):
        if (folder / path).is_file():
            file = os.fspath(folder / path)
            yield output.not_tracked(file, shlex.join(["git", "add", file]))
    for path in sorted(tracked - {*outputs, RECORD}):
        if not os.path.lexists(folder / path):
            file = os.fspath(folder / path)
            yield output.still_tracked(file, shlex.join(["git", "rm", "--cached", file]))
