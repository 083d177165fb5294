"""The outbox of the DataStorage package, against the real server."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from datastorage import DataStorage
from datastorage import models as m
from datastorage.outbox import AsyncDataStorageAudit, DataStorageAudit
from datastorage_server.testing import running


@pytest.fixture
def url() -> Generator[str]:
    with running() as base_url:
        yield base_url


def made(n: int, group: str = "rr-1", **changes: object) -> m.AuditEventRequest:
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
                "resource_id": str(n),
                "event_data": {
                    "event_type": "gateway.signal.received",
                    "signal_type": "alert",
                    "signal_name": "KubePodCrashLooping",
                    "namespace": "default",
                    "fingerprint": "f" * 64,
                },
                **changes,
            }
        )
    )


def stored(url: str, group: str) -> list[int]:
    """What the server has, in the order in which it was stored."""
    with DataStorage(url) as ds:
        exported = list(ds.iter_audit_events(correlation_id=group, limit=1000))
    exported.sort(key=lambda event: event.event_timestamp)
    return [int(event.resource_id or "") for event in exported]


def test_three_lines_are_enough(url: str, tmp_path: Path) -> None:
    with DataStorageAudit(url, tmp_path / "audit.spool") as audit:
        for n in range(1200):
            audit.append(made(n))
        assert audit.flush(60)
    assert stored(url, "rr-1") == list(range(1200))


def test_one_poison_event_costs_one_parked_event(url: str, tmp_path: Path) -> None:
    poison = made(617, parent_event_id="7d9f3c1e-52ab-4f0e-8a43-6b1d2e90c5f7")  # not stored
    with DataStorageAudit(url, tmp_path / "audit.spool") as audit:
        for n in range(1000):
            audit.append(poison if n == 617 else made(n))
        flushed = audit.flush(60)
        assert (flushed.waiting, flushed.parked) == (0, 1)
    assert stored(url, "rr-1") == [n for n in range(1000) if n != 617]
    listing = subprocess.run(
        [sys.executable, "-m", "datastorage.outbox", "list", str(tmp_path / "audit.spool")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert listing.returncode == 1
    assert "parent_event_id: no such event" in listing.stdout


def test_an_event_that_is_too_old_is_parked(url: str, tmp_path: Path) -> None:
    old = (datetime.now(UTC) - timedelta(days=7, minutes=1)).isoformat()
    with DataStorageAudit(url, tmp_path / "audit.spool") as audit:
        audit.append(made(0, event_timestamp=old))
        audit.append(made(1))
        flushed = audit.flush(60)
        assert (flushed.waiting, flushed.parked) == (0, 1)
    assert stored(url, "rr-1") == [1]


def test_the_awaited_one_does_the_same(url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncDataStorageAudit(url, tmp_path / "audit.spool") as audit:
            await asyncio.gather(*(audit.append(made(n, f"rr-{n % 7}")) for n in range(200)))
            assert await audit.flush(60)

    asyncio.run(run())
    assert sum(len(stored(url, f"rr-{n}")) for n in range(7)) == 200


def test_a_parked_event_that_is_sent_again_is_stored_once(url: str, tmp_path: Path) -> None:
    """Under another key the service knows it by its identity."""
    event = made(1)
    with DataStorageAudit(url, tmp_path / "audit.spool") as audit:
        audit.append(event)
        assert audit.flush(60)
        body = json.loads(httpx.get(f"{url}/api/v1/audit/events").content)["data"][0]
        audit.append(
            made(1, event_id=body["event_id"], event_timestamp=event.event_timestamp.isoformat())
        )
        assert audit.flush(60)
    assert stored(url, "rr-1") == [1]


def test_a_service_that_is_there_before_the_server_loses_nothing(tmp_path: Path) -> None:
    spool = tmp_path / "audit.spool"
    with DataStorageAudit("http://127.0.0.1:9", spool) as audit:
        audit.append(made(1))
        assert audit.close(0.1).waiting == 1
    with running() as url, DataStorageAudit(url, spool) as audit:
        assert audit.flush(60)
        assert stored(url, "rr-1") == [1]


def test_secrets_are_not_logged(url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = url.replace("http://", "http://user:hunter2@")
    with caplog.at_level(logging.DEBUG, "datastorage"):
        with DataStorageAudit(secret, tmp_path / "audit.spool") as audit:
            audit.append(made(1))
            audit.flush(30)
        assert "hunter2" not in repr(audit)
    told = [each.getMessage() for each in caplog.records if each.name == "datastorage.outbox"]
    assert "sends to http://127.0.0.1" in told[0]
    assert "hunter2" not in "".join(told)


def test_it_needs_nothing_of_the_generator(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['apigen'] = None\n"
        "import datastorage; assert 'sqlite3' not in sys.modules\n"
        "import datastorage.outbox\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})
