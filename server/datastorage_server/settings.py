"""Settings: what the server is told by its environment and its command line."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from .databases import Address
from .keys import Keys
from .queueing.queue import DEFAULT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the server is told.

    Attributes:
        database: Where the events are kept.
        host: The address that is listened on.
        port: The port that is listened on; 0 leaves the choice to the system.
        strict: Whether answers are checked against the contract, too.
        migrate: Whether the schema is brought up to date at start; by default only that of a
            SQLite database that is missing or empty.
        keys: The secrets of the hash chain and of exports.
        queue: The file in which writes wait while the database cannot be written; without it
            they are refused then.
        queue_bytes: How much waits in it at most.

    """

    database: Address
    host: str = "127.0.0.1"
    port: int = 8080
    strict: bool = False
    migrate: bool | None = None
    keys: Keys = field(default_factory=Keys)
    queue: Path | None = None
    queue_bytes: int = DEFAULT_BYTES


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach *host*."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
