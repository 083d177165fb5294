"""A shop whose handlers look at more than its contract names."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

from tests.fuzz.shop import Handler, RefusedError, Shop


class HidingShop(Shop):
    """Takes what a caller must not choose."""

    def create(self, sent: Any) -> dict[str, Any]:
        made = super().create(sent)
        if self.has("hidden-member") and "number" in sent:
            made["number"] = sent["number"]
        return made


class Hiding(Handler):
    """Looks at what nobody knows of; each time for another reason."""

    calls = 0

    def listed(self, query: dict[str, list[str]]) -> None:
        everything = self.shop.things
        type(self).calls += 1
        hidden = self.shop.has("hidden-query") and "weight" in query
        hidden = hidden or (self.shop.has("hidden-header") and "X-Tenant" in self.headers)
        hidden = hidden or (self.shop.has("moody") and self.calls % 2 == 0)
        try:
            self.shop.things = {} if hidden else everything
            super().listed(query)
        finally:
            self.shop.things = everything

    def routed(self, path: str, query: dict[str, list[str]], body: bytes) -> None:
        if self.shop.has("second-path") and path == "/things/export":
            self.send(200, {"things": []})
            return
        if self.shop.has("version") and path.startswith("/v2/"):
            path = path.removeprefix("/v2")
        if self.shop.has("slash"):
            path = path.rstrip("/")
        if self.shop.has("method") and self.command == "PUT" and path.startswith("/things/"):
            raise RefusedError(400)
        if self.shop.has("catch-all") and path.count("/") != 1 and "/things/" not in path:
            self.send(200, {})
            return
        super().routed(path, query, body)


@contextmanager
def hiding(*faults: str) -> Generator[str]:
    """Run a shop that hides things; give its URL."""
    shop = HidingShop(frozenset(faults))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("One", (Hiding,), {"shop": shop}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
