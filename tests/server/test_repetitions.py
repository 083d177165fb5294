"""Whatever is sent twice is stored once, and answered as the first time; on both databases."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from datastorage import DataStorage
from datastorage import models as m
from datastorage.problems import Conflict, UnprocessableContent
from datastorage_server.testing import running

BASE = "https://kubernaut.ai/problems/"


def at_once(count: int, ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """Ask from many threads that all start together."""
    ready = threading.Barrier(count)

    def one(index: int) -> httpx.Response:
        ready.wait()
        return ask(index)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def post(url: str, path: str, content: object, key: str | None = None) -> httpx.Response:
    headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
    return httpx.post(f"{url}{path}", content=json.dumps(content), headers=headers, timeout=30)


EVENTS = "/api/v1/audit/events"
BATCH = "/api/v1/audit/events/batch"
NOTIFICATIONS = "/api/v1/audit/notifications"


def notification(**changes: object) -> dict[str, object]:
    return {
        "remediation_id": "rr-1",
        "notification_id": f"n-{uuid4()}",
        "recipient": "#ops",
        "channel": "slack",
        "message_summary": "done",
        "status": "sent",
        "sent_at": "2026-08-22T12:00:00Z",
        **changes,
    }


def total(client: DataStorage, correlation_id: str) -> int:
    return client.query_audit_events(correlation_id=correlation_id).pagination.total


def verified(client: DataStorage, correlation_id: str) -> m.VerifyChainResponse:
    return client.verify_audit_chain(m.VerifyChainRequest(correlation_id=correlation_id))


def test_the_same_request_many_times_at_once_is_one(
    database_url: str, members: Any, connect: Callable[[str], DataStorage]
) -> None:
    with running(database_url) as url:
        batch: Sequence[Any] = [members() for _ in range(3)]
        chosen = members(event_id=str(uuid4()), correlation_id="chosen")
        one = notification()
        for path, content, key in (
            (BATCH, batch, "b"),
            (EVENTS, members(), "s"),
            (EVENTS, chosen, None),
            (BATCH, [chosen, chosen], None),
            (NOTIFICATIONS, one, "n"),
        ):
            answers = at_once(8, lambda _, a=path, b=content, c=key: post(url, a, b, c))  # type: ignore[misc]  # bound now
            assert {answer.status_code for answer in answers} == {201}, path
            assert len({answer.content for answer in answers}) == 1, path
        client = connect(url)
        assert total(client, "rr-payment-api-7f3a") == 4
        assert total(client, "chosen") == 1
        assert verified(client, "rr-payment-api-7f3a").is_valid


def test_of_different_requests_under_one_key_at_once_one_is_stored(
    database_url: str, members: Any, connect: Callable[[str], DataStorage]
) -> None:
    with running(database_url) as url:
        bodies = [members(resource_id=f"r{index}") for index in range(8)]
        answers = at_once(8, lambda index: post(url, EVENTS, bodies[index], "k"))
        assert sorted(answer.status_code for answer in answers) == [201, *[422] * 7]
        told = next(answer.json() for answer in answers if answer.status_code == 422)
        assert told["type"] == f"{BASE}idempotency-key-reused"
        assert total(connect(url), "rr-payment-api-7f3a") == 1
        again = [post(url, EVENTS, body, "k").status_code for body in bodies]
        assert again == [answer.status_code for answer in answers]


def test_a_key_is_known_after_a_restart(
    database_url: str, members: Any, event: Any, connect: Callable[[str], DataStorage]
) -> None:
    one, batch, told = members(), [members(), members()], notification()
    requests = ((EVENTS, one, "s"), (BATCH, batch, "b"), (NOTIFICATIONS, told, "n"))
    with running(database_url) as url:
        first = [post(url, *request).content for request in requests]
    with running(database_url) as url:
        assert [post(url, *request).content for request in requests] == first
        client = connect(url)
        for ask in (
            lambda: client.create_audit_event(event(), idempotency_key="s"),
            lambda: client.create_audit_event(event(), idempotency_key="b"),
            lambda: client.create_audit_events_batch([event(), event()], idempotency_key="b"),
            lambda: client.create_notification_audit(
                m.NotificationAudit.model_validate_json(json.dumps(notification())),
                idempotency_key="n",
            ),
        ):
            with pytest.raises(UnprocessableContent) as refused:
                ask()
            assert refused.value.type == f"{BASE}idempotency-key-reused"
        assert total(client, "rr-payment-api-7f3a") == 3


def test_the_order_of_members_and_white_space_make_no_other_request(
    database_url: str, members: Any
) -> None:
    with running(database_url) as url:
        one = members()
        turned = dict(reversed(one.items()))
        headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
        answers = [
            httpx.post(f"{url}{EVENTS}", content=text, headers=headers)
            for text in (json.dumps(one), json.dumps(turned, indent=3))
        ]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].content == answers[1].content


def test_a_notification_without_a_key_is_refused_the_second_time(
    database_url: str, connect: Callable[[str], DataStorage]
) -> None:
    with running(database_url) as url:
        one = m.NotificationAudit.model_validate_json(json.dumps(notification()))
        client = connect(url)
        client.create_notification_audit(one)
        with pytest.raises(Conflict):
            client.create_notification_audit(one)
