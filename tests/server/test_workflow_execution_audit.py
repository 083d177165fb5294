"""The audit trail of a controller, as it would write and read it: through the generated client.

Eight tests by the names under which they failed on the night of 18 December, on both databases;
what the incident's report sent by curl; and that night itself, with a database nobody migrated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from datastorage import ApiError, DataStorage
from datastorage import models as m
from datastorage.outbox import DataStorageAudit
from datastorage.problems import ServiceUnavailable
from datastorage_server.databases import parse_database
from datastorage_server.sql.opening import migrate_at
from datastorage_server.testing import running

PREFIX = "workflowexecution.workflow"


@dataclass(frozen=True, slots=True)
class Execution:
    """What the controller knows of a run."""

    name: str
    workflow: str = "restart-deployment"
    version: str = "1.4.0"
    target: str = "payments/deployment/api"
    image: str = "registry.example/workflows/restart:1.4.0"


@dataclass(frozen=True, slots=True)
class Controller:
    """A controller that runs workflows and keeps a trail of what it did."""

    emit: Callable[[m.AuditEventRequest], object]

    def started(self, run: Execution) -> None:
        self.emit(event(run, "started", "Running"))

    def completed(self, run: Execution, after: timedelta) -> None:
        self.emit(event(run, "completed", "Completed", duration=f"{after.total_seconds():g}s"))

    def failed(self, run: Execution, task: str, message: str) -> None:
        self.emit(
            event(
                run,
                "failed",
                "Failed",
                failure_reason="TaskFailed",
                failure_message=message,
                failed_task_name=task,
                error_details={
                    "message": message,
                    "code": "ERR_TASK_FAILED",
                    "component": "workflowexecution",
                    "retry_possible": True,
                },
            )
        )


OUTCOMES = {"started": "pending", "completed": "success", "failed": "failure"}


def event(run: Execution, action: str, phase: str, **more: object) -> m.AuditEventRequest:
    return m.AuditEventRequest.model_validate(
        {
            "version": "1.0",
            "event_type": f"{PREFIX}.{action}",
            "event_timestamp": datetime.now(UTC),
            "event_category": "workflowexecution",
            "event_action": action,
            "event_outcome": OUTCOMES[action],
            "actor_type": "service",
            "actor_id": "workflowexecution-controller",
            "resource_type": "WorkflowExecution",
            "resource_id": run.name,
            "correlation_id": run.name,
            "event_data": {
                "event_type": f"{PREFIX}.{action}",
                "workflow_id": run.workflow,
                "workflow_version": run.version,
                "target_resource": run.target,
                "phase": phase,
                "container_image": run.image,
                "execution_name": run.name,
                **more,
            },
        }
    )


@pytest.fixture
def client(database_url: str, connect: Callable[[str], DataStorage]) -> Generator[DataStorage]:
    with running(database_url) as url:
        yield connect(url)


@pytest.fixture
def controller(client: DataStorage) -> Controller:
    return Controller(client.create_audit_event)


@pytest.fixture
def run() -> Execution:
    return Execution("we-restart-api-7f3a")


def trail(client: DataStorage, run: Execution, action: str = "") -> list[m.AuditEvent]:
    """Return the events of a run as the API tells them, oldest first."""
    wanted = f"{PREFIX}.{action}" if action else None
    found = client.query_audit_events(correlation_id=run.name, event_type=wanted)
    return sorted(found.data, key=lambda each: each.event_timestamp)


def payload(found: m.AuditEvent) -> m.WorkflowExecutionAuditPayload:
    assert isinstance(found.event_data, m.WorkflowExecutionAuditPayload)
    return found.event_data


def test_should_persist_workflow_started_with_correct_field_values(
    client: DataStorage, controller: Controller, run: Execution
) -> None:
    controller.started(run)
    (found,) = trail(client, run, "started")
    assert found.event_category == "workflowexecution"
    assert (found.event_action, found.event_outcome) == ("started", "pending")
    assert (found.actor_type, found.actor_id) == ("service", "workflowexecution-controller")
    assert (found.resource_type, found.resource_id) == ("WorkflowExecution", run.name)
    stored = payload(found)
    assert (stored.workflow_id, stored.workflow_version) == (run.workflow, run.version)
    assert (stored.target_resource, stored.container_image) == (run.target, run.image)
    assert (stored.phase, stored.execution_name) == ("Running", run.name)


def test_should_persist_workflow_completed_with_correct_field_values(
    client: DataStorage, controller: Controller, run: Execution
) -> None:
    controller.started(run)
    controller.completed(run, timedelta(seconds=95))
    (found,) = trail(client, run, "completed")
    assert (found.event_action, found.event_outcome) == ("completed", "success")
    assert (payload(found).phase, payload(found).duration) == ("Completed", "95s")


def test_should_persist_workflow_failed_with_failure_details(
    client: DataStorage, controller: Controller, run: Execution
) -> None:
    controller.started(run)
    controller.failed(run, "drain", "node ip-10-0-0-7 is not drained ✗ 排水")
    (found,) = trail(client, run, "failed")
    assert (found.event_action, found.event_outcome) == ("failed", "failure")
    stored = payload(found)
    assert (stored.failure_reason, stored.failed_task_name) == ("TaskFailed", "drain")
    assert stored.failure_message == "node ip-10-0-0-7 is not drained ✗ 排水"
    assert stored.error_details is not None
    assert stored.error_details.retry_possible


def test_should_include_correlation_id_when_present(
    client: DataStorage, controller: Controller, run: Execution
) -> None:
    controller.started(run)
    controller.started(Execution("we-another"))
    assert [each.correlation_id for each in trail(client, run)] == [run.name]


def test_should_write_audit_events_via_the_batch_endpoint(
    client: DataStorage, run: Execution
) -> None:
    answer = client.create_audit_events_batch([event(run, "started", "Running")])
    (found,) = trail(client, run)
    assert isinstance(answer, m.BatchAuditEventResponse)
    assert answer.event_ids == [found.event_id]


def test_should_write_workflow_completed_via_batch(client: DataStorage, run: Execution) -> None:
    client.create_audit_events_batch([event(run, "completed", "Completed", duration="3s")])
    (found,) = trail(client, run, "completed")
    assert payload(found).duration == "3s"


def test_should_write_workflow_failed_via_batch(client: DataStorage, run: Execution) -> None:
    failed = event(run, "failed", "Failed", failure_message="no quota")
    client.create_audit_events_batch([failed])
    (found,) = trail(client, run, "failed")
    assert payload(found).failure_message == "no quota"


def test_should_write_multiple_events_in_a_single_batch(
    client: DataStorage, run: Execution
) -> None:
    events = [event(run, "started", "Running"), event(run, "failed", "Failed")]
    client.create_audit_events_batch([*events, event(run, "completed", "Completed")])
    told = [each.event_action for each in trail(client, run)]
    assert told == ["started", "failed", "completed"]


def test_what_the_report_of_the_incident_sent_is_refused_by_name(database_url: str) -> None:
    sent = {
        "event_category": "workflowexecution",
        "event_action": "workflow.started",
        "event_outcome": "success",
        "actor_type": "service",
        "actor_id": "workflowexecution-controller",
        "resource_type": "WorkflowExecution",
        "resource_id": "test",
        "correlation_id": "test",
    }
    with running(database_url) as url:
        answer = httpx.post(f"{url}/api/v1/audit/events", json=sent, timeout=60)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    named = set(answer.json()["field_errors"])
    assert {"version", "event_type", "event_timestamp", "event_data"} <= named


def test_the_night_of_18_december(
    bare_postgres_url: str, tmp_path: Path, connect: Callable[[str], DataStorage], run: Execution
) -> None:
    with running(bare_postgres_url) as url:
        client = connect(url)
        with pytest.raises(ServiceUnavailable) as not_ready:
            client.readiness_check()
        assert b"the table audit_events is missing" in not_ready.value.content
        with pytest.raises(ApiError, match="audit_events"):
            client.create_audit_event(event(run, "started", "Running"))
        with DataStorageAudit(url, spool=tmp_path / "audit.spool") as audit:
            controller = Controller(audit.append)
            controller.started(run)
            controller.completed(run, timedelta(seconds=5))
            assert audit.flush(1).waiting == 2  # kept, not dropped
            asyncio.run(migrate_at(parse_database(bare_postgres_url)))
            assert audit.flush(60)
        assert client.readiness_check().status == "ready"
        assert [each.event_action for each in trail(client, run)] == ["started", "completed"]
