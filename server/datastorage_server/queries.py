"""Queries: from the parameters of a request to a page of stored events."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from .events import Page, Search
from .metrics import QUERIES, Counters
from .problems import log_failure, of_database, refused
from .store import Store, StoreError
from .timebounds import moment

_LOG: Final = logging.getLogger(__name__)


async def find(store: Store, counters: Counters, search: Search) -> Page:
    """Return a page of events, and count it.

    Raises:
        ApiError: The database failed.

    """
    try:
        found = await store.find(search)
    except StoreError as error:
        counters.add(QUERIES, "failed")
        log_failure(_LOG, "queryAuditEvents", error)
        raise of_database(error, "nothing was read") from error
    counters.add(QUERIES, "answered")
    return found


def bounds(
    since: str | None, until: str | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return the instants that a query is bounded by.

    Raises:
        BadRequest: There is no such time.

    """
    found: dict[str, datetime] = {}
    fields: dict[str, str] = {}
    for name, text in (("since", since), ("until", until)):
        if text is None:
            continue
        try:
            found[name] = moment(text, now)
        except ValueError as error:
            fields[f"query.{name}"] = str(error)
    if fields:
        raise refused("there is no such time", fields)
    return found.get("since"), found.get("until")


def detail(key: str | None, value: str | None) -> tuple[str, str] | None:
    """Return the member of the payload to look for, and its text.

    Raises:
        BadRequest: One is given without the other.

    """
    if key is None and value is None:
        return None
    if key is None:
        raise refused(_TOGETHER, {"query.detail_key": "is required when detail_value is given"})
    if value is None:
        raise refused(_TOGETHER, {"query.detail_value": "is required when detail_key is given"})
    return key, value


_TOGETHER: Final = "detail_key and detail_value go together"
