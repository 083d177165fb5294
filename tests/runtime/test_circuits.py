"""Circuits that clients share: what one learns of a server holds for the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from apigen.runtime.breaker import Breaker, Circuits
from apigen.runtime.clients import AsyncClient, SyncClient
from apigen.runtime.media import Text
from apigen.runtime.operations import Operation
from apigen.runtime.problems import CircuitOpen, ConnectFailed
from apigen.runtime.retrying import NO_RETRY

GET: Operation[str] = Operation(id="get", method="GET", path="/x", success={"200": (Text(),)})
USUAL = Breaker(failures=2, seconds=600.0)


def away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def there(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": "text/plain"}, content=b"ok")


def client(
    circuits: Circuits,
    url: str = "http://a.test",
    server: Callable[[httpx.Request], httpx.Response] = away,
) -> SyncClient:
    http = httpx.Client(transport=httpx.MockTransport(server))
    return SyncClient(url, http=http, breaker=circuits, retry=NO_RETRY)


def fail_twice(circuits: Circuits) -> None:
    for _ in range(2):
        with pytest.raises(ConnectFailed):
            client(circuits).send(GET.call())


@pytest.mark.parametrize("url", ["http://a.test", "http://A.test/", "http://user:word@a.test"])
def test_clients_of_one_base_url_share_a_circuit(url: str) -> None:
    circuits = Circuits(USUAL)
    fail_twice(circuits)
    with pytest.raises(CircuitOpen):
        client(circuits, url, there).send(GET.call())

    async def run() -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(there))
        async with http, AsyncClient(url, http=http, breaker=circuits) as awaited:
            with pytest.raises(CircuitOpen):
                await awaited.send(GET.call())

    asyncio.run(run())


@pytest.mark.parametrize(
    "url", ["http://b.test", "http://a.test:81", "https://a.test", "http://a.test/v1"]
)
def test_another_base_url_has_another_circuit(url: str) -> None:
    circuits = Circuits(USUAL)
    fail_twice(circuits)
    assert client(circuits, url, there).send(GET.call()) == "ok"


def test_one_success_closes_it_for_all() -> None:
    circuits = Circuits(Breaker(failures=2, seconds=1e-9))
    fail_twice(circuits)
    assert client(circuits, server=there).send(GET.call()) == "ok"
    with pytest.raises(ConnectFailed):  # one failure alone does not open it again
        client(circuits).send(GET.call())
    assert client(circuits, server=there).send(GET.call()) == "ok"


def test_a_circuit_is_what_its_first_client_usually_has() -> None:
    class Touchy(SyncClient):
        breaker = Breaker(failures=1, seconds=600.0)

    circuits = Circuits()
    http = httpx.Client(transport=httpx.MockTransport(away))
    touchy = Touchy("http://a.test", http=http, breaker=circuits, retry=NO_RETRY)
    with pytest.raises(ConnectFailed):
        touchy.send(GET.call())
    with pytest.raises(CircuitOpen):
        client(circuits).send(GET.call())
