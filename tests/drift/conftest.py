"""What the tests of the planted faults share: one server for each worker."""

from __future__ import annotations

from collections.abc import Callable, Generator
from uuid import uuid4

import httpx
import pytest
from tests.drift.guard import WRITER
from tests.drift.lab import Lab
from tests.drift.serving import Switch, switchable

MakeLab = Callable[[], Lab]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, Switch]]:
    with switchable(tmp_path_factory.mktemp("drift")) as running:
        yield running


@pytest.fixture(scope="session")
def http(server: tuple[str, Switch]) -> Generator[httpx.Client]:
    headers = {"Authorization": f"Bearer {WRITER}"}
    with httpx.Client(base_url=server[0], headers=headers, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def switch(server: tuple[str, Switch]) -> Generator[Switch]:
    yield server[1]
    server[1].clean()


@pytest.fixture
def lab(http: httpx.Client) -> MakeLab:
    return lambda: Lab(http, f"lab-{uuid4().hex}")
