"""What the tests of the checks share: a shop that is well, and ways to look at it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.doctor.conftest import SPEC, SQLITE_TABLES
from tests.doctor.services import Answers

from apigen.diagnostics import Report
from apigen.doctor import Given, Result, examine
from apigen.doctor.comparison.mapping import TableRule
from apigen.doctor.facts.contracts import understood

Make = Callable[..., str]
MAPPING = {"orders": TableRule(write="OrderRequest", read="Order", json=("address", "tags"))}


class Shop:
    """A service that keeps orders in memory, and answers as the contract says."""

    def __init__(self) -> None:
        self.orders: list[Any] = []

    def answers(self, **changes: Any) -> Answers:
        return {
            "GET /health": (200, {"status": "ok"}),
            "GET /orders": lambda _: (200, {"data": self.orders}),
            "POST /orders": lambda sent: (201, self._kept([sent])[0]),
            "POST /orders/batch": lambda sent: (201, self._kept(sent)),
            "GET /openapi.json": (200, understood(SPEC, (), Report()).bundle.value),
            **changes,
        }

    def _kept(self, sent: list[Any]) -> list[Any]:
        self.orders = list(sent)
        return sent


def given(**changes: Any) -> Given:
    return Given(spec=SPEC, tables=MAPPING, **changes)


def look(check: str, **changes: Any) -> Result:
    found = examine(given(**changes))
    assert not found.trouble, found.trouble
    return found[check]


TRIGGER = """
CREATE FUNCTION touch() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql;
CREATE TRIGGER touched BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch();
"""


def sqlite(folder: Path, script: str = SQLITE_TABLES) -> str:
    with closing(sqlite3.connect(folder / "orders.db")) as opened:
        opened.executescript(f"BEGIN; {script}; COMMIT;")
    return f"sqlite:///{folder}/orders.db"
