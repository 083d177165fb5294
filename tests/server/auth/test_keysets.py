"""Where keys come from: when they are fetched, and when they are not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.server.auth.issuing import issuer, key_set, public

from datastorage_server.auth.callers import Undecided
from datastorage_server.auth.keysets import FRESH, PAUSE, FetchedKeys, parsed
from datastorage_server.auth.settings import JwtSettings
from datastorage_server.errors import StartError


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def of(url: str, clock: Clock, token: Path | None = None) -> FetchedKeys:
    return FetchedKeys(JwtSettings(issuer="i", audience="a", keys=url, token=token), clock)


def kids(keys: FetchedKeys, kid: str | None) -> list[object]:
    return [key["kid"] for key in asyncio.run(keys.keys(kid))]


def test_an_unknown_key_is_looked_for_once_in_a_while() -> None:
    clock = Clock()
    with issuer(key_set(public("one"))) as source:
        keys = of(source.url, clock)
        assert kids(keys, "one") == ["one"]
        source.content = key_set(public("one"), public("two"))
        assert kids(keys, "two") == ["one"]  # just asked
        clock.now += PAUSE
        assert kids(keys, "one") == ["one"]
        assert source.asked == 1
        assert kids(keys, "two") == ["one", "two"]
        assert kids(keys, "three") == ["one", "two"]
        assert source.asked == 2


def test_keys_are_fetched_anew_when_they_are_old_and_kept_while_there_are_no_others() -> None:
    clock = Clock()
    with issuer(key_set(public("one"))) as source:
        keys = of(source.url, clock)
        assert kids(keys, "one") == ["one"]
        source.content = key_set(public("two"))
        clock.now += FRESH
        assert kids(keys, "one") == ["two"]
        clock.now += FRESH
        source.status = 500
        assert kids(keys, "two") == ["two"]
        assert source.asked == 3


def test_many_at_once_fetch_once() -> None:
    with issuer(key_set(public("one"))) as source:
        keys = of(source.url, Clock())

        async def all_of_them() -> None:
            await asyncio.gather(*(keys.keys("one") for _ in range(50)))

        asyncio.run(all_of_them())
        assert source.asked == 1


def test_the_url_is_asked_with_its_token(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    clock = Clock()
    with issuer(key_set(public("one"))) as source:
        keys = of(source.url, clock, file)
        kids(keys, "one")
        file.write_text("second-one\n")
        clock.now += FRESH
        kids(keys, "one")
        assert source.headers == ["Bearer first", "Bearer second-one"]


@pytest.mark.parametrize("content", ["", "[]", '{"keys": []}', '{"keys": [7]}', "[" * 100_000])
def test_what_is_no_key_set_leaves_it_undecided(content: str) -> None:
    with issuer(content) as source:
        keys = of(source.url, Clock())
        with pytest.raises(Undecided):
            kids(keys, "one")


def test_a_private_key_in_the_set_is_read_as_the_public_one() -> None:
    assert parsed(key_set({**public("one"), "d": "AQ"}))[0]["kid"] == "one"


def test_authorities_that_are_none_are_told(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    with pytest.raises(StartError, match="DATASTORAGE_JWT_JWKS_CA_FILE"):
        FetchedKeys(JwtSettings(issuer="i", audience="a", keys="https://x/", ca=file))
