"""Where documents come from: files, folders, addresses, commits."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from apigen import git
from apigen.bundle import Bundle, bundle
from apigen.compare import commits
from apigen.diagnostics import Diagnostic, Place, Report, Stop, comparing
from apigen.document import load
from apigen.sourcetext import stop

_MOST_BYTES = 32 * 1024 * 1024
_SECONDS = 30
_MOST_DOCUMENTS = 200
_SUFFIXES = {".yaml", ".yml", ".json"}
_OPENAPI = re.compile(rb"^\s*\{?\s*[\"']?openapi[\"']?\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """A document at hand: its file, and how people call the folder that it was put in."""

    path: Path
    folder: str = ""
    """The temporary folder; empty if the file is the user's own."""
    name: str = ""
    """What stands in its place in names."""
    allow: tuple[Path, ...] = ()

    def place(self, place: Place) -> Place:
        """Return a place with the name that people know."""
        if self.folder and place.file.startswith(self.folder):
            return replace(place, file=self.name + place.file.removeprefix(self.folder).lstrip("/"))
        return place


def read(source: Source, report: Report) -> Bundle | None:
    """Read a document; None if it can't be, and the report says why."""
    own = Report()
    try:
        return bundle(load(source.path, own, allow=source.allow), own)
    except Stop:
        return None
    finally:
        report.extend(_renamed(finding, source) for finding in own)


def _renamed(finding: Diagnostic, source: Source) -> Diagnostic:
    place = finding.place and source.place(finding.place)
    return replace(finding, place=place, related=tuple(map(source.place, finding.related)))


def is_git(text: str) -> bool:
    """Tell whether an argument means a commit."""
    return text.startswith("git:")


def is_url(text: str) -> bool:
    """Tell whether an argument is an address."""
    return text.lower().startswith(("http://", "https://"))


def from_git(ref: str, file: Path, target: Path, report: Report) -> Source:
    """Return the document that a file was at a commit; without *ref*, at the merge base.

    Raises:
        Stop: git does not have it; the report says why.

    """
    try:
        repo = git.repository(file.parent if file.parent.is_dir() else Path())
        commit = repo.commit(ref) if ref else repo.merge_base()
        path = _inside(repo, file)
        commits.save(repo, commit, path, target)
    except git.GitError as fault:
        raise stop(report, _told(f"git:{ref or 'merge-base'}", fault)) from None
    return Source(target / path, str(target), f"git:{ref or commit[:12]}:")


def _inside(repo: git.Repository, file: Path) -> str:
    try:
        return file.resolve().relative_to(repo.folder.resolve()).as_posix()
    except ValueError:
        message = f"{file} lies outside of the working tree"
        raise git.GitError(message) from None


def _told(name: str, fault: git.GitError) -> Diagnostic:
    if fault.fetch:
        hint = f"run '{fault.fetch}'"
        return comparing.HISTORY_MISSING.at(
            Place(name), f"{fault}; the clone is shallow", hint=hint
        )
    return comparing.SOURCE_UNAVAILABLE.at(
        Place(name), str(fault), hint=comparing.SOURCE_UNAVAILABLE.mend
    )


def from_url(url: str, target: Path, report: Report) -> Source:
    """Fetch a document, within bounds of size and time. What it refers to is not fetched.

    Raises:
        Stop: it can't be had; the report says why.

    """
    import httpx  # noqa: PLC0415 - heavy, and only here

    ends = time.monotonic() + _SECONDS
    data = bytearray()
    try:
        with (
            httpx.Client(follow_redirects=True, max_redirects=5, timeout=10) as client,
            client.stream("GET", url) as answer,
        ):
            answer.raise_for_status()
            for part in answer.iter_bytes(65536):
                data += part
                if len(data) > _MOST_BYTES or time.monotonic() > ends:
                    raise stop(report, _unavailable(url, "it is too large, or comes too slowly"))
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise stop(report, _unavailable(url, str(fault).splitlines()[0])) from None
    name = PurePosixPath(urlsplit(url).path).name or "openapi"
    path = target / re.sub(r"[^\w.-]", "_", name)
    path.write_bytes(data)
    return Source(path, str(target), url.removesuffix(name))


def _unavailable(name: str, why: str) -> Diagnostic:
    return comparing.SOURCE_UNAVAILABLE.at(Place(name), why, hint=comparing.SOURCE_UNAVAILABLE.mend)


def documents(folder: Path) -> dict[str, Path]:
    """Return the root documents of a folder by their relative paths."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES or not path.is_file():
            continue
        with path.open("rb") as file:
            if _OPENAPI.search(file.read(4096)) and len(found) < _MOST_DOCUMENTS:
                found[path.relative_to(folder).as_posix()] = path
    return found


def pairs(old: Path, new: Path, report: Report) -> Sequence[tuple[Source, Source]]:
    """Return which document to compare with which: two files, or those of two folders."""
    if not (old.is_dir() and new.is_dir()):
        return ((Source(old), Source(new)),)
    before, after = documents(old), documents(new)
    for name in before.keys() - after.keys():
        report.add(comparing.DOCUMENT_GONE.at(Place(str(new / name)), f"{name} is gone"))
    return tuple((Source(before[name]), Source(after[name])) for name in before if name in after)
