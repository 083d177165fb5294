"""The queue: what it keeps, in which order, for whom, and when it takes no more."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from datastorage_server.databases import parse_database
from datastorage_server.errors import StartError
from datastorage_server.events import Event, Key, Write
from datastorage_server.notifications import Notification, NotificationExists
from datastorage_server.queueing.items import Damaged, Item, decode, encode
from datastorage_server.queueing.place import queue_from
from datastorage_server.queueing.queue import Queue, QueueFull, open_queue
from datastorage_server.store import IdentityTaken, KeyReused

NOW = datetime(2026, 11, 25, 12, 0, 0, 5, tzinfo=UTC)

EVENT = Event(
    event_id=uuid4(),
    version="1.0",
    event_type="gateway.signal.received",
    event_timestamp=NOW,
    event_category="gateway",
    event_action="received",
    event_outcome="success",
    actor_type="service",
    actor_id="gateway-service",
    actor_ip=None,
    resource_type="gateway",
    resource_id="naïve \u2028 \U0001f980 'quote' \"double\"",
    correlation_id="rr-1",
    parent_event_id=uuid4(),
    parent_event_date=None,
    namespace=None,
    cluster_id=None,
    severity="info",
    duration_ms=7,
    error_code=None,
    error_message="line\nline",
    retention_days=2555,
    is_sensitive=True,
    event_data='{"event_type":"gateway.signal.received","n":1.10}',
    extensions='{"x":[1,2]}',
    fingerprint="0" * 64,
)
NOTIFICATION = Notification(
    remediation_id="rr-1",
    notification_id="n-1",
    recipient="#ops",
    channel="slack",
    message_summary="done",
    status="sent",
    sent_at=NOW,
    delivery_status=None,
    error_message=None,
    escalation_level=2,
    idempotency_key="k",
    fingerprint="1" * 64,
)


def some(name: str = "", **changes: object) -> Write:
    """Return a write of one event, under a key if it has a name."""
    event = replace(EVENT, event_id=uuid4(), **changes)  # type: ignore[arg-type]  # any member
    return Write((event,), key=Key(name, "a" * 64) if name else None)


def use(path: Path, work: Callable[[Queue], Awaitable[object]], max_bytes: int = 1 << 20) -> None:
    async def main() -> None:
        async with open_queue(path, lambda: NOW, max_bytes) as queue:
            assert queue is not None
            await work(queue)

    asyncio.run(main())


async def items(queue: Queue) -> list[Item]:
    return [one.item for one in await queue.first(1000)]


@pytest.mark.parametrize(
    "item", [NOTIFICATION, Write((EVENT,), frozenset({EVENT.event_id}), Key("k", "b" * 64))]
)
def test_what_is_queued_reads_back_unchanged(item: Item) -> None:
    assert decode(encode(item)) == item
    for torn in (encode(item)[:-1], encode(item).replace("rr-1", "rr-2"), "", "x"):
        with pytest.raises(Damaged):
            decode(torn)


def test_writes_leave_in_the_order_in_which_they_came_after_a_restart_too(tmp_path: Path) -> None:
    writes: list[Item] = [*(some(f"k{index}") for index in range(50)), NOTIFICATION]

    async def fill(queue: Queue) -> None:
        await asyncio.gather(*(queue.put(write) for write in writes))
        assert await items(queue) == writes

    async def empty(queue: Queue) -> None:
        assert queue.pending == 51
        assert queue.size > 0
        first = await queue.first(20)
        assert [one.item for one in first] == writes[:20]
        await queue.forget([one.number for one in first])
        assert await items(queue) == writes[20:]
        await queue.forget([one.number for one in await queue.first(1000)])
        assert (queue.pending, queue.size, queue.age) == (0, 0, 0)
        await queue.put(some())

    use(tmp_path / "q", fill)
    use(tmp_path / "q", empty)
    use(tmp_path / "q", lambda queue: queue.first(1))


def test_a_repetition_is_queued_once_and_a_contradiction_never(tmp_path: Path) -> None:
    named = some("k")
    event = replace(EVENT, event_id=uuid4())
    chosen = Write((event,), frozenset({event.event_id}))

    async def fill(queue: Queue) -> None:
        again = (named, some("k"), chosen, NOTIFICATION, NOTIFICATION)
        await asyncio.gather(*(queue.put(one) for one in again))  # in one group
        assert await items(queue) == [named, chosen, NOTIFICATION]

    async def contradict(queue: Queue) -> None:
        other = Write((EVENT,), key=Key("k", "c" * 64))
        with pytest.raises(KeyReused):
            await queue.put(other)
        with pytest.raises(IdentityTaken):
            await queue.put(Write((replace(event, fingerprint="d" * 64),), chosen.chosen))
        with pytest.raises(KeyReused):
            await queue.put(replace(NOTIFICATION, fingerprint="e" * 64))
        with pytest.raises(NotificationExists):
            await queue.put(replace(NOTIFICATION, idempotency_key=None))
        assert queue.pending == 3
        await queue.forget([one.number for one in await queue.first(1)])
        await queue.put(other)  # the claim has ended
        assert queue.pending == 3

    use(tmp_path / "q", fill)
    use(tmp_path / "q", contradict)  # claims outlive a restart


def test_a_full_queue_refuses_and_takes_again_when_there_is_room(tmp_path: Path) -> None:
    async def work(queue: Queue) -> None:
        results = await asyncio.gather(
            *(queue.put(some()) for _ in range(20)), return_exceptions=True
        )
        refused = [one for one in results if isinstance(one, QueueFull)]
        assert 0 < len(refused) < 20
        assert queue.pending == 20 - len(refused)
        assert queue.size <= 10_000
        await queue.forget([one.number for one in await queue.first(1)])
        await queue.put(some())

    use(tmp_path / "q", work, max_bytes=10_000)


def test_a_full_disk_refuses_whole_groups_and_keeps_what_was_accepted(tmp_path: Path) -> None:
    async def work(queue: Queue) -> None:
        await queue.put(some("first"))
        connection = queue._journal._connection  # pyright: ignore[reportPrivateUsage] - a small disk
        await queue._do(lambda: connection.execute("PRAGMA max_page_count = 8"))  # pyright: ignore[reportPrivateUsage]
        results: list[object] = []
        for _ in range(50):
            results += await asyncio.gather(queue.put(some()), return_exceptions=True)
        full = [str(one) for one in results if isinstance(one, QueueFull)]
        assert set(full) == {"the disk of the queue is full"}
        kept = queue.pending
        assert kept == 51 - len(full)
        assert len(await items(queue)) == kept
        await queue._do(lambda: connection.execute("PRAGMA max_page_count = 1000"))  # pyright: ignore[reportPrivateUsage]
        await queue.put(some("last"))
        assert len(await items(queue)) == kept + 1

    use(tmp_path / "q", work)


def test_what_is_set_aside_stays_in_the_file_with_its_reason(tmp_path: Path) -> None:
    async def park(queue: Queue) -> None:
        await queue.put(some())
        await queue.put(some("other"))
        (first, _) = await queue.first(2)
        await queue.park(first.number, "the parent event is not stored")
        assert (queue.pending, queue.parked) == (1, 1)
        assert queue.size > 1000

    async def later(queue: Queue) -> None:
        assert (queue.pending, queue.parked) == (1, 1)

    use(tmp_path / "q", park)
    use(tmp_path / "q", later)
    connection = sqlite3.connect(tmp_path / "q")
    rows = connection.execute("SELECT reason FROM queue WHERE parked_at IS NOT NULL").fetchall()
    connection.close()
    assert rows == [("the parent event is not stored",)]


def test_a_queue_belongs_to_one_process(tmp_path: Path) -> None:
    async def work(queue: Queue) -> None:
        with pytest.raises(StartError, match="belongs to another server process"):
            async with open_queue(tmp_path / "q", lambda: NOW):
                pass
        await queue.put(some())

    use(tmp_path / "q", work)
    use(tmp_path / "q", work)


def test_each_write_is_synced_before_it_counts(tmp_path: Path) -> None:
    async def work(queue: Queue) -> None:
        connection = queue._journal._connection  # pyright: ignore[reportPrivateUsage]
        told = [
            connection.execute(f"PRAGMA {name}").fetchone()
            for name in ("journal_mode", "synchronous")
        ]
        assert told == [("wal",), (2,)]

    async def ask(queue: Queue) -> None:
        await queue._do(lambda: None)  # pyright: ignore[reportPrivateUsage]
        await work(queue)

    use(tmp_path / "q", ask)


def test_a_torn_end_costs_nothing_that_was_accepted(tmp_path: Path) -> None:
    """The process is killed; then the last bytes of its log are torn off, as by a power cut."""
    program = (
        "import asyncio, os, sys; sys.path.insert(0, '.')\n"
        "from pathlib import Path\n"
        "from tests.server.test_queue import some, NOW, open_queue\n"
        "async def main():\n"
        "    async with open_queue(Path(sys.argv[1]), lambda: NOW) as queue:\n"
        "        for index in range(5):\n"
        "            await queue.put(some(f'k{index}'))\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "q")], check=False)
    assert done.returncode == -signal.SIGKILL
    log = tmp_path / "q-wal"
    with log.open("ab") as stream:
        stream.write(os.urandom(3000))  # the beginning of a transaction that was not finished

    async def whole(queue: Queue) -> None:
        found = [one.key.text for one in await items(queue) if isinstance(one, Write) and one.key]
        assert found == [f"k{index}" for index in range(5)]

    use(tmp_path / "q", whole)


def test_damage_is_found_at_start_and_in_each_write(tmp_path: Path) -> None:
    async def fill(queue: Queue) -> None:
        for index in range(3):
            await queue.put(some(f"k{index}"))

    use(tmp_path / "q", fill)
    connection = sqlite3.connect(tmp_path / "q")
    connection.execute(
        "UPDATE queue SET content = replace(content, 'rr-1', 'rr-2') WHERE number = 2"
    )
    connection.commit()
    connection.close()

    async def set_aside(queue: Queue) -> None:
        assert (queue.pending, queue.parked) == (2, 1)

    use(tmp_path / "q", set_aside)
    content = bytearray((tmp_path / "q").read_bytes())
    content[100:4096] = os.urandom(3996)
    (tmp_path / "q").write_bytes(content)
    with pytest.raises(StartError, match="is damaged, and accepted writes are in it: keep a copy"):
        use(tmp_path / "q", set_aside)


def test_another_file_is_never_taken_for_a_queue(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "events.db")
    connection.execute("CREATE TABLE audit_events (event_id)")
    connection.close()
    (tmp_path / "text").write_text("something else, and longer than the head of a database" * 9)
    for name, told in (
        ("events.db", "another SQLite database"),
        ("text", "is damaged"),
        ("no/q", "does not exist: create it"),
    ):
        with pytest.raises(StartError, match=told):
            use(tmp_path / name, items)


@pytest.mark.parametrize(
    ("database", "given", "place"),
    [
        ("sqlite:////var/lib/audit.db", {}, "/var/lib/audit.db.queue"),
        ("sqlite:///audit.db", {"DATASTORAGE_QUEUE": "/q"}, "/q"),
        ("sqlite:///audit.db", {"DATASTORAGE_QUEUE": "off"}, None),
        ("sqlite:///:memory:", {}, None),
        ("postgresql://u@h/d", {}, "datastorage.queue"),
        ("postgresql://u@h/d", {"DATASTORAGE_QUEUE": ""}, "datastorage.queue"),
    ],
)
def test_each_database_has_a_place_for_its_queue(
    database: str, given: dict[str, str], place: str | None
) -> None:
    assert queue_from(given, parse_database(database)) == (Path(place) if place else None)
