"""What is appended is sent: once, in order, whatever the server says meanwhile."""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.outbox.conftest import (
    DELIVERY,
    Event,
    Events,
    Identified,
    Server,
    event,
    held,
    now,
    problem,
)

from apigen.runtime.clients import SyncClient
from apigen.runtime.outbox import AsyncOutbox


class AsyncEvents(AsyncOutbox[Event]):
    outbox = Events


def test_what_is_appended_is_sent_in_order(server: Server, client: SyncClient, spool: Path) -> None:
    with Events(client, spool, linger=0) as outbox:
        for n in range(1200):
            outbox.append(event(n))
        assert outbox.flush(60)
        stats = outbox.stats()
    assert server.numbers == list(range(1200))
    assert max(len(events) for _, events in server.requests) <= 500
    assert (stats.appended, stats.sent, stats.parked, stats.waiting) == (1200, 1200, 0, 0)
    assert len({key for key, _ in server.requests}) == len(server.requests)


def test_a_batch_keeps_within_the_bytes(server: Server, client: SyncClient, spool: Path) -> None:
    drains = held(spool)
    with Events(client, spool) as outbox:
        for n in range(40):
            outbox.append(event(n, text="x" * 30_000))
        drains.release()
        assert outbox.flush(60)
    assert server.numbers == list(range(40))
    assert all(len(body) <= DELIVERY.max_bytes for body in server.bodies.values())
    assert all(len(events) == 8 for _, events in server.requests)


def test_threads_and_tasks_append_at_once(server: Server, client: SyncClient, spool: Path) -> None:
    with Events(client, spool) as outbox:

        def work(group: int) -> None:
            for n in range(50):
                outbox.append(event(n, str(group)))

        threads = [threading.Thread(target=work, args=(group,)) for group in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outbox.flush(60)

    async def run() -> None:
        async with AsyncEvents(client, spool) as awaited:

            async def task(group: int) -> None:
                for n in range(10):
                    await awaited.append(event(n, f"task {group}"))

            await asyncio.gather(*(task(group) for group in range(20)))
            assert await awaited.flush(60)
            assert (await awaited.stats()).waiting == 0

    asyncio.run(run())
    by_group: dict[str, list[int]] = {}
    for each in server.stored:
        by_group.setdefault(each["group"], []).append(each["n"])
    assert len(by_group) == 28
    assert all(numbers == sorted(set(numbers)) for numbers in by_group.values())
    assert sum(map(len, by_group.values())) == 8 * 50 + 20 * 10


@pytest.mark.parametrize("status", [401, 403, 404, 405, 408, 409, 425, 429, 500, 502, 503, 507])
def test_an_answer_that_does_not_judge_the_batch_keeps_it(
    server: Server, client: SyncClient, spool: Path, status: int
) -> None:
    left = 3

    def says(events: list[dict[str, Any]]) -> Any:
        nonlocal left
        left -= 1
        return problem(status) if left >= 0 else None

    server.says = says
    drains = held(spool)
    with Events(client, spool) as outbox:
        outbox.append(event(1))
        outbox.append(event(2))
        drains.release()
        assert outbox.flush(60)
        assert outbox.stats().parked == 0
    assert server.numbers == [1, 2]
    assert len({key for key, _ in server.requests}) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (400, {"content-type": "text/html"}, b"<h1>Bad Request</h1>"),
        (400, {}, b""),
        (413, {"content-type": "application/json"}, b"{}"),
        (422, {"content-type": "application/problem+json"}, b"not JSON"),
        (200, {"content-type": "text/html"}, b"<h1>Welcome to our network</h1>"),
        (201, {"content-type": "application/json"}, b'{"count": '),
        (302, {"location": "/login"}, b""),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("reset"),
        RuntimeError("a fault of a hook"),
    ],
    ids=str,
)
def test_an_answer_that_is_not_of_the_contract_keeps_the_batch(
    server: Server, client: SyncClient, spool: Path, answer: Any
) -> None:
    answers = [answer, answer]
    server.says = lambda _: answers.pop() if answers else None
    with Events(client, spool) as outbox:
        outbox.append(event(1))
        outbox.append(event(2))
        assert outbox.flush(60)
        assert outbox.stats().parked == 0
    assert server.numbers == [1, 2]


def test_a_lost_answer_stores_nothing_twice(
    server: Server, client: SyncClient, spool: Path
) -> None:
    server.loses = 3
    drains = held(spool)
    with Events(client, spool) as outbox:
        for n in range(10):
            outbox.append(event(n))
        drains.release()
        assert outbox.flush(60)
    assert server.numbers == list(range(10))
    assert len(server.bodies) == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_one_poison_event_among_a_thousand_costs_one_parked_event(
    server: Server, client: SyncClient, spool: Path, status: int
) -> None:
    server.says = lambda events: (
        problem(status) if any(each["n"] == 617 for each in events) else None
    )
    drains = held(spool)
    with Events(client, spool) as outbox:
        for n in range(1000):
            outbox.append(event(n))
        drains.release()
        flushed = outbox.flush(60)
        stats = outbox.stats()
    assert not flushed
    assert (flushed.waiting, flushed.parked) == (0, 1)
    assert server.numbers == [n for n in range(1000) if n != 617]
    assert (stats.sent, stats.parked, stats.held, stats.waiting) == (999, 1, 1, 0)
    keys = [key for key, _ in server.requests]
    assert len(keys) == len(set(keys))  # each half has a key of its own


