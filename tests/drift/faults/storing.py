"""Stores that do something else than they are asked: faults of a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.drift.changes import Edit
from tests.drift.fault import Within

from datastorage_server.api import Api
from datastorage_server.events import Event, Page, Receipt, Search, Write
from datastorage_server.notifications import Notification, NotificationStore, Recorded
from datastorage_server.store import Store


@dataclass(frozen=True, slots=True)
class Storing:
    """A store that does something else on a write."""

    within: Store
    write: Callable[[Store, Write], Any]

    async def append(self, write: Write) -> Receipt:
        found: Receipt = await self.write(self.within, write)
        return found

    async def recall(self, write: Write) -> Receipt | None:
        return await self.within.recall(write)

    async def find(self, search: Search) -> Page:
        return await self.within.find(search)

    async def ping(self) -> None:
        await self.within.ping()

    async def check_schema(self) -> None:
        await self.within.check_schema()


@dataclass(frozen=True, slots=True)
class Noting:
    """A store of notifications that keeps something else."""

    within: NotificationStore
    edit: Callable[[Notification], Notification]

    async def record(self, notification: Notification, now: datetime) -> Recorded:
        return await self.within.record(self.edit(notification), now)


def storing(write: Callable[[Store, Write], Any]) -> Within:
    return Within(lambda api: with_parts(api, store=Storing(api.store, write)))


def with_parts(api: Api, **parts: Any) -> Api:
    return replace(api, **parts)


def events(edit: Callable[[Event], Event]) -> Within:
    """Return a change of each event that is stored."""

    async def write(store: Store, asked: Write) -> Receipt:
        return await store.append(replace(asked, events=tuple(edit(one) for one in asked.events)))

    return storing(write)


def column(name: str, edit: Edit) -> Within:
    """Return a change of one column of what is stored."""
    return events(lambda event: replace(event, **{name: edit(getattr(event, name))}))


def payload(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Within:
    return events(
        lambda event: replace(event, event_data=json.dumps(edit(json.loads(event.event_data))))
    )


def notes(name: str, edit: Edit) -> Within:
    def change(note: Notification) -> Notification:
        return replace(note, **{name: edit(getattr(note, name))})

    return Within(lambda api: with_parts(api, notifications=Noting(api.notifications, change)))
