"""What an answer sets, no later call sends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from apigen.runtime.clients import AsyncClient, SyncClient
from apigen.runtime.media import Text
from apigen.runtime.operations import Operation

if TYPE_CHECKING:
    from .conftest import Driver

GET: Operation[str] = Operation(id="get", method="GET", path="/x", success={"200": (Text(),)})


class Baker(BaseHTTPRequestHandler):
    """Sets a cookie with each answer, and says which ones came."""

    def do_GET(self) -> None:
        content = (self.headers["Cookie"] or "none").encode()
        self.send_response(200)
        for name, text in (
            ("Content-Type", "text/plain"),
            ("Content-Length", str(len(content))),
            ("Set-Cookie", "session=1; Path=/"),
        ):
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Be quiet."""


@contextmanager
def baking() -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Baker) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("auth", [None, ("name", "word")])
def test_cookies_are_not_kept(driver: Driver, auth: object) -> None:
    with baking() as url:
        if not driver.awaited:
            with SyncClient(url, auth=auth) as client:
                assert [client.send(GET.call()) for _ in range(2)] == ["none", "none"]
            return

        async def run() -> list[str]:
            async with AsyncClient(url, auth=auth) as awaited:
                return [await awaited.send(GET.call()) for _ in range(2)]

        assert asyncio.run(run()) == ["none", "none"]
