"""Problems: what the server says when it refuses or fails, in the contract's registered types."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from datastorage import models as m
from datastorage.problems import (
    ApiError,
    BadRequest,
    Conflict,
    InternalServerError,
    ServiceUnavailable,
    UnprocessableContent,
)

from .store import (
    IdentityTaken,
    KeyReused,
    ParentsMissing,
    PartitionMissing,
    Refusal,
    SchemaMissing,
    StoreError,
    StoreFailed,
    StoreUnavailable,
)

PROBLEM_BASE: Final = "https://kubernaut.ai/problems/"
"""Where the contract's types of problems lie."""

RETRY_AFTER: Final = "5"
"""Seconds after which a database that was away is worth another try."""


def refused(detail: str, fields: Mapping[str, str]) -> BadRequest:
    """Return the problem of a request that breaks a rule of the service."""
    return BadRequest(
        detail,
        type=f"{PROBLEM_BASE}validation-error",
        title="Validation Error",
        field_errors=dict(fields),
    )


def invalid_event_data(detail: str, fields: Mapping[str, str]) -> BadRequest:
    """Return the problem of a payload that is too large or too deep."""
    return BadRequest(
        detail,
        type=f"{PROBLEM_BASE}invalid-event-data",
        title="Invalid Event Data",
        field_errors=dict(fields),
    )


def batch_too_large(items: int, most: int) -> BadRequest:
    """Return the problem of a batch with more events than the server takes at once."""
    told = f"the batch has {items} events, and {most} are taken at once; nothing was written"
    return BadRequest(
        told,
        type=f"{PROBLEM_BASE}batch-size-exceeded",
        title="Batch Size Exceeded",
        field_errors={"body": f"must not have more than {most} items"},
    )


def of_write(error: StoreError, names: Mapping[int, str]) -> ApiError:
    """Return the problem of a write that the store did not take.

    *names* tells what the fields of each event are called: a prefix, by the event's index.
    """
    match error:
        case KeyReused():
            return UnprocessableContent(
                "the idempotency key was used with another body",
                type=f"{PROBLEM_BASE}idempotency-key-reused",
                title="Idempotency Key Reused",
                field_errors={"header.Idempotency-Key": "was used with another body"},
            )
        case IdentityTaken(identities=identities):
            taken = ", ".join(dict.fromkeys(str(identity) for identity in identities.values()))
            return Conflict(
                f"another event is stored as {taken}; nothing was written",
                type=f"{PROBLEM_BASE}conflict",
                title="Resource Conflict",
                field_errors={
                    f"{names[index]}event_id": "belongs to another event" for index in identities
                },
            )
        case ParentsMissing(indexes=indexes):
            fields = {f"{names[index]}parent_event_id": "no such event" for index in indexes}
            return refused("the parent event is not stored; nothing was written", fields)
        case _:
            return of_database(error, "nothing was written")


def of_database(error: StoreError, effect: str) -> ApiError:
    """Return the problem of a database that did not do its part.

    *effect* says what that means for the caller.
    """
    if isinstance(error, StoreUnavailable):
        return ServiceUnavailable(
            f"{error}; {effect}, try again later",
            type=f"{PROBLEM_BASE}database-unavailable",
            title="Database Unavailable",
            headers={"Retry-After": RETRY_AFTER},
        )
    fields = error.fields if isinstance(error, StoreFailed) else {}
    extensions: dict[str, Any] = {"field_errors": fields} if fields else {}
    return InternalServerError(
        f"{error}; {effect}",
        type=f"{PROBLEM_BASE}database-error",
        title="Database Error",
        **extensions,
    )


def readiness_reason(error: StoreError) -> m.ReadinessFailureReason:
    """Return why a server whose database fails in this way is not ready."""
    match error:
        case SchemaMissing():
            return m.ReadinessFailureReason.SCHEMA_MISSING
        case PartitionMissing():
            return m.ReadinessFailureReason.PARTITION_MISSING
        case _:
            return m.ReadinessFailureReason.DATABASE_UNREACHABLE


def log_failure(log: logging.Logger, operation: str, error: StoreError) -> None:
    """Log what the database did, under the identifier of the request.

    In the database's own words, yet without its traceback: that may show the values of rows.
    """
    if isinstance(error, Refusal):
        return
    told = f"{error}"
    if isinstance(error, StoreUnavailable | StoreFailed) and error.code:
        told = f"{told} [{error.code}] {error.words}"
    log.error("%s: %s", operation, told)
