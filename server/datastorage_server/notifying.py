"""Recording notifications: from a request into the store."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from datastorage import models as m
from datastorage.problems import Conflict

from .notifications import Notification, NotificationExists, NotificationStore, Recorded
from .problems import PROBLEM_BASE, log_failure, of_write
from .queueing.detour import Queued, stored
from .queueing.draining import Drain
from .store import KeyReused, StoreError

_LOG: Final = logging.getLogger(__name__)


async def record(
    store: NotificationStore,
    body: m.NotificationAudit,
    sent: Mapping[str, Any],
    key: str | None,
    now: datetime,
    drain: Drain | None,
) -> m.NotificationAuditResponse | m.AsyncAcceptanceResponse:
    """Store a notification; *sent* is the body as plain JSON.

    With a queue to drain, it is queued while the database cannot be written.

    Raises:
        ApiError: It is recorded already, the key was used before, or the database failed.

    """
    asked = _notification(body, sent, key)
    try:
        found = await stored(drain, asked, lambda: store.record(asked, now.astimezone(UTC)))
    except NotificationExists:
        raise Conflict(
            f"the notification {body.notification_id} is recorded already",
            type=f"{PROBLEM_BASE}conflict",
            title="Resource Conflict",
            field_errors={"notification_id": "is recorded already"},
        ) from None
    except StoreError as error:
        if not isinstance(error, KeyReused):
            log_failure(_LOG, "createNotificationAudit", error)
        raise of_write(error, {0: ""}) from error
    if isinstance(found, Queued):
        return m.AsyncAcceptanceResponse(
            status="accepted", message="audit record queued for processing"
        )
    return _told(found, sent)


def _notification(
    body: m.NotificationAudit, sent: Mapping[str, Any], key: str | None
) -> Notification:
    text = json.dumps(sent, sort_keys=True, separators=(",", ":"))
    return Notification(
        remediation_id=body.remediation_id,
        notification_id=body.notification_id,
        recipient=body.recipient,
        channel=body.channel.value,
        message_summary=body.message_summary,
        status=body.status.value,
        sent_at=body.sent_at.astimezone(UTC),
        delivery_status=body.delivery_status,
        error_message=body.error_message,
        escalation_level=body.escalation_level,
        idempotency_key=key,
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
    )


def _told(found: Recorded, sent: Mapping[str, Any]) -> m.NotificationAuditResponse:
    """Return a record in the contract's form; what was not sent is not told."""
    one = found.notification
    members: dict[str, Any] = {
        "delivery_status": one.delivery_status,
        "error_message": one.error_message,
        "escalation_level": one.escalation_level,
    }
    return m.NotificationAuditResponse.model_construct(
        id=found.id,
        remediation_id=one.remediation_id,
        notification_id=one.notification_id,
        recipient=one.recipient,
        channel=m.Channel(one.channel),
        message_summary=one.message_summary,
        status=m.NotificationAuditStatus(one.status),
        sent_at=one.sent_at,
        created_at=found.created_at,
        updated_at=found.updated_at,
        **{name: value for name, value in members.items() if name in sent},
    )
