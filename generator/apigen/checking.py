"""Whether a generated package is what its contract, its settings and this apigen give.

The fast answer compares digests and imports nothing heavy; the whole one compares texts.
"""

import contextlib
from pathlib import Path

from apigen import assets
from apigen.diagnostics import Diagnostic, output
from apigen.disk import Snapshot, locked, snapshot
from apigen.manifest import Manifest, digest
from apigen.plan import Action, Plan
from apigen.settings import Settings


def observed(folder: Path, paths: tuple[str, ...] = ()) -> Snapshot:
    """Return what stands in the package's *folder*, while no run writes there.

    Raise Stop if it can't be read, or is in use for too long.
    """
    with locked(folder.parent, shared=True) if folder.parent.is_dir() else contextlib.nullcontext():
        return snapshot(folder, paths)


def is_fresh(settings: Settings) -> bool:
    """Return whether digests alone show that nothing changed; False means: look closer.

    The record names the document's files. A new file of the document can only matter if one of
    those refers to it, and so has changed.
    """
    found = observed(settings.output / settings.package)
    record = found.manifest
    return (
        record is not None
        and not found.interrupted
        and not found.leftovers
        and _outputs(found) == record.outputs
        and record.settings == settings.shape
        and inputs(settings.spec.parent, record) == record.inputs
        and record.generator == assets.identity()
    )


def _outputs(found: Snapshot) -> dict[str, str]:
    return {
        path: digest(entry) for path, entry in found.entries.items() if isinstance(entry, bytes)
    }


def inputs(folder: Path, record: Manifest) -> dict[str, str]:
    """Return the digests of the document's known files so far as they can be read."""
    found: dict[str, str] = {}
    for path in record.inputs:
        file = folder / path
        with contextlib.suppress(OSError, ValueError):
            if file.is_file():
                found[path] = digest(file.read_bytes())
    return found


def findings(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return in which files the package differs from the plan's, and why."""
    found = plan.snapshot
    told = list(plan.refusals)
    told += [output.leftover(str(plan.folder / path)) for path in found.leftovers]
    if found.interrupted:
        told.append(output.interrupted(str(plan.folder)))
    if found.manifest is None and not found.manifest_fault and not found.interrupted:
        return (*told, output.no_manifest(str(plan.folder)))
    for change in plan.changes:
        file = str(plan.folder / change.path)
        match change.action:
            case Action.CREATE:
                told.append(output.missing(file, change.why))
            case Action.UPDATE | Action.DELETE:
                told.append(output.out_of_date(file, change.why))
            case Action.KEEP:
                pass
    return tuple(told)
