"""``apigen doctor`` as a user meets it: formats, exit codes, settings, and what is hostile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.doctor.conftest import SPEC, SQLITE_TABLES
from tests.server.databases import Postgres
from typer.testing import CliRunner

from apigen import pytest_doctor
from apigen.cli.main import app
from apigen.diagnostics import Place, Report
from apigen.doctor import Given, Status, examine
from apigen.doctor.configuration import settings
from datastorage_server.databases import parse_database
from datastorage_server.sql.opening import migrate_at
from datastorage_server.testing import running

ROOT = Path(__file__).parents[2]
apigen_doctor = pytest_doctor.apigen_doctor

SETTINGS = """\
[tool.apigen]
spec = "orders.yaml"
output = "out"
package = "orders"

[tool.apigen.doctor.tables.orders]
write = "OrderRequest"
read = "Order"
json = ["address", "tags"]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "orders.yaml").write_bytes(SPEC.read_bytes())
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "orders.db")) as opened:
        opened.executescript(SQLITE_TABLES)
    return tmp_path


@dataclass(frozen=True, slots=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


def doctor(folder: Path, *arguments: str, **variables: str) -> Ended:
    """Run the command within this process: its imports are paid for once."""
    with contextlib.chdir(folder):
        ended = CliRunner().invoke(app, ["doctor", *arguments], env=variables)
    assert ended.exception is None or isinstance(ended.exception, SystemExit)
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


def narrow(folder: Path) -> None:
    """Let the table of orders take one channel only."""
    script = SQLITE_TABLES.partition(";")[2].replace("'web', 'shop', 'phone'", "'web'")
    with closing(sqlite3.connect(folder / "orders.db")) as opened:
        opened.executescript(f"DROP TABLE orders; {script}")


def test_the_summary_comes_first_and_the_exit_code_says_it(shop: Path) -> None:
    well = doctor(shop, "--database-url", "sqlite:///orders.db")
    assert (well.returncode, well.stdout.splitlines()[0]) == (
        0,
        "healthy: 9 well, 17 not looked at",
    )
    narrow(shop)
    ill = doctor(shop, APIGEN_DATABASE_URL="sqlite:///orders.db")
    lines = ill.stdout.splitlines()
    assert ill.returncode == 1
    assert lines[0].startswith("not healthy: 1 failed")
    assert lines[2].startswith(
        "The fault lies in the contract: channel: 'shop', 'phone' is refused"
    )
    assert "orders.yaml:60:9  error AG607" in ill.stdout


def test_formats_for_machines_are_the_same_bytes_each_time(shop: Path) -> None:
    narrow(shop)
    for name in ("json", "sarif", "github"):
        first, second = (
            doctor(shop, "--database-url", "sqlite:///orders.db", "--format", name, "-q")
            for _ in range(2)
        )
        assert first.returncode == 1
        if name != "github":
            assert json.loads(first.stdout)
        assert "AG607" in first.stdout
        assert first.stdout == second.stdout


def test_a_snapshot_is_written_and_compared_without_a_database(shop: Path) -> None:
    wrote = doctor(
        shop, "--database-url", "sqlite:///orders.db", "--write-snapshot", "database.json"
    )
    assert (wrote.returncode, wrote.stderr) == (0, "database.json: 2 tables\n")
    assert doctor(shop, "--snapshot", "database.json").returncode == 0
    with closing(sqlite3.connect(shop / "orders.db")) as opened:
        opened.execute("ALTER TABLE orders RENAME COLUMN site TO place")
    moved = doctor(shop, "--snapshot", "database.json", "--database-url", "sqlite:///orders.db")
    assert moved.returncode == 1
    assert "orders has no column site, which the snapshot has" in moved.stdout
    assert "orders has the column place, which the snapshot does not" in moved.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "nothing to look at"),
        (("--database-url", "mysql://a/b"), "names 'mysql'"),
        (("--database-url", "postgresql://"), "it names no database"),
        (("--database-url", "::::"), "cannot be read"),
        (("--migrations", "gone"), "No such file"),
        (("--url", "http://[::1"), "is no URL of a service"),
        (("--url", "127.0.0.1:8080"), "is no URL of a service"),
        (("--url", "http://127.0.0.1:99999"), "is no URL of a service"),
        (("--snapshot", "orders.yaml"), "is no snapshot"),
        (("--spec", "gone.yaml", "--snapshot", "gone.json"), "No such file"),
        (("--write-snapshot", "x.json"), "needs --database-url"),
        (("--database-url", "sqlite:///gone.db", "--write-snapshot", "x"), "unable to open"),
    ],
)
def test_what_cannot_be_used_is_2_and_no_traceback(
    shop: Path, arguments: tuple[str, ...], told: str
) -> None:
    ended = doctor(shop, *arguments)
    assert told in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 2


def test_a_password_is_never_printed(shop: Path) -> None:
    url = "postgresql://app:hunter2@127.0.0.1:1/db?options=-csearch_path%3Dx"
    for name in ("text", "json", "sarif"):
        ended = doctor(shop, "--database-url", url, "--format", name, "-v")
        assert "hunter2" not in ended.stdout + ended.stderr
        assert ended.returncode == 1


