"""The generated package: which contract it was made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apigen.checking import inputs
from apigen.diagnostics import Place, Stop
from apigen.diagnostics.database import UNPREPARED
from apigen.manifest import RECORD, Unreadable, digest, load


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package beside a contract."""

    folder: Path
    differing: Mapping[str, tuple[str, str]]
    """The contract's files that are not those it was made of: the digest that it records, and that
    of the file; empty where there is none."""


def gather(folder: Path, spec: Path) -> Package:
    """Hold a package's record against a contract, whose root may have another name by now.

    Raises:
        OSError: There is no record, or no contract.
        Stop: The record is damaged.

    """
    file = folder / RECORD
    try:
        recorded = load(file.read_bytes())
    except Unreadable as error:
        raise Stop(UNPREPARED.at(Place(str(file)), str(error))) from None
    root = digest(spec.read_bytes())
    now = inputs(spec.parent, recorded)
    differing = {
        path: (seen, now.get(path, ""))
        for path, seen in recorded.inputs.items()
        if seen not in (now.get(path), root)
    }
    if root not in recorded.inputs.values() and spec.name not in differing:
        differing[spec.name] = ("", root)
    return Package(folder, differing)
