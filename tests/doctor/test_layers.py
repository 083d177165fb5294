"""The record of notifications: five disagreements over contract, code and database, each named."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.doctor.conftest import SPEC, TABLES
from tests.doctor.test_night import NIGHT, files, up

from apigen.diagnostics import Diagnostic, Place
from apigen.diagnostics.database import LAYERS_DIFFER
from apigen.doctor import Given, examine
from apigen.doctor.comparison.mapping import TableRule
from apigen.pipeline import validate

HERE = Path(__file__).parent
MODEL = """\
from datetime import datetime
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, Field


class Channel(str, Enum):
    EMAIL = "email"
    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    SMS = "sms"


class Notification(BaseModel):
    remediation_id: Annotated[str, Field(max_length=255)]
    notification_id: Annotated[str, Field(max_length=255)]
    recipient: Annotated[str, Field(max_length=255)]
    channel: Channel
    message_summary: str
    status: str
    sent_at: datetime
    delivery_status: str | None = None
    error_message: str | None = None
    escalation_level: Annotated[int, Field(ge=0, le=100)] = 0
"""
EXPECTED = {
    "recipient": ("500", "255", "notification_audit.recipient takes 255 (VARCHAR(255))"),
    "channel": ("webhook", "sms", "(notification_audit_channel_check)"),
    "status": ("pending", "acknowledged", "(notification_audit_status_check)"),
    "message_summary": ("1000", "the code says any", "notification_audit.message_summary takes"),
    "escalation_level": ("5", "100", "(notification_audit_escalation_level_check)"),
}


def disagreements(url: str, code: str, at: Path) -> dict[str, Diagnostic]:
    rule = TableRule(write="NotificationAudit", code=code, place=Place(str(at)))
    spec = NIGHT / "contract.yaml"
    found = examine(Given(spec=spec, database_url=url, tables={"notification_audit": rule}))
    assert not found.trouble, found.trouble
    return {
        finding.message.partition(":")[0]: finding
        for finding in found["D10"].findings
        if finding.code is LAYERS_DIFFER
    }


@pytest.fixture
def url(database: Callable[..., str]) -> str:
    made = database("")
    up(made, *files(NIGHT))
    return made


def test_five_disagreements_are_named_with_all_three_places(url: str) -> None:
    found = disagreements(url, "handler.json#Notification", HERE / "pyproject.toml")
    assert found.keys() == EXPECTED.keys()
    lines = (NIGHT / "contract.yaml").read_text(encoding="utf-8").splitlines()
    for member, parts in EXPECTED.items():
        finding = found[member]
        for part in parts:
            assert part in finding.message, finding.message
        assert finding.place is not None
        assert lines[finding.place.line - 1].strip().startswith(f"{member}:")
        assert finding.related[0].file == str(HERE / "handler.json")


def test_a_pydantic_model_is_code_too(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "night_models.py").write_text(MODEL, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    found = disagreements(url, "night_models:Notification", tmp_path / "pyproject.toml")
    assert found.keys() == EXPECTED.keys()
    place = found["channel"].related[0]
    lines = MODEL.splitlines()
    assert lines[place.line - 1] == "    channel: Channel"


@pytest.mark.parametrize("code", ["nowhere:Model", "handler.json#Gone", "gone.json#X", "json"])
def test_code_that_is_not_there_is_told(url: str, code: str) -> None:
    rule = TableRule(write="NotificationAudit", code=code, place=Place(str(HERE / "p.toml"), 3, 1))
    tables = {"notification_audit": rule}
    found = examine(Given(spec=NIGHT / "contract.yaml", database_url=url, tables=tables))
    assert [each.code.id for each in found.trouble] == ["AG620"]
    assert found.trouble[0].place == rule.place


def test_layers_that_agree_are_quiet(tmp_path: Path, database: Callable[..., str]) -> None:
    folder = shutil.copytree(NIGHT, tmp_path / "agreed")
    made = folder / "021_create_notification_audit_table.sql"
    text = made.read_text(encoding="utf-8").replace("'sms'", "'webhook'")
    text = text.replace("recipient VARCHAR(255)", "recipient VARCHAR(500)")
    text = text.replace("'acknowledged', 'escalated'", "'pending'").replace("AND 100", "AND 5")
    made.write_text(text, encoding="utf-8")
    url = database("")
    up(url, *files(folder))
    assert disagreements(url, "contract.yaml#NotificationAudit", folder / "pyproject.toml") == {}


def test_the_document_says_where_a_schema_is_kept(
    tmp_path: Path, database: Callable[..., str]
) -> None:
    text = SPEC.read_text(encoding="utf-8")
    text = text.replace("    OrderRequest:\n", "    OrderRequest:\n      x-apigen-table: sales\n")
    text = text.replace("        note: {", "        note: {x-apigen-column: remark, ")
    spec = tmp_path / "orders.yaml"
    spec.write_text(text, encoding="utf-8")
    moved = TABLES + "ALTER TABLE orders RENAME TO sales;"
    url = database(moved + "ALTER TABLE sales RENAME COLUMN note TO remark;")
    assert examine(Given(spec=spec, database_url=url)).healthy
    lost = examine(Given(spec=spec, database_url=database(moved)))
    assert lost["D8"].message == "note: sales has no column remark"
    report, _ = validate(spec, rules=True)
    assert not [each for each in report if each.code.id == "AG410"]
