"""Checks D18 to D26: each names the fault that was planted for it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.doctor.checking import TRIGGER, Make, Shop, given, look
from tests.doctor.conftest import SPEC, TABLES, run
from tests.doctor.services import Answers, answering
from tests.server.databases import Postgres

from apigen.diagnostics import Report
from apigen.doctor import Given, Status, examine
from apigen.doctor.facts.contracts import understood
from apigen.manifest import RECORD, Manifest, digest, dump

REFUSALS: list[tuple[tuple[int, Any], str]] = [
    ((202, {}), "createOrder answers 202"),
    ((400, {"detail": "no"}), "createOrder failed: POST /orders: 400"),
    ((500, {}), "createOrder failed: POST /orders: 500"),
    ((201, {}), "createOrder answered 201, and 0 of 1 rows are found again"),
    ((201, b"\xff\x00 no json"), "createOrder answered 201, and 0 of 1"),
]


@pytest.mark.parametrize(("answer", "message"), REFUSALS)
def test_d18_a_single_write_that_fails(answer: tuple[int, Any], message: str) -> None:
    with answering(Shop().answers(**{"POST /orders": answer})) as url:
        found = look("D18", url=url, probe=True)
    assert (found.status, found.message[: len(message)]) == (Status.FAIL, message)


def test_d19_a_batch_that_is_lost() -> None:
    with answering(Shop().answers(**{"POST /orders/batch": (500, {})})) as url:
        found = examine(given(url=url, probe=True))
    assert found["D18"].status is Status.OK
    assert found["D19"].message.startswith("createOrders failed: POST /orders/batch: 500")


def test_nothing_is_sent_without_probe() -> None:
    shop = Shop()
    with answering(shop.answers()) as url:
        assert look("D18", url=url).status is Status.SKIP
    assert shop.orders == []


def test_d20_a_health_check_that_only_pings(database: Make) -> None:
    with answering(Shop().answers()) as url:
        found = look("D20", url=url, database_url=database("CREATE TABLE customers (id uuid)"))
    assert found.message == "/health answers 200, and the table orders does not exist"


def test_d20_a_service_that_is_not_healthy(database: Make) -> None:
    with answering(Shop().answers(**{"GET /health": (503, {})})) as url:
        found = look("D20", url=url, database_url=database())
    assert found.message.startswith("not healthy: GET /health: 503")


def test_d21_events_that_wait(database: Make) -> None:
    script = "CREATE TABLE dead_letters (id int); INSERT INTO dead_letters VALUES (1), (2);"
    found = look("D21", database_url=database(TABLES + script))
    assert found.message == "dead_letters holds 2 rows"


def test_d22_a_log_that_speaks_of_errors(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"\xff\nERROR: deadlock detected (SQLSTATE 40P01)\n\x1b[2J\n")
    found = look("D22", logs=(log,))
    assert found.message.startswith("40P01 in ")
    log.write_text("warning: request validation disabled\n", encoding="utf-8")
    assert "requests are not validated" in look("D22", logs=(log,)).message


def test_d23_another_contract() -> None:
    other = {**understood(SPEC, (), Report()).bundle.value, "paths": {}}
    with answering(Shop().answers(**{"GET /openapi.json": (200, other)})) as url:
        found = look("D23", url=url)
    assert found.message.startswith("the service serves another contract: paths differ: /orders")


def packaged(folder: Path, contract: bytes) -> Path:
    record = Manifest({}, {}, {"orders.yaml": digest(contract)}, {})
    (folder / RECORD).write_bytes(dump(record))
    return folder


def test_d23_a_package_of_another_contract(tmp_path: Path) -> None:
    package = packaged(tmp_path, b"of last week")
    found = look("D23", package=package)
    assert found.message == f"{package} was made of another contract, which differs in orders.yaml"
    was, now = digest(b"of last week")[:12], digest(SPEC.read_bytes())[:12]
    assert found.evidence == (f"orders.yaml: the package records {was}, the file is {now}",)
    other: Answers = {"GET /openapi.json": (200, {})}
    with answering(Shop().answers(**other)) as url:
        both = look("D23", package=package, url=url)
    assert both.message == found.message
    assert both.evidence[1].startswith("the service serves another contract")


def test_d23_a_package_of_this_contract_under_another_name(tmp_path: Path) -> None:
    package = packaged(tmp_path, SPEC.read_bytes())
    renamed = tmp_path / "renamed.yaml"
    renamed.write_bytes(SPEC.read_bytes())
    for spec in (SPEC, renamed):
        found = examine(Given(spec=spec, package=package))["D23"]
        assert found.message == f"{package} was made of the contract of the file"


def test_d23_a_record_that_is_damaged(tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text("{", encoding="utf-8")
    assert len(examine(given(package=tmp_path)).trouble) == 1
    assert len(examine(given(package=tmp_path / "none")).trouble) == 1


def test_d24_a_clock_that_is_wrong(database: Make) -> None:
    with answering(Shop().answers(), date="Thu, 18 Dec 2025 19:18:31 GMT") as url:
        found = look("D24", url=url)
    assert found.message.startswith("the clock of the service is")
    late = look(
        "D24", database_url=database(), now=lambda: datetime.now(UTC) - timedelta(minutes=90)
    )
    said = re.fullmatch(r"the clock of this machine is (\d+) s behind", late.message)
    assert said
    assert 5340 <= int(said[1]) <= 5460  # the question takes its time


def test_d25_another_time_zone(database: Make, postgres: Postgres) -> None:
    dated = TRIGGER.replace("RETURN NEW", "NEW.due := NEW.placed_at::date; RETURN NEW")
    url = database(TABLES + dated)
    name = url.rpartition("/")[2]
    postgres.execute(name, f"ALTER DATABASE {name} SET timezone = 'Europe/Berlin'")
    found = look("D25", database_url=url)
    assert found.status is Status.FAIL
    assert "Europe/Berlin" in found.message
    zoned = dated.replace("NEW.placed_at::", "(NEW.placed_at AT TIME ZONE 'UTC')::")
    run(postgres, name, "DROP FUNCTION touch CASCADE;" + zoned)
    assert look("D25", database_url=url).status is Status.WARN


def test_d26_rows_that_stay(database: Make) -> None:
    with answering(Shop().answers()) as url:
        assert "3 rows" in look("D26", url=url, probe=True).message
        kept = look("D26", url=url, probe=True, database_url=database())
    assert kept.status is Status.OK


def test_suspicions_are_confirmed_or_taken_back_by_one_request_each(database: Make) -> None:
    change = "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;"
    change += "ALTER TABLE orders ALTER COLUMN weight SET NOT NULL;"
    change += "ALTER TABLE orders ADD CHECK (channel <> ALL (ARRAY['fax']));"
    change += "ALTER TABLE orders ADD CONSTRAINT few CHECK (channel IN ('web', 'shop'));"
    url = database(TABLES + change)
    before = look("D9", database_url=url)
    assert "may be absent" in before.message
    shop = Shop()
    keep = shop.answers()["POST /orders"]
    assert callable(keep)

    def answer(sent: Any) -> Any:
        if sent["channel"] == "phone" or ("weight" in sent and sent["weight"] is None):
            return 500, {}
        return keep(sent)

    with answering(shop.answers(**{"POST /orders": answer})) as service:
        found = examine(given(database_url=url, url=service, probe=True))
    hints = {
        f.message.partition(":")[0]: f for f in (*found["D9"].findings, *found["D10"].findings)
    }
    assert hints["channel"].hint == "confirmed: createOrder with 'phone' answered 500"
    assert hints["weight"].hint == "the smallest request was stored: the service fills it"
    assert hints["note"].severity.value == "note"
