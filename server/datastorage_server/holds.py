"""Legal holds: events that nobody may delete, whatever their time of keeping.

A hold is on a correlation, not on rows: what is stored later is held with the rest, and placing a
hold changes no event. The database itself refuses to delete what is held (docs/audit-proof.md).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from datastorage import models as m
from datastorage.problems import ApiError, BadRequest, NotFound

from .problems import PROBLEM_BASE, log_failure, of_database
from .store import StoreError

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedHold:
    """A hold that is in force.

    Attributes:
        events: How many events of the correlation are stored now; all of them are held.

    """

    correlation_id: str
    reason: str
    placed_by: str
    placed_at: datetime
    events: int


class HoldStore(Protocol):
    """Where holds are kept. Every method may raise a StoreError."""

    async def place(
        self, correlation_id: str, reason: str, user: str, now: datetime
    ) -> PlacedHold | None:
        """Place a hold, or replace the one in force; None if the correlation has no events.

        One in force with the same reason by the same user stays as it is.
        """
        ...

    async def release(
        self, correlation_id: str, reason: str, user: str, now: datetime
    ) -> int | None:
        """End the hold in force and return how many events are free; None if there is none."""
        ...

    async def in_force(self) -> Sequence[PlacedHold]:
        """Return all holds in force, the newest first."""
        ...


async def place(
    store: HoldStore, body: m.PlaceLegalHoldRequest, user: str, now: datetime
) -> m.LegalHold:
    """Answer a request to place a hold.

    Raises:
        ApiError: There is no such event, no reason is told, or the database failed.

    """
    _check_told(body.reason, "reason", "missing-reason", "Missing Reason")
    try:
        placed = await store.place(body.correlation_id, body.reason, user, now)
    except StoreError as error:
        raise _failed("placeLegalHold", error, "no hold was placed") from error
    if placed is None:
        raise NotFound(
            "no event carries this correlation",
            type=f"{PROBLEM_BASE}correlation-not-found",
            title="Correlation Not Found",
        )
    return _told(placed)


async def release(
    store: HoldStore,
    correlation_id: str,
    body: m.ReleaseLegalHoldRequest,
    user: str,
    now: datetime,
) -> m.LegalHoldRelease:
    """Answer a request to release a hold.

    Raises:
        ApiError: There is no such hold, no reason is told, or the database failed.

    """
    reason = body.release_reason
    _check_told(reason, "release_reason", "missing-release-reason", "Missing Release Reason")
    try:
        freed = await store.release(correlation_id, reason, user, now)
    except StoreError as error:
        raise _failed("releaseLegalHold", error, "no hold was released") from error
    if freed is None:
        raise NotFound(
            "no legal hold on this correlation is in force",
            type=f"{PROBLEM_BASE}not-found",
            title="Not Found",
        )
    return m.LegalHoldRelease(
        correlation_id=correlation_id, events_released=freed, released_by=user, released_at=now
    )


async def listed(store: HoldStore) -> m.LegalHoldList:
    """Answer a request for the holds in force.

    Raises:
        ApiError: The database failed.

    """
    try:
        found = await store.in_force()
    except StoreError as error:
        raise _failed("listLegalHolds", error, "no holds were read") from error
    return m.LegalHoldList(holds=[_told(hold) for hold in found], total=len(found))


def _check_told(reason: str, member: str, kind: str, title: str) -> None:
    """Raise unless a reason says something: the contract lets white space through."""
    if reason.strip():
        return
    raise BadRequest(
        f"{member} says nothing: name the case",
        type=f"{PROBLEM_BASE}{kind}",
        title=title,
        field_errors={member: "must not be blank"},
    )


def _told(hold: PlacedHold) -> m.LegalHold:
    return m.LegalHold(
        correlation_id=hold.correlation_id,
        events_affected=hold.events,
        placed_by=hold.placed_by,
        placed_at=hold.placed_at,
        reason=hold.reason,
    )


def _failed(operation: str, error: StoreError, effect: str) -> ApiError:
    log_failure(_LOG, operation, error)
    return of_database(error, effect)
