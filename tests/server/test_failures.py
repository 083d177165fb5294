"""What failures of a database mean, by the codes that databases give."""

from __future__ import annotations

import sqlite3
from typing import Any

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, NoSuchTableError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from datastorage_server.sql.failures import translate
from datastorage_server.store import StoreFailed, StoreUnavailable


def told(code: str, **attributes: Any) -> asyncpg.PostgresError:
    """Return what the driver raises for a SQLSTATE, as SQLAlchemy does not know it."""
    error = asyncpg.PostgresError("words of the database")
    error.sqlstate = code
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


def adapted(error: Exception) -> DBAPIError:
    """Return the same as SQLAlchemy raises it, over its adapter of the driver."""
    adapter = Exception(f"{type(error)}: {error}")
    adapter.__cause__ = error
    return DBAPIError("INSERT", {}, adapter)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("08006", "the connection to the database is broken"),
        ("25P03", "the connection to the database is broken"),
        ("40001", "the database had to choose between writes that excluded each other"),
        ("40P01", "the database had to choose between writes that excluded each other"),
        ("53000", "the database is out of resources"),
        ("53100", "the disk of the database is full"),
        ("53200", "the database is out of memory"),
        ("53300", "the database takes no more connections"),
        ("55P03", "what is written is locked by another process"),
        ("57014", "the database took too long"),
        ("57P01", "the database is shutting down"),
        ("57P02", "the database is restarting after a crash"),
        ("57P03", "the database is starting"),
        ("58030", "the disk of the database fails"),
    ],
)
def test_a_transient_failure_is_one_that_may_pass(code: str, reason: str) -> None:
    for error in (told(code), adapted(told(code))):
        found = translate(error)
        assert isinstance(found, StoreUnavailable)
        assert str(found) == reason
        assert found.code == code
        assert found.words == "words of the database"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("0A000", "the database refused the statement"),
        ("23505", "a rule of the database does not take the event"),
        ("25006", "the database is read-only"),
        ("28P01", "check the user and the password"),
        ("3D000", "there is no such database"),
        ("42P01", "its schema is of another version"),
        ("42703", "its schema is of another version"),
        ("42501", "the server's user may not do this"),
        ("54000", "the event is too large for the database"),
        ("P0001", "a rule of the database does not take the event"),
        ("XX001", "the database is damaged"),
    ],
)
def test_a_permanent_failure_says_what_is_refused(code: str, reason: str) -> None:
    for error in (told(code), adapted(told(code))):
        found = translate(error)
        assert isinstance(found, StoreFailed)
        assert reason in str(found)
        assert found.code == code
        assert found.fields == {}


@pytest.mark.parametrize("code", ["22001", "22003", "22P02", "22021", "22P05"])
def test_what_a_value_looked_like_is_told_nobody(code: str) -> None:
    found = translate(adapted(told(code)))
    assert isinstance(found, StoreFailed)
    assert str(found) == "the database does not take a value of the event"
    assert found.words == ""
    assert found.code == code


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (
            told("23514", table_name="audit_events", constraint_name="ck_audit_events_severity"),
            {"severity": "is not what the database takes"},
        ),
        (
            told(
                "23514",
                table_name="audit_events_2026_11",
                constraint_name="ck_audit_events_severity",
            ),
            {"severity": "is not what the database takes"},
        ),
        (
            told("23502", table_name="audit_events", column_name="version"),
            {"version": "is needed by the database"},
        ),
        (
            told("23503", constraint_name="fk_audit_events_parent_event_id"),
            {"parent_event_id": "no such event"},
        ),
        (told("23514", constraint_name="made_by_somebody_else"), {}),
    ],
)
def test_a_rule_on_one_member_names_the_member(error: Exception, fields: dict[str, str]) -> None:
    found = translate(error)
    assert isinstance(found, StoreFailed)
    assert found.fields == fields
    if fields:
        assert str(found) == f"the database does not take the event's {next(iter(fields))}"


def test_a_month_without_a_partition_is_told() -> None:
    found = translate(told("23514", table_name="audit_events", constraint_name=None))
    assert str(found) == "the table audit_events has no partition for the event's time"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "Connect call failed ('10.9.8.7', 5432)"),
        ConnectionResetError(104, "reset by 10.9.8.7"),
        OSError(113, "no route to 10.9.8.7"),
        TimeoutError(),
        asyncpg.InterfaceError("connection to 10.9.8.7 is closed"),
        asyncpg.InternalClientError("cannot switch to state 12"),
    ],
)
def test_a_database_that_is_not_reached_may_come_back(error: Exception) -> None:
    for one in (error, adapted(error)):
        found = translate(one)
        assert isinstance(found, StoreUnavailable)
        assert "10.9.8.7" not in str(found) + found.words


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_BUSY", StoreUnavailable),
        ("SQLITE_BUSY_SNAPSHOT", StoreUnavailable),
        ("SQLITE_LOCKED_SHAREDCACHE", StoreUnavailable),
        ("SQLITE_PROTOCOL", StoreUnavailable),
        ("SQLITE_FULL", StoreUnavailable),
        ("SQLITE_IOERR_FSYNC", StoreUnavailable),
        ("SQLITE_CANTOPEN", StoreUnavailable),
        ("SQLITE_NOMEM", StoreUnavailable),
        ("SQLITE_READONLY_DBMOVED", StoreFailed),
        ("SQLITE_CORRUPT", StoreFailed),
        ("SQLITE_NOTADB", StoreFailed),
        ("SQLITE_CONSTRAINT_UNIQUE", StoreFailed),
        ("SQLITE_TOOBIG", StoreFailed),
        ("SQLITE_ERROR", StoreFailed),
    ],
)
def test_result_codes_of_sqlite_mean_the_same(name: str, kind: type[Exception]) -> None:
    error = sqlite3.OperationalError("words of the database")
    error.sqlite_errorname = name
    found = translate(DBAPIError("INSERT", {}, error))
    assert isinstance(found, kind)
    assert isinstance(found, StoreFailed | StoreUnavailable)
    assert found.code == name


@pytest.mark.parametrize(
    ("name", "words", "member"),
    [
        (
            "CHECK",
            "CHECK constraint failed: ck_audit_events_severity",
            "severity",
        ),
        (
            "NOTNULL",
            "NOT NULL constraint failed: audit_events.version",
            "version",
        ),
    ],
)
def test_sqlite_names_the_member_too(name: str, words: str, member: str) -> None:
    error = sqlite3.IntegrityError(words)
    error.sqlite_errorname = f"SQLITE_CONSTRAINT_{name}"
    found = translate(error)
    assert isinstance(found, StoreFailed)
    assert set(found.fields) == {member}


def test_a_pool_without_a_free_connection_may_have_one_later() -> None:
    assert isinstance(translate(PoolTimeout("QueuePool limit of size 25")), StoreUnavailable)


def test_what_nobody_foresaw_is_a_failure() -> None:
    found = translate(NoSuchTableError("x"))
    assert isinstance(found, StoreFailed)
    assert str(found) == "the database refused the statement"
