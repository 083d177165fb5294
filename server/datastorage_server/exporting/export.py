"""The operation: from the parameters of a request to a signed page."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final

from datastorage import models as m
from datastorage.problems import ApiError, BadRequest, ContentTooLarge, InternalServerError

from ..chain import ChainKey
from ..events import Search
from ..problems import PROBLEM_BASE, log_failure, of_database
from ..store import StoreError
from .document import Order, document
from .pages import LARGEST, ExportStore, PageTooLarge
from .signing import Signer, generated_signer

_LOG: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class Exporter:
    """What makes exports.

    Attributes:
        store: Where the events are read.
        key: The secret of the hash chain, if it has one.
        signer: What signs; None until a key is made for the first export.
        at_once: How many exports are made at a time: each may need some hundred megabytes.

    """

    store: ExportStore
    key: ChainKey | None = field(default=None, repr=False)
    signer: Signer | None = None
    at_once: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, 2))

    async def export(self, order: Order) -> m.AuditExportResponse:
        """Answer a request for an export.

        Raises:
            ApiError: The page is too large, or it could not be read or signed.

        """
        try:
            async with self.at_once:
                page = await self.store.read_page(order.search, LARGEST)
                # Up to 50 MiB are written, hashed and signed: not while others wait for it.
                return await asyncio.to_thread(document, page, order, self._signer(), self.key)
        except StoreError as error:
            log_failure(_LOG, "exportAuditEvents", error)
            raise of_database(error, "nothing was exported") from error
        except PageTooLarge:
            raise _too_large() from None
        except ValueError as error:
            # Its words may be those of a payload.
            _LOG.error("exportAuditEvents: an export could not be made: %s", type(error).__name__)
            raise _not_made() from error

    def _signer(self) -> Signer:
        if self.signer is None:
            self.signer = generated_signer()
            _LOG.warning(
                "exports are signed with a key that was made for this run, %s: nobody can tell"
                " later who signed them; set DATASTORAGE_EXPORT_KEY_FILE",
                self.signer.fingerprint,
            )
        return self.signer


def search_for(
    start: datetime | None,
    end: datetime | None,
    correlation_id: str | None,
    event_category: m.EventCategory | None,
    *,
    offset: int,
    limit: int,
) -> Search:
    """Return what to look for.

    Raises:
        BadRequest: The range ends before it begins, or lies outside of the calendar.

    """
    since, until = _instant(start, "start_time"), _instant(end, "end_time")
    if since and until and since > until:
        told = "must not be before start_time"
        raise _refused("the range ends before it begins", "end_time", told)
    return Search(
        since=since,
        until=until,
        correlation_id=correlation_id,
        event_category=event_category and event_category.value,
        offset=offset,
        limit=limit,
    )


def _instant(moment: datetime | None, name: str) -> datetime | None:
    try:
        return moment and moment.astimezone(UTC)
    except OverflowError:
        told = "lies outside of the years 1 to 9999 in UTC"
        raise _refused("there is no such time", name, told) from None


def _refused(detail: str, name: str, told: str) -> BadRequest:
    return BadRequest(
        detail,
        type=f"{PROBLEM_BASE}export-invalid-parameters",
        title="Invalid Export Parameters",
        field_errors={f"query.{name}": told},
    )


def _too_large() -> ApiError:
    return ContentTooLarge(
        f"the page would be larger than {LARGEST // 1024**2} MiB; ask for fewer events",
        type=f"{PROBLEM_BASE}export-limit-exceeded",
        title="Export Limit Exceeded",
    )


def _not_made() -> ApiError:
    return InternalServerError(
        "the export could not be put together: what is stored was changed past this server;"
        " the verification of a chain tells which event",
        type=f"{PROBLEM_BASE}export-build-failed",
        title="Export Failed",
    )
