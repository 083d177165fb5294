"""Static tokens on a real server: who is let in, who is not, and what they are told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server.holding import CASE, hold, release

from datastorage import NO_RETRY, Bearer, DataStorage
from datastorage import models as m
from datastorage.problems import Forbidden, Unauthorized
from datastorage_server.auth.settings import AuthSettings
from datastorage_server.testing import running

EVENTS = "/api/v1/audit/events"
ALICE = "alices-token-0123456789abcdef"
CONTROLLER = "controllers-token-0123456789"
READER = "readers-token-0123456789abcdef"
SECRETS = (ALICE, CONTROLLER, READER)
LINES = f"""\
# who may do what
{ALICE} alice@example.com reader,writer,auditor
sha256:{sha256(CONTROLLER.encode()).hexdigest()} system:serviceaccount:kubernaut:wfe writer,curator

{READER} system:serviceaccount:kubernaut:board reader
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "tokens"
    found.write_text(LINES)
    found.chmod(0o600)
    return found


@pytest.fixture
def url(database_url: str, file: Path) -> Generator[str]:
    with running(database_url, auth=AuthSettings(tokens=file)) as base_url:
        yield base_url


@pytest.fixture
def as_(url: str) -> Generator[Callable[[str], DataStorage]]:
    """Return a client with a token."""
    clients: list[DataStorage] = []

    def client(token: str) -> DataStorage:
        clients.append(DataStorage(url, auth=Bearer(token), retry=NO_RETRY))
        return clients[-1]

    yield client
    for one in clients:
        one.close()


def ask(url: str, *headers: tuple[str, str], query: str = "") -> httpx.Response:
    return httpx.get(f"{url}{EVENTS}{query}", headers=list(headers), trust_env=False)


def refused(answer: httpx.Response, status: int, slug: str) -> str:
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    assert problem["type"] == f"https://kubernaut.ai/problems/{slug}"
    assert problem["instance"] == answer.request.url.path
    assert not any(secret in answer.text + str(answer.headers) for secret in SECRETS)
    challenge: str = answer.headers["www-authenticate"]
    return challenge


def test_callers_do_what_their_roles_allow(as_: Any, event: Any) -> None:
    as_(CONTROLLER).create_audit_event(event(correlation_id=CASE))
    assert as_(READER).query_audit_events(correlation_id=CASE).pagination.total == 1
    with pytest.raises(Forbidden) as told:
        as_(READER).create_audit_event(event())
    assert "does not have the role writer, which createAuditEvent asks for" in str(told.value)
    with pytest.raises(Forbidden):
        as_(CONTROLLER).query_audit_events()
    with pytest.raises(Forbidden):
        as_(READER).export_audit_events()
    with pytest.raises(Forbidden):
        hold(as_(CONTROLLER))


def test_what_is_kept_has_the_name_of_the_token(as_: Any, event: Any) -> None:
    as_(CONTROLLER).create_audit_event(event(correlation_id=CASE))
    alice = as_(ALICE)
    assert hold(alice).placed_by == "alice@example.com"
    assert alice.export_audit_events().export_metadata.exported_by == "alice@example.com"
    assert release(alice).released_by == "alice@example.com"


@pytest.mark.parametrize("batch", [True, False])
def test_a_person_is_the_actor_of_what_they_send(as_: Any, event: Any, *, batch: bool) -> None:
    claimed = event(correlation_id=CASE, actor_type="service", actor_id="somebody-else")
    for token in (ALICE, CONTROLLER):
        if batch:
            as_(token).create_audit_events_batch([claimed])
        else:
            as_(token).create_audit_event(claimed)
    found = as_(READER).query_audit_events(correlation_id=CASE).data
    actors = {(one.actor_type, one.actor_id) for one in found}
    assert actors == {("user", "alice@example.com"), ("service", "somebody-else")}


