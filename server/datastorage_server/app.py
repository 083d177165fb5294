"""The composition root: where the parts of a server are put together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.types import ASGIApp

from datastorage import server
from datastorage._runtime.serving import ServerOptions

from .api import Api, utc_now
from .auth.gate import Gate, sources_from
from .bounds import bounded
from .exporting.export import Exporter
from .metrics import Counters, Durations, pool_metrics
from .observing.requests import observed
from .observing.tracing import spans_if
from .problems import PROBLEM_BASE
from .queueing.draining import drained
from .queueing.queue import open_queue
from .settings import Settings
from .sql.exports import SqlExports
from .sql.holds import SqlHolds
from .sql.notifications import SqlNotifications
from .sql.opening import open_database
from .sql.store import SqlStore
from .sql.trails import SqlTrails
from .sql.upkeep import partitions_kept
from .sql.workflows import SqlWorkflows

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter


@asynccontextmanager
async def application(
    settings: Settings,
    *,
    exporter: SpanExporter | None = None,
    stopping: Callable[[], bool] = lambda: False,
    now: Callable[[], datetime] = utc_now,
) -> AsyncGenerator[ASGIApp]:
    """Open the database and return the application over it; it is closed at the end.

    *stopping* tells whether the server has begun to shut down, *now* is its clock, in UTC; spans go
    to *exporter* instead of where the environment says.

    Raises:
        StartError: The database, or a file of the authentication, cannot be used.

    """
    keys, limits = settings.keys, settings.limits
    sources = sources_from(settings.auth)
    counters = Counters()
    durations = Durations()
    async with (
        spans_if(exporter is not None or settings.traces, exporter) as spans,
        open_database(settings.database, migrate=settings.migrate, now=now) as database,
        partitions_kept(database, now),
        open_queue(settings.queue, now, settings.queue_bytes) as queue,
        drained(queue, SqlStore(database, keys.chain), SqlNotifications(database), now) as drain,
    ):
        store = SqlStore(database, keys.chain)
        api = Api(
            store=store,
            chains=store,
            holds=SqlHolds(database),
            exporter=Exporter(SqlExports(database), keys.chain, keys.signer),
            notifications=SqlNotifications(database),
            workflows=SqlWorkflows(database),
            trails=SqlTrails(database),
            counters=counters,
            telling=lambda: durations.text() + pool_metrics(*database.pool()),
            now=now,
            stopping=stopping,
            chain_key=keys.chain,
            drain=drain,
            max_batch_items=limits.max_batch_items,
        )
        options = ServerOptions(
            problem_base=PROBLEM_BASE,
            max_body_bytes=limits.max_body_bytes,
            body_timeout=limits.body_timeout,
            max_depth=limits.max_depth,
            strict=settings.strict,
        )
        gates = [Middleware(Gate, sources=sources, counters=counters)] if sources else []
        served = server.service(api, options=options).app(middleware=gates)
        app = bounded(served, limits.request_timeout)
        yield observed(app, durations, spans)
