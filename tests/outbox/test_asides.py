"""A batch that the server fails on for ever holds up its own groups, and nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.outbox.conftest import (
    DELIVERY,
    Answer,
    Event,
    Events,
    Server,
    event,
    held,
    problem,
)

from apigen.runtime.asides import MOST, STUBBORN, Asides
from apigen.runtime.clients import SyncClient

PATIENCE = 60.0


def _nothing(event: Event) -> None:
    """Return no group."""


class Few(Events):
    """Sends four events at a time."""

    delivery = replace(DELIVERY, max_items=4)


class Ungrouped(Events):
    """Keeps one order of all events."""

    delivery = replace(DELIVERY, max_items=4, grouped=_nothing)


def poisoned(*numbers: int) -> Callable[[list[dict[str, Any]]], Answer | None]:
    return lambda events: problem(500) if any(e["n"] in numbers for e in events) else None


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def filled(client: SyncClient, spool: Path, groups: str, kind: type[Events] = Few) -> Events:
    """Return an outbox with an event of each group, numbered from 0, before any was sent."""
    drains = held(spool)
    outbox = kind(client, spool, linger=0)
    for n, group in enumerate(groups):
        outbox.append(event(n, group))
    drains.release()
    return outbox


def of_group(server: Server, group: str) -> list[int]:
    return [each["n"] for each in server.stored if each["group"] == group]


def test_other_groups_pass_a_batch_that_fails_for_ever(
    server: Server, client: SyncClient, spool: Path
) -> None:
    server.says = poisoned(0)
    with filled(client, spool, "aabb" + "cacbcdda" * 5) as outbox:
        until(lambda: len(of_group(server, "c")) == 15 and len(of_group(server, "d")) == 10)
        assert {each["group"] for each in server.stored} == {"c", "d"}
        server.says = lambda _: None
        assert outbox.flush(PATIENCE)
    groups = "aabb" + "cacbcdda" * 5
    for group in "abcd":
        assert of_group(server, group) == [n for n, each in enumerate(groups) if each == group]
    assert len(server.numbers) == len(groups)


def test_what_comes_later_passes_as_well(server: Server, client: SyncClient, spool: Path) -> None:
    server.says = poisoned(0)
    with filled(client, spool, "a") as outbox:
        until(lambda: bool(server.requests))  # so that the first batch has one event
        for n in range(1, 50):
            outbox.append(event(n, "ab"[n % 2]))
        until(lambda: len(server.numbers) == 25)
        assert of_group(server, "a") == []
        assert of_group(server, "b") == list(range(1, 50, 2))
        assert outbox.stats().waiting == 25


def test_the_halves_of_a_batch_stay_in_order(
    server: Server, client: SyncClient, spool: Path
) -> None:
    def says(events: list[dict[str, Any]]) -> Answer | None:
        if len(events) > 2:
            return problem(422)  # is divided
        return problem(500) if events[0]["n"] == 0 else None

    server.says = says
    with filled(client, spool, "abac" + "bbdd") as outbox:
        until(lambda: of_group(server, "d") == [6, 7])
        assert of_group(server, "a") == of_group(server, "c") == of_group(server, "b") == []
        server.says = lambda _: None
        assert outbox.flush(PATIENCE)
    assert of_group(server, "a") == [0, 2]
    assert of_group(server, "b") == [1, 4, 5]


def test_without_groups_all_wait(server: Server, client: SyncClient, spool: Path) -> None:
    server.says = poisoned(0)
    with filled(client, spool, "abcdefgh", Ungrouped) as outbox:
        until(lambda: len(server.requests) > 2 * STUBBORN)
        assert server.stored == []
        server.says = lambda _: None
        assert outbox.flush(PATIENCE)
    assert server.numbers == list(range(8))


def test_where_all_fails_few_are_tried(server: Server, client: SyncClient, spool: Path) -> None:
    server.says = lambda _: problem(500)
    groups = [chr(ord("a") + n // 4) for n in range(80)]
    with filled(client, spool, "".join(groups)) as outbox:
        until(lambda: len(server.requests) > 3 * MOST * STUBBORN)
        assert len({key for key, _ in server.requests}) == MOST
        server.says = lambda _: None
        assert outbox.flush(PATIENCE)
    assert sorted(server.numbers) == list(range(80))
    assert all(of_group(server, each) == sorted(of_group(server, each)) for each in groups)


def test_after_a_restart_keys_are_the_same(server: Server, client: SyncClient, spool: Path) -> None:
    server.says = poisoned(0)
    outbox = filled(client, spool, "aaaabbbb")
    until(lambda: len(server.numbers) == 4)
    outbox.close(0)
    server.says = lambda _: None
    with Few(client, spool) as outbox:
        assert outbox.flush(PATIENCE)
    assert sorted(server.numbers) == list(range(8))
    assert len({key for key, _ in server.requests}) == 2


@pytest.mark.parametrize("by_server", [True, False])
def test_only_the_servers_own_failure_sets_aside(*, by_server: bool) -> None:
    asides = Asides()
    aside = [asides.failed("key", by_server=by_server) for _ in range(STUBBORN)]
    assert aside == [False] * (STUBBORN - 1) + [by_server]


def test_haste_keeps_to_what_the_server_demanded() -> None:
    asides = Asides()
    for key in ("one", "two"):
        for _ in range(STUBBORN):
            asides.failed(key, by_server=True)
    asides.rest("one", 100.0, 30.0, asked=0.0)
    asides.rest("two", 100.0, 30.0, asked=20.0)
    asides.hurry(0.2)
    assert asides.resting(100.1) == {"one", "two"}
    assert asides.resting(101.0) == {"two"}
    assert asides.resting(121.0) == frozenset()
