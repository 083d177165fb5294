"""The document of an export: its events, what came of checking them, and its signature."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import Any, cast

from pydantic_core import from_json

from datastorage import models as m

from ..chain import ChainKey, canonical
from ..events import Search, StoredEvent
from ..verification import check_hash, unhashed
from .pages import LARGEST, ExportPage, PageTooLarge
from .redaction import MASK, redacted
from .signing import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for, by whom and when.

    Attributes:
        redact: Whether personal data is masked.
        detached: Whether the signature comes as a block of text, too.

    """

    search: Search
    redact: bool
    detached: bool
    user: str
    now: datetime


def document(
    page: ExportPage, order: Order, signer: Signer, key: ChainKey | None
) -> m.AuditExportResponse:
    """Return a page as a signed document.

    Raises:
        PageTooLarge: It would have more than LARGEST bytes.

    """
    verdicts = [_holds(event, page, key) for event in page.events]
    made = m.AuditExportResponse.model_construct(
        export_metadata=_metadata(order, signer, len(page.events)),
        events=[
            _told(event, redact=order.redact, valid=valid)
            for event, valid in zip(page.events, verdicts, strict=True)
        ],
        hash_chain_verification=_verification(page, verdicts, order.now),
    )
    content = made.model_dump_json(by_alias=True, exclude_unset=True)
    if len(content) > LARGEST:
        raise PageTooLarge
    signature = signer.sign(signed_content(json.loads(content)))
    made.export_metadata.signature = b64encode(signature).decode()
    if order.detached:
        lines = "\n".join(wrap(made.export_metadata.signature, 64))
        made.detached_signature = f"-----BEGIN SIGNATURE-----\n{lines}\n-----END SIGNATURE-----\n"
    return made


def signed_content(export: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed of an export: all of it but the signature.

    A JSON object in UTF-8 with sorted names and no white space, as ``json.dumps`` writes it:
    docs/audit-proof.md says how to make them anew.
    """
    members = {name: value for name, value in export.items() if name != "detached_signature"}
    metadata: Mapping[str, Any] = members["export_metadata"]
    members["export_metadata"] = {n: v for n, v in metadata.items() if n != "signature"}
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


def _holds(event: StoredEvent, page: ExportPage, key: ChainKey | None) -> bool | None:
    """Return whether an event is as it was written, after the one before; None if none can say."""
    found = check_hash(event, key)
    if unhashed(event):
        return None
    place = event.link.chain_sequence or 0
    before = page.before.get((event.event.correlation_id, place)) if place != 1 else ""
    if found.fault or event.link.previous_event_hash != before:
        return False
    return True if found.proven else None


def _metadata(order: Order, signer: Signer, total: int) -> m.ExportMetadata:
    search = order.search
    filters: dict[str, Any] = {
        "start_time": search.since,
        "end_time": search.until,
        "correlation_id": search.correlation_id,
        "event_category": search.event_category,
        "offset": search.offset,
        "limit": search.limit,
    }
    return m.ExportMetadata.model_construct(
        export_timestamp=order.now,
        export_format=m.ExportFormat.JSON,
        query_filters=m.ExportQueryFilters.model_construct(
            **{name: value for name, value in filters.items() if value is not None}
        ),
        total_events=total,
        signature="",
        signature_algorithm=signer.algorithm,
        certificate_fingerprint=signer.fingerprint,
        public_key=signer.public_key,
        key_origin=m.ExportKeyOrigin(signer.origin),
        exported_by=MASK if order.redact else order.user,
    )


def _told(found: StoredEvent, *, redact: bool, valid: bool | None) -> m.ExportedEvent:
    event, link = found.event, found.link
    data = _payload(event.event_data)
    place = link.chain_sequence
    proof: dict[str, Any] = {
        "event_hash": link.event_hash,
        "previous_event_hash": link.previous_event_hash,
        "hash_algorithm": link.hash_algorithm,
        "chain_sequence": place,
        "hash_chain_valid": valid,
    }
    if not redact and place is not None:
        proof["hashed_content"] = canonical(event, link.sequence, place).decode()
    return m.ExportedEvent.model_construct(
        event_id=event.event_id,
        version=event.version,
        event_type=event.event_type,
        event_timestamp=event.event_timestamp,
        event_category=event.event_category,
        event_action=event.event_action,
        event_outcome=event.event_outcome,
        correlation_id=event.correlation_id,
        event_data=redacted(data) if redact else data,
        legal_hold=found.hold.legal_hold,
        **{name: value for name, value in proof.items() if value is not None},
    )


def _payload(text: str) -> dict[str, Any]:
    """Return a payload; an empty one if somebody has put there what is no JSON object."""
    try:
        found = from_json(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _verification(
    page: ExportPage, verdicts: list[bool | None], now: datetime
) -> m.HashChainVerification:
    checked, valid = len(verdicts) - verdicts.count(None), verdicts.count(True)
    return m.HashChainVerification.model_construct(
        total_events_verified=checked,
        valid_chain_events=valid,
        broken_chain_events=checked - valid,
        chain_integrity_percentage=100 * valid / checked if checked else 100.0,
        verification_timestamp=now,
        tampered_event_ids=[
            str(found.event.event_id)
            for found, verdict in zip(page.events, verdicts, strict=True)
            if verdict is False
        ],
    )
