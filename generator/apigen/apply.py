"""Bring a plan to the disk, so that a crash at any moment is seen and healed.

The order is what makes it safe. New contents go to a staging folder beside the package and are
flushed; an intent is put into the package's folder that names what was there and what is to come;
files are renamed into place one by one; those no longer produced are deleted; the record is renamed
into place, and the intent goes. Until the record is there, the next run knows each file as old or
new by the intent.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

from apigen.diagnostics import Stop, output
from apigen.disk import LOCK_SECONDS, Snapshot, locked, snapshot, staging_name
from apigen.manifest import INTENT, RECORD, Intent, digest, dump, dump_intent
from apigen.plan import Action, Change, Plan

_CACHE = "__pycache__"


def write(
    folder: Path,
    paths: tuple[str, ...],
    decide: Callable[[Snapshot], Plan],
    *,
    wait: float = LOCK_SECONDS,
) -> Plan:
    """Carry out what *decide* plans for the package's *folder*, unless it plans refusals.

    No other run comes between the look at the disk and the writing. Raise Stop if the folder is
    in use for longer than *wait* seconds, or if the system refuses.
    """
    made = _missing(folder.parent)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.parent, wait=wait):
            plan = decide(snapshot(folder, paths))
            if not plan.refusals:
                apply(plan)
            return plan
    except OSError as error:
        raise Stop(output.not_written(str(error.filename or folder), error)) from error
    finally:
        for created in made:
            with contextlib.suppress(OSError):  # it is in use, as it should be
                created.rmdir()


def _missing(folder: Path) -> tuple[Path, ...]:
    """Return *folder* and its parents so far as they are not there, innermost first."""
    return tuple(one for one in (folder, *folder.parents) if not one.exists())


def apply(plan: Plan) -> None:
    """Write what *plan* says; the caller holds the output folder's lock.

    Raise OSError if the system refuses; everything is then as it was, or, if even that is
    refused, the intent stays and tells.
    """
    if plan.is_empty:
        return
    changes = tuple(change for change in plan.changes if change.action is not Action.KEEP)
    with _staging(plan) as staging:
        _stage(staging, plan, changes)
        is_new = not plan.folder.exists()
        plan.folder.mkdir(exist_ok=True)
        done: list[Change] = []
        try:
            (staging / INTENT).replace(plan.folder / INTENT)
            _flush(plan.folder)
            for number, change in enumerate(changes):
                done.append(change)
                _carry_out(staging / str(number), plan.folder, change)
            _flush_all(plan.folder, changes)
            (staging / RECORD).replace(plan.folder / RECORD)
        except BaseException:
            _restore(staging, plan, done)
            if is_new:
                plan.folder.rmdir()
            raise
        (plan.folder / INTENT).unlink()
        _flush(plan.folder)
        _flush(plan.folder.parent)


@contextlib.contextmanager
def _staging(plan: Plan) -> Generator[Path]:
    """Make a staging folder beside the package, where a rename is one step; clear old ones."""
    for old in plan.snapshot.staging:
        _remove(old)
    staging = plan.folder.with_name(staging_name(plan.folder.name, str(os.getpid())))
    staging.mkdir()
    try:
        yield staging
    finally:
        _remove(staging)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path)


def _stage(staging: Path, plan: Plan, changes: tuple[Change, ...]) -> None:
    """Write everything that is to come, the intent and the record among it.

    The intent speaks of files that stay, too: the record may still have them otherwise, from
    before a run that was interrupted.
    """
    before = {change.path: digest(change.old) for change in plan.changes if change.old is not None}
    after = {change.path: digest(change.new) for change in plan.changes if change.new is not None}
    _write(staging / RECORD, dump(plan.manifest))
    _write(staging / INTENT, dump_intent(Intent(before, after)))
    for number, change in enumerate(changes):
        if change.new is not None:
            _write(staging / str(number), change.new)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _carry_out(staged: Path, folder: Path, change: Change) -> None:
    target = folder / change.path
    if change.new is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(target)
    else:
        target.unlink()
        _prune(target.parent, folder)


def _prune(parent: Path, folder: Path) -> None:
    """Remove folders that hold nothing more, or nothing but Python's cache of deleted modules."""
    while parent != folder:
        names = {entry.name for entry in parent.iterdir()}
        if names - {_CACHE}:
            return
        if names:
            shutil.rmtree(parent / _CACHE)
        parent.rmdir()
        parent = parent.parent


def _restore(staging: Path, plan: Plan, done: list[Change]) -> None:
    """Undo what was *done*; the intent stays if an earlier interrupted run left one, too."""
    for number, change in enumerate(reversed(done)):
        target = plan.folder / change.path
        if change.old is None:
            target.unlink(missing_ok=True)
            if target.parent.is_dir():
                _prune(target.parent, plan.folder)
        elif not target.is_file() or target.read_bytes() != change.old:
            old = staging / f"old-{number}"
            _write(old, change.old)
            target.parent.mkdir(parents=True, exist_ok=True)
            old.replace(target)
    if plan.snapshot.intent is None:
        (plan.folder / INTENT).unlink(missing_ok=True)


def _flush_all(folder: Path, changes: tuple[Change, ...]) -> None:
    """Flush every folder that holds a changed file."""
    parents = {(folder / change.path).parent for change in changes}
    for parent in sorted(parents | {folder}):
        if parent.is_dir():
            _flush(parent)


def _flush(folder: Path) -> None:
    """Make the names in *folder* outlive a loss of power, where the system can."""
    if os.name == "nt":
        return  # folders can't be opened there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
