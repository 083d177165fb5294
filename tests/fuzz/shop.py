"""A shop that follows ``shop.yaml``, and drifts from it where a test says so."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, unquote

SPEC = Path(__file__).parent / "shop.yaml"
TOKEN = "a-very-secret-token"
PROBLEMS = "https://shop.example/problems/"
TYPES = {
    400: "wrong",
    401: "unknown-caller",
    404: "absent",
    405: "method",
    409: "taken",
    415: "media",
}
UNSAID = object()
COLOURS = {"red", "green", "blue"}


def is_colour(value: object) -> bool:
    return isinstance(value, str) and value in COLOURS


class RefusedError(Exception):
    """A request is answered with a problem."""


@dataclass(slots=True)
class Shop:
    """What is in stock, and which faults are planted."""

    faults: frozenset[str]
    things: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    lock: threading.Lock = field(default_factory=threading.Lock)
    seen: list[tuple[str, str, dict[str, str]]] = field(
        default_factory=list[tuple[str, str, dict[str, str]]]
    )

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def create(self, sent: Any) -> dict[str, Any]:
        if not isinstance(sent, dict):
            raise RefusedError(400)
        thing = cast("dict[str, Any]", sent)
        name: Any = thing.get("thing_id")
        colour, weight = thing.get("colour"), thing.get("weight", 0)
        longest = 50 if self.has("long-names") else 40
        wrong = not isinstance(name, str) or not 1 <= len(name) <= longest or not is_colour(colour)
        wrong = wrong or isinstance(weight, bool) or not isinstance(weight, int | float)
        if wrong or not 0 <= weight <= 1000 or not self.is_recent(thing.get("bought_at", UNSAID)):
            raise RefusedError(400)
        if self.has("always-refuses") or (self.has("refuses-blue") and colour == "blue"):
            raise RefusedError(400)
        with self.lock:
            if name in self.things:
                raise RefusedError(409)
            known = ("thing_id", "colour", "weight", "bought_at")
            kept = {key: one for key, one in thing.items() if key in known}
            self.things[name] = {**kept, "number": len(self.things)}
            return self.things[name]

    def is_recent(self, written: Any) -> bool:
        if written is UNSAID or self.has("old"):
            return True
        try:
            then = datetime.fromisoformat(written)
        except (TypeError, ValueError):
            return False
        now = datetime.now(UTC)
        aware = then.tzinfo is not None
        return aware and now - timedelta(days=7) <= then <= now + timedelta(hours=1)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    shop: Shop
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.shop.seen.append((self.command, self.path, dict(self.headers.items())))
        try:
            self.routed(path, parse_qs(query, keep_blank_values=True), body)
        except RefusedError as why:
            self.problem(why.args[0])

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_OPTIONS = do_HEAD = do_TRACE = answer  # noqa: N815

    def routed(self, path: str, query: dict[str, list[str]], body: bytes) -> None:
        item = re.fullmatch(r"/things/([^/]+)", path)
        if path != "/things" and item is None:
            raise RefusedError(404)
        allowed = ("GET", "POST") if item is None else ("GET", "DELETE")
        if self.command not in allowed:
            raise RefusedError(405)
        authorization = self.headers.get("Authorization")
        if authorization != f"Bearer {TOKEN}" and not self.shop.has("open"):
            raise RefusedError(401)
        if item is not None:
            self.of_one(unquote(item[1]))
        elif self.command == "GET":
            self.listed(query)
        else:
            self.created(body)

    def of_one(self, name: str) -> None:
        thing = self.shop.things.get(name)
        if thing is None:
            raise RefusedError(404)
        if self.command == "GET":
            self.send(200, self.shown(thing))
            return
        with self.shop.lock:
            self.shop.things.pop(name, None)
        self.send(200 if self.shop.has("status") else 204, None)

    def listed(self, query: dict[str, list[str]]) -> None:
        shop = self.shop
        colour, limit = query.get("colour", [None])[-1], query.get("limit", ["20"])[-1]
        known = colour is None or colour in COLOURS or shop.has("any-colour")
        if not known or not re.fullmatch(r"[1-9]|[1-4][0-9]|50", limit):
            raise RefusedError(400)
        found = [one for one in shop.things.values() if colour in {None, one["colour"]}]
        total = {} if shop.has("no-total") else {"X-Total": str(len(found))}
        if shop.has("odd-total"):
            total = {"X-Total": "many"}
        self.send(200, {"things": [self.shown(one) for one in found[: int(limit)]]}, total)

    def created(self, body: bytes) -> None:
        media = self.headers.get("Content-Type", "").partition(";")[0].lower()
        if media != "application/json" and not self.shop.has("any-media"):
            raise RefusedError(415)
        try:
            sent = json.loads(body.decode(), parse_constant=float)
        except (ValueError, RecursionError):
            raise RefusedError(400) from None
        if self.shop.has("crash") and isinstance(sent, dict) and "weight" in sent:
            self.send(500, {"error": "boom"})
            return
        self.send(201, self.shown(self.shop.create(sent)))

    def shown(self, thing: dict[str, Any]) -> dict[str, Any]:
        if self.shop.has("member"):
            thing = {**thing, "secret_price": 3}
        if self.shop.has("type"):
            thing = {**thing, "number": str(thing["number"])}
        return thing

    def problem(self, status: int) -> None:
        shown = 499 if self.shop.has("problem-status") else status
        kind = "unheard-of" if self.shop.has("problem-type") else TYPES[status]
        value = {"type": PROBLEMS + kind, "title": kind, "status": shown}
        media = "application/json" if self.shop.has("media") else "application/problem+json"
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        if status == 405:
            allowed = "GET, DELETE" if self.path.startswith("/things/") else "GET, POST"
            headers = {"Allow": allowed}
        self.send(status, value, headers, media)

    def send(
        self,
        status: int,
        value: Any,
        headers: dict[str, str] | None = None,
        media: str = "application/json",
    ) -> None:
        content = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        if self.shop.has("header"):
            self.send_header("X-Internal", "yes")
        if content:
            self.send_header("Content-Type", media)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        for name, one in (headers or {}).items():
            self.send_header(name, one)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


@contextmanager
def selling(*faults: str) -> Generator[tuple[str, Shop]]:
    """Run a shop with these faults; give its URL and the shop."""
    shop = Shop(frozenset(faults))
    handler = type("OneShop", (Handler,), {"shop": shop})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
