"""Listening: the socket of a server, and uvicorn on it until it is told to stop."""

from __future__ import annotations

import asyncio
import math
import os
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Final

import uvicorn

from .api import utc_now
from .app import application
from .errors import StartError
from .malformed import protocol
from .settings import Settings

_BACKLOG: Final = 2048


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is replaced by a free one.

    Raises:
        StartError: The address is taken, or is not one of this machine.

    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return _listening(family, (str(address[0]), port))
    except (OSError, UnicodeError) as error:
        raise StartError(
            f"cannot listen on {host} port {port}: {_why(error)}; choose another --port or --host"
        ) from None


def _listening(family: int, address: tuple[str, int]) -> socket.socket:
    """Return a listening socket.

    socket.create_server would not do: asyncio turns off Nagle's algorithm only on sockets that
    are said to be TCP, and with it a kept connection waits 40 ms for every answer.
    """
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def _why(error: OSError | UnicodeError) -> str:
    if isinstance(error, socket.gaierror | UnicodeError) or error.errno is None:
        return "there is no such address"
    return os.strerror(error.errno).lower()


def base_url(listening: socket.socket) -> str:
    """Return the URL at which a socket is reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(
    settings: Settings,
    listening: socket.socket,
    on_open: Callable[[uvicorn.Server], None],
    *,
    now: Callable[[], datetime] = utc_now,
) -> None:
    """Serve on a socket until the server is told to stop; then finish what has begun.

    *on_open* is called when the database is open: from then on requests are answered.

    Raises:
        StartError: The database cannot be used.

    """
    async with application(settings, stopping=lambda: server.should_exit, now=now) as app:
        limits = settings.limits
        server = _Server(
            uvicorn.Config(
                app,
                access_log=False,
                h11_max_incomplete_event_size=limits.max_header_bytes,
                http=protocol(limits),
                lifespan="off",
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=math.ceil(settings.shutdown_timeout),
                timeout_keep_alive=math.ceil(limits.idle_timeout),
                ws="none",
            ),
            settings.shutdown_delay,
        )
        on_open(server)
        await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that is not ready any more for a while before it stops to accept connections."""

    def __init__(self, config: uvicorn.Config, delay: float) -> None:
        super().__init__(config)
        self._delay = delay

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve on while load balancers learn that the server is not ready; then stop."""
        end = asyncio.get_running_loop().time() + self._delay
        while not self.force_exit and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)
