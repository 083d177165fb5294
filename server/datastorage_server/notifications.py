"""Audits of notifications: the older, flat record of messages sent to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One attempt to deliver a message about a remediation.

    Attributes:
        sent_at: When the attempt was made, in UTC.
        idempotency_key: The key of the request, if it had one.
        fingerprint: SHA-256 of what was sent, to tell a repetition from another record.

    """

    remediation_id: str
    notification_id: str
    recipient: str
    channel: str
    message_summary: str
    status: str
    sent_at: datetime
    delivery_status: str | None
    error_message: str | None
    escalation_level: int | None
    idempotency_key: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A notification as it is stored, with its number; times are in UTC."""

    id: int
    notification: Notification
    created_at: datetime
    updated_at: datetime


class NotificationExists(Exception):  # noqa: N818 - named after what happened, as the store's errors are
    """A record of the notification is stored.

    Attributes:
        same: Whether it says the same.

    """

    def __init__(self, *, same: bool = False) -> None:
        super().__init__("the notification is recorded already")
        self.same = same


class NotificationStore(Protocol):
    """Where notifications are kept."""

    async def record(self, notification: Notification, now: datetime) -> Recorded:
        """Store a notification durably; a repetition under its key returns the first record.

        Raises:
            NotificationExists: A record of the notification is stored already.
            KeyReused: The idempotency key belongs to another record.
            StoreError: The database failed; nothing was written.

        """
        ...
