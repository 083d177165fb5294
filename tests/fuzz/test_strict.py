"""Strict mode: what a test sends and gets is held against the contract, and passes through."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient
from tests.fuzz.items import application

from apigen import pytest_doctor
from apigen.diagnostics import Report
from apigen.fuzz.operations import Contract, read
from apigen.fuzz.strict import Strict

apigen_contract = pytest_doctor.apigen_contract
apigen_strict = pytest_doctor.apigen_strict
CHECKOUT = Path(__file__).parents[2]
THING = {"name": "lamp", "owner": "me@example.org"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("strict") / "openapi.json"
    file.write_text(json.dumps(application().openapi()))
    return file


@pytest.fixture(scope="module")
def contract(document: Path) -> Contract:
    return read(document, Report())


def asked(app: Strict, method: str, path: str, **given: object) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **given)  # type: ignore[arg-type]

    return asyncio.run(ask())


def keys(app: Strict) -> set[tuple[str, str, str]]:
    return {each.key for each in app.failing}


def test_a_service_that_follows_its_contract_is_left_alone(contract: Contract) -> None:
    app = Strict(application(), contract)
    made = asked(app, "POST", "/items", json=THING)
    assert made.status_code == 201
    assert asked(app, "GET", f"/items/{made.json()['id']}").json()["name"] == "lamp"
    assert asked(app, "GET", "/items?limit=3&colour=red").status_code == 200
    assert asked(app, "POST", "/items", json={"name": ""}).status_code == 422
    assert asked(app, "GET", "/nothing").status_code == 404
    assert app.failing == ()


@pytest.mark.parametrize(
    ("method", "path", "given", "key"),
    [
        ("GET", "/items?color=red", {}, ("AG963", "GET /items", "query color")),
        ("GET", "/items", {"headers": {"X-Shard": "1"}}, ("AG963", "GET /items", "header x-shard")),
        ("POST", "/items", {"json": {**THING, "x": 1}}, ("AG963", "POST /items", "body /x")),
    ],
)
def test_an_input_that_no_contract_names_is_told(
    contract: Contract,
    method: str,
    path: str,
    given: dict[str, object],
    key: tuple[str, str, str],
) -> None:
    app = Strict(application(), contract)
    assert asked(app, method, path, **given).is_success
    assert keys(app) == {key}


def drifted() -> FastAPI:
    app = FastAPI()

    @app.get("/items")
    def listed() -> list[dict[str, object]]:
        return [{"name": "lamp", "owner": 7}]

    @app.post("/items", status_code=202)
    def create() -> None:
        return None

    @app.get("/secret")
    def secret() -> None:
        return None

    @app.delete("/items")
    def clear() -> None:
        return None

    return app


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/items", "AG932"),
        ("GET", "/items?limit=900", "AG971"),
        ("POST", "/items", "AG930"),
        ("POST", "/items", "AG973"),
        ("GET", "/secret", "AG961"),
        ("DELETE", "/items", "AG962"),
    ],
)
def test_a_drift_is_told_with_its_place(
    contract: Contract, document: Path, method: str, path: str, code: str
) -> None:
    app = Strict(drifted(), contract)
    TestClient(app).request(method, path)
    (found,) = [each for each in app.failing if each.code.id == code]
    assert found.operation == f"{method} {path.partition('?')[0]}"
    assert (found.place.file, found.place.line > 0) == (str(document), True)


def test_answers_in_pieces_pass_as_they_come(contract: Contract) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for each in (b'[{"name":', b' "lamp"}]'):
            yield each

    async def streaming(scope: object, receive: object, send: object) -> None:
        response = StreamingResponse(pieces(), media_type="application/json")
        await response(scope, receive, send)  # type: ignore[arg-type]

    app = Strict(streaming, contract)
    with TestClient(app).stream("GET", "/items") as answer:
        assert json.loads(b"".join(answer.iter_raw())) == [{"name": "lamp"}]
    assert {each.code.id for each in app.failing} == {"AG932"}


def test_an_exception_of_the_service_is_that_of_the_test(contract: Contract) -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise LookupError("of the service")

    app = Strict(broken, contract)
    with pytest.raises(LookupError, match="of the service"):
        TestClient(app).get("/items")
    assert app.failing == ()


def test_the_lifespan_passes_through(contract: Contract) -> None:
    seen: list[str] = []

    async def app(scope: dict[str, str], receive: Callable[[], object], send: object) -> None:
        seen.append(scope["type"])
        await application()(scope, receive, send)  # type: ignore[arg-type]

    with TestClient(Strict(app, contract)) as client:  # type: ignore[arg-type]
        assert client.get("/items").status_code == 200
    assert seen == ["lifespan", "http"]


def test_the_secrets_of_a_request_are_not_told(contract: Contract) -> None:
    app = Strict(drifted(), contract)
    TestClient(app).get("/items", headers={"Authorization": "Bearer hush"})
    assert "hush" not in str(app.failing)


SERVICE = """
from fastapi import FastAPI

app = FastAPI()

@app.get("/things")
def things(limit: int = 20) -> list[str]:
    return []
"""
DRIFTED = """
def test_drifted(apigen_strict):
    client = TestClient(apigen_strict(app, "openapi.yaml"))
    assert client.get("/things?limit=3&sort=up").status_code == 200
"""


def test_the_documented_examples_run_and_a_drift_fails_its_test_at_the_end(tmp_path: Path) -> None:
    page = (CHECKOUT / "docs" / "fuzz.md").read_text().partition("## In the service's own tests")[2]
    in_pytest, without = re.findall(r"```python\n(.*?)```", page.partition("\n## ")[0], re.DOTALL)
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "main.py").write_text(SERVICE)
    (tmp_path / "test_things.py").write_text(in_pytest + DRIFTED)
    (tmp_path / "test_alone.py").write_text(f"from service.main import app\n{without}")
    scope: dict[str, FastAPI] = {}
    exec(SERVICE, scope)
    (tmp_path / "openapi.yaml").write_text(json.dumps(scope["app"].openapi()))
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", "."]
    here = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        command, check=False, cwd=tmp_path, env=here, capture_output=True, text=True
    )
    assert "2 passed, 1 error" in ran.stdout, ran.stdout
    assert "AG963 undocumented-input-taken  undocumented  GET /things" in ran.stdout
    assert "openapi.yaml:1:" in ran.stdout
    assert "/paths/~1things/get" in ran.stdout
