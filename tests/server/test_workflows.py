"""The catalogue of workflows through the generated client, on each database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from datastorage import DataStorage
from datastorage import models as m
from datastorage.problems import ApiError, BadRequest, Conflict, NotFound
from datastorage_server.testing import running

Make = Callable[..., m.RemediationWorkflow]


@pytest.fixture
def client(database_url: str) -> Generator[DataStorage]:
    with running(database_url) as url, DataStorage(url) as connected:
        yield connected


LABELS = {
    "signal_type": "alert",
    "severity": "critical",
    "component": "deployment",
    "environment": "production",
    "priority": "P1",
}


def workflow(version: str = "1.0.0", **changes: Any) -> m.RemediationWorkflow:
    content = changes.pop("content", f"kind: Workflow # {version}\n")
    members = {
        "workflow_name": "restart",
        "version": version,
        "name": "Restart a deployment",
        "description": "Restarts pods one by one.",
        "content": content,
        "content_hash": hashlib.sha256(content.encode()).hexdigest(),
        "execution_engine": "job",
        "labels": LABELS | changes.pop("labels", {}),
        "status": m.WorkflowStatus.ACTIVE,
        **changes,
    }
    return m.RemediationWorkflow.model_validate(members, strict=False)


def wanted(**changes: Any) -> m.WorkflowSearchRequest:
    members = {name: changes.pop(name) for name in ("top_k", "min_score") if name in changes}
    return m.WorkflowSearchRequest.model_validate(
        {"filters": LABELS | changes, **members}, strict=False
    )


def identity(one: m.RemediationWorkflow) -> UUID:
    assert one.workflow_id is not None
    return one.workflow_id


def ids(found: m.WorkflowSearchResponse) -> list[Any]:
    return [one.workflow_id for one in found.workflows]


def test_a_version_is_kept_as_it_was_sent(client: DataStorage) -> None:
    sent = workflow(owner="team-é😀", parameters={"n": 12345678901234567890, "deep": [{"x": None}]})
    added = client.create_workflow(sent)
    found = client.get_workflow_by_id(identity(added))
    assert found == added
    assert found.is_latest_version is True
    told = found.model_dump(include=sent.model_fields_set)
    assert told == sent.model_dump(include=sent.model_fields_set)


def test_a_later_version_supersedes(client: DataStorage) -> None:
    first = client.create_workflow(workflow("1"))
    second = client.create_workflow(workflow("2"))
    assert second.previous_version == "1"
    assert client.get_workflow_by_id(identity(first)).is_latest_version is False
    listed = client.list_workflows()
    assert [one.version for one in listed.workflows] == ["2", "1"]


def test_a_version_is_added_once(client: DataStorage) -> None:
    client.create_workflow(workflow())
    with pytest.raises(Conflict) as refused:
        client.create_workflow(workflow())
    assert refused.value.field_errors == {"version": "exists already"}
    assert client.list_workflows().total == 1


def test_versions_at_once_leave_one_latest(client: DataStorage) -> None:
    versions = [str(number // 2) for number in range(16)]

    def add(version: str) -> str:
        try:
            client.create_workflow(workflow(version))
        except Conflict:
            return ""
        return version

    with ThreadPoolExecutor(8) as pool:
        added = [version for version in pool.map(add, versions) if version]
    assert sorted(added) == sorted(set(versions))
    listed = client.list_workflows().workflows
    assert [one.is_latest_version for one in listed] == [True] + [False] * (len(added) - 1)
    assert [one.previous_version for one in listed[:-1]] == [one.version for one in listed[1:]]


def test_a_hash_that_is_not_of_the_content_is_refused(client: DataStorage) -> None:
    with pytest.raises(BadRequest) as refused:
        client.create_workflow(workflow(content_hash="0" * 64))
    assert set(refused.value.field_errors or {}) == {"content_hash"}


def test_lists_are_filtered_and_paged(client: DataStorage) -> None:
    for number in range(5):
        labels = {"priority": "P0" if number % 2 else "P1", "component": f"c{number}"}
        client.create_workflow(workflow(str(number), labels=labels))
    assert [one.version for one in client.list_workflows(limit=2, offset=1).workflows] == ["3", "2"]
    assert client.list_workflows(offset=2**70).workflows == []
    assert client.list_workflows(priority=m.LabelPriority.P0).total == 2
    assert client.list_workflows(component="c3", environment="production").total == 1
    assert client.list_workflows(status=m.WorkflowStatus.ARCHIVED).total == 0
    assert len(list(client.iter_workflows(limit=2))) == 5


def test_only_the_standing_changes(client: DataStorage) -> None:
    added = client.create_workflow(workflow())
    changed = client.update_workflow(
        identity(added), m.WorkflowUpdateRequest(status=m.WorkflowStatus.DEPRECATED)
    )
    assert changed.status == m.WorkflowStatus.DEPRECATED
    assert changed.content == added.content
    body = m.WorkflowUpdateRequest.model_validate({"content": "other", "version": "9"})
    with pytest.raises(BadRequest) as refused:
        client.update_workflow(identity(added), body)
    assert refused.value.type == "https://kubernaut.ai/problems/immutable-field-violation"
    assert set(refused.value.field_errors or {}) == {"content", "version"}
    with pytest.raises(BadRequest):
        client.update_workflow(identity(added), m.WorkflowUpdateRequest(disabled_by="me"))
    assert client.get_workflow_by_id(identity(added)) == changed


def test_a_disabled_version_tells_by_whom_and_is_enabled_again(client: DataStorage) -> None:
    added = client.create_workflow(workflow())
    body = m.WorkflowDisableRequest(reason="superseded", updated_by="ops")
    off = client.disable_workflow(identity(added), body)
    assert (off.status, off.disabled_by, off.disabled_reason) == (
        m.WorkflowStatus.DISABLED, "ops", "superseded",
    )  # fmt: skip
    assert off.disabled_at is not None
    assert ids(client.search_workflows(wanted())) == []
    client.disable_workflow(identity(added))  # the body may be left out
    active = m.WorkflowUpdateRequest(status=m.WorkflowStatus.ACTIVE)
    on = client.update_workflow(identity(added), active)
    assert (on.disabled_at, on.disabled_by, on.disabled_reason) == (None, None, None)
    assert ids(client.search_workflows(wanted())) == [added.workflow_id]


def test_what_is_not_in_the_catalogue_is_not_found(client: DataStorage) -> None:
    calls: list[Callable[[], object]] = [
        lambda: client.get_workflow_by_id(uuid4()),
        lambda: client.update_workflow(uuid4(), m.WorkflowUpdateRequest()),
        lambda: client.disable_workflow(uuid4()),
    ]
    for call in calls:
        with pytest.raises(NotFound) as missing:
            call()
        assert missing.value.type == "https://kubernaut.ai/problems/not-found"


def test_a_search_ranks_what_matches(client: DataStorage) -> None:
    plain = client.create_workflow(workflow(workflow_name="plain"))
    fitting = client.create_workflow(
        workflow(workflow_name="fitting", detected_labels={"gitOpsManaged": True})
    )
    contrary = client.create_workflow(
        workflow(workflow_name="contrary", detected_labels={"gitOpsManaged": False})
    )
    any_part = client.create_workflow(
        workflow(workflow_name="any", labels={"component": "*", "priority": "*"})
    )
    client.create_workflow(workflow(workflow_name="else", labels={"severity": "low"}))
    found = client.search_workflows(wanted(detected_labels={"gitOpsManaged": True}))
    assert ids(found) == [one.workflow_id for one in (fitting, any_part, plain, contrary)]
    assert [one.rank for one in found.workflows] == [1, 2, 3, 4]
    assert found.workflows[0].label_boost == 0.1
    assert found.workflows[3].label_penalty == 0.1
    assert found.workflows[0].confidence == found.workflows[0].final_score
    best = client.search_workflows(wanted(detected_labels={"gitOpsManaged": True}, top_k=1))
    assert ids(best) == [fitting.workflow_id]
    assert ids(client.search_workflows(wanted(min_score=0.9))) == []


def test_a_database_without_tables_is_named(bare_postgres_url: str) -> None:
    with running(bare_postgres_url) as url, DataStorage(url) as client:
        with pytest.raises(ApiError) as failed:
            client.create_workflow(workflow())
        assert "datastorage-server migrate" in str(failed.value)