def test_without_a_token_one_is_asked_for(url: str, members: Any) -> None:
    challenge = refused(ask(url), 401, "unauthorized")
    assert challenge == 'Bearer realm="datastorage"'
    many = [members() for _ in range(200)]
    answer = httpx.post(f"{url}{EVENTS}/batch", json=many, trust_env=False)
    refused(answer, 401, "unauthorized")
    with DataStorage(url, retry=NO_RETRY) as nobody, pytest.raises(Unauthorized):
        nobody.list_workflows()


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer =",
        f"Basic {ALICE}",
        f"Bearer {ALICE} {ALICE}",
        f"Bearer {ALICE},{READER}",
        "Bearer " + "x" * 10_000,
        "Bearer " + "x" * 30_000,
        f"Bearer {ALICE[:-1]}",
        f"Bearer {sha256(ALICE.encode()).hexdigest()}",
        f"Bearer sha256:{sha256(ALICE.encode()).hexdigest()}",
    ],
)
def test_what_is_no_token_lets_nobody_in(url: str, value: str) -> None:
    challenge = refused(ask(url, ("Authorization", value)), 401, "unauthorized")
    assert 'error="invalid_' in challenge


def test_the_scheme_is_written_in_any_case(url: str) -> None:
    assert ask(url, ("authorization", f"bEARER  {READER}")).status_code == 200


def test_a_token_comes_once_and_in_the_header(url: str) -> None:
    twice = [("Authorization", f"Bearer {ALICE}")] * 2
    assert "more than one" in refused(ask(url, *twice), 401, "unauthorized")
    answer = ask(url, query=f"?access_token={ALICE}")
    refused(answer, 401, "unauthorized")
    assert "belongs into the Authorization header" in answer.json()["detail"]
    good = ("Authorization", f"Bearer {ALICE}")
    answer = ask(url, good, query=f"?access_token={ALICE}")
    assert answer.status_code == 400
    assert ALICE not in answer.text


def test_a_missing_role_is_told_as_a_scope(url: str) -> None:
    answer = httpx.get(
        f"{url}/api/v1/audit/export",
        headers={"Authorization": f"Bearer {READER}"},
        trust_env=False,
    )
    challenge = refused(answer, 403, "forbidden")
    assert 'error="insufficient_scope", scope="auditor"' in challenge


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/health/live", "/metrics"])
def test_health_and_metrics_are_open(url: str, path: str) -> None:
    answer = httpx.get(f"{url}{path}", trust_env=False)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/api/v1/audit/%65vents", "/api/v1/./audit/events", "//api/v1/audit/events", f"{EVENTS}/"],
)
def test_no_spelling_of_a_path_goes_round(url: str, path: str) -> None:
    with httpx.Client(trust_env=False) as client:
        raw = httpx.URL(url).copy_with(raw_path=path.encode())
        assert client.get(raw).status_code in {401, 404}


def test_metrics_count_who_was_let_in(url: str, as_: Any) -> None:
    ask(url)
    as_(READER).query_audit_events()
    with pytest.raises(Forbidden):
        as_(CONTROLLER).query_audit_events()
    text = httpx.get(f"{url}/metrics", trust_env=False).text
    for outcome in ("admitted", "unauthenticated", "forbidden"):
        assert f'datastorage_admission_total{{outcome="{outcome}"}} 1\n' in text
    assert not any(secret in text for secret in SECRETS)


def test_the_file_is_read_again_when_it_changes(
    url: str, file: Path, as_: Any, caplog: pytest.LogCaptureFixture
) -> None:
    as_(READER).query_audit_events()
    new = "new-token-0123456789abcdef"
    other = file.with_name("other")
    other.write_text(f"{new} system:serviceaccount:kubernaut:board reader\n")
    other.chmod(0o600)
    other.rename(file)
    as_(new).query_audit_events()
    with pytest.raises(Unauthorized):
        as_(READER).query_audit_events()
    file.write_text(f"{READER}broken\n")
    with caplog.at_level(logging.ERROR):
        as_(new).query_audit_events()  # what it said before stays in force
    assert "tokens:1: a line is TOKEN NAME ROLE[,ROLE]" in caplog.text
    file.unlink()
    as_(new).query_audit_events()
    assert "cannot be read: No such file" in caplog.text
    assert not any(secret in caplog.text for secret in (new, *SECRETS))


def test_a_repetition_by_another_caller_is_the_same_event(as_: Any, event: Any) -> None:
    chosen = event(correlation_id=CASE, event_id="7d9f3c1e-52ab-4f0e-8a43-6b1d2e90c5f7")
    first = as_(CONTROLLER).create_audit_event(chosen)
    again = as_(ALICE).create_audit_event(chosen)
    assert isinstance(first, m.AuditEventResponse)
    assert first.event_id == again.event_id
    (found,) = as_(READER).query_audit_events(correlation_id=CASE).data
    assert found.actor_type == "service"
