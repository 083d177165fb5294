"""The same service on FastAPI, and what drifts from it, by the name of the drift."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request
from pydantic import BaseModel, Field

Topic = Annotated[str | None, Query(max_length=20)]
Limit = Annotated[int, Query(ge=1, le=50)]
Line = Annotated[int, Path(ge=0, le=9)]


class Note(BaseModel):
    text: str = Field(max_length=100)
    topic: str | None = Field(default=None, max_length=20)


class NoteWithMore(Note):
    hidden: str = ""


def hidden_dependency(hidden: str | None = None) -> str | None:
    return hidden


def nested_dependency(found: Annotated[str | None, Depends(hidden_dependency)]) -> str | None:
    return found


def reading_dependency(request: Request) -> str | None:
    return request.query_params.get("hidden")


class Filters(BaseModel):
    topic: str | None = Field(default=None, max_length=20)
    limit: int = Field(default=20, ge=1, le=50)
    hidden: str | None = None


def application(drift: str = "") -> FastAPI:
    """Return the service with one drift, or with none."""
    app = FastAPI()
    router = APIRouter(prefix="/api")
    router.get("/notes", response_model_exclude_none=True)(_listing(drift))
    router.post("/notes", status_code=201, response_model_exclude_none=True)(_adding(drift))
    if drift != "no-line":
        _line(router, drift)
    if drift == "more":
        router.get("/notes/export")(_listing(""))
        router.delete("/notes", include_in_schema=False)(_listing(""))
    app.include_router(router)
    return app


def _listed(topic: Topic = None, limit: Limit = 20) -> list[Note]:
    return [] if topic else [Note(text="a")][:limit]


def _parameter(topic: Topic = None, limit: Limit = 20, hidden: str | None = None) -> list[Note]:
    return _listed(topic, limit)


def _dependency(
    found: Annotated[str | None, Depends(nested_dependency)], topic: Topic = None, limit: Limit = 20
) -> list[Note]:
    return _listed(topic, limit)


def _request(
    found: Annotated[str | None, Depends(reading_dependency)],
    topic: Topic = None,
    limit: Limit = 20,
) -> list[Note]:
    return _listed(topic, limit)


def _model(filters: Annotated[Filters, Query()]) -> list[Note]:
    return _listed(filters.topic, filters.limit)


def _alias(
    topic: Topic = None,
    limit: Limit = 20,
    other: Annotated[str | None, Query(alias="hidden")] = None,
) -> list[Note]:
    return _listed(topic, limit)


def _header(
    topic: Topic = None, limit: Limit = 20, x_hidden: Annotated[str | None, Header()] = None
) -> list[Note]:
    return _listed(topic, limit)


def _unread(limit: Limit = 20) -> list[Note]:
    return _listed(None, limit)


def _narrow(topic: Topic = None, limit: Annotated[int, Query(ge=1, le=10)] = 5) -> list[Note]:
    return _listed(topic, limit)


def _required(topic: Annotated[str, Query(max_length=20)], limit: Limit = 20) -> list[Note]:
    return _listed(topic, limit)


def _listing(drift: str) -> Any:
    handlers = (_parameter, _dependency, _request, _model, _alias, _header)
    more = (_unread, _narrow, _required)
    return {each.__name__: each for each in (*handlers, *more)}.get(f"_{drift}", _listed)


def _adding(drift: str) -> Any:
    def clean(note: Note) -> Note:
        return note

    def member(note: NoteWithMore) -> Note:
        return note

    def whole(note: dict[str, Any]) -> dict[str, Any]:
        return {"text": note["text"], "topic": note.get("topic"), "more": note.get("hidden")}

    def several(note: list[NoteWithMore]) -> list[Note]:
        return list(note)

    return {"member": member, "whole": whole, "several": several}.get(drift, clean)


def _line(router: APIRouter, drift: str) -> None:
    def clean(
        note_id: Annotated[str, Path(max_length=20)],
        line: Line,
        x_trace: Annotated[str | None, Header(max_length=20)] = None,
    ) -> dict[str, str]:
        return {"text": f"{note_id}{line}{x_trace}"}

    def renamed(
        note: Annotated[str, Path(max_length=20)],
        line: Line,
        x_trace: Annotated[str | None, Header(max_length=20)] = None,
    ) -> dict[str, str]:
        return {"text": f"{note}{line}{x_trace}"}

    if drift == "renamed":
        router.get("/notes/{note}/lines/{line}")(renamed)
    elif drift == "swapped":
        router.get("/notes/{line}/lines/{note_id}")(clean)
    else:
        router.get("/notes/{note_id}/lines/{line}")(clean)
