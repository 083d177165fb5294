"""What is no HTTP: answered with a problem document too (RFC 9457)."""

from __future__ import annotations

import json
import sys
from http import HTTPStatus
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

LINGER: Final = 1.0
"""Seconds in which a client that is still sending may read why it was refused."""


class HttpProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, but for the words when a client does not."""

    refused = False

    def data_received(self, data: bytes) -> None:
        """Take what a client sends; after a refusal nobody reads it."""
        if not self.refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, say why, and close: where a next request began is not known."""
        status, detail = _why(sys.exception(), msg)
        content = json.dumps(
            {
                "type": "about:blank",
                "title": status.phrase,
                "status": status.value,
                "detail": detail,
            }
        ).encode()
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(content))),
            ("Connection", "close"),
        ]
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
