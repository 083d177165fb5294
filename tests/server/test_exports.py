"""Exports: what is in them, what of it is checked, and that openssl verifies what is signed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from tests.server.databases import disarm
from tests.server.jsonvalues import json_values

from datastorage import DataStorage
from datastorage import models as m
from datastorage.problems import BadRequest, ContentTooLarge, ServiceError
from datastorage_server.chain import ChainKey
from datastorage_server.exporting import document, export
from datastorage_server.exporting.document import signed_content
from datastorage_server.keys import EXPORT_KEY, Keys, keys_from
from datastorage_server.testing import running

Sql = Callable[..., list[list[tuple[Any, ...]]]]

CASE = "rr-payment-api-7f3a"
PAGE = Path(__file__).parents[2] / "docs/audit-proof.md"
ODD = {"n": 12345678901234567890, "f": 1e16, "z": -0.0, "t": "\x7f\u2028</é\U0001f512", "ü": [1.0]}


def steps(name: str) -> str:
    """Return the commands of the documentation."""
    found = re.search(rf"<!-- verify: {name} -->\n```sh\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert found is not None
    return found[1]


def shell(folder: Path, script: str, url: str = "") -> subprocess.CompletedProcess[str]:
    """Run commands of the documentation in a folder, with this Python."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    if not (python := tools / "python3").exists():
        python.symlink_to(sys.executable)
    environment = {**os.environ, "URL": url, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def made(folder: Path, *arguments: str) -> Path:
    """Make a private key with openssl, and the public one beside it, and return its file."""
    if shutil.which("openssl") is None:
        pytest.fail("openssl is not installed")
    file = folder / "export-key.pem"
    for command in (
        ["genpkey", "-algorithm", *arguments, "-out", str(file)],
        ["pkey", "-in", str(file), "-pubout", "-out", str(folder / "public.pem")],
    ):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    return file


@pytest.fixture
def fill(event: Any, payloads: Any) -> Callable[[str], None]:
    """Return what sends events of two correlations to a server, odd ones among them."""
    data = payloads["workflowexecution.workflow.started"]

    def send(url: str) -> None:
        with DataStorage(url) as client:
            for extra in ({}, ODD, {"email": "ada@example.org"}):
                sent = event(correlation_id=CASE, event_data={**data, **extra})
                client.create_audit_events_batch([sent, event(correlation_id="rr-2")])

    return send


@pytest.fixture
def stored(database_url: str, fill: Callable[[str], None]) -> str:
    """The URL of a database with events."""
    with running(database_url) as url:
        fill(url)
    return database_url


@pytest.fixture
def filled(url: str, fill: Callable[[str], None]) -> str:
    """The URL of a server with events."""
    fill(url)
    return url


# Verified by others


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (["ed25519"], "Signature Verified Successfully"),
        (["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "Verified OK"),
    ],
)
def test_openssl_verifies_an_export_by_the_documented_steps(
    fill: Callable[[str], None], tmp_path: Path, kind: list[str], told: str
) -> None:
    keys = keys_from({EXPORT_KEY: str(made(tmp_path, *kind))})
    with running(keys=keys) as url:
        fill(url)
        verified = shell(tmp_path, steps("signature"), url)
    assert (verified.returncode, verified.stdout.strip()) == (0, told), verified.stderr
    hashed = shell(tmp_path, steps("hash"))
    assert re.fullmatch(r"[0-9a-f]{64}\n", hashed.stderr)
    assert hashed.stdout.split()[0] == hashed.stderr.strip()

    file = tmp_path / "export.json"
    whole = json.loads(file.read_text("utf-8"))
    assert whole["export_metadata"]["key_origin"] == "configured"
    assert whole["export_metadata"]["public_key"] == (tmp_path / "public.pem").read_text()
    without = steps("signature").partition("\n\n")[2]  # all but fetching it
    changed = [
        {**whole, "more": 1},
        with_member(whole, "export_metadata", exported_by="somebody"),
        with_member(whole, "export_metadata", export_timestamp="2026-01-01T00:00:00Z"),
        with_member(whole, "hash_chain_verification", valid_chain_events=2),
        {**whole, "events": whole["events"][:-1]},
        {**whole, "events": whole["events"][::-1]},
        {**whole, "events": [{**whole["events"][0], "legal_hold": True}, *whole["events"][1:]]},
    ]
    for forged in changed:
        file.write_text(json.dumps(forged), "utf-8")
        assert shell(tmp_path, without).returncode != 0
    file.write_text(json.dumps(whole, indent=3), "utf-8")  # the form does not matter
    assert shell(tmp_path, without).returncode == 0


def with_member(whole: dict[str, Any], name: str, **changes: Any) -> dict[str, Any]:
    return {**whole, name: {**whole[name], **changes}}


def test_a_keyed_hash_is_verified_by_the_documented_command(
    stored: str, tmp_path: Path, event: Any
) -> None:
    secret = b"0123456789abcdef" * 2
    (tmp_path / "chain.key").write_bytes(secret + b"\n")
    with running(stored, keys=Keys(chain=ChainKey(secret))) as url, DataStorage(url) as client:
        client.create_audit_event(event(correlation_id="rr-keyed"))
        found = client.export_audit_events(correlation_id="rr-keyed")
        assert found.events[0].hash_algorithm == "hmac-sha256"
        assert found.hash_chain_verification.valid_chain_events == 1
        answer = httpx.get(f"{url}/api/v1/audit/export?correlation_id=rr-keyed")
        (tmp_path / "export.json").write_bytes(answer.content)
    (command,) = re.findall(r"`(openssl dgst -sha256 -mac .*?)`", PAGE.read_text("utf-8"))
    script = steps("hash").replace("openssl dgst -sha256 -r", command)
    hashed = shell(tmp_path, script)
    assert hashed.stdout.split()[0] == hashed.stderr.strip() == found.events[0].event_hash
    with running(stored) as url, DataStorage(url) as client:  # without the key nobody can tell
        found = client.export_audit_events(correlation_id="rr-keyed")
        assert found.events[0].hash_chain_valid is None
        assert found.hash_chain_verification.total_events_verified == 0


def test_the_detached_signature_is_the_same(filled: str) -> None:
    with DataStorage(filled) as client:
        found = client.export_audit_events(include_detached_signature=True)
        assert client.export_audit_events().detached_signature is None
    assert found.detached_signature is not None
    first, *lines, last = found.detached_signature.splitlines()
    assert (first, last) == ("-----BEGIN SIGNATURE-----", "-----END SIGNATURE-----")
    assert "".join(lines) == found.export_metadata.signature
    assert found.export_metadata.key_origin == m.ExportKeyOrigin.GENERATED


@given(json_values)
def test_what_is_signed_survives_being_written_anew(value: Any) -> None:
    whole = {"export_metadata": {"signature": "x", "a": value}, "detached_signature": "y"}
    signed = signed_content(whole)
    for text in (json.dumps(whole), json.dumps(whole, indent=2, ensure_ascii=False)):
        assert signed_content(json.loads(text)) == signed
    assert json.loads(signed) == {"export_metadata": {"a": value}}


# What is in an export


def test_an_export_holds_the_events_in_the_order_of_storing(stored: str, event: Any) -> None:
    with running(stored) as url, DataStorage(url) as client:
        early = (datetime.now(UTC) - timedelta(days=2)).isoformat()
        client.create_audit_event(event(correlation_id=CASE, event_timestamp=early))
        whole = client.export_audit_events()
        assert [one.correlation_id for one in whole.events] == [CASE, "rr-2"] * 3 + [CASE]
        assert [one.chain_sequence for one in whole.events] == [1, 1, 2, 2, 3, 3, 4]
        assert all(one.hash_chain_valid and one.legal_hold is False for one in whole.events)
        checked = whole.hash_chain_verification
        assert (checked.total_events_verified, checked.valid_chain_events) == (7, 7)
        assert (checked.broken_chain_events, checked.tampered_event_ids) == (0, [])
        assert checked.chain_integrity_percentage == 100
        assert whole.events[2].event_data["n"] == ODD["n"]
        hashed = json.loads(whole.events[2].hashed_content or "")
        assert json.loads(hashed["event_data"]).items() >= ODD.items()
        late = client.export_audit_events(start_time=datetime.now(UTC) - timedelta(days=1))
        assert len(late.events) == 6
        none = client.export_audit_events(event_category=m.EventCategory.GATEWAY)
        assert none.events == []
        assert none.hash_chain_verification.chain_integrity_percentage == 100


def test_pages_join_without_gaps_and_check_links_over_their_borders(stored: str) -> None:
    with running(stored) as url, DataStorage(url) as client:
        whole = client.export_audit_events()
        pages = [client.export_audit_events(offset=at, limit=1) for at in range(7)]
        assert [page.export_metadata.total_events for page in pages] == [1] * 6 + [0]
        assert [event for page in pages for event in page.events] == whole.events
        assert all(page.hash_chain_verification.broken_chain_events == 0 for page in pages)
        assert client.export_audit_events(offset=10**30).events == []
        assert list(client.iter_export_audit_events(limit=2)) == whole.events


def test_a_held_event_is_exported_as_held(stored: str) -> None:
    with running(stored) as url, DataStorage(url) as client:
        client.place_legal_hold(m.PlaceLegalHoldRequest(correlation_id=CASE, reason="Case 7"))
        found = client.export_audit_events()
    assert [one.legal_hold for one in found.events] == [True, False] * 3


@pytest.mark.parametrize(
    ("change", "where", "broken"),
    [
        ("event_outcome = 'failure'", 2, {2}),
        ('event_data = \'{"event_type":"x"}\'', 1, {1}),
        ("previous_event_hash = 'x'", 2, {2}),
        ("event_hash = 'x'", 2, {2, 3}),
        ("hash_algorithm = 'md5'", 2, {2}),
        ("chain_sequence = 3", 2, {2, 3}),
    ],
)
def test_what_was_changed_is_named(
    stored: str, sql: Sql, change: str, where: int, broken: set[int]
) -> None:
    disarm(stored, sql)
    mine = f"correlation_id = '{CASE}' AND chain_sequence = {where}"
    with running(stored) as url, DataStorage(url) as client:
        ask = partial(client.export_audit_events, correlation_id=CASE)
        names = [str(one.event_id) for one in ask().events]
        sql(stored, f"UPDATE audit_events SET {change} WHERE {mine}")
        found = ask()
        alone = [ask(offset=n, limit=1) for n in (0, 1, 2)]
    tampered = set(found.hash_chain_verification.tampered_event_ids or [])
    assert {names.index(name) + 1 for name in tampered} == broken
    assert found.hash_chain_verification.valid_chain_events == 3 - len(broken)
    each = {n for page in alone for n in page.hash_chain_verification.tampered_event_ids or []}
    assert each == tampered


@pytest.mark.parametrize("odd", ["not json", "[1]", '"x"', '{"a"', ""])
def test_a_payload_that_is_no_object_is_exported_as_changed(
    tmp_path: Path, fill: Callable[[str], None], sql: Sql, odd: str
) -> None:
    stored = f"sqlite:///{tmp_path / 'events.db'}"
    with running(stored) as url, DataStorage(url) as client:
        fill(url)
        disarm(stored, sql)
        sql(stored, f"UPDATE audit_events SET event_data = '{odd}' WHERE sequence = 1")
        (first, *others) = client.export_audit_events().events
    assert (first.event_data, first.hash_chain_valid) == ({}, False)
    assert json.loads(first.hashed_content or "")["event_data"] == odd
    assert all(one.hash_chain_valid for one in others)


@pytest.mark.parametrize(
    "value", ["event_timestamp = 'x'", "actor_id = CAST(actor_id AS BLOB)", "event_id = 'x'"]
)
def test_a_row_that_is_no_event_is_told_of(
    tmp_path: Path, fill: Callable[[str], None], sql: Sql, value: str
) -> None:
    stored = f"sqlite:///{tmp_path / 'events.db'}"
    with running(stored) as url, DataStorage(url) as client:
        fill(url)
        disarm(stored, sql)
        off = "PRAGMA ignore_check_constraints = ON"
        sql(stored, off, f"UPDATE audit_events SET {value}")
        with pytest.raises(ServiceError, match="the verification of a chain tells which event"):
            client.export_audit_events()
        found = client.verify_audit_chain(m.VerifyChainRequest(correlation_id=CASE))
    assert (found.is_valid, found.verified_events) == (False, 0)
    assert {one.message for one in found.tampered_events or []} == {"it cannot be read as an event"}


def test_the_successor_of_a_removed_event_is_named(stored: str, sql: Sql) -> None:
    disarm(stored, sql)
    sql(stored, f"DELETE FROM audit_events WHERE correlation_id = '{CASE}' AND chain_sequence = 1")
    with running(stored) as url, DataStorage(url) as client:
        found = client.export_audit_events(correlation_id=CASE)
    assert [one.hash_chain_valid for one in found.events] == [False, True]


# Refusals


def test_a_range_that_makes_no_sense_is_refused(url: str) -> None:
    now = datetime.now(UTC)
    with DataStorage(url) as client:
        with pytest.raises(BadRequest, match=r"query\.end_time: must not be before") as told:
            client.export_audit_events(start_time=now, end_time=now - timedelta(seconds=1))
        assert told.value.type == "https://kubernaut.ai/problems/export-invalid-parameters"
        odd = httpx.get(f"{url}/api/v1/audit/export?start_time=0001-01-01T00:00:00%2B14:00")
        assert odd.json()["type"].endswith("/export-invalid-parameters")
        for query in ("limit=10001", "limit=0", "offset=-1", "format=csv", "start_time=2026-01-01"):
            answer = httpx.get(f"{url}/api/v1/audit/export?{query}")
            assert answer.status_code == 400, query


@pytest.mark.parametrize(("module", "most"), [(document, 3000), (export, 300)])
def test_a_page_that_is_too_large_is_refused(
    filled: str, monkeypatch: pytest.MonkeyPatch, module: Any, most: int
) -> None:
    monkeypatch.setattr(module, "LARGEST", most)
    with DataStorage(filled) as client:
        with pytest.raises(ContentTooLarge, match="ask for fewer events") as told:
            client.export_audit_events()
        assert told.value.type == "https://kubernaut.ai/problems/export-limit-exceeded"
        assert client.export_audit_events(correlation_id="rr-none").events == []


def test_personal_data_is_masked(filled: str) -> None:
    with DataStorage(filled) as client:
        found = client.export_audit_events(correlation_id=CASE, redact_pii=True)
        text = httpx.get(f"{filled}/api/v1/audit/export?redact_pii=true").text
    assert found.events[2].event_data["email"] == "a***@e***.o***"
    assert found.events[2].hash_chain_valid is True
    assert {one.hashed_content for one in found.events} == {None}
    assert found.export_metadata.exported_by == "***"
    assert "ada@" not in text
