"""Permissions: which role each operation of the contract asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from datastorage import operations as ops
from datastorage._runtime.operations import Operation
from datastorage._runtime.routing import Paths, paths

from .callers import Role

ROLES: Final[Mapping[str, Role | None]] = {
    "queryAuditEvents": Role.READER,
    "listLegalHolds": Role.READER,
    "verifyAuditChain": Role.READER,
    "reconstructRemediationRequest": Role.READER,
    "getEffectivenessScore": Role.READER,
    "getRemediationHistoryContext": Role.READER,
    "listWorkflows": Role.READER,
    "searchWorkflows": Role.READER,
    "getWorkflowByID": Role.READER,
    "createAuditEvent": Role.WRITER,
    "createAuditEventsBatch": Role.WRITER,
    "createNotificationAudit": Role.WRITER,
    "createWorkflow": Role.CURATOR,
    "updateWorkflow": Role.CURATOR,
    "disableWorkflow": Role.CURATOR,
    "placeLegalHold": Role.AUDITOR,
    "releaseLegalHold": Role.AUDITOR,
    "exportAuditEvents": Role.AUDITOR,
    "healthCheck": None,
    "readinessCheck": None,
    "livenessCheck": None,
    "getMetrics": None,
}
"""The role by operation; None where the contract asks for no token."""


def operations() -> Iterator[Operation[object]]:
    """Yield every operation of the contract."""
    for value in vars(ops).values():
        if isinstance(value, Operation):
            yield value  # pyright: ignore[reportUnknownVariableType] - whatever it answers


def guarded() -> Paths[tuple[str, Role | None]]:
    """Return operation and role by method and path, found as the router finds them.

    Raises:
        KeyError: The contract has an operation that nobody has given a role.

    """
    return paths((one.method, one.path, (one.id, ROLES[one.id])) for one in operations())
