"""Settings: what the server is told by its environment and its command line."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from .auth.settings import AuthSettings
from .databases import Address
from .keys import Keys
from .queueing.queue import DEFAULT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one client, one request, may cost.

    Attributes:
        max_body_bytes: The largest body.
        max_batch_items: How many events one batch has at most.
        max_depth: How deep JSON may be nested.
        max_header_bytes: The largest request line with its header.
        max_connections: How many connections are open at once.
        header_timeout: Seconds that a header may take to arrive.
        body_timeout: Seconds that a body may take to arrive.
        request_timeout: Seconds from the header of a request to its answer.
        idle_timeout: Seconds that a connection is kept open between two requests.

    """

    max_body_bytes: int = 5 * 1024 * 1024
    max_batch_items: int = 500
    max_depth: int = 64
    max_header_bytes: int = 64 * 1024
    max_connections: int = 1000
    header_timeout: float = 10.0
    body_timeout: float = 30.0
    request_timeout: float = 60.0
    idle_timeout: float = 5.0


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
        limits: What a request may cost.
        shutdown_delay: Seconds between the end of readiness and the end of accepting.
        shutdown_timeout: Seconds in which requests that have begun may end at the stop.
        auth: How callers are told apart; without it everybody may do everything.
        log_format: ``text``, ``json``, or ``auto`` for text on a terminal only.
        log_level: The least level that is logged.
        traces: Whether spans are sent.

    """

    database: Address
    host: str = "127.0.0.1"
    port: int = 8080
    strict: bool = False
    migrate: bool | None = None
    keys: Keys = field(default_factory=Keys)
    queue: Path | None = None
    queue_bytes: int = DEFAULT_BYTES
    limits: Limits = field(default_factory=Limits)
    shutdown_delay: float = 0.0
    shutdown_timeout: float = 30.0
    auth: AuthSettings = field(default_factory=AuthSettings)
    log_format: str = "auto"
    log_level: str = "info"
    traces: bool = False


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach *host*."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
