"""Legal holds: what is held, and what the service tells of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.server.holding import CASE, events, hold, release

from datastorage import DatabaseError, DataStorage
from datastorage import models as m
from datastorage.problems import BadRequest, NotFound
from datastorage_server.databases import parse_database
from datastorage_server.holds import PlacedHold
from datastorage_server.sql.holds import SqlHolds
from datastorage_server.sql.opening import open_database
from datastorage_server.testing import running

Sql = Callable[..., list[list[tuple[Any, ...]]]]

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def ds(database_url: str) -> Generator[DataStorage]:
    with running(database_url) as url, DataStorage(url) as client:
        yield client


def test_a_hold_is_on_all_events_of_its_correlation_and_on_later_ones(
    ds: DataStorage, event: Any
) -> None:
    ds.create_audit_events_batch([event(correlation_id=CASE) for _ in range(3)])
    ds.create_audit_event(event(correlation_id="rr-2"))
    placed = hold(ds)
    assert (placed.correlation_id, placed.events_affected) == (CASE, 3)
    assert (placed.placed_by, placed.reason) == ("anonymous", "Case 7")
    ds.create_audit_event(event(correlation_id=CASE))
    told = events(ds)
    assert [one.legal_hold for one in told] == [True] * 4
    assert {one.legal_hold_reason for one in told} == {"Case 7"}
    assert {one.legal_hold_placed_at for one in told} == {placed.placed_at}
    (other,) = ds.query_audit_events(correlation_id="rr-2").data or []
    assert (other.legal_hold, other.legal_hold_reason) == (False, None)
    (listed,) = ds.list_legal_holds().holds
    assert listed == placed.model_copy(update={"events_affected": 4})


def test_a_release_is_told_by_the_events_and_a_hold_can_come_again(
    ds: DataStorage, event: Any
) -> None:
    ds.create_audit_events_batch([event(correlation_id=CASE) for _ in range(2)])
    hold(ds)
    assert release(ds).events_released == 2
    assert ds.list_legal_holds() == m.LegalHoldList(holds=[], total=0)
    told = events(ds)[0]
    assert (told.legal_hold, told.legal_hold_reason) == (False, "Case 7 [Released: closed]")
    assert told.legal_hold_placed_by == "anonymous"
    with pytest.raises(NotFound, match="no legal hold on this correlation is in force"):
        release(ds)
    hold(ds, "Case 8")
    assert {one.legal_hold_reason for one in events(ds)} == {"Case 8"}


def test_placing_again_replaces_the_hold_and_the_same_hold_stays(
    ds: DataStorage, event: Any, database_url: str, sql: Sql
) -> None:
    ds.create_audit_event(event(correlation_id=CASE))
    first = hold(ds)
    assert hold(ds) == first
    assert hold(ds, "Case 8").placed_at > first.placed_at
    assert [one.reason for one in ds.list_legal_holds().holds] == ["Case 8"]
    (rows,) = sql(database_url, "SELECT reason, release_reason FROM legal_holds ORDER BY sequence")
    assert rows == [("Case 7", "replaced by another hold"), ("Case 8", None)]


def test_holds_are_listed_newest_first(ds: DataStorage, event: Any) -> None:
    for name in ("rr-a", "rr-b", "rr-c"):
        ds.create_audit_event(event(correlation_id=name))
        hold(ds, correlation_id=name)
    listed = ds.list_legal_holds()
    assert [one.correlation_id for one in listed.holds] == ["rr-c", "rr-b", "rr-a"]
    assert listed.total == 3


def test_what_cannot_be_held_is_not_found(ds: DataStorage) -> None:
    with pytest.raises(NotFound) as told:
        hold(ds)
    assert told.value.type == "https://kubernaut.ai/problems/correlation-not-found"
    assert ds.list_legal_holds().total == 0
    with pytest.raises(NotFound):
        release(ds)


def test_a_hold_needs_a_reason_that_says_something(ds: DataStorage, event: Any) -> None:
    ds.create_audit_event(event(correlation_id=CASE))
    with pytest.raises(BadRequest, match="reason: must not be blank") as told:
        hold(ds, " \t\u3000")
    assert told.value.type == "https://kubernaut.ai/problems/missing-reason"
    hold(ds, "\U0001f512" * 2000)
    with pytest.raises(BadRequest) as told:
        release(ds, "\n")
    assert told.value.type == "https://kubernaut.ai/problems/missing-release-reason"
    odd = "Ünïcode'; DROP TABLE legal_holds; --"
    release(ds, odd)
    assert (events(ds)[0].legal_hold_reason or "").endswith(f"[Released: {odd}]")


def test_of_many_who_place_a_hold_at_once_one_is_in_force(database_url: str, event: Any) -> None:
    with running(database_url) as url, DataStorage(url) as client:
        client.create_audit_event(event(correlation_id=CASE))

    async def main() -> tuple[list[PlacedHold | None], int]:
        async with open_database(parse_database(database_url)) as database:
            store = SqlHolds(database)
            placing = [store.place(CASE, f"Case {n % 4}", "me", NOW) for n in range(12)]
            return list(await asyncio.gather(*placing)), len(await store.in_force())

    placed, in_force = asyncio.run(main())
    assert all(placed)
    assert in_force == 1


def test_a_database_without_its_tables_is_told_of(tmp_path: Path) -> None:
    missing = "the table audit_events is missing: run 'datastorage-server migrate'"
    with running(f"sqlite:///{tmp_path / 'bare.db'}", migrate=False) as url, DataStorage(url) as ds:
        for ask in (
            partial(hold, ds),
            partial(release, ds),
            ds.list_legal_holds,
            ds.export_audit_events,
        ):
            with pytest.raises(DatabaseError, match=missing):
                ask()
