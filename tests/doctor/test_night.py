"""The night of 18 December: migrations through psql, health green, writes failing; and siblings."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.doctor.services import answering
from tests.server.databases import Postgres

from apigen.doctor import Examination, Given, Status, examine
from apigen.doctor.evidence import Facts
from apigen.doctor.examination import judged
from apigen.doctor.facts import reaching
from apigen.doctor.facts.database import Database, Target
from apigen.doctor.rendering import fault

NIGHT = Path(__file__).parent / "night"
SPEC = NIGHT / "contract.yaml"
PROBLEM = {"type": "https://kubernaut.ai/problems/database-error", "status": 500}
ANSWERS: dict[str, Any] = {
    "GET /health": (200, {"status": "healthy", "database": "connected"}),
    "POST /api/v1/audit/events/batch": (500, PROBLEM),
}
LOG = (
    'failed to prepare statement: ERROR: relation "audit_events" does not exist (SQLSTATE 42P01)\n'
)

Make = Callable[..., str]


def psql(url: str, *files: Path) -> None:
    """Run whole files, as whoever pipes them into psql does."""
    for file in files:
        subprocess.run(
            ["psql", "--quiet", "--set=ON_ERROR_STOP=1", "--file", str(file), url],
            check=True,
            capture_output=True,
        )


def up(url: str, *files: Path) -> None:
    """Run the Up halves only, as the doctor's command does."""
    for file in files:
        half = file.read_text(encoding="utf-8").partition("-- +goose Down")[0]
        subprocess.run(
            ["psql", "--quiet", "--set=ON_ERROR_STOP=1", url],
            input=half, check=True, capture_output=True, encoding="utf-8",
        )  # fmt: skip


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.sql"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(NIGHT, tmp_path / "migrations", ignore=lambda _, names: [
        name for name in names if not name.endswith(".sql")
    ])  # fmt: skip


def look(database_url: str, folder: Path | None = None, **more: Any) -> Examination:
    return examine(Given(spec=SPEC, database_url=database_url, migrations=folder, **more))


def test_the_night_is_explained_in_seconds(database: Make, folder: Path, tmp_path: Path) -> None:
    url = database("")
    psql(url, *files(folder))
    log = tmp_path / "service.log"
    log.write_text(LOG, encoding="utf-8")
    with answering(ANSWERS) as service:
        command = [sys.executable, "-m", "apigen", "doctor", "--spec", str(SPEC), "--url", service]
        command += ["--database-url", url, "--migrations", str(folder), "--logs", str(log)]
        begun = time.monotonic()
        ended = subprocess.run(
            [*command, "--format", "json"], capture_output=True, check=False, encoding="utf-8"
        )
        took = time.monotonic() - begun
    assert (ended.returncode, ended.stderr) == (1, "")
    told = json.loads(ended.stdout)
    assert told["fault"] == "D7"
    checks = {check["id"]: check for check in told["checks"]}
    missing = checks["D7"]
    assert "audit_events" in missing["message"]
    assert "013_create_audit_events_table.sql creates audit_events" in missing["message"]
    assert "its Down half drops it" in missing["message"]
    dropped = folder / "013_create_audit_events_table.sql"
    line = dropped.read_text(encoding="utf-8").splitlines().index(
        "DROP TABLE IF EXISTS audit_events CASCADE;"
    )  # fmt: skip
    assert (missing["place"]["file"], missing["place"]["line"]) == (str(dropped), line + 1)
    assert "run with psql" in missing["cause"]
    assert "extension pgcrypto" in " ".join(missing["evidence"])  # what proves that they ran
    assert checks["D5"]["status"] == "fail"
    assert "goose_db_version does not exist" in checks["D5"]["message"]
    assert "AG641" in {finding["code"] for finding in checks["D6"]["findings"]}
    assert (
        "/health answers 200, and the table audit_events does not exist"
        in (checks["D20"]["message"])
    )
    assert checks["D22"]["message"].startswith("42P01")
    assert took < 60, took  # measured: 1.2 to 2.5 s; a bound on hanging, not a benchmark


