"""The catalogue's operations: between the contract's models and the store."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast
from uuid import UUID, uuid4

from pydantic_core import to_json

from datastorage import models as m
from datastorage.problems import BadRequest, Conflict, NotFound

from ..problems import PROBLEM_BASE, log_failure, of_database, refused
from ..store import StoreError
from .records import DISABLED, Filters, Standing, VersionExists, Wanted, Workflow, WorkflowStore
from .scoring import best, score

T = TypeVar("T")
_LOG: Final = logging.getLogger(__name__)
_GIVEN: Final = frozenset(
    {
        *("workflow_id", "is_latest_version", "previous_version"),
        *("created_at", "updated_at", "disabled_at"),
    }
)
"""Members that the service gives: those that are sent are passed over."""
_CHANGEABLE: Final = frozenset(m.WorkflowUpdateRequest.model_fields)


async def add(
    store: WorkflowStore, body: m.RemediationWorkflow, sent: Mapping[str, Any], now: datetime
) -> Workflow:
    """Add a version; *sent* is the body as plain JSON, with all its members.

    Raises:
        ApiError: The hash is not that of the content, the version exists, the database failed.

    """
    if hashlib.sha256(body.content.encode()).hexdigest() != body.content_hash.lower():
        raise refused(
            "the content and its hash do not belong together; nothing was written",
            {"content_hash": "must be the SHA-256 of content, as hex"},
        )
    workflow = _new(body, sent, now)
    try:
        return await _asked("createWorkflow", store.add(workflow), "nothing was written")
    except VersionExists:
        raise Conflict(
            f"version {body.version} of {body.workflow_name} is in the catalogue already",
            type=f"{PROBLEM_BASE}conflict",
            title="Resource Conflict",
            field_errors={"version": "exists already"},
        ) from None


def _new(body: m.RemediationWorkflow, sent: Mapping[str, Any], now: datetime) -> Workflow:
    disabled = body.status.value == DISABLED
    moment = now.astimezone(UTC)
    return Workflow(
        workflow_id=uuid4(),
        workflow_name=body.workflow_name,
        version=body.version,
        document={name: value for name, value in sent.items() if name not in _GIVEN},
        labels=_labels(sent),
        standing=Standing(
            status=body.status.value,
            disabled_at=moment if disabled else None,
            disabled_by=body.disabled_by if disabled else None,
            disabled_reason=body.disabled_reason if disabled else None,
            updated_by=body.updated_by,
        ),
        is_latest=True,
        previous_version=None,
        created_at=moment,
        updated_at=moment,
    )


def _labels(sent: Mapping[str, Any]) -> dict[str, str]:
    labels = cast("Mapping[str, object]", sent["labels"])
    return {name: str(labels[name]) for name in m.MandatoryLabels.model_fields}


async def page(store: WorkflowStore, filters: Filters) -> m.WorkflowListResponse:
    """Return a page of versions, the newest first.

    Raises:
        ApiError: The database failed.

    """
    found, total = await _asked("listWorkflows", store.page(filters), "nothing was read")
    return m.WorkflowListResponse.model_construct(
        workflows=[told(one) for one in found],
        limit=filters.limit,
        offset=filters.offset,
        total=total,
    )


async def get(store: WorkflowStore, workflow_id: UUID) -> Workflow:
    """Return a version.

    Raises:
        ApiError: There is none of this identity, or the database failed.

    """
    found = await _asked("getWorkflowByID", store.get(workflow_id), "nothing was read")
    return _known(found, workflow_id)


async def change(
    store: WorkflowStore,
    workflow_id: UUID,
    body: m.WorkflowUpdateRequest,
    sent: Mapping[str, Any],
    now: datetime,
) -> Workflow:
    """Change the standing of a version; *sent* is the body as plain JSON.

    Raises:
        ApiError: The body names what never changes, there is no such version, the database failed.

    """
    fixed = set(sent) & set(m.RemediationWorkflow.model_fields) - _CHANGEABLE
    if fixed:
        raise BadRequest(
            "a workflow version never changes but for its standing; create a new version",
            type=f"{PROBLEM_BASE}immutable-field-violation",
            title="Immutable Field",
            field_errors=dict.fromkeys(sorted(fixed), "cannot be changed"),
        )
    status = body.status.value if body.status else None
    told_why = [name for name in ("disabled_by", "disabled_reason") if name in sent]
    if told_why and status != DISABLED:
        fields = dict.fromkeys(told_why, "goes with the status disabled only")
        raise refused("only a version that is disabled has somebody who disabled it", fields)
    if status is None:
        return await get(store, workflow_id)
    standing = _standing(status, body.disabled_by, body.disabled_reason, now)
    return await _changed(store, "updateWorkflow", workflow_id, standing, now)


async def disable(
    store: WorkflowStore, workflow_id: UUID, body: m.WorkflowDisableRequest | None, now: datetime
) -> Workflow:
    """Disable a version; disabling it once more changes who did, and why.

    Raises:
        ApiError: There is no such version, or the database failed.

    """
    who, why = (body.updated_by, body.reason) if body else (None, None)
    standing = _standing(DISABLED, who, why, now)
    return await _changed(store, "disableWorkflow", workflow_id, standing, now)


def _standing(status: str, who: str | None, why: str | None, now: datetime) -> Standing:
    disabled_at = now.astimezone(UTC) if status == DISABLED else None
    return Standing(
        status=status,
        disabled_at=disabled_at,
        disabled_by=who,
        disabled_reason=why,
        updated_by=who,
    )


async def _changed(
    store: WorkflowStore, operation: str, workflow_id: UUID, standing: Standing, now: datetime
) -> Workflow:
    changing = store.change(workflow_id, standing, now.astimezone(UTC))
    return _known(await _asked(operation, changing, "nothing was changed"), workflow_id)


def _known(found: Workflow | None, workflow_id: UUID) -> Workflow:
    if found is None:
        raise NotFound(
            f"there is no workflow {workflow_id}",
            type=f"{PROBLEM_BASE}not-found",
            title="Not Found",
        )
    return found


async def search(
    store: WorkflowStore, body: m.WorkflowSearchRequest, sent: Mapping[str, Any]
) -> m.WorkflowSearchResponse:
    """Return the workflows for a fault, best first; *sent* is the body as plain JSON.

    Raises:
        ApiError: The database failed.

    """
    filters = body.filters
    accepted = [status.value for status in filters.status or [m.WorkflowStatus.ACTIVE]]
    disabled = [DISABLED] if body.include_disabled else []
    wanted = Wanted(
        signal_type=filters.signal_type,
        severity=filters.severity.value,
        component=filters.component,
        environment=filters.environment,
        priority=filters.priority.value,
        statuses=tuple(dict.fromkeys(accepted + disabled)),
        latest=not body.include_disabled,
    )
    found = await _asked("searchWorkflows", store.candidates(wanted), "nothing was read")
    labels = cast("Mapping[str, Any]", sent["filters"])
    asked, own = _mapping(labels, "detected_labels"), _mapping(labels, "custom_labels")
    scores = [
        score(asked, own, _mapping(one.document, "detected_labels"),
              _mapping(one.document, "custom_labels"))
        for one in found
    ]  # fmt: skip
    ranked = best(enumerate(scores), body.min_score or 0.0, body.top_k or 10)
    return m.WorkflowSearchResponse(
        workflows=[
            _result(found[index], rank, scores[index])
            for rank, (index, _) in enumerate(ranked, start=1)
        ],
        total_results=len(ranked),
        filters=filters,
    )


def _mapping(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value.get(name) or {})


def _result(workflow: Workflow, rank: int, found: Any) -> m.WorkflowSearchResult:
    document = workflow.document
    names = ("container_image", "container_digest", "custom_labels", "detected_labels")
    members = {name: document[name] for name in names if name in document}
    return m.WorkflowSearchResult.model_validate(
        {
            "workflow_id": workflow.workflow_id,
            "title": document["name"],
            "description": document["description"],
            "signal_type": workflow.labels["signal_type"],
            "confidence": found.total,
            "label_boost": found.boost,
            "label_penalty": found.penalty,
            "final_score": found.total,
            "rank": rank,
            **members,
        }
    )


def told(workflow: Workflow) -> m.RemediationWorkflow:
    """Return a version in the contract's form: what was sent, and what the service knows."""
    standing = workflow.standing
    known = {
        "workflow_id": workflow.workflow_id,
        "status": standing.status,
        "disabled_at": standing.disabled_at,
        "disabled_by": standing.disabled_by,
        "disabled_reason": standing.disabled_reason,
        "updated_by": standing.updated_by,
        "is_latest_version": workflow.is_latest,
        "previous_version": workflow.previous_version,
        "created_at": workflow.created_at,
        "updated_at": workflow.updated_at,
    }
    sent = {name: value for name, value in workflow.document.items() if name not in known}
    members = sent | {name: value for name, value in known.items() if value is not None}
    return m.RemediationWorkflow.model_validate_json(to_json(members))


async def _asked(operation: str, asking: Awaitable[T], effect: str) -> T:
    try:
        return await asking
    except StoreError as error:
        log_failure(_LOG, operation, error)
        raise of_database(error, effect) from error
