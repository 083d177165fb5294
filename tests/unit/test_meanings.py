"""What an error means is found by its code, by its name, and in the texts that people have."""

import re
import time
from pathlib import Path

import pytest

from apigen.meanings import Layer, all_meanings, lookup, of_sqlstate, read
from datastorage_server.sql import failures


@pytest.mark.parametrize(
    ("name", "code", "layer"),
    [
        ("42P01", "42P01", Layer.DATABASE),
        ("42p01", "42P01", Layer.DATABASE),
        ("08", "08", Layer.NETWORK),
        ("08004", "08004", Layer.NETWORK),
        ("P0004", "P0004", Layer.DATABASE),
        ("SQLITE_BUSY_SNAPSHOT", "SQLITE_BUSY_SNAPSHOT", Layer.DATABASE),
        ("2067", "SQLITE_CONSTRAINT_UNIQUE", Layer.DATABASE),
        ("5", "SQLITE_BUSY", Layer.DATABASE),
        ("503", "503", Layer.SERVICE),
        ("https://kubernaut.ai/problems/database-error", "database-error", Layer.DATABASE),
        ("UndefinedTable", "psycopg.errors.UndefinedTable", Layer.DATABASE),
        ("sqlalchemy.exc.TimeoutError", "sqlalchemy.exc.TimeoutError", Layer.SERVICE),
    ],
)
def test_a_name_is_looked_up(name: str, code: str, layer: Layer) -> None:
    found = lookup(name)
    assert found is not None
    assert (found.code, found.layer) == (code, layer)


@pytest.mark.parametrize("name", ["", "ZZZZZ", "123456", "SQLITE_WHAT", "nope", "\0", "²²"])
def test_what_is_no_code_is_not_guessed(name: str) -> None:
    assert lookup(name) is None


def test_every_meaning_says_what_it_means_and_what_comes_next() -> None:
    for meaning in all_meanings():
        assert meaning.meaning.endswith("."), meaning.code
        assert meaning.next, meaning.code


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('ERROR: relation "audit_events" does not exist (SQLSTATE 42P01)', "42P01"),
        ('ERROR:  42703: column "x" does not exist', "42703"),
        ('psycopg.errors.UndefinedTable: relation "t" does not exist', "42P01"),
        ('column "a" of relation "b" does not exist', "42703"),
        ('FATAL:  database "kubernaut_datastorage" does not exist', "3D000"),
        ("sqlite3.OperationalError: no such table: audit_events", "SQLITE_ERROR"),
        ("sqlalchemy.exc.TimeoutError: QueuePool limit of size 5", "sqlalchemy.exc.TimeoutError"),
        ('{"type":"https://kubernaut.ai/problems/database-error"}', "database-error"),
        ('{"sqlstate":"53300"}', "53300"),
        ("dial tcp [::1]:15443: connect: connection refused", "ConnectionRefusedError"),
        ('"POST /api HTTP/1.1" 500', "500"),
    ],
)
def test_a_line_of_a_log_is_read(line: str, code: str) -> None:
    assert [hit.meaning.code for hit in read([line])] == [code]


@pytest.mark.parametrize(
    "line",
    ["", "INFO started", "took 42 ms", "200 OK", "the relation between both", "error_code: none"],
)
def test_a_healthy_line_says_nothing(line: str) -> None:
    assert read([line]) == ()


def test_the_deepest_layer_comes_first_and_echoes_are_counted() -> None:
    hits = read(["HTTP/1.1 500", 'relation "a" does not exist', 'relation "a" does not exist'])
    assert [(hit.meaning.code, hit.line, hit.count) for hit in hits] == [
        ("42P01", 2, 2),
        ("500", 1, 1),
    ]


def test_a_long_log_is_read_fast() -> None:
    begun = time.process_time()
    read(["2026-11-25T12:00:00Z INFO a request was answered in 12 ms " + "x" * 140] * 50_000)
    assert time.process_time() - begun < 30


def test_a_hostile_line_costs_little() -> None:
    lines = ["(" * 100_000, 'column "' * 50_000, "a." * 100_000, "function " * 20_000]
    begun = time.process_time()
    read(lines)
    assert time.process_time() - begun < 30


def test_the_server_and_the_table_agree_on_what_may_pass_by_itself() -> None:
    source = Path(failures.__file__).read_text(encoding="utf-8")
    transient, _, rest = source.partition("_FAILED: Final")
    permanent = rest.partition("_TOLD: Final")[0]
    for text, passes in ((transient, True), (permanent, False)):
        codes = re.findall(r'^    "([0-9A-Z]{2}(?:[0-9A-Z]{3})?|SQLITE_\w+)":', text, re.MULTILINE)
        assert codes
        for code in codes:
            meaning = lookup(code)
            assert meaning is not None, code
            assert meaning.transient is passes, code
    assert of_sqlstate("57P03") is not None
