"""A service on Starlette that keeps to ``notes.yaml``, and what drifts from it, as handlers."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

LIMIT: Final = "limit"
HIDDEN: Final = ("hidden", "secret")


async def list_notes(request: Request) -> Response:
    return await listed(request, bounded(request.query_params))


async def listed(request: Request, limit: int) -> Response:
    topic = request.query_params.get("topic")
    return JSONResponse([{"text": "a"}][:limit] if topic is None else [])


def bounded(query: Any) -> int:
    return int(query.get(LIMIT, "20"))


async def add_note(request: Request) -> Response:
    sent = await request.json()
    return JSONResponse({"text": sent["text"], "topic": sent.get("topic", "")}, 201)


class Line(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        self.noted(request.headers)
        return JSONResponse({"text": request.path_params["note_id"]})

    def noted(self, headers: Any) -> str:
        return headers.get("x-trace") or headers.get("user-agent") or ""


def application(
    listing: Any = list_notes,
    adding: Any = add_note,
    line: Any = Line,
    more: tuple[Route, ...] = (),
) -> Starlette:
    routes = [
        Route("/notes", listing),
        Route("/notes", adding, methods=["POST"]),
        Route("/notes/{note_id}/lines/{line:int}", line),
        *more,
    ]
    return Starlette(routes=[Mount("/api", routes=routes)])


# What drifts


async def subscripted(request: Request) -> Response:
    return await listed(
        request, int(request.query_params["hidden"]) + bounded(request.query_params)
    )


async def aliased(request: Request) -> Response:
    asked = request
    query = dict(asked.query_params)
    if "hidden" in query:
        return Response()
    return await listed(asked, bounded(query))


async def looped(request: Request) -> Response:
    found = {name: request.query_params.get(name) for name in HIDDEN}
    return await listed(request, len(found) + bounded(request.query_params))


class Filters(BaseModel):
    topic: str | None = None
    hidden: str | None = None


async def modelled(request: Request) -> Response:
    filters = Filters(**dict(request.query_params))
    return await listed(request, len(str(filters.hidden)) + bounded(request.query_params))


def one_deep(request: Request) -> str:
    return two_deep(given(request))


def given(request: Request) -> Any:
    return request.query_params


def two_deep(query: Any) -> str:
    return str(query.get("hidden"))


async def helped(request: Request) -> Response:
    one_deep(request)
    return await list_notes(request)


class Listing:
    async def handle(self, request: Request) -> Response:
        return await self.found(request)

    async def found(self, request: Request) -> Response:
        noted = request.query_params if request else request.cookies
        return await listed(request, len(noted.get("hidden", "")) + bounded(noted))


async def computed(request: Request) -> Response:
    """Reads a name that no syntax tree tells: a run sees it."""
    request.query_params.get("".join(("hid", "den")))
    return await list_notes(request)


async def no_topic(request: Request) -> Response:
    return JSONResponse([{"text": "a"}][: bounded(request.query_params)])


async def more_members(request: Request) -> Response:
    sent = json.loads(await request.body())
    sent.get("hidden")
    return JSONResponse({"text": sent["text"]}, 201)


async def odd_header(request: Request) -> Response:
    noted = request.headers.get("X-Hidden") or request.cookies.get("hidden")
    return await list_notes(request) if noted else Response()


async def untraced(request: Request) -> Response:
    return JSONResponse({"text": "a"})


clean = application()
computing = application(computed)
helped_only = application(helped)


class Unstartable:
    """Fails before it serves."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})


unstartable = Unstartable()
