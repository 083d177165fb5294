"""What the tests of the runtime share: one driver for both libraries and both kinds of client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import httpx2
import pytest

from apigen.runtime.clients import AsyncClient, SyncClient
from apigen.runtime.operations import Call
from apigen.runtime.pages import Pages
from apigen.runtime.replies import Answer
from apigen.runtime.transport import CallOptions

T = TypeVar("T")
Page = TypeVar("Page")
Item = TypeVar("Item")

Handler = Callable[[Any], tuple[int, Mapping[str, str], bytes]]
"""A server in a function: from a request (of either library) to status, headers and content."""


@dataclass(frozen=True)
class Driver:
    """Performs calls with one of the libraries, blocking or awaited."""

    library: Any
    awaited: bool

    def http(self, handler: Handler, **settings: Any) -> Any:
        def answer(request: Any) -> Any:
            status, headers, content = handler(request)
            return self.library.Response(status, headers=headers, content=content)

        kind = self.library.AsyncClient if self.awaited else self.library.Client
        return kind(transport=self.library.MockTransport(answer), **settings)

    def exchange(
        self,
        call: Call[T],
        handler: Handler,
        *,
        base_url: str = "http://service.test",
        options: CallOptions | None = None,
        settings: Mapping[str, Any] | None = None,
        kinds: tuple[type[SyncClient], type[AsyncClient]] = (SyncClient, AsyncClient),
        **arguments: Any,
    ) -> Answer[T]:
        http = self.http(handler, **(settings or {}))
        return self.carry_out(call, base_url, options, kinds=kinds, http=http, **arguments)

    def carry_out(
        self,
        call: Call[T],
        base_url: str,
        options: CallOptions | None = None,
        *,
        kinds: tuple[type[SyncClient], type[AsyncClient]] = (SyncClient, AsyncClient),
        **arguments: Any,
    ) -> Answer[T]:
        if not self.awaited:
            with kinds[0](base_url, **arguments) as client:
                return client.exchange(call, options)

        async def run() -> Answer[T]:
            async with kinds[1](base_url, **arguments) as client:
                return await client.exchange(call, options)

        return asyncio.run(run())

    def iterate(self, pages: Pages[Page, Item], handler: Handler) -> list[Item]:
        http = self.http(handler)
        if not self.awaited:
            return list(SyncClient("http://service.test/base", http=http).iterate(pages))

        async def run() -> list[Item]:
            client = AsyncClient("http://service.test/base", http=http)
            return [item async for item in client.aiterate(pages)]

        return asyncio.run(run())


DRIVERS = {
    f"{library.__name__}-{'async' if awaited else 'sync'}": Driver(library, awaited)
    for library in (httpx, httpx2)
    for awaited in (False, True)
}


@pytest.fixture(params=list(DRIVERS.values()), ids=list(DRIVERS))
def driver(request: pytest.FixtureRequest) -> Driver:
    found: Driver = request.param
    return found
