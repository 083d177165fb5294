"""Bounds: how long one request may take, from its header to its answer."""

from __future__ import annotations

import asyncio
import logging
from typing import Final
from uuid import uuid4

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from datastorage._runtime.answers import problem
from datastorage._runtime.serving_routes import request_path

from .problems import PROBLEM_BASE, RETRY_AFTER

_LOG: Final = logging.getLogger(__name__)


def bounded(app: ASGIApp, seconds: float) -> ASGIApp:
    """Return an application that gives up a request after some seconds, and answers 503.

    What the database has begun is brought to its end all the same, so a repetition under the same
    key finds it. An answer that has begun is not cut.
    """

    async def within(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        async with asyncio.timeout(seconds) as limit:

            async def started(message: Message) -> None:
                limit.reschedule(None)
                await send(message)

            await app(scope, receive, started)

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await within(scope, receive, send)
        except TimeoutError:
            _LOG.warning("a request took longer than %g s and was given up", seconds)
            await _late(scope, seconds)(scope, receive, send)

    return answered


def _late(scope: Scope, seconds: float) -> Response:
    told = problem(
        503,
        f"the server did not answer within {seconds:g} s; whether something was written is not"
        " known: repeat it under the same Idempotency-Key",
        request_path(scope),
        type=f"{PROBLEM_BASE}service-unavailable",
        title="Service Unavailable",
    )
    known = scope.get("state", {})
    request_id = known.get("request_id") or uuid4().hex
    headers = {**told.headers, "retry-after": RETRY_AFTER, "x-request-id": request_id}
    return Response(told.content, told.status, headers)