def test_its_command_mends_it(database: Make, folder: Path) -> None:
    url = database("")
    psql(url, *files(folder))
    mend = look(url, folder)["D7"].mend
    assert "awk" in mend  # goose cannot run 013, so it is not what is told
    subprocess.run(
        ["bash", "-c", mend], env={"DATABASE_URL": url, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        check=True, capture_output=True,
    )  # fmt: skip
    healed = look(url, folder)
    assert healed["D7"].status is Status.OK
    assert healed["D12"].status is Status.OK


def test_a_database_that_nobody_migrated(database: Make, folder: Path) -> None:
    found = look(database(""), folder)
    assert "or they never ran at all" in found["D7"].cause
    assert "no migration ever ran" in found["D5"].cause


def test_a_table_in_another_schema(database: Make, folder: Path, postgres: Postgres) -> None:
    url = database("")
    up(url, *files(folder))
    postgres.execute(
        url.rpartition("/")[2], "CREATE SCHEMA app", "ALTER TABLE audit_events SET SCHEMA app"
    )
    found = look(url, folder)
    assert "app.audit_events does" in found["D7"].message
    assert "search_path" in found["D7"].cause


def test_a_migration_step_that_is_commented_out(database: Make, folder: Path) -> None:
    found = look(database(""), folder, environment=(NIGHT / "compose.yaml",))
    remarks = " ".join(found["D1"].evidence) + found["D1"].message
    assert "action_history" in remarks  # another database than the containers use comes first
    alone = examine(Given(environment=(NIGHT / "compose.yaml",), migrations=folder))
    assert "the service migrate is commented out" in alone["D1"].message
    assert alone["D1"].place is not None
    assert alone["D1"].place.line == 8


def test_a_migration_whose_statements_are_commented_out(folder: Path) -> None:
    file = folder / "022_add_reason.sql"
    file.write_text("-- +goose Up\n-- ALTER TABLE t ADD reason text;\n", encoding="utf-8")
    codes = {each.code.id: each for each in examine(Given(migrations=folder))["D6"].findings}
    assert "commented out" in codes["AG648"].message


def test_two_migrations_of_one_number(database: Make, folder: Path) -> None:
    url = database("")
    up(url, *files(folder))
    (folder / "021_add_status_reason.sql").write_text(
        "-- +goose Up\nALTER TABLE notification_audit ADD COLUMN status_reason text;\n"
        "-- +goose Down\nALTER TABLE notification_audit DROP COLUMN status_reason;\n",
        encoding="utf-8",
    )
    found = look(url, folder)
    assert "both have the number 021" in " ".join(f.message for f in found["D6"].findings)
    assert "no column status_reason, which 021_add_status_reason.sql adds" in found["D8"].message


def test_a_race_at_the_start(database: Make, folder: Path) -> None:
    url = database("")
    up(url, *files(folder))
    found = look(url, folder, environment=(NIGHT / "compose.yaml",))
    assert "datastorage starts together with its database" in found["D4"].message


def test_the_wrong_database_and_the_wrong_role(postgres: Postgres) -> None:
    wrong = look(postgres.url("kubernaut_datastorage"))
    assert wrong["D3"].status is Status.FAIL
    assert "kubernaut_datastorage" in wrong["D3"].message
    assert "createdb kubernaut_datastorage" in wrong["D3"].mend
    role = look(postgres.url("postgres").replace("tester@", "nobody_knows:secret@"))
    assert "nobody_knows" in role["D3"].message
    assert "create the role nobody_knows" in role["D3"].mend
    assert "secret" not in repr(role)


def test_localhost_that_is_ipv6_too(database: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(database().rpartition(":")[2].partition("/")[0])
    both: list[Any] = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
    ]

    def resolved(*_: object, **__: object) -> list[Any]:
        return both

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    tried = tuple(reaching.reach("localhost", port))
    monkeypatch.undo()
    assert [bool(each.error) for each in tried] == [True, False]
    target = Target("postgresql", "", "localhost", port)
    found = judged(Facts(Given(), database=Database(target, reached=tried)))["D2"]
    assert found.status is Status.WARN
    assert "IPv6" in found.message
    assert found.mend == "write 127.0.0.1 in place of the name"


def test_a_pool_that_is_exhausted(database: Make, folder: Path, postgres: Postgres) -> None:
    url = database("")
    name = url.rpartition("/")[2]
    postgres.execute(
        "postgres", f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 1", f"GRANT {name} TO tester"
    )
    as_app = url.replace("tester@", f"{name}@")
    with psycopg.connect(as_app):
        found = look(as_app, folder)
    assert found["D13"].status is Status.FAIL
    assert fault(found) is found["D3"] or fault(found) is found["D13"]
    assert "53300" in found["D13"].evidence[0]
    small = look(url, folder, pool=50, replicas=10)
    assert "10 replicas of 50 want 500" in small["D13"].message


def test_a_month_without_a_partition(database: Make, folder: Path, postgres: Postgres) -> None:
    url = database("")
    up(url, *files(folder))
    name = url.rpartition("/")[2]
    today = datetime.now(UTC).date()
    postgres.execute(name, f"DROP TABLE audit_events_{today:%Y_%m}")
    found = look(url, folder)["D12"]
    assert found.status is Status.FAIL
    assert f"no partition for {today:%Y-%m}" in found.message
    postgres.execute(name, found.mend)
    assert look(url, folder)["D12"].status is Status.OK


def test_a_time_zone_at_the_border_of_a_month(
    database: Make, folder: Path, postgres: Postgres
) -> None:
    url = database("")
    up(url, *files(folder))
    name = url.rpartition("/")[2]
    postgres.execute(name, f"ALTER DATABASE {name} SET timezone = 'America/New_York'")
    found = look(url, folder)
    assert fault(found) is found["D25"]
    assert "0A000" in found["D25"].message
    postgres.execute(name, f"ALTER DATABASE {name} SET timezone = 'UTC'")
    assert look(url, folder)["D25"].status is Status.OK


def test_a_healthy_evening_is_quiet(database: Make, folder: Path, postgres: Postgres) -> None:
    for file in files(folder):  # what the night's files did wrong, mended
        text = file.read_text(encoding="utf-8")
        text = text.replace("DO $$", "-- +goose StatementBegin\nDO $$")
        text = text.replace("END $$;", "END $$;\n-- +goose StatementEnd")
        file.write_text(text, encoding="utf-8")
    url = database("")
    up(url, *files(folder))
    postgres.execute(
        url.rpartition("/")[2],
        "CREATE TABLE goose_db_version (id serial, version_id bigint, is_applied bool,"
        " tstamp timestamp DEFAULT now())",
        "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true),"
        " (13, true), (21, true)",
    )
    answers: dict[str, Any] = {**ANSWERS, "POST /api/v1/audit/events/batch": (201, {})}
    with answering(answers) as service:
        found = look(url, folder, url=service)
    loud = {each.check.id: each.message for each in found.results if each.status.rank < 2}
    assert set(loud) == {"D9", "D10"}  # the record of notifications, which never was mended
    assert fault(found) is found["D10"]
