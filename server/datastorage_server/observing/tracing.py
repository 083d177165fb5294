"""Traces: a span for each request, by OpenTelemetry, for those who have installed it.

Where spans are sent, which are kept and what the service is called say the variables of the
OpenTelemetry specification: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER and the others.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..errors import StartError
from .context import RequestContext

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

_EXPORTERS: Final = "OTEL_TRACES_EXPORTER"


@dataclass(frozen=True, slots=True)
class Spans:
    """What makes spans; without a provider it makes none."""

    provider: TracerProvider | None = None

    @contextmanager
    def span(
        self, context: RequestContext, route: str, scope: MutableMapping[str, Any]
    ) -> Generator[Callable[[int], None]]:
        """Give what is to be told the status of the answer; the span ends with the context.

        It is a child of the caller's, if the request has a ``traceparent`` (W3C Trace Context).
        """
        if self.provider is None:
            yield lambda _: None
            return
        from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - optional
        from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415

        carrier = _carrier(scope)
        parent = tracecontext.TraceContextTextMapPropagator().extract(carrier)
        attributes = {"http.request.method": str(scope["method"])} if route else {}
        attributes["datastorage.request_id"] = context.request_id
        if route:
            attributes["http.route"] = route
        tracer = self.provider.get_tracer("datastorage_server")
        with tracer.start_as_current_span(
            context.operation,
            parent,
            kind=SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,  # its words may repeat what was sent
            set_status_on_exception=False,
        ) as span:
            context.trace_id = f"{span.get_span_context().trace_id:032x}"

            def ended(status: int) -> None:
                span.set_attribute("http.response.status_code", status)
                if context.correlation_id:
                    span.set_attribute("datastorage.correlation_id", context.correlation_id)
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))

            yield ended


def _carrier(scope: MutableMapping[str, Any]) -> Mapping[str, str]:
    names = {b"traceparent", b"tracestate"}
    return {
        name.lower().decode(): value.decode("latin-1")
        for name, value in scope["headers"]
        if name.lower() in names
    }


@asynccontextmanager
async def spans_if(
    wanted: bool,  # noqa: FBT001 - named after what it depends on
    exporter: SpanExporter | None = None,
) -> AsyncGenerator[Spans | None]:
    """Give what makes spans, if they are wanted; those that wait are sent at the end.

    Raises:
        StartError: OpenTelemetry is not installed, or its variables ask for what it has not.

    """
    if not wanted:
        yield None
        return
    try:
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - optional
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    except ImportError:
        raise StartError(_MISSING) from None
    named = "OTEL_SERVICE_NAME" in os.environ
    resource = Resource.create({} if named else {"service.name": "datastorage-server"})
    provider = TracerProvider(resource=resource)
    for processor in _processors(exporter):
        provider.add_span_processor(processor)
    try:
        yield Spans(provider)
    finally:
        await asyncio.to_thread(provider.shutdown)  # it sends what waits, in its own time


_MISSING: Final = "traces are on, but OpenTelemetry is not installed: pip install 'apigen[otel]'"


def _processors(exporter: SpanExporter | None) -> list[SpanProcessor]:
    from opentelemetry.sdk.trace.export import (  # noqa: PLC0415 - optional
        BatchSpanProcessor,
        ConsoleSpanExporter,
        SimpleSpanProcessor,
    )

    if exporter is not None:
        return [SimpleSpanProcessor(exporter)]
    match os.environ.get(_EXPORTERS) or "otlp":
        case "none":
            return []
        case "console":
            return [SimpleSpanProcessor(ConsoleSpanExporter())]
        case "otlp":
            return [BatchSpanProcessor(_otlp())]
        case other:
            raise StartError(f"{_EXPORTERS}: {other!r} is none of otlp, console, none")


def _otlp() -> SpanExporter:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
    except ImportError:
        raise StartError(_MISSING) from None
    return OTLPSpanExporter()
