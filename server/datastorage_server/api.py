"""The implementation of the contract: each operation between the wire and the store."""

# ruff: noqa: ARG002, D102 - the stub's protocol names and documents the methods and parameters

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, cast
from uuid import UUID

from pydantic_core import from_json

from datastorage import models as m
from datastorage._runtime.schema import Timestamp
from datastorage._runtime.serving import Reply, current_request
from datastorage.problems import ApiError

from . import holds, notifying, queries, verification, wire, writes
from .chain import ChainKey
from .events import Search
from .exporting.document import Order
from .exporting.export import Exporter, search_for
from .holds import HoldStore
from .identity import current_person, current_user
from .intake import sent_as
from .metrics import QUERIES, WRITES, Counters
from .notifications import NotificationStore
from .observing.context import correlate
from .problems import RETRY_AFTER, batch_too_large, readiness_reason
from .queueing.detour import Queued
from .queueing.draining import Drain
from .queueing.status import queue_metrics, queue_status
from .remediation import effectiveness, history, reconstruction
from .remediation.trail import TrailStore
from .settings import Limits
from .store import Store, StoreError
from .verification import ChainStore
from .workflows import catalogue
from .workflows.records import Filters, WorkflowStore

T = TypeVar("T")


def utc_now() -> datetime:
    """Return the time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What a DataStorage server does.

    Attributes:
        store: Where events are kept.
        chains: Where the chains of events are read.
        holds: Where legal holds are kept.
        exporter: What makes exports.
        notifications: Where notifications are kept.
        workflows: Where the catalogue of workflows is kept.
        trails: Where the events of remediations are read.
        counters: What the metrics tell.
        now: The clock, in UTC.
        stopping: Whether the server has begun to shut down.
        chain_key: The secret of the hash chain, if it has one.
        drain: The queue of writes that wait for the database, if there is one.
        telling: What tells more metrics, as text.
        max_batch_items: How many events one batch has at most.

    """

    store: Store
    chains: ChainStore
    holds: HoldStore
    exporter: Exporter
    notifications: NotificationStore
    workflows: WorkflowStore
    trails: TrailStore
    counters: Counters
    now: Callable[[], datetime]
    stopping: Callable[[], bool]
    chain_key: ChainKey | None = None
    drain: Drain | None = None
    telling: Callable[[], str] = str
    max_batch_items: int = Limits().max_batch_items

    # Audit events

    async def create_audit_event(
        self, body: m.AuditEventRequest, *, idempotency_key: str | None
    ) -> m.AuditEventResponse | m.AsyncAcceptanceResponse:
        correlate(body.correlation_id)
        members = await _members()
        sent = (sent_as(body, members, current_person()),)
        receipt = await writes.record(
            *(self.store, self.counters, self.now()),
            *("createAuditEvent", sent, idempotency_key),
            batch=False,
            drain=self.drain,
        )
        if isinstance(receipt, Queued):
            return m.AsyncAcceptanceResponse(
                status="accepted", message="audit event queued for async processing"
            )
        return m.AuditEventResponse(
            event_id=receipt.event_ids[0],
            event_timestamp=body.event_timestamp.astimezone(UTC),
            message="Audit event created successfully",
        )

    async def create_audit_events_batch(
        self, body: list[m.AuditEventRequest], *, idempotency_key: str | None
    ) -> m.BatchAuditEventResponse | m.BatchAcceptanceResponse:
        if len(body) > self.max_batch_items:
            self.counters.add(WRITES, "createAuditEventsBatch", "refused")
            raise batch_too_large(len(body), self.max_batch_items)
        correlate(*(one.correlation_id for one in body))
        items = cast("Sequence[Mapping[str, object]]", await _as_sent())
        person = current_person()
        pairs = zip(body, items, strict=True)
        sent = tuple(sent_as(one, members, person) for one, members in pairs)
        receipt = await writes.record(
            *(self.store, self.counters, self.now()),
            *("createAuditEventsBatch", sent, idempotency_key),
            batch=True,
            drain=self.drain,
        )
        if isinstance(receipt, Queued):
            told = f"{len(sent)} audit events queued for async processing"
            return m.BatchAcceptanceResponse(status="accepted", message=told, count=len(sent))
        return m.BatchAuditEventResponse(
            event_ids=list(receipt.event_ids),
            message=f"{len(receipt.event_ids)} audit events created successfully",
        )

    async def query_audit_events(
        self,
        *,
        event_type: str | None,
        event_category: m.EventCategory | None,
        event_outcome: m.EventOutcome | None,
        severity: str | None,
        correlation_id: str | None,
        since: m.TimeBound | None,
        until: m.TimeBound | None,
        limit: int,
        offset: int,
        detail_key: str | None,
        detail_value: str | None,
    ) -> m.AuditEventsQueryResponse:
        try:
            earliest, latest = queries.bounds(since, until, self.now())
            detail = queries.detail(detail_key, detail_value)
        except ApiError:
            self.counters.add(QUERIES, "refused")
            raise
        search = Search(
            event_type=event_type,
            event_category=event_category and event_category.value,
            event_outcome=event_outcome and event_outcome.value,
            severity=severity,
            correlation_id=correlation_id,
            since=earliest,
            until=latest,
            detail=detail,
            limit=limit,
            offset=offset,
        )
        return wire.page(await queries.find(self.store, self.counters, search), search)

    # Exports and legal holds

    async def export_audit_events(
        self,
        *,
        start_time: Timestamp | None,
        end_time: Timestamp | None,
        correlation_id: str | None,
        event_category: m.EventCategory | None,
        format: Literal["json"],  # noqa: A002 - the parameter's name in the contract
        include_detached_signature: bool,
        offset: int,
        limit: int,
        redact_pii: bool,
    ) -> m.AuditExportResponse:
        bounds = (start_time, end_time)
        order = Order(
            search=search_for(*bounds, correlation_id, event_category, offset=offset, limit=limit),
            redact=redact_pii,
            detached=include_detached_signature,
            user=current_user(),
            now=self.now(),
        )
        return await self.exporter.export(order)

    async def list_legal_holds(self) -> m.LegalHoldList:
        return await holds.listed(self.holds)

    async def place_legal_hold(self, body: m.PlaceLegalHoldRequest) -> m.LegalHold:
        correlate(body.correlation_id)
        return await holds.place(self.holds, body, current_user(), self.now())

    async def release_legal_hold(
        self, correlation_id: str, body: m.ReleaseLegalHoldRequest
    ) -> m.LegalHoldRelease:
        user = current_user()
        return await holds.release(self.holds, correlation_id, body, user, self.now())

    # Notifications

    async def create_notification_audit(
        self, body: m.NotificationAudit, *, idempotency_key: str | None
    ) -> m.NotificationAuditResponse | m.AsyncAcceptanceResponse:
        correlate(body.remediation_id)
        sent = await _members()
        return await notifying.record(
            self.notifications, body, sent, idempotency_key, self.now(), self.drain
        )

    # The catalogue of workflows

    async def list_workflows(
        self,
        *,
        status: m.WorkflowStatus | None,
        environment: str | None,
        priority: m.LabelPriority | None,
        component: str | None,
        limit: int,
        offset: int,
    ) -> m.WorkflowListResponse:
        filters = Filters(
            status=status and status.value,
            environment=environment,
            priority=priority and priority.value,
            component=component,
            limit=limit,
            offset=offset,
        )
        return await catalogue.page(self.workflows, filters)

    async def create_workflow(self, body: m.RemediationWorkflow) -> Reply[m.RemediationWorkflow]:
        added = await catalogue.add(self.workflows, body, await _members(), self.now())
        place = f"/api/v1/workflows/{added.workflow_id}"
        return Reply(201, catalogue.told(added), {"Location": place})

    async def search_workflows(self, body: m.WorkflowSearchRequest) -> m.WorkflowSearchResponse:
        return await catalogue.search(self.workflows, body, await _members())

    async def get_workflow_by_id(self, workflow_id: UUID) -> m.RemediationWorkflow:
        return catalogue.told(await catalogue.get(self.workflows, workflow_id))

    async def update_workflow(
        self, workflow_id: UUID, body: m.WorkflowUpdateRequest
    ) -> m.RemediationWorkflow:
        sent = await _members()
        found = await catalogue.change(self.workflows, workflow_id, body, sent, self.now())
        return catalogue.told(found)

    async def disable_workflow(
        self, workflow_id: UUID, body: m.WorkflowDisableRequest | None
    ) -> m.RemediationWorkflow:
        found = await catalogue.disable(self.workflows, workflow_id, body, self.now())
        return catalogue.told(found)

    # Health and metrics

    async def health_check(self) -> m.HealthStatus | Reply[m.HealthFailure]:
        try:
            await self.store.ping()
        except StoreError as error:
            failure = m.HealthFailure(status="unhealthy", database="unreachable", error=str(error))
            return _unavailable(failure)
        return m.HealthStatus(status="healthy", database="connected")

    async def readiness_check(self) -> m.ReadinessStatus | Reply[m.ReadinessFailure]:
        if self.stopping():
            reason = m.ReadinessFailureReason.SHUTTING_DOWN
            told = m.ReadinessFailure(
                status="not_ready", reason=reason, queue=queue_status(self.drain)
            )
            return _unavailable(told)
        try:
            await self.store.check_schema()
        except StoreError as error:
            reason = readiness_reason(error)
            told = m.ReadinessFailure(
                status="not_ready",
                reason=reason,
                error=str(error),
                queue=queue_status(self.drain),
            )
            return _unavailable(told)
        return m.ReadinessStatus(status="ready", queue=queue_status(self.drain))

    async def liveness_check(self) -> m.LivenessStatus:
        return m.LivenessStatus(status="alive")

    async def get_metrics(self) -> str:
        return self.counters.text() + self.telling() + queue_metrics(self.drain)

    # Remediations

    async def verify_audit_chain(self, body: m.VerifyChainRequest) -> m.VerifyChainResponse:
        correlate(body.correlation_id or "")
        return await verification.answer(
            self.chains, body.correlation_id, self.chain_key, self.now()
        )

    async def reconstruct_remediation_request(
        self, correlation_id: str
    ) -> m.ReconstructionResponse:
        return await reconstruction.answer(self.trails, correlation_id, self.now())

    async def get_effectiveness_score(self, correlation_id: str) -> m.EffectivenessScoreResponse:
        return await effectiveness.answer(self.trails, correlation_id, self.now())

    async def get_remediation_history_context(
        self,
        *,
        target_kind: str,
        target_name: str,
        target_namespace: str,
        current_spec_hash: str,
        tier1_window: str,
        tier2_window: str,
        cluster_id: str | None,
    ) -> m.RemediationHistoryContext:
        asked = history.Question(
            kind=target_kind,
            name=target_name,
            namespace=target_namespace,
            spec_hash=current_spec_hash,
            near=tier1_window,
            far=tier2_window,
            cluster_id=cluster_id,
        )
        return await history.answer(self.trails, asked, self.now())


async def _as_sent() -> object:
    """Return the body as plain JSON: with all its members, and numbers and times as they came."""
    return from_json(await current_request().body())


async def _members() -> Mapping[str, Any]:
    """Return the body, an object by the contract, as plain JSON."""
    return cast("Mapping[str, Any]", await _as_sent())


def _unavailable(told: T) -> Reply[T]:
    """Return a 503 with a body of its own."""
    return Reply(503, told, {"Retry-After": RETRY_AFTER})
