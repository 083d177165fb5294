"""What is no HTTP: answered with a problem document too (RFC 9457)."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from uuid import uuid4

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from .problems import PROBLEM_BASE, RETRY_AFTER
from .settings import Limits

LINGER: Final = 1.0
"""Seconds in which a client that is still sending may read why it was refused."""

_SLUGS: Final = {HTTPStatus.SERVICE_UNAVAILABLE: "service-unavailable"}
_LOG: Final = logging.getLogger(__name__)


class HttpProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, within limits, and with words when a client does not."""

    limits = Limits()
    refused = False
    _header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection if there is room for it, and await the header of a request."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.max_connections:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "the server has too many connections")
        else:
            self._await_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._stop_awaiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what a client sends; after a refusal nobody reads it."""
        if self.refused:
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE or not self.conn.trailing_data[0]:
            self._stop_awaiting()
        elif self._header_timer is None:
            self._await_header()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, say why, and close: where a next request began is not known."""
        self._refuse(*_why(sys.exception(), msg))

    def _await_header(self) -> None:
        self._header_timer = self.loop.call_later(self.limits.header_timeout, self._header_late)

    def _stop_awaiting(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _header_late(self) -> None:
        seconds = f"{self.limits.header_timeout:g} s"
        self._refuse(
            HTTPStatus.REQUEST_TIMEOUT, f"the header of a request has not arrived within {seconds}"
        )

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer with a problem, whatever was sent, and close."""
        self._stop_awaiting()
        _LOG.info("a connection was refused: %d %s", status.value, detail)
        content = json.dumps(_problem(status, detail)).encode()
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(content))),
            ("Connection", "close"),
            ("X-Request-Id", uuid4().hex),
        ]
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", RETRY_AFTER))
        events = (
            h11.Response(
                status_code=status.value, headers=headers, reason=status.phrase.encode("ascii")
            ),
            h11.Data(data=content),
            h11.EndOfMessage(),
        )
        try:
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:
            self.transport.close()  # an answer had begun: it ends here
            return
        # To close at once would reset the connection, and the answer could be lost on its way.
        self.refused = True
        self.loop.call_later(LINGER, self.transport.close)
        if self.transport.can_write_eof():
            self.transport.write_eof()


def protocol(given: Limits) -> type[HttpProtocol]:
    """Return the protocol within limits; uvicorn makes one for each connection."""

    class Limited(HttpProtocol):
        limits = given

    return Limited


def _problem(status: HTTPStatus, detail: str) -> Mapping[str, object]:
    slug = _SLUGS.get(status)
    return {
        "type": f"{PROBLEM_BASE}{slug}" if slug else "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }


def _why(fault: BaseException | None, message: str) -> tuple[HTTPStatus, str]:
    """Return the status of a fault of the protocol, and what to say of it."""
    if not isinstance(fault, h11.RemoteProtocolError):
        return HTTPStatus.BAD_REQUEST, message
    try:
        status = HTTPStatus(fault.error_status_hint)
    except ValueError:
        status = HTTPStatus.BAD_REQUEST
    if not 400 <= status < 500:  # that a coding is not known is no fault of the server
        status = HTTPStatus.BAD_REQUEST
    # The words of h11 may repeat what was sent: only those that are plain text are told.
    told = str(fault)
    return status, told if told.isascii() and told.isprintable() else message
