"""Legal holds, as the tests of them place and release them."""

from __future__ import annotations

from datastorage import DataStorage
from datastorage import models as m

CASE = "rr-1"


def hold(ds: DataStorage, reason: str = "Case 7", correlation_id: str = CASE) -> m.LegalHold:
    return ds.place_legal_hold(
        m.PlaceLegalHoldRequest(correlation_id=correlation_id, reason=reason)
    )


def release(ds: DataStorage, reason: str = "closed") -> m.LegalHoldRelease:
    return ds.release_legal_hold(CASE, m.ReleaseLegalHoldRequest(release_reason=reason))


def events(ds: DataStorage) -> list[m.AuditEvent]:
    return list(ds.query_audit_events(correlation_id=CASE).data or [])
