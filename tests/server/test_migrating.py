"""docs/migrating.md does what it says: each *before* and each *after* is run, against a server."""

import asyncio
import logging
import re
import textwrap
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server.conftest import MakeEvent, MakeMembers

from datastorage import ApiError, AsyncDataStorage, DataStorage
from datastorage import models as m
from datastorage.outbox import DataStorageAudit
from datastorage.server import DataStorageApi

PAGE = Path(__file__).parents[2] / "docs" / "migrating.md"
_LINES = re.MULTILINE | re.DOTALL
BLOCK = re.compile(r"^## (?P<title>.+?)\n|^```python\n(?P<code>.*?)^```$", _LINES)
HALVES = re.compile(
    r"^# before\n(?P<before>.*?)^# after.*?\n(?P<after>.*)", re.MULTILINE | re.DOTALL
)
Half = dict[str, str]


def examples() -> dict[str, Half]:
    """Return the two halves of each example, by the section that it stands in."""
    found: dict[str, Half] = {}
    title = ""
    for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        title = match["title"] or title
        if match["code"]:
            halves = HALVES.fullmatch(match["code"])
            assert halves, f"an example of '{title}' has no before and after"
            assert title not in found
            found[title] = halves.groupdict()
    return found


EXAMPLES = examples()


class Stub(DataStorageApi):
    """What a service author writes for a test: one operation of the stub."""

    async def create_audit_event(
        self, body: m.AuditEventRequest, *, idempotency_key: str | None
    ) -> m.AuditEventResponse:
        del idempotency_key
        return m.AuditEventResponse.model_validate_json(
            f'{{"event_id": "{body.event_id}", "message": "stored", '
            '"event_timestamp": "2026-01-01T00:00:00Z"}'
        )


def run(code: str, **given: Any) -> dict[str, Any]:
    """Run an example; return what it named. It may await, and it may yield."""
    lines = textwrap.indent(code, "    ")
    words = set(re.sub(r"#.*", "", code).split())
    is_generator, awaits = "yield" in words, bool(words & {"async", "await"})
    end = "" if is_generator else "\n    return dict(locals())"
    source = f"{'async ' if awaits else ''}def example():\n{lines}{end}\n"
    names: dict[str, Any] = {"m": m, "httpx": httpx, "ApiError": ApiError, **CLIENTS, **given}
    exec(compile(source, PAGE.name, "exec"), names)
    made = names["example"]()
    if is_generator:
        return {"yielded": list(made)}
    named: dict[str, Any] = asyncio.run(made) if awaits else made
    return named


CLIENTS: dict[str, Any] = {
    "DataStorage": DataStorage,
    "AsyncDataStorage": AsyncDataStorage,
    "DataStorageAudit": DataStorageAudit,
}


def test_every_example_is_run_here() -> None:
    assert set(EXAMPLES) == {
        "A call",
        "Awaited",
        "Pages",
        "Errors",
        "A buffer of your own",
        "Tests",
    }


def test_a_call(url: str, members: MakeMembers, event: MakeEvent) -> None:
    example = EXAMPLES["A call"]
    before = run(example["before"], base=url, event_dict=members())
    after = run(example["after"], base=url, event=event(), key="k-1")
    assert before["event_id"] != str(after["event_id"])
    with DataStorage(url) as ds:
        stored = {str(each.event_id) for each in ds.iter_audit_events()}
    assert stored == {before["event_id"], str(after["event_id"])}


def test_awaited(url: str, event: MakeEvent) -> None:
    with DataStorage(url) as ds:
        ds.create_audit_event(event(correlation_id="one"))
        ds.create_audit_event(event(correlation_id="two"))
    before = run(EXAMPLES["Awaited"]["before"], base=url, name="one")
    after = run(EXAMPLES["Awaited"]["after"], base=url, name="one")
    [old], [new] = before["response"].json()["data"], after["page"].data
    assert old["event_id"] == str(new.event_id)
    assert old["correlation_id"] == new.correlation_id == "one"


def test_pages(url: str, event: MakeEvent) -> None:
    with DataStorage(url) as ds, httpx.Client(base_url=url) as http:
        ds.create_audit_events_batch([event() for _ in range(250)])
        before = run(EXAMPLES["Pages"]["before"], http=http)["yielded"]
        after = run(EXAMPLES["Pages"]["after"], ds=ds)["yielded"]
    assert [each["event_id"] for each in before] == [str(each.event_id) for each in after]
    assert len(after) == 250


def test_errors(
    url: str, event: MakeEvent, members: MakeMembers, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger("example")
    wrong = {**members(), "event_timestamp": "1999-01-01T00:00:00Z"}
    late = event(event_timestamp=wrong["event_timestamp"])
    with DataStorage(url) as ds, httpx.Client(base_url=url) as http:
        path = "/api/v1/audit/events"
        run(EXAMPLES["Errors"]["before"], http=http, path=path, body=wrong, log=log)
        run(EXAMPLES["Errors"]["after"], ds=ds, event=late, log=log)
    old, new = (record.getMessage() for record in caplog.records if record.name == "example")
    assert old.startswith("status 400")
    assert "POST" in new
    assert "event_timestamp" in new
    assert "\n" not in new


def test_errors_of_the_network(event: MakeEvent, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("example")
    nobody = "http://127.0.0.1:9"
    with DataStorage(nobody) as ds, httpx.Client(base_url=nobody) as http:
        run(EXAMPLES["Errors"]["before"], http=http, path="/", body={}, log=log)
        run(EXAMPLES["Errors"]["after"], ds=ds, event=event(), log=log)
    old, new = (record.getMessage() for record in caplog.records if record.name == "example")
    assert old.startswith("network")
    assert "network" in new


def test_a_buffer_of_your_own(url: str, event: MakeEvent, tmp_path: Path) -> None:
    spool = str(tmp_path / "audit.spool")
    code = EXAMPLES["A buffer of your own"]["after"]
    assert "/var/lib/gateway/audit.spool" in code
    given = event()
    made = run(code.replace("/var/lib/gateway/audit.spool", spool), base=url, event=given)
    with made["audit"] as audit:
        assert audit.flush(60)
    with DataStorage(url) as ds:
        [stored] = ds.iter_audit_events()
    assert stored.correlation_id == given.correlation_id


def test_tests(event: MakeEvent) -> None:
    made = run(EXAMPLES["Tests"]["after"], MyApi=Stub)
    given = event(event_id="6d7a5f0e-2b1c-4c3d-8e9f-0a1b2c3d4e5f")
    ds: AsyncDataStorage = made["ds"]

    async def call() -> object:
        async with made["http"]:
            return await ds.create_audit_event(given)

    answer = asyncio.run(call())
    assert isinstance(answer, m.AuditEventResponse)
    assert answer.event_id == given.event_id
