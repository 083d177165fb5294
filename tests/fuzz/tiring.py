"""A server that wears out as its fault says."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.fuzz.asgi import serving

SPEC = Path(__file__).parent / "tiring.yaml"


@dataclass(slots=True)
class Tiring:
    """What exists, and how often something was refused."""

    fault: str
    things: dict[str, Any] = field(default_factory=dict[str, Any])
    refused: int = 0

    @property
    def is_tired(self) -> bool:
        return self.refused >= 20

    def answer(self, status: int, value: object = None) -> Response:
        self.refused += 400 <= status < 500
        return JSONResponse(value, status)

    async def create(self, request: Request) -> Response:
        if self.fault in {"broken", "broken-and-told"} or (
            self.fault == "writer-tires" and self.is_tired
        ):
            return self.answer(500)
        if self.fault == "limits" and self.refused >= 5:
            return self.answer(429)
        sent: Any = await request.json()
        name: Any = cast("dict[str, Any]", sent).get("name") if isinstance(sent, dict) else None
        if not isinstance(name, str):
            return self.answer(400)
        if name in self.things:
            return self.answer(409)
        self.things[name] = {"name": name}
        return self.answer(201, {"name": name})

    async def read(self, request: Request) -> Response:
        if self.fault == "reader-tires" and self.is_tired:
            return self.answer(500)
        thing = self.things.get(request.path_params["name"])
        return self.answer(404) if thing is None else self.answer(200, thing)

    async def listed(self, _: Request) -> Response:
        return self.answer(200, list(self.things.values()))

    async def health(self, _: Request) -> Response:
        is_ill = self.fault == "broken-and-told" or (self.fault == "health-tires" and self.is_tired)
        return self.answer(500 if is_ill else 200)


@contextmanager
def tiring(fault: str = "") -> Generator[str]:
    """Run the server; give its URL."""
    server = Tiring(fault)
    routes = [
        Route("/things", server.create, methods=["POST"]),
        Route("/things", server.listed),
        Route("/things/{name}", server.read),
        Route("/ready", server.health),
        Route("/live", server.health),
    ]
    with serving(Starlette(routes=routes)) as url:
        yield url
