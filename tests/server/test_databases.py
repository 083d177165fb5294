"""Database URLs: what they mean, what is refused, and that passwords stay where they are."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from datastorage_server.databases import (
    PostgresqlDatabase,
    SqliteDatabase,
    database_from,
    parse_database,
)
from datastorage_server.errors import StartError


def postgresql(url: str) -> PostgresqlDatabase:
    found = parse_database(url)
    assert isinstance(found, PostgresqlDatabase)
    return found


@pytest.mark.parametrize("kind", ["postgresql", "postgres"])
def test_postgresql_has_two_names(kind: str) -> None:
    found = postgresql(f"{kind}://audit@db:5433/events")
    assert found.dsn == "postgresql://audit@db:5433/events"
    assert found.connections == 25


def test_a_password_is_for_the_driver_only() -> None:
    found = postgresql("postgresql://audit:s3%40cret@db/events?sslmode=require")
    assert found.dsn == "postgresql://audit:s3%40cret@db/events?sslmode=require"
    assert str(found) == "postgresql://audit@db/events"
    assert "s3" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cret@h",
        "postgresql://u:s3cret@h:port/db",
        "postgresql+psycopg://u:s3cret@h/db",
        "postgresql://u:s3cret@h/db?sslpassword=s3cret",
        "postgresql://u:s3cret@h/db?options=-c%20role%3Ds3cret",
        "postgresql://u:s3cret@h/db?sslmode=require&sslmode=disable",
        "postgresql://u:s3cret@h/db?connect_timeout=s3cret",
        "mysql://u:s3cret@h/db",
        "oracle:s3cret",
    ],
)
def test_a_refusal_does_not_repeat_the_password(url: str) -> None:
    with pytest.raises(StartError) as refused:
        parse_database(url)
    assert "DATASTORAGE_DATABASE_URL" in str(refused.value)
    assert "s3cret" not in "".join(traceback.format_exception(refused.value))


def test_parameters_of_libpq_are_used() -> None:
    found = postgresql(
        "postgresql://audit@db/events?sslmode=verify-full&sslrootcert=/etc/ca.pem"
        "&connect_timeout=3&application_name=reports"
    )
    assert found.dsn.endswith("/events?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem")
    assert found.connect_seconds == 3
    assert found.application_name == "reports"
    assert postgresql("postgresql:///events?host=/run/postgresql").dsn.endswith(
        "host=%2Frun%2Fpostgresql"
    )


def test_unknown_parameters_are_told_with_the_known_ones() -> None:
    with pytest.raises(StartError, match=r"'sslpasswrd', which is not used; known are .*sslmode"):
        parse_database("postgresql://u@h/db?sslpasswrd=x")


def test_databases_are_a_file_or_memory_when_they_are_no_server() -> None:
    assert database_from({}) == SqliteDatabase(Path("datastorage.db"))
    assert parse_database("sqlite:////srv/a b.db") == SqliteDatabase(Path("/srv/a b.db"))
    assert parse_database("sqlite:///:memory:") == SqliteDatabase(None)


def test_a_refusal_names_where_the_url_came_from() -> None:
    with pytest.raises(StartError, match=r"^server\.toml: database is no database URL"):
        parse_database("nonsense", "server.toml: database")
