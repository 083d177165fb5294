"""Audits of notifications through the generated client, on each database."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from datastorage import DataStorage
from datastorage import models as m
from datastorage.problems import Conflict, UnprocessableContent
from datastorage_server.testing import running


@pytest.fixture
def client(database_url: str) -> Generator[DataStorage]:
    with running(database_url) as url, DataStorage(url) as connected:
        yield connected


def notification(**changes: Any) -> m.NotificationAudit:
    members: dict[str, Any] = {
        "remediation_id": "rr-1",
        "notification_id": "nr-1",
        "recipient": "#ops-é😀",
        "channel": m.Channel.SLACK,
        "message_summary": "Pods restart",
        "status": m.NotificationAuditStatus.SENT,
        "sent_at": datetime(2026, 8, 22, 12, 0, 0, 5, tzinfo=UTC),
        **changes,
    }
    return m.NotificationAudit(**members)


def stored(answer: object) -> m.NotificationAuditResponse:
    assert isinstance(answer, m.NotificationAuditResponse)
    return answer


def test_a_notification_is_stored_as_it_was_sent(client: DataStorage) -> None:
    sent = notification(escalation_level=5, delivery_status=None, error_message="x" * 1000)
    told = stored(client.create_notification_audit(sent))
    names = sent.model_fields_set
    assert told.model_dump(include=names) == sent.model_dump(include=names)
    assert told.id == 1
    assert told.created_at == told.updated_at
    second = stored(client.create_notification_audit(notification(notification_id="nr-2")))
    assert second.id > told.id


def test_a_notification_is_recorded_once(client: DataStorage) -> None:
    client.create_notification_audit(notification())
    for again in (notification(), notification(recipient="other")):
        with pytest.raises(Conflict) as refused:
            client.create_notification_audit(again)
        assert refused.value.field_errors == {"notification_id": "is recorded already"}


def test_a_repetition_under_its_key_gets_the_first_answer(client: DataStorage) -> None:
    first = stored(client.create_notification_audit(notification(), idempotency_key="k"))
    assert client.create_notification_audit(notification(), idempotency_key="k") == first
    with pytest.raises(UnprocessableContent):
        client.create_notification_audit(notification(recipient="other"), idempotency_key="k")
    with pytest.raises(Conflict):
        client.create_notification_audit(notification(), idempotency_key="another")


def test_repetitions_at_once_store_one_record(client: DataStorage) -> None:
    def record(_: int) -> int:
        answer = client.create_notification_audit(notification(), idempotency_key="k")
        return stored(answer).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(record, range(16)))) == 1
