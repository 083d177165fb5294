"""Workflow versions in an SQL database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..workflows.records import Filters, Standing, VersionExists, Wanted, Workflow
from ..workflows.scoring import WILDCARD
from .database import Database
from .tables import workflows

_LABELS = ("signal_type", "severity", "component", "environment", "priority")
_STANDING = ("status", "disabled_at", "disabled_by", "disabled_reason", "updated_by")
_NEWEST_FIRST = workflows.c.sequence.desc()


class SqlWorkflows:
    """The catalogue in an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, workflow: Workflow) -> Workflow:
        """Store a version as the latest of its name, and return it with its predecessor."""
        return await self._database.to_its_end(self._add(workflow))

    async def get(self, workflow_id: UUID) -> Workflow | None:
        """Return a version, or None if there is none of this identity."""
        return await self._database.to_its_end(self._get(workflow_id))

    async def page(self, filters: Filters) -> tuple[list[Workflow], int]:
        """Return a page of versions, the newest first, and how many match in all."""
        return await self._database.to_its_end(self._page(filters))

    async def change(self, workflow_id: UUID, standing: Standing, now: datetime) -> Workflow | None:
        """Give a version another standing and return it, or None if there is none."""
        return await self._database.to_its_end(self._change(workflow_id, standing, now))

    async def candidates(self, wanted: Wanted) -> list[Workflow]:
        """Return the versions that match a fault, the newest first."""
        return await self._database.to_its_end(self._candidates(wanted))

    async def _add(self, workflow: Workflow) -> Workflow:
        table = workflows.c
        same_name = table.workflow_name == workflow.workflow_name
        async with self._database.writing() as connection:
            await _lock_name(connection, workflow.workflow_name)
            same = select(table.sequence).where(same_name, table.version == workflow.version)
            if (await connection.execute(same)).first() is not None:
                raise VersionExists
            latest = select(table.version).where(same_name, table.is_latest)
            previous = (await connection.execute(latest)).scalar_one_or_none()
            added = workflow.superseding(previous)
            await connection.execute(
                update(workflows).where(same_name, table.is_latest).values(is_latest=False)
            )
            last = select(func.coalesce(func.max(table.sequence), 0) + 1)
            sequence = (
                await connection.execute(text("SELECT nextval('workflow_sequence')"))
                if self._database.dialect == "postgresql"
                else await connection.execute(last)
            ).scalar_one()
            await connection.execute(insert(workflows), {**_row(added), "sequence": sequence})
        return added

    async def _get(self, workflow_id: UUID) -> Workflow | None:
        async with self._database.reading() as connection:
            return await _found(connection, workflow_id)

    async def _page(self, filters: Filters) -> tuple[list[Workflow], int]:
        where = [
            workflows.c[name] == value
            for name in ("status", "environment", "priority", "component")
            if (value := getattr(filters, name)) is not None
        ]
        counting = select(func.count()).select_from(workflows).where(*where)
        listing = select(workflows).where(*where).order_by(_NEWEST_FIRST).limit(filters.limit)
        async with self._database.reading() as connection:
            total: int = (await connection.execute(counting)).scalar_one()
            if filters.offset >= total:  # an offset may be greater than any integer of a database
                return [], total
            rows = await connection.execute(listing.offset(filters.offset))
            return [_workflow(row) for row in rows.mappings()], total

    async def _change(
        self, workflow_id: UUID, standing: Standing, now: datetime
    ) -> Workflow | None:
        changed = {name: getattr(standing, name) for name in _STANDING}
        this = workflows.c.workflow_id == workflow_id
        async with self._database.writing() as connection:
            await connection.execute(
                update(workflows).where(this).values(**changed, updated_at=now)
            )
            return await _found(connection, workflow_id)

    async def _candidates(self, wanted: Wanted) -> list[Workflow]:
        where = _matching(wanted)
        async with self._database.reading() as connection:
            rows = await connection.execute(select(workflows).where(*where).order_by(_NEWEST_FIRST))
            return [_workflow(row) for row in rows.mappings()]


def _matching(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return what a version must fulfil: component and priority of it may be wildcards."""
    table = workflows.c
    where = [
        table.signal_type == wanted.signal_type,
        table.severity == wanted.severity,
        table.environment == wanted.environment,
        or_(table.component == wanted.component, table.component == WILDCARD),
        or_(table.priority == wanted.priority, table.priority == WILDCARD),
        table.status.in_(wanted.statuses),
    ]
    return [*where, table.is_latest] if wanted.latest else where


async def _lock_name(connection: AsyncConnection, name: str) -> None:
    """Let one transaction at a time add versions of a name; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        await connection.execute(lock, {"name": f"workflow:{name}"})


async def _found(connection: AsyncConnection, workflow_id: UUID) -> Workflow | None:
    asked = select(workflows).where(workflows.c.workflow_id == workflow_id)
    row = (await connection.execute(asked)).mappings().one_or_none()
    return None if row is None else _workflow(row)


def _row(workflow: Workflow) -> Mapping[str, Any]:
    return {
        "workflow_id": workflow.workflow_id,
        "workflow_name": workflow.workflow_name,
        "version": workflow.version,
        "document": json.dumps(workflow.document, ensure_ascii=False, separators=(",", ":")),
        "is_latest": workflow.is_latest,
        "previous_version": workflow.previous_version,
        "created_at": workflow.created_at,
        "updated_at": workflow.updated_at,
        **workflow.labels,
        **{name: getattr(workflow.standing, name) for name in _STANDING},
    }


def _workflow(row: Mapping[Any, Any]) -> Workflow:
    return Workflow(
        workflow_id=row["workflow_id"],
        workflow_name=row["workflow_name"],
        version=row["version"],
        document=json.loads(row["document"]),
        labels={name: row[name] for name in _LABELS},
        standing=Standing(**{name: row[name] for name in _STANDING}),
        is_latest=row["is_latest"],
        previous_version=row["previous_version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
