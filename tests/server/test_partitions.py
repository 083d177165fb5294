"""Months: which partitions are needed when, and that events at their borders find theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from datastorage_server.databases import parse_database
from datastorage_server.sql.opening import migrate_at, open_database
from datastorage_server.sql.partitions import accepted_dates, month_of, wanted_months
from datastorage_server.sql.upkeep import keep_partitions, partitions_kept
from datastorage_server.store import PartitionMissing

Sql = Callable[..., list[list[tuple[Any, ...]]]]

FAR = datetime(2031, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "offset", "month"),
    [
        (date(2026, 1, 31), -1, date(2025, 12, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 1)),
        (date(2026, 12, 1), 3, date(2027, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 1)),
        (date(2026, 12, 31), 0, date(2026, 12, 1)),
    ],
)
def test_months_are_counted_over_years(day: date, offset: int, month: date) -> None:
    assert month_of(day, offset) == month


def test_the_month_before_and_three_ahead_are_wanted() -> None:
    wanted = wanted_months(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert wanted == [date(2026, 11, 1), date(2026, 12, 1), *(date(2027, n, 1) for n in (1, 2, 3))]


def test_months_are_those_of_utc() -> None:
    """In Auckland it is the first of January already."""
    auckland = timezone(timedelta(hours=13))
    assert wanted_months(datetime(2027, 1, 1, 5, tzinfo=auckland))[1] == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        (datetime(2026, 12, 3, 1, tzinfo=UTC), date(2026, 11, 26), date(2026, 12, 3)),
        (datetime(2026, 12, 31, 23, 0, 1, tzinfo=UTC), date(2026, 12, 24), date(2027, 1, 1)),
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 24), date(2026, 12, 31)),
    ],
)
def test_dates_are_accepted_over_the_borders_of_months(
    now: datetime, first: date, last: date
) -> None:
    assert accepted_dates(now) == (first, last)


def partitions(url: str, sql: Sql) -> set[str]:
    (rows,) = sql(
        url,
        "SELECT inhrelid::regclass::text FROM pg_inherits"
        " WHERE inhparent = 'audit_events'::regclass",
    )
    return {name for (name,) in rows}


def test_a_server_whose_partitions_ran_out_is_not_ready_and_makes_them(
    postgres_url: str, sql: Sql
) -> None:
    async def main() -> None:
        async with open_database(parse_database(postgres_url), now=lambda: FAR) as database:
            with pytest.raises(PartitionMissing, match=r"no partition for events of 2031-02: run"):
                await database.check_schema()
            async with partitions_kept(database, lambda: FAR):
                while "audit_events_2031_06" not in await asyncio.to_thread(there):
                    await asyncio.sleep(0.05)
            await database.check_schema()

    def there() -> set[str]:
        return partitions(postgres_url, sql)

    asyncio.run(asyncio.wait_for(main(), 20))
    assert {f"audit_events_2031_0{month}" for month in (2, 3, 4, 5, 6)} <= there()


def test_processes_that_make_partitions_at_once_make_each_once(postgres_url: str) -> None:
    async def main() -> list[list[str]]:
        async with open_database(parse_database(postgres_url)) as database:
            made = await asyncio.gather(*(keep_partitions(database, FAR) for _ in range(5)))
            return [one for one in made if one]

    assert [len(made) for made in asyncio.run(main())] == [5]


def test_partitions_have_the_rules_and_the_indexes_of_the_table(
    postgres_url: str, sql: Sql
) -> None:
    asyncio.run(kept(postgres_url))
    counted = [
        "SELECT count(*) FROM pg_constraint WHERE conrelid = '{}'::regclass",
        "SELECT count(*) FROM pg_indexes WHERE tablename = '{}'",
    ]
    of_table, of_partition = (
        sql(postgres_url, *(one.format(name) for one in counted))
        for name in ("audit_events", "audit_events_2031_03")
    )
    assert of_table == of_partition
    assert of_table[0][0][0] > 15


async def kept(url: str) -> list[str]:
    async with open_database(parse_database(url)) as database:
        return await keep_partitions(database, FAR)


def test_a_default_partition_takes_all_dates(bare_postgres_url: str, sql: Sql) -> None:
    sql(
        bare_postgres_url,
        "CREATE TABLE audit_events (event_date date) PARTITION BY RANGE (event_date)",
        "CREATE TABLE rest PARTITION OF audit_events DEFAULT",
        "CREATE TABLE alembic_version (version_num text)",
    )
    assert asyncio.run(kept(bare_postgres_url)) == []


def test_a_partition_without_an_end_takes_all_dates_after_its_start(
    bare_postgres_url: str, sql: Sql
) -> None:
    sql(
        bare_postgres_url,
        "CREATE TABLE audit_events (event_date date) PARTITION BY RANGE (event_date)",
        "CREATE TABLE old PARTITION OF audit_events FOR VALUES FROM (MINVALUE) TO ('2031-03-01')",
        "CREATE TABLE new PARTITION OF audit_events FOR VALUES FROM ('2031-03-01') TO (MAXVALUE)",
        "CREATE TABLE alembic_version (version_num text)",
    )
    assert asyncio.run(kept(bare_postgres_url)) == []


def test_a_database_without_the_schema_is_left_alone(bare_postgres_url: str) -> None:
    assert asyncio.run(kept(bare_postgres_url)) == []


def test_migrate_makes_the_partitions_that_are_missing(postgres_url: str, sql: Sql) -> None:
    last = f"audit_events_{wanted_months(datetime.now(UTC))[-1]:%Y_%m}"
    sql(postgres_url, f"DROP TABLE {last}")
    address = parse_database(postgres_url)
    assert asyncio.run(migrate_at(address)) == ()
    (rows,) = sql(postgres_url, f"SELECT to_regclass('{last}') IS NOT NULL")
    assert rows == [(True,)]
