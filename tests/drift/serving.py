"""The real server, whose faults can be switched on one at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from unittest.mock import patch

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.drift.fault import Around, Fault, Remembering, Within
from tests.drift.guard import guarded
from tests.drift.messages import changed

from datastorage import server
from datastorage._runtime.serving import ServerOptions, Service
from datastorage_server.api import Api
from datastorage_server.app import application
from datastorage_server.databases import parse_database
from datastorage_server.listening import base_url, listen
from datastorage_server.malformed import HttpProtocol
from datastorage_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """What a server is made of, and the whole."""

    api: Api
    options: ServerOptions
    app: ASGIApp


def without_fault(parts: Parts, *, asks_for_tokens: bool) -> ASGIApp:
    """Return the server as it should be."""
    return guarded(parts.app) if asks_for_tokens else parts.app


def with_fault(parts: Parts, fault: Fault) -> ASGIApp:
    """Return the server with one fault."""
    whole = without_fault(parts, asks_for_tokens=fault.guarded)
    match fault.install:
        case Around(change):
            return changed(whole, change)
        case Remembering(make):
            return changed(whole, make())
        case Within(change):
            # as its composition root does it
            return server.service(change(parts.api), options=parts.options).app()  # pyright: ignore


@asynccontextmanager
async def composed(folder: Path) -> AsyncGenerator[Parts]:
    """Compose the real server on a SQLite file, and keep hold of its parts."""
    found: list[tuple[Api, ServerOptions]] = []
    compose = server.service

    def keeping(api: Api, *, options: ServerOptions) -> Service:
        found.append((api, options))
        return compose(api, options=options)

    database = parse_database(f"sqlite:///{folder / 'events.db'}")
    with patch.object(server, "service", keeping):
        opened = application(Settings(database=database, port=0))
        app = await opened.__aenter__()
    try:
        (api, options) = found[0]
        yield Parts(api, options, app)
    finally:
        await opened.__aexit__(None, None, None)


@dataclass(slots=True)
class Switch:
    """The one thing that changes: which application answers."""

    parts: Parts
    app: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        self.app = self.parts.app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    def plant(self, fault: Fault) -> None:
        """Answer with a fault from now on."""
        self.app = with_fault(self.parts, fault)

    def clean(self, *, asks_for_tokens: bool = False) -> None:
        """Answer as it should be from now on."""
        self.app = without_fault(self.parts, asks_for_tokens=asks_for_tokens)


@contextmanager
def switchable(folder: Path, port: int = 0) -> Generator[tuple[str, Switch]]:
    """Run a server in a thread; give its base URL and the switch of its faults."""
    opened: Queue[tuple[uvicorn.Server, Switch] | BaseException] = Queue()
    with listen("127.0.0.1", port) as listening:

        async def run() -> None:
            async with composed(folder) as parts:
                switch = Switch(parts)
                config = uvicorn.Config(
                    switch,
                    access_log=False,
                    http=HttpProtocol,
                    lifespan="off",
                    log_config=None,
                    server_header=False,
                    ws="none",
                )
                running = uvicorn.Server(config)
                opened.put((running, switch))
                await running.serve(sockets=[listening])

        def start() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                opened.put(error)

        thread = threading.Thread(target=start, name="faulty-server")
        thread.start()
        found = opened.get()
        if isinstance(found, BaseException):
            thread.join()
            raise found
        running, switch = found
        try:
            yield base_url(listening), switch
        finally:
            running.should_exit = True
            thread.join()