def test_a_missing_extra_is_told_with_the_line_that_installs_it(shop: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['sqlalchemy'] = None\n"
        "from importlib import util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'sqlalchemy' else found(name, *a)\n"
        "from apigen.cli.main import main\n"
        "sys.argv = ['apigen', 'doctor', '--database-url', 'sqlite:///orders.db']\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=shop, capture_output=True, check=False, encoding="utf-8"
    )
    assert ended.returncode == 2, ended.stderr
    assert "pip install 'apigen[doctor]'" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_settings_that_are_wrong_are_told_at_their_line(shop: Path) -> None:
    text = SETTINGS + 'fill = ["x"]\nskip = 1\n[tool.apigen.doctor]\nmigration = "x"\n'
    (shop / "pyproject.toml").write_text(text, encoding="utf-8")
    ended = doctor(shop, "--database-url", "sqlite:///orders.db")
    assert ended.returncode == 2
    for told in (
        ":10:1  error AG902",
        "did you mean 'filled'?",
        ":11:1  error AG903",
        "did you mean 'migrations'?",
    ):
        assert told in ended.stdout


@pytest.mark.parametrize("value", [1, [], "x", {"a": 1}, {"orders": {"columns": 1, "json": 2}}])
def test_any_value_of_a_setting_is_a_finding_and_no_bug(value: Any) -> None:
    report = Report()
    settings(
        {"tables": value, "pool": value, "environment": value},
        Path(),
        lambda *_: Place("p"),
        report,
    )
    assert report.errors


def test_a_mapping_that_leads_nowhere_fails(shop: Path) -> None:
    text = SETTINGS + 'filled = ["gone"]\ncolumns = {lost = "order_id"}\n'
    (shop / "pyproject.toml").write_text(text, encoding="utf-8")
    ended = doctor(shop, "--database-url", "sqlite:///orders.db", "--verbose")
    assert ended.returncode == 1
    assert "filled names the column 'gone', which there is not" in ended.stdout
    assert "columns names the member 'lost', which there is not" in ended.stdout


def test_names_of_a_hostile_database_move_no_cursor(shop: Path) -> None:
    with closing(sqlite3.connect(shop / "orders.db")) as opened:
        opened.execute('CREATE TABLE "dlq\x1b[2J""; DROP TABLE orders; --" (a TEXT)')
        opened.execute('INSERT INTO "dlq\x1b[2J""; DROP TABLE orders; --" VALUES (1)')
        opened.execute('ALTER TABLE orders ADD COLUMN "\x1b[31m\u202e" TEXT DEFAULT (1)')
        opened.commit()
    ended = doctor(shop, "--database-url", "sqlite:///orders.db", "--verbose", "--probe")
    assert "\x1b" not in ended.stdout
    assert "\u202e" not in ended.stdout
    assert "holds 1 rows" in ended.stdout
    assert doctor(shop, "--database-url", "sqlite:///orders.db").returncode == 0


def test_nothing_is_written_without_probe(shop: Path) -> None:
    before = (shop / "orders.db").read_bytes()
    doctor(shop, "--database-url", "sqlite:///orders.db")
    assert (shop / "orders.db").read_bytes() == before
    assert {each.name for each in shop.iterdir()} == {"orders.yaml", "pyproject.toml", "orders.db"}


def test_the_fixture_says_what_is_at_fault(shop: Path, apigen_doctor: Callable[..., Any]) -> None:
    url = f"sqlite:///{shop}/orders.db"
    assert apigen_doctor(spec=str(shop / "orders.yaml"), database_url=url)["D3"].status is Status.OK
    with closing(sqlite3.connect(shop / "orders.db")) as opened:
        opened.execute("DROP TABLE orders")
    (shop / "001_orders.sql").write_text("CREATE TABLE orders (a text);", encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match="the table orders does not exist"):
        apigen_doctor(spec=shop / "orders.yaml", database_url=url, migrations=shop)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_our_own_server_is_healthy(
    kind: str, tmp_path: Path, postgres: Postgres, database: Callable[..., str]
) -> None:
    url = f"sqlite:///{tmp_path}/events.db" if kind == "sqlite" else database("")
    asyncio.run(migrate_at(parse_database(url)))
    with running(url) as service:
        ended = doctor(ROOT, "--database-url", url, "--url", service, "--probe", "--format", "json")
    assert ended.stdout, ended.stderr
    told = json.loads(ended.stdout)
    loud = {check["id"]: check for check in told["checks"] if check["status"] in {"fail", "warn"}}
    # What is stored in the audit trail stays: the database itself refuses to delete it.
    assert loud.keys() == {"D26"}
    assert "is not over" in loud["D26"]["evidence"][0]
    assert {check["id"]: check["status"] for check in told["checks"]}["D18"] == "ok"
    assert (
        examine(Given(spec=ROOT / "spec/data-storage-v1.yaml", url="http://127.0.0.1:1"))[
            "D2"
        ].status
        is Status.FAIL
    )
