"""The contract beside the code: served as it is, and no serving without it."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from apigen.runtime.operations import Operation
from apigen.runtime.serving import Contract, ContractUnavailable, Service, bind

TEXT = b'{"openapi": "3.1.0"}'


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sample_api"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "openapi.json").write_bytes(TEXT)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "sample_api", raising=False)
    return folder


SHA256 = hashlib.sha256(TEXT).hexdigest()


def test_it_is_read_from_the_package(package: Path) -> None:
    assert Contract.load("sample_api", SHA256).content == TEXT


def test_a_missing_one_prevents_serving(package: Path) -> None:
    (package / "openapi.json").unlink()
    with pytest.raises(ContractUnavailable, match="cannot be read"):
        Contract.load("sample_api", SHA256)


def test_a_missing_package_prevents_serving() -> None:
    with pytest.raises(ContractUnavailable, match="no_such_api"):
        Contract.load("no_such_api", SHA256)


def test_an_unreadable_one_prevents_serving(package: Path) -> None:
    (package / "openapi.json").unlink()
    (package / "openapi.json").mkdir()
    with pytest.raises(ContractUnavailable, match="cannot be read"):
        Contract.load("sample_api", SHA256)


def test_an_altered_one_prevents_serving(package: Path) -> None:
    (package / "openapi.json").write_bytes(TEXT + b" ")
    with pytest.raises(ContractUnavailable, match="is not the one"):
        Contract.load("sample_api", SHA256)


async def nothing(**parameters: Any) -> None: ...


def operation(path: str, name: str = "a") -> Operation[None]:
    return Operation(id=name, method="GET", path=path, success={"204": ()})


def test_two_operations_at_one_place_prevent_serving() -> None:
    twins = [bind(operation("/a/{x}", "a"), nothing), bind(operation("/a/{y}", "b"), nothing)]
    with pytest.raises(ContractUnavailable, match=r"two operations answer GET /a/\{y\}"):
        Service(Contract(TEXT, SHA256), twins)


def test_a_default_that_breaks_its_schema_prevents_serving() -> None:
    Limit = TypedDict("Limit", {"limit": int}, total=False)  # noqa: UP013 - short
    bound = bind(operation("/a"), nothing, parameters=TypeAdapter(Limit), defaults={"limit": "x"})
    with pytest.raises(ContractUnavailable, match="the default of 'limit'"):
        Service(Contract(TEXT, SHA256), [bound])


def test_it_is_served_with_an_entity_tag(sample: Any) -> None:
    client = sample.client()
    answer = client.get("/openapi.json")
    assert answer.json() == {"openapi": "3.1.0"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    tag = answer.headers["etag"]
    for known in (tag, f'"x", W/{tag}', "*"):
        again = client.get("/openapi.json", headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/openapi.json", headers={"if-none-match": '"x"'}).status_code == 200


def test_its_head_is_served_and_nothing_else(sample: Any) -> None:
    client = sample.client()
    head = client.head("/openapi.json")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "19")
    assert client.post("/openapi.json").headers["allow"] == "GET, HEAD"
