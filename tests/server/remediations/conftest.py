"""A server on each kind of database, and what tells it of remediations."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any
from uuid import uuid4

import pytest
from tests.server.databases import KINDS, Postgres
from tests.server.remediations.telling import Teller

from datastorage import DataStorage
from datastorage_server.testing import running


@pytest.fixture(scope="module", params=KINDS)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[str]:
    """A server on each kind of database, for all tests of this module: starting takes longest."""
    if request.param == "sqlite":
        database = f"sqlite:///{tmp_path_factory.mktemp('remediations') / 'events.db'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        template: str = request.getfixturevalue("postgres_template")
        name = f"remediations_{uuid4().hex}"
        postgres.execute("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        database = postgres.url(name)
    with running(database) as url:
        yield url


@pytest.fixture
def client(served: str, connect: Callable[[str], DataStorage]) -> DataStorage:
    return connect(served)


@pytest.fixture
def tell(client: DataStorage, event: Any) -> Teller:
    unique = uuid4().hex
    return Teller(client, event, f"rr-{unique}", f"payment-{unique}")
