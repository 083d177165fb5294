"""The processes of a campaign that are killed: a server, and those who append."""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from datastorage import DataStorage, Timeout
from datastorage import models as m
from datastorage.outbox import AsyncDataStorageAudit, DataStorageAudit
from datastorage_server.command import main

context = multiprocessing.get_context("forkserver")
"""Processes are forked from one that has everything loaded: a campaign starts hundreds."""
context.set_forkserver_preload(["tests.chaos.workers"])

LASTS = 0.5
"""Seconds over which the events of a client are spread, so that a kill meets some of them."""

Taken = Callable[[str, int], None]

TIMEOUT = Timeout(connect=0.5, read=2.0, write=0.5, pool=0.5)


def serve(port: int, database: str, queue: str, log: str) -> None:
    """Run the DataStorage server."""
    _log_to(log)
    os.environ["DATASTORAGE_DATABASE_URL"] = database
    os.environ["DATASTORAGE_QUEUE"] = queue
    os._exit(main(["--port", str(port)]))


def _log_to(log: str) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


def made(group: str, number: int) -> m.AuditEventRequest:
    """Return an event that carries its name."""
    return m.AuditEventRequest.model_validate_json(
        json.dumps(
            {
                "version": "1.0",
                "event_type": "gateway.signal.received",
                "event_timestamp": datetime.now(UTC).isoformat(),
                "event_category": "gateway",
                "event_action": "received",
                "event_outcome": "success",
                "correlation_id": group,
                "resource_id": str(number),
                "event_data": {
                    "event_type": "gateway.signal.received",
                    "signal_type": "alert",
                    "signal_name": "KubePodCrashLooping",
                    "namespace": "default",
                    "fingerprint": "f" * 64,
                },
            }
        )
    )


def append(
    url: str, spool: str, work: dict[str, range], told: str, log: str, *, awaited: bool
) -> None:
    """Append events, each group in its order, all groups at once; say of each that it was taken."""
    _log_to(log)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    says = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def taken(group: str, number: int) -> None:
        os.write(says, f"{group} {number}\n".encode())  # one write: what is said is whole

    with DataStorage(url, timeout=TIMEOUT) as client:
        (_await if awaited else _block)(client, Path(spool), work, taken)


def _block(
    client: DataStorage, spool: Path, work: dict[str, range], taken: Callable[[str, int], None]
) -> None:
    with DataStorageAudit(client, spool) as audit:

        def one(group: str, numbers: range) -> None:
            for number in numbers:
                audit.append(made(group, number))
                taken(group, number)
                time.sleep(LASTS / len(numbers))

        threads = [threading.Thread(target=one, args=each) for each in work.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        audit.close(0.5)


def _await(
    client: DataStorage, spool: Path, work: dict[str, range], taken: Callable[[str, int], None]
) -> None:

    async def one(audit: AsyncDataStorageAudit, group: str, numbers: range) -> None:
        for number in numbers:
            await audit.append(made(group, number))
            taken(group, number)
            await asyncio.sleep(LASTS / len(numbers))

    async def run() -> None:
        async with AsyncDataStorageAudit(client, spool) as audit:
            await asyncio.gather(*(one(audit, *each) for each in work.items()))
            await audit.close(0.5)

    asyncio.run(run())
