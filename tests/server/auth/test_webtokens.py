"""JSON Web Tokens on a real server: good ones, and the ways in which they are not."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from tests.server.auth.issuing import (
    AUDIENCE,
    CONTROLLER,
    ISSUER,
    claims,
    ec_key,
    issuer,
    key_set,
    public,
    public_ec,
    rsa_key,
    token,
)

from datastorage import NO_RETRY, Bearer, DataStorage
from datastorage_server.auth.settings import AuthSettings, JwtSettings
from datastorage_server.testing import running

EVENTS = "/api/v1/audit/events"
PATH = "/api/v1/audit/legal-hold"


def settings(keys: str | Path, **others: Any) -> AuthSettings:
    named: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "roles_claim": "roles"}
    named |= others
    return AuthSettings(jwt=JwtSettings(keys=keys, **named))


def ask(url: str, bearer: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bearer}"}
    return httpx.get(url + EVENTS, headers=headers, trust_env=False)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("keys") / "jwks.json"
    small = public("small", 1024)
    shared = {"kty": "oct", "kid": "shared", "k": "c2VjcmV0" * 8}
    encrypting = public("encrypting", use="enc")
    for_one = public("for-ps", alg="PS256")
    file.write_text(key_set(public("one"), public_ec("curve"), small, shared, encrypting, for_one))
    return file


@pytest.fixture(scope="module")
def url(keys: Path) -> Generator[str]:
    with running(auth=settings(keys)) as base_url:
        yield base_url


def test_a_service_account_is_known_by_its_sub(
    keys: Path, database_url: str, tmp_path: Path, event: Any
) -> None:
    roles = tmp_path / "roles"
    roles.write_text(f"{CONTROLLER} auditor\nsystem:serviceaccount:kubernaut:* writer,reader\n")
    auth = settings(keys, roles=roles, roles_claim=None)
    with (
        running(database_url, auth=auth) as url,
        DataStorage(url, auth=Bearer(token()), retry=NO_RETRY) as controller,
    ):
        controller.create_audit_event(event())
        (found,) = controller.query_audit_events().data
        assert found.actor_id == "workflowexecution-service"
        assert controller.export_audit_events().export_metadata.exported_by == CONTROLLER
        elsewhere = token(sub="system:serviceaccount:default:workflowexecution-controller")
        assert ask(url, elsewhere).status_code == 403
        roles.write_text("system:serviceaccount:default:* reader\n")
        assert ask(url, elsewhere).status_code == 200
        assert ask(url, token()).status_code == 403


def test_a_good_token_is_taken(url: str) -> None:
    assert ask(url, token()).status_code == 200
    assert ask(url, token(aud=AUDIENCE)).status_code == 200
    signed = jwt.encode(claims(), ec_key("curve"), algorithm="ES256", headers={"kid": "curve"})
    assert ask(url, signed).status_code == 200


def test_a_token_of_ten_thousand_bytes_is_taken(url: str) -> None:
    long = token(groups=[f"group-number-{number}" for number in range(420)])
    assert 9_000 < len(long) < 12_000
    assert ask(url, long).status_code == 200


def test_clocks_may_differ_a_little(url: str) -> None:
    now = datetime.now(UTC)
    assert ask(url, token(exp=now - timedelta(seconds=5))).status_code == 200
    assert ask(url, token(nbf=now + timedelta(seconds=10))).status_code == 200


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"exp": datetime(2026, 1, 1, tzinfo=UTC)}, "The bearer token has expired."),
        ({"nbf": datetime(2099, 1, 1, tzinfo=UTC)}, "The bearer token is not valid yet."),
        ({"aud": "another"}, "The bearer token is meant for another audience."),
        ({"iss": "https://elsewhere"}, "The bearer token is of another issuer."),
        ({"signer": "two"}, "The signature of the bearer token is wrong."),
        ({"kid": "two"}, "The bearer token is signed with an unknown key."),
        ({"kid": "shared"}, "The bearer token is signed with an unknown key."),
        ({"kid": "curve"}, "The bearer token is signed with an unknown key."),
        ({"kid": "encrypting"}, "The bearer token is signed with an unknown key."),
        ({"kid": "for-ps"}, "The bearer token is signed with an unknown key."),
        ({"kid": "small"}, "The bearer token is signed with an unknown key."),
        ({"exp": None}, "The bearer token lacks one of exp, sub, iss and aud."),
        ({"sub": None}, "The bearer token lacks one of exp, sub, iss and aud."),
        ({"iss": None}, "The bearer token lacks one of exp, sub, iss and aud."),
        ({"aud": None}, "The bearer token lacks one of exp, sub, iss and aud."),
        ({"sub": "a\nb"}, "The bearer token's sub is no name."),
        ({"sub": "x" * 256}, "The bearer token's sub is no name."),
    ],
)
def test_a_token_that_is_not_good_lets_nobody_in(
    url: str, changes: dict[str, Any], told: str
) -> None:
    bearer = token(**changes)
    answer = ask(url, bearer)
    assert answer.status_code == 401
    assert answer.json()["detail"] == told
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="datastorage", error="invalid_token", error_description="{told}"'
    )
    assert bearer not in answer.text


def unsigned(header: dict[str, object]) -> str:
    good = token().split(".")
    return f"{encoded(header)}.{good[1]}."


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, 7, ["RS256"], "RS1"])
def test_a_token_without_a_signature_lets_nobody_in(url: str, algorithm: object) -> None:
    answer = ask(url, unsigned({"alg": algorithm, "kid": "one", "typ": "JWT"}))
    assert answer.status_code == 401


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_no_shared_secret(url: str, algorithm: str) -> None:
    pem = (
        rsa_key("one", 2048)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    parts = token().split(".")
    signed = f"{encoded({'alg': algorithm, 'kid': 'one'})}.{parts[1]}"
    method = jwt.get_algorithm_by_name(algorithm)
    # The library refuses to sign with a public key, so it is taken for bytes here.
    signature = method.sign(signed.encode(), pem)
    forged = f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    answer = ask(url, forged)
    assert answer.status_code == 401
    assert answer.json()["detail"].endswith("is signed in a way that is not taken here.")


@pytest.mark.parametrize(
    "bearer",
    [
        *("..", "a.b.c", ".a.", "x" * 10_000),
        token().rpartition(".")[0] + ".",
        token() + "A",
        f"{encoded([])}.e30.AA",
        f"{encoded({'alg': 'RS256', 'kid': ['one']})}.e30.AA",
        f"{encoded({'alg': 'RS256', 'kid': 'one', 'crit': ['x']})}.e30.AA",
    ],
    ids=range(9),
)
def test_a_broken_token_lets_nobody_in(url: str, bearer: str) -> None:
    assert ask(url, bearer).status_code == 401


def test_a_token_names_its_key_unless_there_is_only_one(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(key_set(public("one")))
    with running(auth=settings(file)) as base_url:
        assert ask(base_url, token(None)).status_code == 200
        assert ask(base_url, token(None, signer="two")).status_code == 401
        file.write_text(key_set(public("one"), public("two")))
        assert ask(base_url, token(None)).status_code == 401


def test_a_rotated_key_is_fetched_and_unknown_ones_do_not_flood_the_issuer() -> None:
    with issuer(key_set(public("one"))) as source, running(auth=settings(source.url)) as url:
        assert ask(url, token()).status_code == 200
        for number in range(20):
            assert ask(url, token(f"unknown-{number}", signer="two")).status_code == 401
        assert source.asked <= 2


def test_a_file_of_keys_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(key_set(public("one")))
    with running(auth=settings(file)) as url:
        assert ask(url, token()).status_code == 200
        file.write_text(key_set(public("two")))
        assert ask(url, token("two")).status_code == 200
        assert ask(url, token()).status_code == 401


def test_without_keys_nobody_is_judged(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.WARNING),
        issuer("{}") as source,
        running(auth=settings(source.url)) as url,
    ):
        answer = ask(url, token())
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["type"].endswith("/service-unavailable")
    assert "gave no keys: this is no key set" in caplog.text


def test_the_roles_are_found_in_any_claim(keys: Path) -> None:
    with running(auth=settings(keys, roles_claim="realm_access.roles")) as url:
        good: tuple[object, ...] = ({"roles": ["reader"]}, {"roles": "writer reader"})
        for realm in good:
            assert ask(url, token(realm_access=realm)).status_code == 200
        bad: tuple[object, ...] = (
            {"roles": {"reader": 1}},
            ["reader"],
            "reader",
            7,
            {"roles": [["reader"]]},
        )
        for realm in bad:
            assert ask(url, token(realm_access=realm)).status_code == 403
        assert (
            ask(
                url,
                jwt.encode(
                    {**claims(), "realm_access.roles": ["reader"]},
                    rsa_key("one", 2048),
                    "RS256",
                    {"kid": "one"},
                ),
            ).status_code
            == 200
        )
