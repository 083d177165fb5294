"""What one run is told: which document, which package, where to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apigen.types import Json

TARGETS = ("models", "client", "server")
"""What can be generated, in the order in which it builds on itself."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one generated package."""

    spec: Path
    """The root document, as the user named it."""
    output: Path
    """The folder in which the package's folder stands."""
    package: str
    """The import name."""
    client: str
    """The name of the client class."""
    targets: tuple[str, ...] = TARGETS
    allow: tuple[Path, ...] = ()
    """Folders outside the document's own that its references may reach."""
    strict: bool = False
    """Whether warnings fail the run."""
    rules: bool = False
    """Whether ``validate`` holds the document to the rules of good contracts too."""
    without: tuple[str, ...] = ()
    """Rules that it is not held to, by code or name."""
    copies: tuple[Path, ...] = ()
    """Files or folders that must have the document's text."""
    outbox: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """Outboxes to generate, by operation: what ``x-apigen-outbox`` says, or False for none."""

    @property
    def shape(self) -> Mapping[str, str]:
        """Return what of the settings shapes the output, as the manifest records it.

        The document's folder and the output's are left out: the same document gives the same
        bytes from any folder.
        """
        shape = {
            "client": self.client,
            "package": self.package,
            "spec": self.spec.name,
            "targets": " ".join(self.targets),
        }
        if self.outbox:
            shape["outbox"] = json.dumps(self.outbox, sort_keys=True)
        return shape


def class_name(package: str) -> str:
    """Return the client's name where none is given: ``data_storage`` gives ``DataStorage``."""
    return "".join(part[:1].upper() + part[1:] for part in package.split("_"))
