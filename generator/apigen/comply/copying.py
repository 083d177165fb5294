"""Finds documents that say they are the contract."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from apigen.comply.facts import Copies
from apigen.diagnostics import Place
from apigen.guard.files import content
from apigen.manifest import digest

_SUFFIXES = (".yaml", ".yml", ".json")
_TITLE = re.compile(
    rb"""(?:^|[{,\s])["']?title["']?\s*:\s*(?:"([^"\r\n]*)"|'([^'\r\n]*)'|([^,}\r\n]*))"""
)
_OPENAPI = re.compile(rb"""^\s*\{?\s*["']?openapi["']?\s*:""", re.MULTILINE)
_SKIPPED = frozenset({".git", "node_modules", ".venv", "venv", ".nox", "__pycache__"})
_SECONDS = 20


def copies(root: Path, specs: Sequence[Path], generated: Sequence[Path] = ()) -> Copies:
    """Return the files below *root* that have a contract's title, and whether they have its text.

    Folders that are *generated* are left out: ``check`` holds them to the byte.

    Titles are found without parsing: a repository may hold many large documents.
    """
    sources = {Path(os.path.abspath(spec)) for spec in specs}  # noqa: PTH100 - no links
    titles = {title: digest(text) for spec in sources if (text := content(spec)) is not None
              and (title := _title(text))}  # fmt: skip
    inside = [Path(os.path.abspath(folder)) for folder in generated]  # noqa: PTH100 - the same
    looked_at = 0
    same: list[str] = []
    other: list[Place] = []
    for name in sorted(_names(root)):
        text = content(root / name)
        if text is None or any((root / name).is_relative_to(folder) for folder in inside):
            continue
        looked_at += 1
        title = _title(text)
        if root / name in sources or not title or title not in titles:
            continue
        if digest(text) == titles[title]:
            same.append(name)
        else:
            other.append(Place(name))
    return Copies(looked_at, tuple(same), tuple(other))


def _title(text: bytes) -> bytes:
    """Return the title of an OpenAPI document; empty for anything else."""
    if not _OPENAPI.search(text):
        return b""
    found = _TITLE.search(text)
    return next((each.strip() for each in found.groups() if each), b"") if found else b""


def _names(root: Path) -> Iterator[str]:
    try:
        ended = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
            cwd=root, capture_output=True, timeout=_SECONDS, check=True,
        )  # fmt: skip
        names = os.fsdecode(ended.stdout).split("\0")
    except (OSError, subprocess.SubprocessError):
        names = [str(each.relative_to(root)) for each in root.rglob("*")]
    for name in names:
        if name.endswith(_SUFFIXES) and not _SKIPPED & set(Path(name).parts):
            yield name.replace(os.sep, "/")
