"""What an outbox costs: appending, sharing a flush of the disk, draining.

python benchmarks/outbox.py [--folder DIR] [--events N]

Appending is told in wall microseconds at the median, since a disk takes no CPU; the flush that it
is held against is measured in the same run, on the same disk.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from measuring import say, table, tools

from datastorage import DataStorage
from datastorage import models as m
from datastorage.outbox import AsyncDataStorageAudit, DataStorageAudit
from datastorage_server.testing import running

EVENT = b"""{"version": "1.0", "event_type": "gateway.signal.received", "event_category": "gateway",
 "event_timestamp": "%s", "event_action": "received", "event_outcome": "success",
 "correlation_id": "rr-%d", "event_data": {"event_type": "gateway.signal.received",
 "signal_type": "alert", "signal_name": "KubePodCrashLooping", "namespace": "default",
 "fingerprint": "%s"}}"""


def events(count: int) -> list[m.AuditEventRequest]:
    """Return events of a hundred correlations."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode()
    read = m.AuditEventRequest.model_validate_json
    return [read(EVENT % (now, n % 100, b"f" * 64)) for n in range(count)]


def nowhere() -> DataStorage:
    """Return a client whose server is never there, so that only appending is measured."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    return DataStorage(
        "http://nowhere.test", http=httpx.Client(transport=httpx.MockTransport(refuse))
    )


def timed(what: Callable[[Any], object], given: list[Any]) -> list[float]:
    """Return the microseconds of each call."""
    took: list[float] = []
    for each in given:
        begun = time.perf_counter()
        what(each)
        took.append((time.perf_counter() - begun) * 1e6)
    return took


def at(share: float, took: list[float]) -> float:
    """Return a percentile."""
    return sorted(took)[int(len(took) * share)]


def flushes(folder: Path, count: int = 500) -> list[float]:
    """Return the microseconds of writing 4 kB and flushing them."""
    descriptor = os.open(folder / "flush", os.O_RDWR | os.O_CREAT)

    def flush(content: bytes) -> None:
        os.write(descriptor, content)
        os.fdatasync(descriptor)

    try:
        return timed(flush, [b"x" * 4096] * count)
    finally:
        os.close(descriptor)


def many(outbox: DataStorageAudit, given: list[m.AuditEventRequest], writers: int) -> list[float]:
    """Return the microseconds of each append by threads that append at once."""
    took: list[float] = []

    def write(mine: list[m.AuditEventRequest]) -> None:
        took.extend(timed(outbox.append, mine))

    threads = [threading.Thread(target=write, args=(given[n::writers],)) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


async def awaited(outbox: AsyncDataStorageAudit, given: list[m.AuditEventRequest]) -> list[float]:
    """Return the microseconds of each awaited append, one after the other."""
    took: list[float] = []
    for each in given:
        begun = time.perf_counter()
        await outbox.append(each)
        took.append((time.perf_counter() - begun) * 1e6)
    await outbox.close(0)
    return took


def appending(folder: Path) -> list[tuple[object, ...]]:
    """Measure appending in its kinds."""
    some = events(5000)
    rows: list[tuple[object, ...]] = []

    def row(name: str, took: list[float], each: float) -> None:
        rows.append((name, f"{at(0.5, took):.0f}", f"{at(0.99, took):.0f}", f"{each:.0f}"))

    gc.disable()
    flushed = flushes(folder)
    row("one flush of 4 kB, alone", flushed, sum(flushed) / len(flushed))
    for durability, count in (("process", 5000), ("power", 500)):
        with DataStorageAudit(nowhere(), folder / durability, durability=durability) as outbox:
            took = timed(outbox.append, some[:count])
            row(f"append, {durability}", took, sum(took) / count)
            begun = time.perf_counter()
            took = many(outbox, some[: count * 4], 16)
            each = (time.perf_counter() - begun) * 1e6 / len(took)
            row(f"append, {durability}, 16 threads", took, each)
            outbox.close(0)
        outbox = AsyncDataStorageAudit(nowhere(), folder / f"{durability}-a", durability=durability)
        took = asyncio.run(awaited(outbox, some[:count]))
        row(f"await append, {durability}", took, sum(took) / count)
    gc.enable()
    return rows


def draining(folder: Path, count: int) -> list[tuple[object, ...]]:
    """Measure draining, against sending the same batches by hand."""
    given = events(count)
    with DataStorageAudit(nowhere(), folder / "drained") as outbox:
        for each in given:
            outbox.append(each)
        outbox.close(0)
    with running(f"sqlite:///{folder / 'by-hand.db'}", strict=False) as url:
        begun = time.perf_counter()
        with DataStorage(url, timeout=60.0) as client:
            for first in range(0, count, 500):
                client.create_audit_events_batch(
                    given[first : first + 500], idempotency_key=f"key {first}"
                )
        by_hand = time.perf_counter() - begun
    with running(f"sqlite:///{folder / 'drained.db'}", strict=False) as url:
        begun = time.perf_counter()
        with (
            DataStorage(url, timeout=60.0) as client,
            DataStorageAudit(client, folder / "drained") as outbox,
        ):
            assert outbox.flush(600)  # noqa: S101 - a benchmark of what fails is none
            drained = time.perf_counter() - begun
    rows = (("by hand, 500 at a time", by_hand), ("out of the spool", drained))
    return [
        (name, f"{took:.1f}", f"{count / took:.0f}", f"{took / by_hand:.2f}") for name, took in rows
    ]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    parser.add_argument("--events", type=int, default=100_000, help="to drain")
    given = parser.parse_args()
    logging.disable()  # of attempts that are meant to fail
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        say(tools() + "\n")
        columns = ("appending", "p50, us", "p99, us", "wall time / events, us")
        say(table(columns, appending(Path(name))) + "\n")
        columns = ("draining", "s", "events/s", "ratio")
        say(table(columns, draining(Path(name), given.events)))


if __name__ == "__main__":
    main()
