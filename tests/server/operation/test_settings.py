"""Settings: where they come from, which one wins, and what is said of those that are wrong."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from datastorage_server.__main__ import main
from datastorage_server.auth.settings import (
    ALGORITHMS,
    AUDIENCE,
    ISSUER,
    JWKS,
    JWKS_CA,
    JWKS_TOKEN,
    LEEWAY,
    ROLES,
    ROLES_CLAIM,
    TOKENS,
)
from datastorage_server.configuration.effective import settings_of
from datastorage_server.configuration.options import OPTIONS
from datastorage_server.configuration.sources import Value, configured, file_from
from datastorage_server.databases import PostgresqlDatabase
from datastorage_server.errors import StartError
from datastorage_server.settings import Limits, Settings


def file_with(folder: Path, text: str) -> Path:
    file = folder / "datastorage.toml"
    file.write_text(text)
    return file


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = file_with(tmp_path, "# all\nport = 1\nmax_depth = 21\nstrict = true\nhost = 'a.b'\n")
    environment = {"DATASTORAGE_PORT": "2", "DATASTORAGE_MAX_DEPTH": "22", "DATASTORAGE_HOST": ""}
    values = configured({"port": "3"}, environment, file)
    assert values["port"] == Value("3", 3, "--port")
    assert values["max_depth"] == Value("22", 22, "DATASTORAGE_MAX_DEPTH")
    assert values["strict"] == Value("true", True, f"{file}:4:1")
    assert values["host"] == Value("a.b", "a.b", f"{file}:5:1")
    assert values["idle_timeout"] == Value("5", 5.0, "default")
    settings = settings_of(values)
    assert (settings.port, settings.limits.max_depth, settings.strict) == (3, 22, True)


def test_nothing_said_gives_the_defaults_of_the_dataclasses() -> None:
    settings = settings_of(configured({}, {}, None))
    expected = Settings(database=settings.database, queue=settings.queue)
    assert settings == expected
    assert settings.limits == Limits()


def test_every_setting_has_an_option() -> None:
    names = {one.name for one in OPTIONS}
    limits = {one.name for one in fields(Limits)}
    assert limits < names
    assert {one.name for one in OPTIONS if one.group == "Limits"} == limits
    own = {one.name for one in fields(Settings)} - {"auth", "database", "keys", "limits"}
    assert own < names
    variables = {one.variable for one in OPTIONS if one.group == "Authentication"}
    assert variables == {TOKENS, ROLES, ISSUER, AUDIENCE, JWKS, JWKS_CA, JWKS_TOKEN} | {
        *(ALGORITHMS, LEEWAY, ROLES_CLAIM)
    }


def test_the_file_is_named_by_a_flag_or_by_the_environment() -> None:
    assert file_from(None, {}) is None
    assert file_from(None, {"DATASTORAGE_CONFIG": "a.toml"}) == Path("a.toml")
    assert file_from("b.toml", {"DATASTORAGE_CONFIG": "a.toml"}) == Path("b.toml")


def test_all_that_is_wrong_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    file = file_with(
        tmp_path,
        'port = "8080"\nmax_body_byte = 1\nstrict = 1\n\n[limits]\nx = 1\n[[idle_timeout]]\n',
    )
    environment = {
        "DATASTORAGE_MAX_DEPTHS": "9",
        "DATASTORAGE_IDLE_TIMEOUT": "nan",
        "DATASTORAGE_SERVICE_HOST": "10.0.0.1",
    }
    with pytest.raises(StartError) as told:
        configured({"max_depth": "9", "migrate": "perhaps"}, environment, file)
    assert str(told.value).split("\n") == [
        f"{file}:1:1: port: must be a number",
        f"{file}:2:1: 'max_body_byte' is no setting: did you mean max_body_bytes?",
        f"{file}:3:1: strict: must be true or false",
        f"{file}:5:1: 'limits' is no setting: datastorage-server settings lists them",
        f"{file}:7:1: idle_timeout: must be a number",
        "DATASTORAGE_MAX_DEPTHS is no setting: did you mean DATASTORAGE_MAX_DEPTH?",
        "DATASTORAGE_IDLE_TIMEOUT: idle_timeout: 'nan' is no time in seconds:"
        " give a number from 0.1 to 86400",
        "--max-depth: max_depth: '9' is no whole number: give a number from 12 to 500",
        "--migrate: migrate: 'perhaps' is neither true nor false",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"port = ", "is no TOML: Invalid value"),
        (b"\xff", "is not UTF-8 at byte 0"),
        (b"a = " + b"[" * 100_000, "is no TOML"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    with pytest.raises(StartError, match=told):
        configured({}, {}, file)
    with pytest.raises(StartError, match=r"none\.toml cannot be read: No such file"):
        configured({}, {}, tmp_path / "none.toml")


def test_what_kubernetes_sets_for_a_service_of_our_name_is_no_port() -> None:
    values = configured({}, {"DATASTORAGE_PORT": "tcp://10.0.0.1:8080"}, None)
    assert values["port"].origin == "default"


def test_the_number_of_connections_reaches_the_database() -> None:
    given = {"database_url": "postgresql://u@h/db", "database_connections": "7"}
    database = settings_of(configured(given, {}, None)).database
    assert isinstance(database, PostgresqlDatabase)
    assert database.connections == 7


def test_the_command_shows_settings_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = file_with(tmp_path, "queue = 'a\\\"\u001b[31m'\n".replace("'", '"', 2))
    file.write_text('queue = "a\\u001b[31m\\u009b\\""\n')
    url = "postgresql://u:s3cret@h/db?sslkey=hidden"
    monkeypatch.setenv("DATASTORAGE_DATABASE_URL", url)
    assert main(["settings", "--config", str(file), "--port", "81", "--no-strict"]) == 0
    said = capsys.readouterr().out
    lines = {line.split(" = ")[0]: line for line in said.splitlines()}
    assert "s3cret" not in said
    assert "hidden" not in said
    assert lines["database_url"].split(" = ")[1].split() == [
        *('"postgresql://u@h/db"', "#", "DATASTORAGE_DATABASE_URL")
    ]
    assert lines["port"].split() == ["port", "=", "81", "#", "--port"]
    assert lines["strict"].split() == ["strict", "=", "false", "#", "--no-strict"] or lines[
        "strict"
    ].endswith("# --strict")
    assert '"a\\u001b[31m\\u009b\\""' in lines["queue"]
    again = file_with(tmp_path, said.replace("postgresql://u@h/db", "sqlite:///a.db"))
    monkeypatch.delenv("DATASTORAGE_DATABASE_URL")
    assert configured({}, {}, again)["port"].value == 81  # what is shown is a file of settings


def test_wrong_settings_end_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = file_with(tmp_path, "prot = 1\n")
    assert main(["--config", str(file), "--queue-bytes", "-1"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"datastorage-server: {file}:1:1: 'prot' is no setting: did you mean port?"
    assert told[1].startswith("datastorage-server: --queue-bytes: queue_bytes: '-1' is no number")
    assert len(told) == 2


def test_a_key_that_is_of_no_use_is_told_with_its_place(tmp_path: Path) -> None:
    file = file_with(tmp_path, f"chain_key_file = '{tmp_path / 'none'}'\n")
    with pytest.raises(StartError, match=rf"cannot be read: .* \(set by {file}:1:1\)"):
        settings_of(configured({}, {}, file))
