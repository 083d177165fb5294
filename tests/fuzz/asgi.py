"""Serves an application that a test made."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from datastorage_server.listening import base_url, listen


@contextmanager
def serving(app: ASGIApp) -> Generator[str]:
    """Serve in a thread; give the URL."""
    with listen("127.0.0.1", 0) as listening:
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield base_url(listening)
        finally:
            server.should_exit = True
            thread.join()
