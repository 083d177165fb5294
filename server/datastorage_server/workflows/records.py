"""Workflow versions as the catalogue keeps them: values without a wire and without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

ACTIVE = "active"
DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a version may be used, and what is known of why not.

    Attributes:
        status: ``active``, ``disabled``, ``deprecated`` or ``archived``.
        disabled_at: When it was disabled, in UTC; the three are None unless it is.

    """

    status: str
    disabled_at: datetime | None = None
    disabled_by: str | None = None
    disabled_reason: str | None = None
    updated_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One version of a workflow.

    Attributes:
        document: What was sent, with all its members: it never changes.
        labels: The five mandatory labels of the document.
        is_latest: Whether no later version of the name exists.
        previous_version: The version that was the latest before, if there was one.
        created_at: When it entered the catalogue, in UTC.

    """

    workflow_id: UUID
    workflow_name: str
    version: str
    document: Mapping[str, Any]
    labels: Mapping[str, str]
    standing: Standing
    is_latest: bool
    previous_version: str | None
    created_at: datetime
    updated_at: datetime

    def superseding(self, previous: str | None) -> Workflow:
        """Return this version as the one after *previous*."""
        return replace(self, previous_version=previous, is_latest=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which versions to list: those that match every filter that is not None."""

    status: str | None = None
    environment: str | None = None
    priority: str | None = None
    component: str | None = None
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fault that a workflow is needed for, as far as every candidate must match it.

    Attributes:
        statuses: The standings that are accepted.
        latest: Whether only the latest version of each name is a candidate.

    """

    signal_type: str
    severity: str
    component: str
    environment: str
    priority: str
    statuses: tuple[str, ...]
    latest: bool


class VersionExists(Exception):  # noqa: N818 - named after what happened, as the store's errors are
    """The catalogue has this version of the name already."""


class WorkflowStore(Protocol):
    """Where versions are kept. Every method may raise StoreUnavailable and StoreFailed."""

    async def add(self, workflow: Workflow) -> Workflow:
        """Store a version as the latest of its name, and return it with its predecessor.

        Raises:
            VersionExists: The name has this version already; nothing was stored.

        """
        ...

    async def get(self, workflow_id: UUID) -> Workflow | None:
        """Return a version, or None if there is none of this identity."""
        ...

    async def page(self, filters: Filters) -> tuple[list[Workflow], int]:
        """Return a page of versions, the newest first, and how many match in all."""
        ...

    async def change(self, workflow_id: UUID, standing: Standing, now: datetime) -> Workflow | None:
        """Give a version another standing and return it, or None if there is none."""
        ...

    async def candidates(self, wanted: Wanted) -> list[Workflow]:
        """Return the versions that match a fault, the newest first."""
        ...
