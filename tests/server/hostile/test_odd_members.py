"""Each member of an event with each odd value: refused by name, or stored and read unchanged."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import httpx
import pytest

from datastorage import models as m
from datastorage_server.testing import running

from .odd_values import ALL

EVENTS = "/api/v1/audit/events"
MEMBERS = tuple(m.AuditEventRequest.model_fields)
SECONDS = 10.0  # a bound on hanging; on a quiet machine each takes milliseconds
"""How long any answer may take."""


@pytest.fixture(scope="module")
def http() -> Generator[httpx.Client]:
    headers = {"Content-Type": "application/json"}
    with (
        running() as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False) as client,
    ):
        yield client


@dataclass(frozen=True, slots=True)
class Posted:
    """An event with one odd member, and what the server said to it."""

    text: str
    correlation_id: str
    answer: httpx.Response


def post(http: httpx.Client, event: dict[str, Any], member: str, odd: str, batch: bool) -> Posted:
    """Send an event as text, one member of it being *odd*."""
    correlation = f"odd-{member}-{time.monotonic_ns()}"
    others = {**event, "correlation_id": correlation}
    others.pop(member, None)
    members = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in others.items()]
    text = "{" + ", ".join([*members, f"{json.dumps(member)}: {odd}"]) + "}"
    path, body = (f"{EVENTS}/batch", f"[{text}]") if batch else (EVENTS, text)
    if member == "correlation_id":
        correlation = str(json.loads(odd)) if '"' in odd else ""
    began = time.monotonic()
    answer = http.post(path, content=body.encode())
    assert time.monotonic() - began < SECONDS
    return Posted(text, correlation, answer)


def assert_refused(answer: httpx.Response, member: str) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"].startswith("https://kubernaut.ai/problems/")
    assert "Traceback" not in answer.text
    assert "sqlite" not in answer.text.lower()
    if problem["type"].endswith("validation-error"):
        assert any(member in field.split(".") for field in problem["field_errors"]), problem


def stored(http: httpx.Client, posted: Posted) -> dict[str, Any]:
    """Return the event as the server tells it, numbers to the last digit."""
    found = http.get(EVENTS, params={"correlation_id": posted.correlation_id})
    assert found.status_code == 200, found.text
    accepted = posted.answer.json()
    identity = accepted["event_id"] if "event_id" in accepted else accepted["event_ids"][0]
    events = json.loads(found.content, parse_float=Decimal)["data"]
    (event,) = (one for one in events if one["event_id"] == identity)
    return cast("dict[str, Any]", event)


@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
@pytest.mark.parametrize("member", MEMBERS)
def test_an_odd_member_is_refused_or_kept(
    http: httpx.Client, members: Any, member: str, batch: bool
) -> None:
    answered = {name: post(http, members(), member, odd, batch) for name, odd in ALL.items()}
    for name, posted in answered.items():
        if posted.answer.status_code != 201:
            assert_refused(posted.answer, member)
            continue
        sent = json.loads(posted.text, parse_float=Decimal)[member]
        if sent is None:
            continue  # as if absent: there may be a default
        assert same(member, stored(http, posted)[member], sent), name


def same(member: str, told: object, sent: object) -> bool:
    """Return whether a member was kept: texts to the character, times and identities by value."""
    if member == "event_timestamp" and isinstance(told, str) and isinstance(sent, str):
        return moment(told) == moment(sent)
    if member == "parent_event_date":
        return told is None  # that of the parent, whatever is sent; here is none
    if member.endswith("event_id"):
        return UUID(str(told)) == UUID(str(sent))
    return told == sent


def moment(text: str) -> datetime:
    """Return the instant of an RFC 3339 text, in whole microseconds."""
    return datetime.fromisoformat(text.upper().replace("Z", "+00:00"))


@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
def test_an_odd_value_below_an_unknown_member_of_the_payload_is_refused_or_kept(
    http: httpx.Client, members: Any, batch: bool
) -> None:
    for name, odd in ALL.items():
        event = members()
        data = json.dumps(event["event_data"])[:-1] + f', "x": {odd}}}'
        posted = post(http, event, "event_data", data, batch)
        if posted.answer.status_code != 201:
            assert_refused(posted.answer, "event_data")
            continue
        told = json.loads(posted.text, parse_float=Decimal)["event_data"]
        assert stored(http, posted)["event_data"] == told, name