def test_a_body_that_is_too_large_is_halved_by_bytes(
    server: Server, client: SyncClient, spool: Path
) -> None:
    server.says = lambda events: (
        problem(413) if sum(len(each["text"]) for each in events) > 50_000 else None
    )
    drains = held(spool)
    with Events(client, spool) as outbox:
        outbox.append(event(0, text="x" * 49_000))
        for n in range(1, 100):
            outbox.append(event(n, text="x" * 100))
        drains.release()
        assert outbox.flush(60)
    assert server.numbers == list(range(100))
    assert [len(events) for _, events in server.requests] == [100, 1, 99]


def test_a_key_that_was_used_for_something_else_divides_nothing(
    server: Server, client: SyncClient, spool: Path
) -> None:
    reused = [problem(422, "https://x.test/idempotency-key-reused")] * 2
    server.says = lambda _: reused.pop() if reused else None
    with Events(client, spool) as outbox:
        outbox.append(event(1))
        assert outbox.flush(60)
        assert outbox.stats().parked == 0
    assert len({key for key, _ in server.requests}) == 1


def test_where_events_have_an_identity_such_a_key_is_replaced(
    server: Server, client: SyncClient, spool: Path
) -> None:
    reused = [problem(422, "https://x.test/idempotency-key-reused")]
    server.says = lambda _: reused.pop() if reused else None
    with Identified(client, spool) as outbox:
        outbox.append(event(1))
        assert outbox.flush(60)
    (first, [before]), (second, [after]) = server.requests
    assert first != second
    assert before == after
    assert before["event_id"]


def test_events_that_became_too_old_are_parked_and_counted(
    server: Server, client: SyncClient, spool: Path
) -> None:
    with Events(client, spool) as outbox:
        for n in range(300):
            outbox.append(event(n, at=now() - timedelta(days=8 if n % 3 == 0 else 6)))
        flushed = outbox.flush(60)
        assert (flushed.waiting, flushed.parked) == (0, 100)
        assert outbox.stats().held == 100
    assert server.numbers == [n for n in range(300) if n % 3]


def test_the_incident_replayed_drops_nothing_and_names_the_layer(
    server: Server, client: SyncClient, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Three failures, then silence, then recovery: there it read AUDIT DATA LOSS."""
    script: list[Any] = [problem(500), problem(500), problem(500)]
    script += [httpx.ReadTimeout("silence")] * 3
    server.says = lambda _: script.pop(0) if script else None
    with caplog.at_level(logging.INFO), Events(client, spool) as outbox:
        for n in range(100):
            outbox.append(event(n, f"rr-{n % 5}"))
        assert outbox.flush(60)
    assert server.numbers == list(range(100))
    said = [record.getMessage() for record in caplog.records]
    assert sum("[service]" in line and "attempt" in line for line in said) == 3
    assert sum("[network]" in line for line in said) == 3
    assert any("sending again, after 6 failed attempts" in line for line in said)


def test_retry_after_is_obeyed_even_when_hurried(
    server: Server, client: SyncClient, spool: Path
) -> None:
    answers = [problem(429, **{"retry-after": "1"})]
    server.says = lambda _: answers.pop() if answers else None
    with Events(client, spool) as outbox:
        outbox.append(event(1))
        assert outbox.flush(0.5).waiting == 1
        assert outbox.flush(60)


def test_flush_tells_the_truth(server: Server, client: SyncClient, spool: Path) -> None:
    server.says = lambda _: problem(503)
    with Events(client, spool) as outbox:
        outbox.append(event(1))
        flushed = outbox.flush(0.1)
        assert not flushed
        assert flushed.waiting == 1
        server.says = lambda _: None
        assert outbox.flush(60)


def test_what_is_not_sent_before_closing_is_sent_by_the_next(
    server: Server, client: SyncClient, spool: Path
) -> None:
    server.says = lambda _: problem(503)
    drains = held(spool)
    outbox = Events(client, spool)
    for n in range(10):
        outbox.append(event(n))
    drains.release()
    assert outbox.close(0.2).waiting == 10
    keys = {key for key, _ in server.requests}
    server.says = lambda _: None
    with Events(client, spool) as again:
        assert again.flush(60)
    assert server.numbers == list(range(10))
    assert {key for key, _ in server.requests} == keys  # the same key over the restart


def test_only_one_of_two_drains_a_shared_spool(
    server: Server, client: SyncClient, spool: Path
) -> None:
    with Events(client, spool, linger=0) as one, Events(client, spool, linger=0) as two:
        for n in range(200):
            (one if n % 2 else two).append(event(n))
        assert two.flush(60)
        one.close()
        two.append(event(200))
        assert two.flush(60)  # the other one goes on
    assert server.numbers == list(range(201))
