"""Planted differences between a contract and a database: each is named, and nothing else is."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, text
from tests.doctor.conftest import SPEC, SQLITE_TABLES, TABLES
from tests.server.databases import Postgres

from apigen.diagnostics import Report, Severity
from apigen.doctor import Given, examine
from apigen.doctor.comparison.mapping import map_tables
from apigen.doctor.comparison.tables import compare_tables
from apigen.doctor.database.reflection import reflect
from apigen.doctor.facts import snapshot
from apigen.doctor.facts.contracts import Understood, understood


def alter(change: str) -> str:
    return f"ALTER TABLE orders {change};"


def typed(column: str, type_: str, using: str = "") -> str:
    using = using or f"{column}::text::{type_}"
    return alter(f"ALTER COLUMN {column} TYPE {type_} USING {using}")


def checked(column: str, rule: str) -> str:
    return alter(f"ADD CONSTRAINT planted_{column} CHECK ({rule})")


DRIFTS = {
    "a table that is missing": ("DROP TABLE orders", "AG601 orders"),
    "a table under another name": ("ALTER TABLE orders RENAME TO old_orders", "AG601 orders"),
    "a column that is missing": (alter("DROP COLUMN note"), "AG602 note"),
    "a column that was renamed": (
        alter("RENAME COLUMN channel TO medium"),
        "AG602 channel|AG603 orders.medium",
    ),
    "a column that nobody fills": (
        alter("ADD COLUMN tenant text NOT NULL DEFAULT ''")
        + alter("ALTER COLUMN tenant DROP DEFAULT"),
        "AG603 orders.tenant",
    ),
    "an optional member in a column that must be filled": (
        alter("ALTER COLUMN note SET NOT NULL"),
        "AG604 note",
    ),
    "a nullable member in a column that must be filled": (
        alter("ALTER COLUMN weight SET NOT NULL"),
        "AG604 weight",
    ),
    "null in a column with a default": (
        alter("ALTER COLUMN weight SET DEFAULT 0, ALTER COLUMN weight SET NOT NULL"),
        "AG604 weight",
    ),
    "an optional date in a column that must be filled": (
        alter("ALTER COLUMN due SET NOT NULL"),
        "AG604 due",
    ),
    "an optional address in a column that must be filled": (
        alter("ALTER COLUMN site SET NOT NULL"),
        "AG604 site",
    ),
    "a list without the default of its column": (
        alter("ALTER COLUMN tags DROP DEFAULT"),
        "AG604 tags",
    ),
    "a VARCHAR that is too short": (typed("reference", "varchar(20)"), "AG605 reference"),
    "a VARCHAR where there was text": (typed("note", "varchar(255)"), "AG605 note"),
    "a CHECK on a length": (checked("note", "length(note) < 100"), "AG605 note"),
    "a length of exactly so many": (
        checked("reference", "char_length(reference) = 10"),
        "AG605 reference|AG606 reference",
    ),
    "a domain with a length": (
        "CREATE DOMAIN short AS varchar(10);" + typed("reference", "short"),
        "AG605 reference",
    ),
    "a domain with a CHECK": (
        "CREATE DOMAIN capital AS text CHECK (length(VALUE) < 9 AND VALUE ~ '^[A-Z]');"
        + typed("reference", "capital"),
        "AG605 reference|AG622 reference",
    ),
    "a CHAR that is too short": (typed("reference", "char(10)"), "AG605 reference"),
    "a text that must not be empty": (checked("note", "note <> ''"), "AG606 note"),
    "a text that must be longer": (
        checked("reference", "length(reference) > 5"),
        "AG606 reference",
    ),
    "a value that the CHECK lacks": (
        alter("DROP CONSTRAINT orders_channel_check")
        + checked("channel", "channel IN ('web', 'shop')"),
        "AG607 channel",
    ),
    "a value in other letters": (
        alter("DROP CONSTRAINT orders_channel_check")
        + checked("channel", "channel IN ('Web', 'shop', 'phone')"),
        "AG607 channel|AG608 channel",
    ),
    "a value that the contract lacks": (
        alter("DROP CONSTRAINT orders_status_check")
        + checked("status", "status IN ('open', 'paid', 'lost')"),
        "AG608 status",
    ),
    "an enum type that lacks a value": (
        alter("DROP CONSTRAINT orders_channel_check")
        + "CREATE TYPE media AS ENUM ('web', 'shop');"
        + typed("channel", "media"),
        "AG607 channel",
    ),
    "values joined by OR": (
        alter("DROP CONSTRAINT orders_status_check")
        + checked("status", "status = 'open' OR status = 'done'"),
        "AG607 status|AG608 status",
    ),
    "a second CHECK that narrows the first": (
        checked("channel", "channel = ANY (ARRAY['web', 'phone', 'fax'])"),
        "AG607 channel",
    ),
    "a free text in a closed list": (
        checked("note", "note IN ('gift', 'none')"),
        "AG609 note",
    ),
    "a free text in an enum type": (
        alter("DROP CONSTRAINT orders_note_check")
        + "CREATE TYPE notes AS ENUM ('gift');"
        + typed("note", "notes"),
        "AG609 note",
    ),
    "a number in a closed list": (
        checked("quantity", "quantity IN (1, 2, 3)"),
        "AG609 quantity",
    ),
    "a text where a UUID is kept": (
        alter("DROP CONSTRAINT orders_note_check") + typed("note", "uuid"),
        "AG610 note",
    ),
    "a text where an address is kept": (
        alter("DROP CONSTRAINT orders_note_check") + typed("note", "inet"),
        "AG610 note",
    ),
    "a text where a date is kept": (
        alter("DROP CONSTRAINT orders_note_check") + typed("note", "date"),
        "AG610 note",
    ),
    "a text where a number is kept": (
        alter("DROP CONSTRAINT orders_note_check") + typed("note", "integer"),
        "AG610 note",
    ),
    "a boolean where a number is kept": (
        alter("ALTER COLUMN rush DROP DEFAULT") + typed("rush", "integer", "1")
        + alter("ALTER COLUMN rush SET DEFAULT 0"),
        "AG610 rush",
    ),
    "a number where a text is kept": (
        alter("DROP CONSTRAINT orders_quantity_check") + typed("quantity", "text"),
        "AG610 quantity",
    ),
    "a time where a UUID is kept": (typed("due", "uuid"), "AG610 due"),
    "a small integer": (
        alter("DROP CONSTRAINT orders_quantity_check")
        + typed("quantity", "smallint")
        + "COMMENT ON TABLE orders IS 'fits: 1000 is within smallint'",
        "",
    ),
    "a narrower range": (checked("quantity", "quantity < 500"), "AG611 quantity"),
    "a range that begins later": (checked("quantity", "quantity > 10"), "AG611 quantity"),
    "too few digits": (typed("price", "numeric(5, 2)"), "AG611 price"),
    "a number that must not be zero": (checked("price", "price >= 1"), "AG611 price"),
    "a time that loses its zone": (
        typed("placed_at", "timestamp", "placed_at::timestamp"),
        "AG612 placed_at",
    ),
    "a time that loses its hours": (
        typed("placed_at", "date", "placed_at::date"),
        "AG612 placed_at",
    ),
    "a time that loses its fractions": (
        typed("placed_at", "timestamptz(0)", "placed_at"),
        "AG612 placed_at",
    ),
    "a number that loses its fraction": (typed("weight", "bigint", "weight::bigint"),
        "AG612 weight|AG611 weight"),
    "a number that loses digits": (typed("weight", "real"), "AG612 weight"),
    "a price that loses its cents": (typed("price", "numeric(12, 0)"), "AG612 price"),
    "a conflict that is not documented": (
        "CREATE UNIQUE INDEX planted ON orders (placed_at, channel)",
        "AG613 createThing",
    ),
    "a parent that is not documented": (
        alter("ADD FOREIGN KEY (order_id) REFERENCES customers (id)"),
        "AG614 createThing",
    ),
    "an object where a text is kept": (typed("address", "text"), "AG615 address"),
    "a list where a number is kept": (
        alter("ALTER COLUMN tags DROP DEFAULT") + typed("tags", "text", "''")
        + alter("ALTER COLUMN tags SET DEFAULT ''"),
        "AG615 tags",
    ),
    "an answer that may be null": (
        alter("ALTER COLUMN created_at DROP NOT NULL"),
        "AG618 created_at",
    ),
    "a required member whose column may be null": (
        alter("ALTER COLUMN quantity DROP NOT NULL"),
        "AG618 quantity",
    ),
    "another default": (alter("ALTER COLUMN rush SET DEFAULT true"), "AG621 rush"),
    "a form that is not stated": (
        checked("reference", "reference ~ '^[A-Z]+$'"),
        "AG622 reference",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def contract() -> Understood:
    return understood(SPEC, (), Report())


@pytest.fixture(scope="module")
def engine_url(postgres: Postgres) -> Generator[str]:
    name = f"drifts_{uuid4().hex}"
    postgres.execute("postgres", f"CREATE DATABASE {name}")
    engine = create_engine(postgres.url(name).replace("postgresql", "postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text(TABLES))
    engine.dispose()
    yield postgres.url(name)
    postgres.execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def connection(engine_url: str) -> Generator[Connection]:
    engine = create_engine(engine_url.replace("postgresql", "postgresql+psycopg"))
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def differences(
    connection: Connection, contract: Understood, spec: Understood | None = None
) -> list[str]:
    schema = reflect(connection)
    used = spec or contract
    declared = {"OrderRequest": "orders", "Order": "orders"}
    mapped = map_tables(used.contract, declared, {}, schema)
    found = compare_tables(mapped, schema, used.place)
    return [
        f"{each.code.id} {each.message}" for each in found if each.severity is not Severity.NOTE
    ]


def named(found: list[str], wanted: str) -> bool:
    """Tell whether each expected difference was found, and nothing else."""
    parts = [each for each in wanted.split("|") if each]
    told = [
        next(
            (p for p in parts if f.startswith(p.split(" ")[0]) and f" {p.split(' ')[-1]}" in f),
            None,
        )
        for f in found
    ]
    return None not in told and all(part in told for part in parts)


def test_the_healthy_database_has_no_difference(
    connection: Connection, contract: Understood
) -> None:
    assert differences(connection, contract) == []


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Understood:
    """The contract with operations that document no failure."""
    path = tmp_path_factory.mktemp("bare") / "orders.yaml"
    lines = SPEC.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "'404'" not in line and "'409'" not in line]
    path.write_text("\n".join(kept).replace("createOrder", "createThing"), encoding="utf-8")
    return understood(path, (), Report())


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_planted_difference_is_named_and_nothing_else(
    drift: str, connection: Connection, contract: Understood, bare: Understood
) -> None:
    change, wanted = DRIFTS[drift]
    thing = "createThing" in wanted
    before = differences(connection, contract, bare) if thing else []
    transaction = connection.begin_nested() if connection.in_transaction() else connection.begin()
    try:
        connection.execute(text(change.replace(":", "\\:")))
        found = differences(connection, contract, bare if thing else None)
    finally:
        transaction.rollback()
    assert named([each for each in found if each not in before], wanted), found


def test_there_are_more_than_forty_of_them() -> None:
    assert sum(bool(wanted) for _, wanted in DRIFTS.values()) >= 40


SQLITE_DRIFTS = {
    "the table": ("reference TEXT", "reference TEXT", "CREATE TABLE orders", "AG601 orders"),
    "a column": ("    due TEXT,\n", "", "", "AG602 due"),
    "a value": ("'web', 'shop', 'phone'", "'web', 'shop'", "", "AG607 channel"),
    "a length": ("BETWEEN 3 AND 40", "BETWEEN 3 AND 30", "", "AG605 reference"),
    "a range": ("BETWEEN 1 AND 1000", "BETWEEN 1 AND 10", "", "AG611 quantity"),
    "null": ("due TEXT", "due TEXT NOT NULL", "", "AG604 due"),
    "a filler": ("site TEXT", "tenant TEXT NOT NULL, site TEXT", "", "AG603 orders.tenant"),
    "an answer": ("created_at TEXT NOT NULL", "created_at TEXT", "", "AG618 created_at"),
}


@pytest.mark.parametrize("drift", [None, *SQLITE_DRIFTS])
def test_the_same_on_sqlite(drift: str | None, tmp_path: Path, contract: Understood) -> None:
    script, wanted = SQLITE_TABLES, ""
    if drift is not None:
        before, after, without, wanted = SQLITE_DRIFTS[drift]
        assert before in script
        script = script.replace(before, after)
        script = script.partition(without)[0] if without else script
    file = tmp_path / "orders.db"
    with closing(sqlite3.connect(file)) as opened:
        opened.executescript(script)
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        found = differences(connection, contract)
    engine.dispose()
    assert named(found, wanted), found


def test_a_snapshot_is_the_same_schema_and_the_same_bytes(
    connection: Connection, contract: Understood, tmp_path: Path
) -> None:
    schema = reflect(connection)
    file = tmp_path / "database.json"
    file.write_text(snapshot.written(schema), encoding="utf-8")
    assert snapshot.read(file) == schema
    assert snapshot.written(snapshot.read(file)) == file.read_text(encoding="utf-8")
    found = examine(Given(spec=SPEC, snapshot=file))
    assert found.healthy
    assert "orders" in found["D9"].message
    file.write_text(file.read_text(encoding="utf-8").replace("'phone'", "'fax'"), encoding="utf-8")
    assert (
        "'phone' is refused by orders.channel"
        in examine(Given(spec=SPEC, snapshot=file))["D10"].message
    )
