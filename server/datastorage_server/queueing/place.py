"""Where the queue of a process is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..databases import Address, PostgresqlDatabase

QUEUE: Final = "DATASTORAGE_QUEUE"
"""Name of the environment variable that says in which file writes wait for the database."""

OFF: Final = "off"
_BESIDE_POSTGRESQL: Final = "datastorage.queue"


def queue_from(environment: Mapping[str, str], database: Address) -> Path | None:
    """Return the file of the queue, or None for none; a database in memory has none by itself."""
    given = environment.get(QUEUE)
    if given:
        return None if given == OFF else Path(given)
    if isinstance(database, PostgresqlDatabase):
        return Path(_BESIDE_POSTGRESQL)
    return Path(f"{database.path}.queue") if database.path else None
