"""Which files are read: what version control knows, or what a walk finds."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from apigen.guard.languages.kinds import kind
from apigen.guard.wordlist import words

_LEFT_OUT = words("__pycache__ node_modules venv env .venv dist build site-packages target vendor")
_HIDDEN = frozenset({".github", ".gitlab", ".circleci", ".ci", ".buildkite", ".azure"})
_GIT_SECONDS = 20
MOST_BYTES = 4 * 1024 * 1024
"""Larger files are data."""


def is_python(file: str) -> bool:
    """Return whether a file is read as Python."""
    return file.endswith((".py", ".pyi", ".ipynb"))


def is_read(file: str) -> bool:
    """Return whether a file is in a language that is read."""
    return is_python(file) or kind(file) != ""


def listed(root: Path, paths: Sequence[Path]) -> list[str]:
    """Return the files below *paths* that can be read, relative to *root*, sorted."""
    found: set[str] = set()
    for path in paths:
        absolute = Path(os.path.abspath(path))  # noqa: PTH100 - links are not followed
        if absolute.is_file():
            found.add(os.path.relpath(absolute, root))
        else:
            found.update(_below(absolute, root))
    return sorted(name.replace(os.sep, "/") for name in found)


def _below(folder: Path, root: Path) -> Iterator[str]:
    names = _known_to_git(folder)
    for name in _walked(folder) if names is None else names:
        if is_read(name):
            yield os.path.relpath(os.path.join(folder, name), root)  # noqa: PTH118 - quickly


def _known_to_git(folder: Path) -> list[str] | None:
    """Return what git does not ignore below a folder; None where it has no say."""
    if not any((each / ".git").exists() for each in (folder, *folder.parents)):
        return None
    command = [
        "git",
        "-C",
        str(folder),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    try:
        ended = subprocess.run(  # noqa: S603 - fixed words and a folder
            command, capture_output=True, check=False, timeout=_GIT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if ended.returncode:
        return None
    names = os.fsdecode(ended.stdout).split("\0")
    return [name for name in names if name and not _LEFT_OUT & set(name.split("/")[:-1])]


def _walked(folder: Path) -> Iterator[str]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _LEFT_OUT
            and (not name.startswith(".") or name in _HIDDEN)
            and not os.path.exists(os.path.join(where, name, "pyvenv.cfg"))  # noqa: PTH110, PTH118
        )
        for name in sorted(names):
            yield os.path.relpath(os.path.join(where, name), folder)  # noqa: PTH118


def content(path: Path) -> bytes | None:
    """Return what stands in a file; None where it can't be had or is data."""
    try:
        if path.stat().st_size > MOST_BYTES or not path.is_file():
            return None
        return path.read_bytes()
    except (OSError, ValueError):
        return None
