"""Tokens: where they come from, when they are renewed, and that they are never shown."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apigen.runtime.auth import Bearer, BearerFile
from apigen.runtime.clients import SyncClient
from apigen.runtime.media import Text
from apigen.runtime.operations import Operation
from apigen.runtime.problems import ApiError, CredentialsUnavailable, InvalidArgument, Unauthorized

if TYPE_CHECKING:
    from .conftest import Driver

ASK: Operation[str] = Operation(
    id="ask",
    method="POST",
    path="/",
    success={"200": (Text(),)},
    errors={"401": (Text(),), "500": (Text(),)},
)
TEXT = {"content-type": "text/plain"}


class Door:
    """A server that knows one token."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.shown: list[str] = []

    def __call__(self, request: Any) -> tuple[int, Mapping[str, str], bytes]:
        self.shown.append(request.headers.get("authorization", ""))
        fits = self.shown[-1] == f"Bearer {self.token}"
        return (200 if fits else 401), TEXT, b"x"


def test_a_token_is_a_value_or_what_a_function_returns(driver: Driver) -> None:
    async def later() -> str:
        return "t-1"

    sources: list[Any] = ["t-1", lambda: "t-1", *([later] if driver.awaited else [])]
    for source in sources:
        assert driver.exchange(ASK.call(), Door("t-1"), auth=Bearer(source)).status == 200


def test_a_token_that_is_not_accepted_is_renewed_once(driver: Driver) -> None:
    tokens = ["old", "new", "newer"]
    door = Door("new")
    assert driver.exchange(ASK.call(), door, auth=Bearer(lambda: tokens.pop(0))).status == 200
    assert door.shown == ["Bearer old", "Bearer new"]
    tokens = ["a", "b", "c"]
    door = Door("c")
    with pytest.raises(Unauthorized):
        driver.exchange(ASK.call(), door, auth=Bearer(lambda: tokens.pop(0)))
    assert len(door.shown) == 2


def test_a_fixed_token_that_is_not_accepted_is_shown_once(driver: Driver) -> None:
    door = Door("other")
    with pytest.raises(Unauthorized):
        driver.exchange(ASK.call(), door, auth=Bearer("t"))
    assert len(door.shown) == 1


def test_a_file_is_read_again_when_it_has_changed_and_after_a_401(
    driver: Driver, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("t-1\n")
    bearer = BearerFile(file)
    assert driver.exchange(ASK.call(), Door("t-1"), auth=bearer).status == 200
    fresh = tmp_path / "fresh"
    fresh.write_text("t-2\n")
    fresh.replace(file)
    door = Door("t-2")
    assert driver.exchange(ASK.call(), door, auth=bearer).status == 200
    assert door.shown == ["Bearer t-2"]
    door = Door("t-3")
    with pytest.raises(Unauthorized):
        driver.exchange(ASK.call(), door, auth=bearer)
    assert door.shown == ["Bearer t-2"]  # it still holds the same: asking again is in vain


@pytest.mark.parametrize("content", [None, b"", b" \n", b"a\nb", b"\xff", "\u20ac".encode()])
def test_a_file_without_a_token_is_told_when_it_is_named(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CredentialsUnavailable, match="no token in"):
        BearerFile(file)


def test_a_function_that_fails_is_the_callers_fault(driver: Driver) -> None:
    def fails() -> str:
        raise OSError("no vault")

    async def fails_later() -> str:
        raise OSError("no vault")

    sources: list[Any] = [fails, lambda: 5, *([fails_later] if driver.awaited else [])]
    for source in sources:
        with pytest.raises(CredentialsUnavailable, match="token") as caught:
            driver.exchange(ASK.call(), Door("t"), auth=Bearer(source))
        assert caught.value.operation == "ask"


def test_a_blocking_client_does_not_take_a_coroutine_function() -> None:
    async def later() -> str:
        return "t"

    with pytest.raises(InvalidArgument, match="cannot await"):
        SyncClient("http://h", auth=Bearer(later))


@pytest.mark.parametrize("token", ["", "a\r\nb", " s3cret"])
def test_a_token_that_no_header_can_carry_is_refused_unseen(token: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Bearer(token)
    assert "s3cret" not in str(caught.value)


def test_a_token_is_nowhere_to_be_seen(driver: Driver, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("s3cret")

    def answer(request: Any) -> tuple[int, Mapping[str, str], bytes]:
        return 500, TEXT, b"failed"

    for bearer in (Bearer("s3cret"), Bearer("s3cret".strip), BearerFile(file)):
        with pytest.raises(ApiError) as caught:
            driver.exchange(ASK.call(), answer, auth=bearer)
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        ours = [
            f"{frame.name} {frame.locals}"
            for frame in told.stack
            if "apigen" in frame.filename and "tests" not in frame.filename
        ]
        shown = f"{bearer!r} {caught.value} {caught.value!r} {ours}"
        assert ours
        assert "s3cret" not in shown


def test_a_certificate_that_is_not_there_is_told_when_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="no certificate with its key"):
        SyncClient("https://h", cert=(tmp_path / "a.pem", tmp_path / "b.pem"))
