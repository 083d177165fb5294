"""A remediation told from its events: the resource put together again."""

from __future__ import annotations

import json

import pytest
import yaml
from tests.server.remediations.telling import Teller

from datastorage import DataStorage
from datastorage.problems import BadRequest, NotFound, UnprocessableContent


def complete(tell: Teller) -> None:
    """Tell of all parts of a resource."""
    tell(
        *("gateway.signal.received", 30),
        signal_labels={"alertname": "KubePodCrashLooping", "on": "yes", "n": "1e3"},
        signal_annotations={"summary": 'quotes " and\nlines: # no comment'},
        original_payload={"alerts": [{"labels": {"a": "ü🦊"}}]},
        severity="critical",
        resource_kind="Deployment",
        resource_name="payment-api",
        cluster_id="eu",
    )
    tell("orchestrator.lifecycle.created", 29, timeout_config={"global": "60m"})
    summary = {"incident_id": tell.rr, "analysis_preview": "…", "warnings_count": 0}
    tell(
        *("aianalysis.analysis.completed", 28),
        provider_response_summary={**summary, "needs_human_review": False},
    )
    tell("workflowexecution.selection.completed", 27)
    tell("workflowexecution.execution.started", 26)


def test_a_resource_is_put_together_again(client: DataStorage, tell: Teller) -> None:
    complete(tell)
    tell("orchestrator.lifecycle.completed", 20, crd_outcome="Remediated")
    found = client.reconstruct_remediation_request(tell.rr)
    assert found.validation.is_valid
    assert (found.validation.completeness, found.validation.errors) == (100, [])
    assert (found.correlation_id, found.cluster_id) == (tell.rr, "eu")
    document = yaml.safe_load(found.remediation_request_yaml)
    assert document["apiVersion"] == "remediation.kubernaut.ai/v1alpha1"
    assert document["kind"] == "RemediationRequest"
    assert document["metadata"]["name"].startswith(f"rr-reconstructed-{tell.rr}-")
    assert document["metadata"]["finalizers"] == ["kubernaut.ai/audit-retention"]
    spec, status = document["spec"], document["status"]
    assert spec["signalName"] == "KubePodCrashLooping"
    assert spec["signalLabels"] == {"alertname": "KubePodCrashLooping", "on": "yes", "n": "1e3"}
    assert spec["signalAnnotations"] == {"summary": 'quotes " and\nlines: # no comment'}
    assert json.loads(spec["originalPayload"]) == {"alerts": [{"labels": {"a": "ü🦊"}}]}
    assert spec["targetResource"] == {
        "kind": "Deployment",
        "name": "payment-api",
        "namespace": "payments",
    }
    assert status["timeoutConfig"] == {"global": "60m"}
    assert status["selectedWorkflowRef"]["version"] == "1.2.0"
    assert status["executionRef"] == {"kind": "WorkflowExecution", "name": "we-1"}
    assert (status["overallPhase"], status["outcome"]) == ("Completed", "Remediated")


def test_texts_that_yaml_1_2_would_read_as_others_are_quoted(
    client: DataStorage, tell: Teller
) -> None:
    complete(tell)
    told = client.reconstruct_remediation_request(tell.rr).remediation_request_yaml
    for line in ('"n": "1e3"', '"on": "yes"', 'global: "60m"'):
        assert line in told


def test_later_events_have_the_last_word(client: DataStorage, tell: Teller) -> None:
    complete(tell)
    tell("workflowexecution.execution.started", 12, execution_name="we-2")
    tell("workflowexecution.execution.started", 13, execution_name="we-late")
    new = {"new_timeout_config": {"global": "90m"}}
    tell("webhook.remediationrequest.timeout_modified", 11, **new)
    document = yaml.safe_load(
        client.reconstruct_remediation_request(tell.rr).remediation_request_yaml
    )
    assert document["status"]["executionRef"]["name"] == "we-2"
    assert document["status"]["timeoutConfig"] == {"global": "90m"}


@pytest.mark.parametrize(
    "rr", ["Ünïcode 🦊/../x", "---", "UPPER_case", "日本語", "a" * 255, "x: {y"]
)
def test_every_correlation_makes_names_that_kubernetes_accepts(
    client: DataStorage, tell: Teller, rr: str
) -> None:
    tell("gateway.signal.received", 9, rr, signal_labels={}, signal_annotations={}, severity="x")
    tell("workflowexecution.selection.completed", 8, rr)
    found = client.reconstruct_remediation_request(rr)
    metadata = yaml.safe_load(found.remediation_request_yaml)["metadata"]
    assert metadata["annotations"]["kubernaut.ai/correlation-id"] == rr
    name, label = metadata["name"], metadata["labels"]["kubernaut.ai/correlation-id"]
    assert len(name) <= 253
    assert all(one in "abcdefghijklmnopqrstuvwxyz0123456789-" for one in name)
    assert len(label) <= 63
    assert label.isascii()
    assert label.strip("-_.") == label


def test_what_is_missing_is_told(client: DataStorage, tell: Teller) -> None:
    tell("apifrontend.rr.created", 30)
    tell("orchestrator.lifecycle.created", 29, timeout_config={"global": "60m"})
    with pytest.raises(BadRequest) as told:
        client.reconstruct_remediation_request(tell.rr)
    assert told.value.type == "https://kubernaut.ai/problems/incomplete-data"
    assert "only 22 % of the resource" in str(told.value.detail)
    tell("workflowexecution.selection.completed", 27)
    tell("workflowexecution.execution.started", 26)
    summary = {"incident_id": tell.rr, "analysis_preview": "…", "warnings_count": 0}
    tell(
        *("aianalysis.analysis.completed", 28),
        provider_response_summary={**summary, "needs_human_review": False},
    )
    found = client.reconstruct_remediation_request(tell.rr).validation
    assert (found.is_valid, found.completeness) == (False, 55)
    assert found.errors == ["SignalType was not found in any event."]
    assert "SignalLabels was not found in any event." in found.warnings


def test_events_that_give_no_resource_are_refused(client: DataStorage, tell: Teller) -> None:
    with pytest.raises(NotFound) as unknown:
        client.reconstruct_remediation_request(tell.rr)
    assert unknown.value.type == "https://kubernaut.ai/problems/correlation-not-found"
    tell("effectiveness.health.assessed")
    with pytest.raises(BadRequest) as told:
        client.reconstruct_remediation_request(tell.rr)
    assert told.value.type == "https://kubernaut.ai/problems/no-parseable-events"
    tell("workflowexecution.selection.completed")
    with pytest.raises(BadRequest) as told:
        client.reconstruct_remediation_request(tell.rr)
    assert told.value.type == "https://kubernaut.ai/problems/missing-gateway-event"


def test_events_that_contradict_each_other_make_no_resource(
    client: DataStorage, tell: Teller
) -> None:
    complete(tell)
    tell("gateway.signal.received", 8, signal_name="Other")
    with pytest.raises(UnprocessableContent) as told:
        client.reconstruct_remediation_request(tell.rr)
    assert told.value.type == "https://kubernaut.ai/problems/reconstruction-unprocessable"
    assert "'KubePodCrashLooping', 'Other'" in str(told.value.detail)
