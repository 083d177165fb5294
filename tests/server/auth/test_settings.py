"""Settings and files of authentication: what is taken, and what is told of the rest."""

from __future__ import annotations

import logging
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from datastorage_server.__main__ import main
from datastorage_server.auth.callers import Caller, Role
from datastorage_server.auth.permissions import ROLES, operations
from datastorage_server.auth.rolefiles import StaticTokens, read_roles, read_tokens, roles_of
from datastorage_server.auth.settings import JwtSettings, auth_from
from datastorage_server.errors import StartError

SECRET = "a-secret-token-0123456789"
FILE = Path("file")
JWT = {
    "DATASTORAGE_JWT_ISSUER": "https://issuer",
    "DATASTORAGE_JWT_AUDIENCE": "datastorage",
    "DATASTORAGE_JWT_JWKS": "https://issuer/keys",
    "DATASTORAGE_JWT_ROLES_CLAIM": "roles",
}


def test_a_role_is_asked_for_wherever_the_contract_asks_for_a_token(contract: Any) -> None:
    opened: set[str] = set()
    secured: set[str] = set()
    for path in contract["paths"].values():
        for operation in path.values():
            security = operation.get("security", contract["security"])
            (secured if security else opened).add(operation["operationId"])
            if security:
                assert {"401", "403"} <= operation["responses"].keys()
    assert {name for name, role in ROLES.items() if role is None} == opened
    assert {name for name, role in ROLES.items() if role is not None} == secured
    assert {one.id for one in operations()} == ROLES.keys()
    told = contract["components"]["securitySchemes"]["bearerAuth"]["description"]
    assert all(f"`{role}`" in told for role in Role)


def test_without_settings_there_is_no_authentication() -> None:
    assert not auth_from({})
    assert not auth_from({"DATASTORAGE_TOKENS_FILE": ""})


def test_settings_are_read_from_the_environment() -> None:
    found = auth_from(
        {
            **JWT,
            "DATASTORAGE_TOKENS_FILE": "tokens",
            "DATASTORAGE_JWT_ALGORITHMS": "ES256, EdDSA",
            "DATASTORAGE_JWT_LEEWAY_SECONDS": "5",
        }
    )
    assert found.tokens == Path("tokens")
    assert found.jwt == JwtSettings(
        issuer="https://issuer",
        audience="datastorage",
        keys="https://issuer/keys",
        algorithms=("ES256", "EdDSA"),
        leeway=5,
        roles_claim="roles",
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"DATASTORAGE_JWT_ISSUER": ""}, "DATASTORAGE_JWT_ISSUER not: set all of them"),
        ({"DATASTORAGE_JWT_AUDIENCE": ""}, "DATASTORAGE_JWT_AUDIENCE not: set all of them"),
        ({"DATASTORAGE_JWT_ROLES_CLAIM": ""}, "nobody would have a role"),
        ({"DATASTORAGE_JWT_ALGORITHMS": "none"}, "'none' is no signature with a public key"),
        ({"DATASTORAGE_JWT_ALGORITHMS": "RS256 HS256"}, "'HS256' is no signature"),
        ({"DATASTORAGE_JWT_LEEWAY_SECONDS": "-1"}, "is no number of seconds from 0 to 300"),
        ({"DATASTORAGE_JWT_LEEWAY_SECONDS": "301"}, "is no number of seconds from 0 to 300"),
        ({"DATASTORAGE_JWT_JWKS": "http://issuer/keys"}, "keys that come without TLS"),
        ({"DATASTORAGE_JWT_JWKS": f"https://me:{SECRET}@issuer/"}, "has a user or a password"),
        ({"DATASTORAGE_JWT_JWKS": "file:///keys"}, "give an https URL, a file"),
        ({"DATASTORAGE_JWT_JWKS": "https://[::1/"}, "is no URL"),
    ],
)
def test_settings_that_make_no_sense_are_told(changes: dict[str, str], told: str) -> None:
    with pytest.raises(StartError, match=r"^[^\n]*$") as raised:
        auth_from({**JWT, **changes})
    assert told in str(raised.value)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "file has no token"),
        ("# nothing\n", "file has no token"),
        (f"{SECRET} alice\n", "file:1: a line is TOKEN NAME ROLE"),
        (f"\n{SECRET} alice reader extra\n", "file:2: a line is"),
        (f"{SECRET} alice root\n", "file:1: the roles are reader, writer, curator, auditor"),
        (f"{SECRET} alice reader,\n", "file:1: the roles are"),
        ("short alice reader\n", "is shorter than 20 characters"),
        (f"{SECRET}é alice reader\n", "a character that none may have"),
        (f"sha256:{SECRET} alice reader\n", "64 lower-case hexadecimal digits"),
        (f"{SECRET} alice reader\n{SECRET} bob reader\n", "file:2: the token of line 2"),
        (f"{SECRET} {'x' * 256} reader\n", "the name has more than 255"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_without_the_token(text: str, told: str) -> None:
    with pytest.raises(StartError) as raised:
        read_tokens(FILE, text)
    assert told in str(raised.value)
    assert SECRET not in str(raised.value)


def test_a_token_is_never_shown() -> None:
    (found,) = read_tokens(FILE, f"{SECRET} alice reader,writer\n")
    assert found.caller == Caller("alice", frozenset({Role.READER, Role.WRITER}))
    assert SECRET not in repr(found)
    assert repr(found.digest) not in repr(found)
    hashed = f"sha256:{sha256(SECRET.encode()).hexdigest()} alice reader,writer\n"
    assert read_tokens(FILE, hashed) == (found,)


def test_roles_of_a_name_are_all_that_fit_it() -> None:
    lines = "a:b:* reader\na:b:c writer\na:b:c curator\na:x:* auditor\n"
    mapping = read_roles(FILE, lines)
    assert roles_of("a:b:c", mapping) == {Role.READER, Role.WRITER, Role.CURATOR}
    assert roles_of("a:b:d", mapping) == {Role.READER}
    assert roles_of("A:B:C", mapping) == set()
    for wrong in ("* reader\n", "a*b reader\n", "a reader more\n"):
        with pytest.raises(StartError):
            read_roles(FILE, wrong)


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_can_read_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int, *, warned: bool
) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{SECRET} alice reader\n")
    file.chmod(mode)
    with caplog.at_level(logging.WARNING):
        StaticTokens(file)
    assert (f"chmod 600 {file}" in caplog.text) is warned
    assert SECRET not in caplog.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_an_open_server_is_for_this_machine_alone(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATASTORAGE_TOKENS_FILE", *JWT):
        monkeypatch.delenv(name, raising=False)
    assert main(["--host", host, "--port", "0"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"datastorage-server: --host {host} can be reached from other")
    assert "set DATASTORAGE_TOKENS_FILE or DATASTORAGE_JWT_JWKS" in told.err
    assert list(tmp_path.iterdir()) == []  # and no database was made


def test_a_missing_file_of_tokens_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATASTORAGE_TOKENS_FILE", "none")
    assert main(["--host", "0.0.0.0", "--port", "0"]) == 2
    told = capsys.readouterr().err
    assert told == (
        "datastorage-server: DATASTORAGE_TOKENS_FILE: none cannot be read: No such file or"
        " directory\n"
    )
