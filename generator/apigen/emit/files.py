"""What an emitter is asked, and what it answers with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apigen.types import Json


@dataclass(frozen=True, slots=True)
class Request:
    """What shapes the output beside the contract."""

    package: str
    """The import name of the generated package."""
    client: str
    """The class name of the blocking client; the other is ``Async`` and this."""
    targets: tuple[str, ...]
    """Which parts to generate: ``models``, ``client``, ``server``."""
    spec_name: str
    """The document as the header of each file names it, with forward slashes."""
    document: dict[str, Json]
    """The whole document, bundled: what a server serves."""
    outbox: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """Outboxes that the settings ask for, by operation."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the output: a path below the output folder (POSIX) and its content."""

    path: str
    content: bytes
