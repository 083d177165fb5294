"""What the benchmarks of the server send: batches of 100 events."""

import json
from datetime import UTC, datetime
from typing import Any

BATCH = 100


def event(number: int) -> dict[str, Any]:
    """Return an event with a payload of some 600 bytes."""
    return {
        "version": "1.0",
        "event_type": "workflowexecution.workflow.started",
        "event_timestamp": datetime.now(UTC).isoformat(),
        "event_category": "workflowexecution",
        "event_action": "started",
        "event_outcome": "success",
        "correlation_id": f"rr-{number // 10}",
        "resource_type": "WorkflowExecution",
        "resource_id": f"wfe-{number}",
        "namespace": "payments",
        "severity": "info",
        "duration_ms": number % 1000,
        "event_data": {
            "event_type": "workflowexecution.workflow.started",
            "workflow_id": "restart-pods-v2",
            "workflow_version": "2.3.1",
            "target_resource": "payments/Deployment/payment-api",
            "phase": "Running",
            "container_image": "registry.example.com/workflows/restart-pods:2.3.1",
            "execution_name": f"restart-pods-{number}",
            "started_at": "2026-08-22T11:40:03.512874Z",
            "pipelinerun_name": f"pr-{number}",
            "notes": "the pods of the deployment are restarted one by one, " * 5,
        },
    }


def batches(count: int) -> list[bytes]:
    """Return bodies of 100 events each."""
    return [
        json.dumps([event(number) for number in range(first, first + BATCH)]).encode()
        for first in range(0, count, BATCH)
    ]
