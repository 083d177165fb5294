"""Checks D1 to D17: each names the planted fault, and says nothing of what is healthy."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.doctor.checking import TRIGGER, Make, Shop, given, look, sqlite
from tests.doctor.conftest import SPEC, SQLITE_TABLES, TABLES, run
from tests.doctor.services import answering
from tests.server.databases import Postgres, standby

from apigen.doctor import Status, examine
from apigen.doctor.database import gathering

SOUND = """\
-- +goose Up
CREATE TABLE customers (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (order_id uuid PRIMARY KEY);
-- +goose Down
DROP TABLE orders;
DROP TABLE customers;
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "001_orders.sql").write_text(SOUND, encoding="utf-8")
    return folder


GOOSE = """
CREATE TABLE goose_db_version (id serial, version_id bigint, is_applied bool);
INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true);
"""


def test_a_healthy_service_is_quiet(database: Make, migrations: Path, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("INFO started\n", encoding="utf-8")
    compose = tmp_path / "app.env"
    with answering(Shop().answers()) as url:
        database_url = database(TABLES + GOOSE)
        name = database_url.rpartition("/")[2]
        compose.write_text(f"POSTGRES_DB={name}\nPOSTGRES_USER=tester\n", encoding="utf-8")
        begun = time.monotonic()
        found = examine(
            given(
                database_url=database_url, migrations=migrations, url=url, logs=(log,),
                environment=(compose,), probe=True,
            )
        )  # fmt: skip
        took = time.monotonic() - begun
    assert [each for each in found.results if each.status.rank < 2] == []
    silent = {each.check.id for each in found.of(Status.SKIP)}
    assert silent <= {"D12", "D17", "D21"}
    assert took < 60, took  # measured: 2 s; a bound on hanging, not a benchmark


# D1 to D4: reaching


def test_d1_another_database(database: Make, tmp_path: Path) -> None:
    file = tmp_path / "app.env"
    file.write_text("# the service\nPOSTGRES_DB=orders\n", encoding="utf-8")
    found = look("D1", database_url=database(), environment=(file,))
    assert found.status is Status.FAIL
    assert found.message.startswith("the database is doctor_")
    assert found.place is not None
    assert (found.place.file, found.place.line) == (str(file), 2)


def test_d1_another_port(database: Make, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(
        "services:\n  db:\n    image: postgres\n    ports: ['127.0.0.1:15443:5432']\n",
        encoding="utf-8",
    )
    found = look("D1", database_url=database(), environment=(file,))
    assert found.message.endswith("says 15443")


def test_d2_nothing_listens() -> None:
    found = examine(given(database_url="postgresql://a@127.0.0.1:1/b", url="http://127.0.0.1:1"))
    assert found["D2"].status is Status.FAIL
    assert "127.0.0.1:1 does not answer" in found["D2"].message
    assert found["D7"].status is Status.SKIP


def test_d3_a_database_that_is_not_there(postgres: Postgres) -> None:
    assert look("D3", database_url=postgres.url("nowhere")).status is Status.FAIL


def test_d3_a_file_that_is_not_there(tmp_path: Path) -> None:
    found = look("D3", database_url=f"sqlite:///{tmp_path}/none.db")
    assert (found.status, "four slashes" in found.mend) == (Status.FAIL, True)
    assert not (tmp_path / "none.db").exists()


def test_d4_a_server_that_is_starting(database: Make) -> None:
    from apigen.doctor.evidence import Facts
    from apigen.doctor.examination import judged
    from apigen.doctor.facts.database import Failure
    from apigen.doctor.gathering import gather

    facts = gather(given(database_url=database()))
    assert facts.database is not None
    failed = {"connect": Failure("57P03", "FATAL: the database system is starting up")}
    starting = replace(facts.database, failures=failed)
    assert judged(Facts(given(), database=starting))["D4"].status is Status.FAIL


def test_d4_writes_that_go_to_a_standby(database: Make, postgres: Postgres) -> None:
    name = database().rpartition("/")[2]
    with standby(postgres) as copy:
        found = examine(given(database_url=copy.url(name), probe=True))
    assert found["D4"].message == "the server is a standby, which only reads: all writes fail"
    assert found["D4"].mend.startswith("use the primary's address")
    assert found["D16"].message == "the server is a standby, which only reads (D4)"
    assert found["D17"].evidence[0].startswith("orders: 25006")
    assert {each.check.id for each in found.of(Status.FAIL)} == {"D4", "D16", "D17"}


# D5 to D8: migrations, tables, columns


def test_d5_a_migration_that_was_not_applied(database: Make, migrations: Path) -> None:
    file = migrations / "002_more.sql"
    file.write_text("-- +goose Up\nALTER TABLE orders ADD extra text;\n", encoding="utf-8")
    found = look("D5", database_url=database(TABLES + GOOSE), migrations=migrations)
    assert found.message == "not applied: 002_more.sql"
    assert found.mend == f'goose -dir {migrations} postgres "$DATABASE_URL" up'


def test_d5_a_migration_that_is_half_done(database: Make, migrations: Path) -> None:
    script = "CREATE TABLE schema_migrations (version bigint, dirty bool);"
    script += "INSERT INTO schema_migrations VALUES (1, true);"
    found = look("D5", database_url=database(TABLES + script), migrations=migrations)
    assert found.message == "half applied: 1"


def test_d6_a_file_that_its_tool_cuts(migrations: Path) -> None:
    file = migrations / "002_body.sql"
    file.write_text("-- +goose Up\nDO $$ BEGIN\nPERFORM 1;\nEND $$;\n", encoding="utf-8")
    found = look("D6", migrations=migrations)
    assert (found.status, found.message) == (Status.FAIL, "goose cuts this body at line 3")


def test_d7_a_table_that_is_missing(database: Make) -> None:
    found = look("D7", database_url=database("CREATE TABLE customers (id uuid)"))
    assert "the table orders does not exist" in found.message


def test_d7_on_sqlite(tmp_path: Path) -> None:
    found = look("D7", database_url=sqlite(tmp_path, "CREATE TABLE customers (id TEXT);"))
    assert "the table orders does not exist" in found.message


def test_d8_a_column_that_is_missing(database: Make) -> None:
    found = look("D8", database_url=database(TABLES + "ALTER TABLE orders DROP COLUMN due"))
    assert found.message == "due: orders has no column due"
    assert found.findings[0].place is not None
    line = SPEC.read_text(encoding="utf-8").splitlines()[found.findings[0].place.line - 1]
    assert line.strip().startswith("due:")


def test_d9_a_type_that_is_too_narrow(database: Make) -> None:
    change = "ALTER TABLE orders ALTER COLUMN note TYPE varchar(50)"
    assert "takes 50" in look("D9", database_url=database(TABLES + change)).message


def test_d10_an_enum_that_lacks_a_value(database: Make) -> None:
    script = TABLES.replace("'web', 'shop', 'phone'", "'web', 'shop'")
    assert "'phone' is refused" in look("D10", database_url=database(script)).message


def test_d10_a_table_without_a_key(database: Make) -> None:
    script = TABLES.replace("order_id uuid PRIMARY KEY", "order_id uuid NOT NULL")
    assert look("D10", database_url=database(script)).message == "orders has no primary key"


def test_d11_a_trigger_that_is_disabled(database: Make) -> None:
    off = "ALTER TABLE orders DISABLE TRIGGER touched"
    found = look("D11", database_url=database(TABLES + TRIGGER + off))
    assert found.message == "disabled: orders.touched"
    assert found.mend == "ALTER TABLE orders ENABLE TRIGGER touched"


def test_d11_a_function_that_is_missing(database: Make, migrations: Path) -> None:
    body = f"-- +goose Up\n-- +goose StatementBegin\n{TRIGGER}-- +goose StatementEnd\n"
    (migrations / "002_touch.sql").write_text(body, encoding="utf-8")
    found = look("D11", database_url=database(TABLES), migrations=migrations)
    assert "function touch" in found.message
    assert "trigger touched on orders" in found.message


def partitioned(*months: int, default: bool = False, zone: timedelta = timedelta()) -> str:
    """Return a table of orders in months, counted from this one."""
    script = TABLES.replace("order_id uuid PRIMARY KEY", "order_id uuid NOT NULL").replace(
        "varchar(40) NOT NULL UNIQUE", "varchar(40) NOT NULL"
    )
    script = script.partition(");\nCREATE UNIQUE")[0] + ") PARTITION BY RANGE (placed_at);\n"
    today = datetime.now(UTC).date()
    for month in months:
        count = today.year * 12 + today.month - 1 + month
        first, after = (f"{n // 12}-{n % 12 + 1:02}-01" for n in (count, count + 1))
        script += f"CREATE TABLE orders_{count} PARTITION OF orders "
        script += f"FOR VALUES FROM ('{first}') TO ('{after}');\n"
    return script + ("CREATE TABLE rest PARTITION OF orders DEFAULT;\n" if default else "")


def test_d12_partitions(database: Make) -> None:
    whole = look("D12", database_url=database(partitioned(-1, 0, 1, 2, 3)))
    assert whole.status is Status.OK
    ahead = look("D12", database_url=database(partitioned(-1, 0)))
    assert (ahead.status, "has no partition for" in ahead.message) == (Status.WARN, True)
    now = look("D12", database_url=database(partitioned(1, 2, 3)))
    assert now.status is Status.FAIL
    none = look("D12", database_url=database(partitioned()))
    assert none.evidence == ("no partition at all",)


def test_d12_rows_in_the_default_partition(database: Make) -> None:
    row = "INSERT INTO customers VALUES (gen_random_uuid(), 'x'); INSERT INTO orders VALUES ("
    row += "gen_random_uuid(), 'abc', 'web', 'open', 1, 1, 1, now(), null, false, null,"
    row += " (SELECT id FROM customers), '{}', '{}', null, now())"
    found = look("D12", database_url=database(partitioned(default=True) + row))
    assert "rest, the default partition of orders, holds rows" in found.message


# D13 to D17: running


def test_d13_sessions_that_are_idle_in_a_transaction(
    database: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database()
    monkeypatch.setattr(gathering, "LONG_SECONDS", 0)
    with psycopg.connect(url) as held:
        held.execute("SELECT 1")
        found = look("D13", database_url=url)
    assert found.message == "1 sessions are idle in a transaction"


@contextmanager
def waiting(url: str) -> Generator[None]:
    """Let one session wait for a lock that another one holds."""
    with psycopg.connect(url) as holder, psycopg.connect(url) as waiter:
        holder.execute("LOCK TABLE customers")

        def wait() -> None:
            waiter.execute("LOCK TABLE customers")

        thread = threading.Thread(target=wait)
        thread.start()
        with psycopg.connect(url, autocommit=True) as watching:
            query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            for _ in range(200):
                row = watching.execute(query).fetchone()
                if row and row[0]:
                    break
                time.sleep(0.01)
        try:
            yield
        finally:
            holder.rollback()
            thread.join()


def test_d14_a_session_that_waits_for_a_lock(database: Make) -> None:
    url = database()
    with waiting(url):
        found = look("D14", database_url=url)
    assert found.status is Status.WARN
    assert "waits for customers" in found.message


def test_d15_a_role_without_rights(database: Make, postgres: Postgres) -> None:
    url = database()
    name = url.rpartition("/")[2]
    postgres.execute(name, f"CREATE ROLE {name} LOGIN", f"GRANT SELECT ON orders TO {name}")
    try:
        own = look("D15", database_url=url.replace("tester@", f"{name}@"))
        named = look("D15", database_url=url, role=name)
    finally:
        postgres.execute(name, f"REVOKE ALL ON orders FROM {name}", f"DROP ROLE {name}")
    assert own.message == named.message == f"{name} has no INSERT on orders"
    assert own.mend == f"GRANT INSERT ON TABLE orders TO {name}"


def test_d16_a_database_that_only_reads(database: Make, postgres: Postgres) -> None:
    url = database()
    name = url.rpartition("/")[2]
    postgres.execute(name, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert look("D16", database_url=url).message.startswith("sessions only read")


def test_d16_a_file_that_is_damaged(tmp_path: Path) -> None:
    url = sqlite(
        tmp_path, SQLITE_TABLES + "INSERT INTO customers VALUES (hex(randomblob(16)), 'b');" * 500
    )
    file = tmp_path / "orders.db"
    content = bytearray(file.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    file.write_bytes(content)
    found = examine(given(database_url=url))
    assert Status.FAIL in {found["D16"].status, found["D3"].status}


def test_d16_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "orders.db").write_bytes(b"this is a text" * 1000)
    found = examine(given(database_url=f"sqlite:///{tmp_path}/orders.db"))
    assert Status.FAIL in {found["D16"].status, found["D3"].status}
    assert not found.healthy


def test_d17_a_row_that_is_refused_past_the_service(database: Make, postgres: Postgres) -> None:
    change = "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;"
    url = database(TABLES + change)
    assert look("D17", database_url=url, probe=True).status is Status.OK
    refuse = "CREATE FUNCTION no() RETURNS trigger AS $$ BEGIN RAISE 'not on sundays'; END $$"
    run(
        postgres,
        url.rpartition("/")[2],
        refuse + " LANGUAGE plpgsql;"
        "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION no()",
    )
    found = look("D17", database_url=url, probe=True)
    assert "not on sundays" in found.message
    assert found.evidence[0].startswith("orders: P0001")
    rows = postgres.execute(url.rpartition("/")[2], "SELECT count(*) FROM orders")
    assert rows == [[(0,)]]


def test_a_healthy_sqlite_is_quiet(tmp_path: Path) -> None:
    found = examine(given(database_url=sqlite(tmp_path)))
    loud = [each for each in found.results if each.status.rank < 2]
    assert loud == []
    assert found["D9"].status is Status.OK


def test_a_database_without_an_encoding_is_read(postgres: Postgres) -> None:
    postgres.execute("postgres", "CREATE DATABASE plain ENCODING 'SQL_ASCII' TEMPLATE template0")
    try:
        run(postgres, "plain", TABLES)
        found = examine(given(database_url=postgres.url("plain")))
    finally:
        postgres.execute("postgres", "DROP DATABASE plain WITH (FORCE)")
    assert [each for each in found.results if each.status.rank < 2] == []
