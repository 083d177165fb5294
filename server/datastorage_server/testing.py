"""A real server for tests: uvicorn in a thread, on a free port of this machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from queue import Queue

import uvicorn

from .api import utc_now
from .auth.settings import AuthSettings
from .databases import MEMORY, parse_database
from .keys import Keys
from .listening import base_url, listen, serve
from .queueing.queue import DEFAULT_BYTES
from .settings import Limits, Settings


@contextmanager
def running(
    database_url: str = MEMORY,
    *,
    strict: bool = True,
    migrate: bool | None = None,
    keys: Keys | None = None,
    queue: Path | None = None,
    queue_bytes: int = DEFAULT_BYTES,
    limits: Limits | None = None,
    auth: AuthSettings | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Generator[str]:
    """Run a server and give its base URL; it is shut down at the end.

    Args:
        database_url: As in DATASTORAGE_DATABASE_URL.
        strict: Whether its answers are checked against the contract, too.
        migrate: Whether the schema is brought up to date at start; None means only that of a
            SQLite database that is missing or empty.
        keys: The secrets of the hash chain and of exports.
        queue: The file in which writes wait for the database; without it they are refused.
        queue_bytes: How much waits in it at most.
        limits: What a request may cost.
        auth: How callers are told apart; without it everybody may do everything.
        now: Its clock, in UTC.

    Raises:
        StartError: The database cannot be used.

    """
    settings = Settings(
        database=parse_database(database_url),
        port=0,
        strict=strict,
        migrate=migrate,
        keys=keys or Keys(),
        queue=queue,
        queue_bytes=queue_bytes,
        limits=limits or Limits(),
        auth=auth or AuthSettings(),
    )
    opened: Queue[uvicorn.Server | BaseException] = Queue()

    def run() -> None:
        try:
            asyncio.run(serve(settings, listening, opened.put, now=now))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            opened.put(error)

    with listen(settings.host, settings.port) as listening:
        thread = threading.Thread(target=run, name="datastorage-server")
        thread.start()
        found = opened.get()
        if isinstance(found, BaseException):
            thread.join()
            raise found
        try:
            yield base_url(listening)
        finally:
            found.should_exit = True
            thread.join()
