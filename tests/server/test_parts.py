"""Small parts by themselves: time bounds, and readiness while stopping."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from datastorage_server.app import application
from datastorage_server.databases import SqliteDatabase
from datastorage_server.listening import listen
from datastorage_server.settings import Settings
from datastorage_server.timebounds import moment

NOW = datetime(2026, 8, 22, 12, 0, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("1.5d", NOW - timedelta(hours=36)),
        ("24h", NOW - timedelta(hours=24)),
        ("1h30m", NOW - timedelta(minutes=90)),
        ("250ms", NOW - timedelta(milliseconds=250)),
        ("1us500ns", NOW - timedelta(microseconds=1)),
        ("99999.999999999d", NOW - timedelta(days=100_000) + timedelta(microseconds=87)),
        ("2026-08-22", datetime(2026, 8, 22, tzinfo=UTC)),
        ("2026-08-22T10:00:00", datetime(2026, 8, 22, 10, tzinfo=UTC)),
        ("2026-08-22T10:00:00.123456789Z", datetime(2026, 8, 22, 10, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-08-22T10:00:00+02:00", datetime(2026, 8, 22, 8, tzinfo=UTC)),
        ("1000-01-01T00:00:00+14:00", datetime(999, 12, 31, 10, tzinfo=UTC)),
    ],
)
def test_time_bounds_mean_an_instant(text: str, expected: datetime) -> None:
    assert moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["2026-02-30", "2025-02-29T10:00:00Z", "999999h" * 40])
def test_a_time_in_no_calendar_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="There is no such time"):
        moment(text, NOW)


def test_answers_on_a_kept_connection_do_not_wait_for_acknowledgements() -> None:
    """Of this kind of socket alone asyncio turns off Nagle's algorithm."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_a_stopping_server_is_alive_but_not_ready(apigen_strict: Any) -> None:
    spec = Path(__file__).parents[2] / "spec" / "data-storage-v1.yaml"

    async def main() -> None:
        settings = Settings(database=SqliteDatabase(None), strict=True)
        async with (
            application(settings, stopping=lambda: True) as app,
            httpx.AsyncClient(
                transport=httpx.ASGITransport(apigen_strict(app, spec)), base_url="http://test"
            ) as http,
        ):
            ready = await http.get("/health/ready")
            assert ready.status_code == 503
            assert ready.json() == {"status": "not_ready", "reason": "shutting_down"}
            assert (await http.get("/health/live")).status_code == 200
            assert (await http.get("/health")).json()["database"] == "connected"

    asyncio.run(main())
