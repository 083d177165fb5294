"""Reading a remediation: what a database must have for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from tests.server.remediations.telling import NOW, RR, TARGET, Teller

from datastorage import DatabaseError, DataStorage
from datastorage_server.databases import parse_database
from datastorage_server.remediation.trail import ASSESSMENTS, Attempts
from datastorage_server.sql.opening import open_database
from datastorage_server.sql.trails import TRAIL_TYPES, SqlTrails
from datastorage_server.testing import running


def test_a_table_that_is_missing_is_named(
    bare_postgres_url: str, connect: Callable[[str], DataStorage], event: Any
) -> None:
    with running(bare_postgres_url, migrate=False) as url:
        tell = Teller(connect(url), event, RR, "payment-api")
        for asked in (
            lambda: tell.client.get_effectiveness_score(RR),
            lambda: tell.client.reconstruct_remediation_request(RR),
            tell.ask,
        ):
            with pytest.raises(DatabaseError, match="the table audit_events is missing"):
                asked()


def test_reading_a_remediation_walks_the_indexes(database_url: str, sql: Any) -> None:
    plans: list[str] = []

    async def main() -> None:
        async with open_database(parse_database(database_url)) as database:
            trails = SqlTrails(database)
            span = {"after": NOW - timedelta(days=1), "until": NOW}
            wanted = Attempts(target=TARGET, cluster_id="eu", limit=5, **span)
            plans.append(await explained(database, trails.trails_asked([RR], ASSESSMENTS, 5)))
            plans.append(await explained(database, trails.attempts_asked(wanted)))

    asyncio.run(main())
    for plan, index in zip(plans, ("ix_audit_events_trail", "ix_audit_events_target"), strict=True):
        assert index in plan or "correlation_id_event_type" in plan or "substr" in plan, plan
        assert "SCAN audit_events" not in plan
        assert "Seq Scan" not in plan


async def explained(database: Any, asked: Any) -> str:
    sqlite_here = database.dialect == "sqlite"
    dialect = sqlite.dialect() if sqlite_here else postgresql.dialect()  # type: ignore[no-untyped-call]
    words = str(asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    async with database.reading() as connection:
        if not sqlite_here:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        how = "EXPLAIN QUERY PLAN " if sqlite_here else "EXPLAIN "
        rows = await connection.exec_driver_sql(how + words)
        return "\n".join(str(row) for row in rows)


def test_the_index_has_the_types_that_are_asked_for(database_url: str, sql: Any) -> None:
    asked = (
        "SELECT sql FROM sqlite_master WHERE name = 'ix_audit_events_trail'"
        if database_url.startswith("sqlite")
        else "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_audit_events_trail'"
    )
    ((told,),) = sql(database_url, asked)[0]
    places = [str(told).index(f"'{one}'") for one in TRAIL_TYPES]
    assert places == sorted(places)
