"""Chaos in short; ``nox -s chaos`` is the long form, on a PostgreSQL that is killed as well."""

from __future__ import annotations

import http.server
import json
import random
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.chaos.campaign import Sqlite, run
from tests.chaos.oracle import Named, judge
from tests.chaos.proxy import CLEAR, Fault, Kind, Proxy
from tests.chaos.workers import TIMEOUT, made

from datastorage import DataStorage
from datastorage.outbox import DataStorageAudit


def test_nothing_is_lost_twice_or_disordered_while_all_is_killed(tmp_path: Path) -> None:
    outcome = run(tmp_path, Sqlite(tmp_path / "events.db"), rounds=4, events=240, seed=7)
    assert outcome.judgement, str(outcome)
    assert outcome.parked == 0
    assert outcome.taken > 700


class Stub:
    """A server that stores batches in memory, each key once: quick enough for a thousand cuts."""

    def __init__(self) -> None:
        self.stored: list[Named] = []
        self.keys: set[str] = set()
        self.forgets_keys = False
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                events = json.loads(self.rfile.read(int(self.headers["content-length"])))
                key = self.headers["idempotency-key"]
                if stub.forgets_keys or key not in stub.keys:
                    stub.stored += [(e["correlation_id"], int(e["resource_id"])) for e in events]
                stub.keys.add(key)
                ids = [event["event_id"] for event in events]
                answer = json.dumps({"event_ids": ids, "message": "stored"}).encode()
                self.send_response(201)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
                return

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = False

            def handle_error(self, request: object, client_address: object) -> None:
                return  # its peers vanish on purpose

        self.server = Server(("127.0.0.1", 0), Handler)

    def __enter__(self) -> Stub:
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def stub() -> Generator[Stub]:
    with Stub() as found:
        yield found


def cut_everywhere(stub: Stub, spool: Path, kind: Kind, positions: range) -> list[Named]:
    """Send an event through a connection that is cut at each position; return what was taken."""
    faults: list[Fault] = []
    taken: list[Named] = []
    with Proxy(stub.server.server_address[1]) as proxy:
        proxy.weather = lambda: faults.pop() if faults else CLEAR
        for at in positions:
            faults.append(Fault(kind, at))
            # A client of its own, so that there is no connection from before.
            with (
                DataStorage(f"http://127.0.0.1:{proxy.port}", timeout=TIMEOUT) as client,
                DataStorageAudit(client, spool, linger=0) as audit,
            ):
                audit.append(made("cut", at))
                taken.append(("cut", at))
                assert audit.flush(10), f"{kind} at byte {at}"
        assert proxy.seen[kind] == len(positions)
    return taken


@pytest.mark.parametrize(
    ("kind", "positions"),
    [
        ("reset request", range(0, 1200, 60)),
        ("reset response", range(0, 260, 20)),
        ("cut response", range(0, 260, 20)),
    ],
)
def test_a_cut_at_any_byte_costs_nothing(
    stub: Stub, tmp_path: Path, kind: Kind, positions: range
) -> None:
    taken = cut_everywhere(stub, tmp_path / "audit.spool", kind, positions)
    found = judge(taken, stub.stored)
    assert found, str(found)


def test_a_server_that_forgets_keys_is_found_out(stub: Stub, tmp_path: Path) -> None:
    """The kit sees what it is there for, end to end."""
    stub.forgets_keys = True
    taken = cut_everywhere(stub, tmp_path / "audit.spool", "reset response", range(0, 50, 10))
    assert judge(taken, stub.stored).twice


def test_a_storm_has_all_kinds_of_faults() -> None:
    from tests.chaos.proxy import KINDS, storm

    weather = storm(random.Random(1), 1.0)
    assert {weather().kind for _ in range(500)} == set(KINDS)
