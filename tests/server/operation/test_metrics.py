"""Metrics: what is told, that it is well-formed, and that callers make no labels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import httpx
from prometheus_client.parser import text_string_to_metric_families

from datastorage_server.metrics import Durations
from datastorage_server.testing import running

PAGE = Path(__file__).parents[3] / "docs" / "datastorage.md"


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = cast("Any", text_string_to_metric_families)(text)
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


def test_requests_are_measured_by_operation_and_class(members: Any, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'a.db'}"
    with running(database, queue=tmp_path / "q") as url, httpx.Client(base_url=url) as client:
        for _ in range(3):
            client.post("/api/v1/audit/events", json=members())
        for number in range(50):
            client.get(f"/no/such/path/{number}")
        client.request("BREW", "/health")
        text = client.get("/metrics").text
    found = samples(text)
    name = "datastorage_http_request_duration_seconds"
    created = (("operation", "createAuditEvent"), ("status_class", "2xx"))
    unknown = (("operation", "unknown"), ("status_class", "4xx"))
    assert found[f"{name}_count", created] == 3
    assert found[f"{name}_bucket", (("le", "+Inf"), *created)] == 3
    assert found[f"{name}_count", unknown] == 51
    assert len([one for one in found if one[0] == f"{name}_count"]) == 2
    assert found["datastorage_events_stored_total", ()] == 3
    assert found["datastorage_http_requests_in_flight", ()] == 1  # the one that asks
    assert found["datastorage_pool_connections", (("state", "most"),)] == 5
    assert found["datastorage_queue_oldest_seconds", ()] == 0
    told = set(re.findall(r"# TYPE (\S+)", text))
    documented = set(re.findall(r"^\| `(datastorage_\w+)`", PAGE.read_text(), re.MULTILINE))
    assert documented == told


def test_durations_fall_into_classes() -> None:
    durations = Durations()
    for seconds in (0.005, 0.006, 100.0):
        durations.add("a", "2xx", seconds)
    found = samples(durations.text())
    labels = (("operation", "a"), ("status_class", "2xx"))
    name = "datastorage_http_request_duration_seconds"
    counts = {
        bound: found[f"{name}_bucket", (("le", bound), *labels)]
        for bound in ("0.005", "0.01", "60.0", "+Inf")
    }
    assert counts == {"0.005": 1, "0.01": 2, "60.0": 2, "+Inf": 3}
    assert abs(found[f"{name}_sum", labels] - 100.011) < 1e-6
