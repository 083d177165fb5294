"""Traces: a span for each request, under its operation, as a child of the caller's."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from datastorage_server.__main__ import main
from datastorage_server.app import application
from datastorage_server.databases import SqliteDatabase
from datastorage_server.settings import Settings

SPEC = Path(__file__).parents[3] / "spec" / "data-storage-v1.yaml"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


def test_a_request_is_a_span_under_its_operation(members: Any, apigen_strict: Any) -> None:
    exporter = InMemorySpanExporter()

    async def ask() -> None:
        settings = Settings(database=SqliteDatabase(None))
        async with application(settings, exporter=exporter) as app:
            transport = httpx.ASGITransport(app=apigen_strict(app, SPEC))
            async with httpx.AsyncClient(transport=transport, base_url="http://a") as client:
                headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "x-request-id": "mine"}
                event = members(correlation_id="rr-1")
                await client.post("/api/v1/audit/events", json=event, headers=headers)
                await client.get("/no/such/path", headers={"traceparent": "nonsense"})

    asyncio.run(ask())
    created, unknown = exporter.get_finished_spans()
    assert (created.name, created.kind) == ("createAuditEvent", SpanKind.SERVER)
    assert created.context is not None
    assert created.parent is not None
    assert f"{created.context.trace_id:032x}" == TRACE
    assert f"{created.parent.span_id:016x}" == PARENT
    assert dict(created.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/api/v1/audit/events",
        "http.response.status_code": 201,
        "datastorage.request_id": "mine",
        "datastorage.correlation_id": "rr-1",
    }
    assert created.status.status_code is StatusCode.UNSET
    assert created.resource.attributes["service.name"] == "datastorage-server"
    assert (unknown.name, unknown.parent) == ("unknown", None)
    assert "http.route" not in (unknown.attributes or {})


def test_traces_without_opentelemetry_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATASTORAGE_DATABASE_URL", "sqlite:///:memory:")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    assert main(["--port", "0", "--traces"]) == 2
    assert "OpenTelemetry is not installed: pip install 'apigen[otel]'" in capsys.readouterr().err


def test_an_unknown_exporter_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATASTORAGE_DATABASE_URL", "sqlite:///:memory:")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    assert main(["--port", "0", "--traces"]) == 2
    told = "OTEL_TRACES_EXPORTER: 'zipkin' is none of otlp, console, none"
    assert told in capsys.readouterr().err
