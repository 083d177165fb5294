"""A correct service that knows nothing of apigen; its document is the one its framework makes."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path as File
from typing import Annotated, Literal
from uuid import UUID, uuid4

import uvicorn
from fastapi import FastAPI, Header, HTTPException, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict


def _opened(schema: JsonDict) -> None:
    schema.pop("additionalProperties", None)


ItemId = Annotated[UUID, Path(alias="id")]
Email = Annotated[str, Field(max_length=80), AfterValidator(str.lower)]


class Item(BaseModel):
    """Sent and answered alike: the server fills in the identity and the time."""

    id: UUID | None = None
    created_at: datetime | None = None
    name: str = Field(min_length=1, max_length=40)
    owner: Email
    colour: Literal["red", "green", "blue"] = "red"
    weight: int = Field(default=1, ge=0, le=100, strict=True)
    tags: list[str] = []


class NewNote(BaseModel):
    """Takes nothing that it does not name."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(max_length=20)
    pinned: bool = Field(default=False, strict=True)


class Note(NewNote):
    """A note that has been made."""

    id: UUID
    created_at: datetime


class Strict(BaseModel):
    """Refuses what it does not name, and its document does not say so."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_opened)

    title: str = Field(max_length=20)


class Reading(BaseModel):
    """Something that is there before anybody asks."""

    number: int
    place: Literal["roof", "cellar"]


class Readings(BaseModel):
    """A page of them."""

    readings: list[Reading]
    total: int


def application() -> FastAPI:
    """Return the service, empty."""
    app = FastAPI(title="Items", version="1")
    _with_items(app)
    _with_notes(app)
    _with_jobs(app)
    _with_readings(app)
    return app


def _with_items(app: FastAPI) -> None:
    things: dict[UUID, Item] = {}

    @app.post("/items", status_code=201)
    def create(item: Item) -> Item:
        made = item.model_copy(update={"id": uuid4(), "created_at": datetime.now(UTC)})
        things[made.id] = made  # type: ignore[index]  # it has just been given one
        return made

    @app.get("/items")
    def listed(
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
        name: str | None = None,
        colour: Literal["red", "green", "blue"] | None = None,
        owner: str | None = None,
    ) -> list[Item]:
        found = [
            each
            for each in things.values()
            if name in (None, each.name)
            and colour in (None, each.colour)
            and (owner is None or owner.lower() == each.owner)
        ]
        return found[offset : offset + limit]

    @app.get("/items/{id}", responses={404: {}})
    def read(item_id: ItemId) -> Item:
        if item_id not in things:
            raise HTTPException(404)
        return things[item_id]

    @app.delete("/items/{id}", status_code=204, responses={404: {}})
    def remove(item_id: ItemId) -> None:
        if things.pop(item_id, None) is None:
            raise HTTPException(404)


def _with_jobs(app: FastAPI) -> None:
    @app.post("/jobs", status_code=201)
    def start(
        job: NewNote, idempotency_key: Annotated[str, Header(min_length=8, max_length=80)]
    ) -> Note:
        return Note(**job.model_dump(), id=uuid4(), created_at=datetime.now(UTC))

    @app.get("/jobs", responses={409: {}})
    def jobs(title: str | None = None) -> list[Note]:
        raise HTTPException(409, f"{title} is being counted")


def _with_readings(app: FastAPI) -> None:
    """Add more things than the server gives by default, and than it gives at all at once."""
    readings = [Reading(number=n, place=("roof", "cellar")[n % 2]) for n in range(30)]

    @app.get("/readings")
    def read(
        limit: Annotated[int, Query(ge=1, le=25)] = 5,
        offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
        place: Literal["roof", "cellar"] | None = None,
    ) -> Readings:
        found = [each for each in readings if place in (None, each.place)]
        return Readings(readings=found[offset : offset + limit], total=len(found))


def _with_notes(app: FastAPI) -> None:
    notes: dict[UUID, Note] = {}

    @app.post("/notes", status_code=201)
    def note(note: NewNote) -> Note:
        made = Note(**note.model_dump(), id=uuid4(), created_at=datetime.now(UTC))
        notes[made.id] = made
        return made

    @app.get("/notes")
    def noted(title: str | None = None) -> list[Note]:
        return [each for each in notes.values() if title in (None, each.title)]

    @app.post("/strict")
    def strict(body: Strict) -> Strict:
        return body


@contextmanager
def serving(folder: File) -> Generator[tuple[str, File]]:
    """Run it on a free port; give its address and its own document."""
    app = application()
    document = folder / "openapi.json"
    document.write_text(json.dumps(app.openapi()))
    config = uvicorn.Config(app, port=0, log_level="error")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    thread = threading.Thread(target=server.run, args=([socket],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}", document
    finally:
        server.should_exit = True
        thread.join()
        socket.close()
