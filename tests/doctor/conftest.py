"""What the doctor's tests share: a small contract, its tables, and databases to look at."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.server.databases import Postgres, postgres

__all__ = ["postgres"]

HERE = Path(__file__).parent

TABLES = """\
CREATE TABLE customers (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
    order_id uuid PRIMARY KEY,
    reference varchar(40) NOT NULL UNIQUE CHECK (char_length(reference) >= 3),
    channel varchar(20) NOT NULL CHECK (channel IN ('web', 'shop', 'phone')),
    status text NOT NULL CHECK (status = ANY (ARRAY['open', 'paid'])),
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
    price numeric(12, 2) NOT NULL,
    weight double precision,
    placed_at timestamptz NOT NULL,
    due date,
    rush boolean NOT NULL DEFAULT false,
    note text CHECK (note IS NULL OR length(note) <= 500),
    customer_id uuid NOT NULL REFERENCES customers (id),
    address jsonb NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    site inet,
    created_at timestamptz NOT NULL DEFAULT now(),
    spot point,
    mood int4range
);
CREATE UNIQUE INDEX orders_by_letters ON orders (lower(reference));
"""
"""As PostgreSQL has them; they fit the contract in every respect."""

SQLITE_TABLES = """\
CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY NOT NULL,
    reference TEXT NOT NULL UNIQUE CHECK (length(reference) BETWEEN 3 AND 40),
    channel TEXT NOT NULL CHECK (channel IN ('web', 'shop', 'phone')),
    status TEXT NOT NULL CHECK (status IN ('open', 'paid')),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
    price NUMERIC NOT NULL,
    weight REAL,
    placed_at TEXT NOT NULL,
    due TEXT,
    rush BOOLEAN NOT NULL DEFAULT 0,
    note TEXT CHECK (note IS NULL OR length(note) <= 500),
    customer_id TEXT NOT NULL REFERENCES customers (id),
    address TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',
    site TEXT,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    spot GEOMETRY
);
CREATE UNIQUE INDEX orders_by_letters ON orders (lower(reference));
"""

SPEC = HERE / "orders.yaml"


@pytest.fixture
def database(postgres: Postgres) -> Generator[Callable[..., str]]:
    """Return what makes a PostgreSQL database from a script, and gives its URL."""
    made: list[str] = []

    def make(script: str = TABLES) -> str:
        name = f"doctor_{uuid4().hex}"
        postgres.execute("postgres", f"CREATE DATABASE {name}")
        made.append(name)
        if script:
            run(postgres, name, script)
        return postgres.url(name)

    yield make
    for name in made:
        postgres.execute("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def run(postgres: Postgres, name: str, script: str) -> None:
    """Run a script of several statements."""
    import psycopg

    with psycopg.connect(postgres.url(name), autocommit=True) as connection:
        connection.execute(script.encode())
