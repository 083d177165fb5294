"""What was found in the last run, kept for the next one.

What a file comes to depends on the constants and wrappers of others, so what is kept is of use only
under the same contract, settings, Python and apigen, and only for files that no changed one is
connected with. A cache that is damaged, or somebody else's, is as good as none.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from apigen.diagnostics import consumers
from apigen.guard.finding import Found

_LARGEST = 64 * 1024 * 1024
Findings = Mapping[str, list[Found]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is found in some files, and what that rests on."""

    digests: Mapping[str, str]
    """All files looked at, each with the digest of its text."""
    looked: tuple[str, ...]
    """The Python files of interest."""
    reads: Mapping[str, tuple[str, ...]]
    """The Python files that were run, each with those that it needed."""
    found: Findings


@dataclass(frozen=True, slots=True)
class Kept:
    """What one run left behind."""

    key: str
    """Of all that a run depends on beside the files."""
    inputs: Mapping[str, str]
    """The contract's files, each with the digest of its content; none: not to be kept."""
    surfaces: tuple[Any, ...]
    """The contracts' surfaces, as JSON."""
    known: Known


def default_folder() -> Path:
    """Return where caches are kept (XDG Base Directory Specification)."""
    stated = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(stated) if Path(stated).is_absolute() else Path.home() / ".cache"
    return base / "apigen" / "lint"


def digest(parts: Iterable[str | bytes]) -> str:
    """Return the digest of some parts; none can be taken for part of its neighbour."""
    total = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        total.update(b"%d:" % len(raw))
        total.update(raw)
    return total.hexdigest()


def digests(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the digest of each text."""
    return {name: digest([text]) for name, text in texts.items()}


def content(path: str) -> str:
    """Return the digest of a file's content; empty where it can't be read."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ""


def load(file: Path, key: str) -> Kept | None:
    """Return what a run with the same *key* and contract left; None if that is not known."""
    try:
        stat = file.stat()
        if stat.st_size > _LARGEST or (hasattr(os, "getuid") and stat.st_uid != os.getuid()):
            return None
        check, _, body = file.read_bytes().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != check:
            return None
        kept = _read(json.loads(body))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    fresh = all(content(path) == seen for path, seen in kept.inputs.items())
    return kept if kept.key == key and kept.inputs and fresh else None


def _read(value: Any) -> Kept:
    found = {
        str(name): [_found(each) for each in several] for name, several in value["found"].items()
    }
    reads = {str(name): tuple(map(str, others)) for name, others in value["reads"].items()}
    known = Known(_texts(value["digests"]), tuple(map(str, value["looked"])), reads, found)
    return Kept(str(value["key"]), _texts(value["inputs"]), tuple(value["surfaces"]), known)


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(each) for name, each in value.items()}


def _found(value: Any) -> Found:
    code, line, column, end, *texts = value
    if code not in consumers.BY_ID or len(texts) != 4:
        raise ValueError(code)
    return Found(code, int(line), int(column), int(end), *map(str, texts))


def save(file: Path, kept: Kept) -> None:
    """Keep a run; where that can't be done, the next one takes longer."""
    known = kept.known
    found = {name: [astuple(each) for each in several] for name, several in known.found.items()}
    whole = {
        "key": kept.key,
        "inputs": dict(kept.inputs),
        "surfaces": kept.surfaces,
        "digests": dict(known.digests),
        "looked": known.looked,
        "reads": dict(known.reads),
        "found": found,
    }
    body = json.dumps(whole).encode()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
