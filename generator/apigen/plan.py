"""What would be done to the package's folder, and why: decided without touching it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from apigen.diagnostics import Diagnostic, output
from apigen.disk import Entry, Obstacle, Snapshot
from apigen.manifest import RECORD, Manifest, digest, is_plain


class Action(StrEnum):
    """What happens to a file."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one file, and why."""

    path: str
    """From the package's folder, with ``/`` between its parts."""
    action: Action
    why: str
    old: bytes | None
    new: bytes | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run would do, or why it may not."""

    folder: Path
    changes: tuple[Change, ...]
    manifest: Manifest
    refusals: tuple[Diagnostic, ...]
    """Why nothing may be written; empty if all may."""
    writes_manifest: bool
    """Whether the record changes, or the traces of an interrupted run must go."""
    snapshot: Snapshot

    def of(self, action: Action) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(change for change in self.changes if change.action is action)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to do."""
        return not self.writes_manifest and all(c.action is Action.KEEP for c in self.changes)


def make(
    files: Mapping[str, bytes], record: Manifest, found: Snapshot, *, force: bool = False
) -> Plan:
    """Return what brings the folder that was *found* to hold exactly *files*.

    *files* are by their paths from the package's folder; *record* is the new manifest, less its
    outputs. With *force*, files that were edited by hand or are not apigen's are overwritten.
    """
    _refuse_unsafe(files)
    fresh = Manifest(
        record.generator,
        record.settings,
        record.inputs,
        {path: digest(content) for path, content in sorted(files.items())},
    )
    why = reason(found.manifest, fresh)
    changes: list[Change] = []
    refusals: list[Diagnostic] = []
    if found.manifest_fault and not force:
        refusals.append(output.bad_manifest(str(found.folder / RECORD), found.manifest_fault))
    for path in sorted({*files, *found.entries}):
        decided = _decide(path, files.get(path), found, why, force=force)
        if isinstance(decided, Change):
            changes.append(decided)
        elif decided is not None:
            refusals.append(decided)
    writes = found.manifest != fresh or found.interrupted
    return Plan(found.folder, tuple(changes), fresh, tuple(refusals), writes, found)


def reason(old: Manifest | None, new: Manifest) -> str:
    """Return in words what changed between the record's run and this one."""
    if old is None:
        return "it was never generated"
    parts = [
        ("the contract changed", _changed(old.inputs, new.inputs)),
        ("the settings changed", _changed(old.settings, new.settings)),
        ("the generator changed", _versions(old.generator, new.generator)),
    ]
    told = [f"{what} ({', '.join(names)})" for what, names in parts if names]
    return "; ".join(told) or "apigen gives another text for the same inputs"


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]


def _versions(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the tools that changed, with their versions; apigen's code only if nothing else."""
    changed = _changed(old, new)
    told = [f"{key} {old.get(key, 'absent')} to {new.get(key, 'absent')}" for key in changed]
    named = [text for key, text in zip(changed, told, strict=True) if key != "sources"]
    return named or ["its code" for _ in changed]


def _decide(
    path: str, new: bytes | None, found: Snapshot, why: str, *, force: bool
) -> Change | Diagnostic | None:
    """Return what happens to one file, a finding if it may not happen, None if nothing does."""
    entry = found.entries.get(path)
    file = str(found.folder / path)
    if isinstance(entry, Obstacle):
        return _blocked(file, entry) if new is not None else None
    if new is None:
        if entry is None:
            return None
        if not force and not _is_ours(path, entry, found):
            return output.edited(file)
        return Change(path, Action.DELETE, f"no longer produced: {why}", entry, None)
    if entry is None:
        listed = found.manifest is not None and path in found.manifest.outputs
        return Change(path, Action.CREATE, "deleted" if listed else why, None, new)
    if digest(entry) == digest(new):
        return Change(path, Action.KEEP, "", entry, new)
    if force or _is_ours(path, entry, found):
        return Change(path, Action.UPDATE, why, entry, new)
    if found.manifest is not None and path in found.manifest.outputs:
        return output.edited(file)
    return output.in_the_way(file, "a file", forceable=True)


def _is_ours(path: str, entry: Entry, found: Snapshot) -> bool:
    """Return whether a file is as apigen left it, be it in the middle of an interrupted run."""
    if isinstance(entry, Obstacle):
        return False
    there = digest(entry)
    recorded = found.manifest is not None and found.manifest.outputs.get(path) == there
    return recorded or (found.intent is not None and found.intent.knows(path, there))


def _blocked(file: str, obstacle: Obstacle) -> Diagnostic:
    if obstacle.is_link:
        return output.unsafe(file, "a symbolic link stands where a generated file belongs")
    return output.in_the_way(file, obstacle.what, forceable=False)


def _refuse_unsafe(files: Mapping[str, bytes]) -> None:
    """Raise ValueError if a path leaves the folder or two are one on some file systems."""
    seen: dict[str, str] = {}
    for path in files:
        if not is_plain(path) or path.startswith(RECORD):
            raise ValueError(f"a generated file may not be called {path!r}")
        if (other := seen.setdefault(path.casefold(), path)) != path:
            raise ValueError(f"{other!r} and {path!r} are one file on some systems")
