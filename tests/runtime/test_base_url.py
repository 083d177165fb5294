"""Base URLs: what a client takes, and what it refuses when it is made."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import pytest

from apigen.runtime.clients import AsyncClient, SyncClient
from apigen.runtime.libraries import split_base_url
from apigen.runtime.problems import InvalidBaseUrl

GOOD = {
    "http://localhost": "http://localhost",
    "http://localhost/": "http://localhost",
    "https://h:8443/base/": "https://h:8443/base",
    "HTTP://h/a/b": "http://h/a/b",
    "http://user:s3cret@h/x": "http://h/x",
    "http://127.0.0.1:8080": "http://127.0.0.1:8080",
    "http://[::1]:8080": "http://[::1]:8080",
    "http://data_storage.svc": "http://data_storage.svc",
    "http://bücher.example": "http://bücher.example",
    "http://h/a%20b": "http://h/a%20b",
}

BAD: dict[Any, str] = {
    "": "it is empty",
    None: "not NoneType",
    5: "not int",
    b"http://h": "not bytes",
    " ": "white space",
    "localhost": "http:// or https://",
    "localhost:8080": "http:// or https://",
    "/api": "http:// or https://",
    "//h/api": "http:// or https://",
    "ftp://h": "http:// or https://",
    "file:///etc/passwd": "http:// or https://",
    "javascript:alert(1)": "http:// or https://",
    "http:h": "http:// or https://",
    "http://": "no host",
    "http:///path": "no host",
    "http://:80": "no host",
    "http://user@": "no host",
    "http://h:": "port",
    "http://h:0": "port",
    "http://h:65536": "ort",
    "http://h:http": "ort",
    "http://h:80:80": "ort",
    "http://[::1": "IPv6",
    "http://h?": "no query",
    "http://h?a=b": "no query",
    "http://h/a#b": "no fragment",
    "http://h#": "no fragment",
    "http://h/a b": "white space",
    " http://h": "white space",
    "http://h\n": "white space",
    "http://h\\x": "backslash",
    "http://h/\x00": "control",
    "http://h/a/../b": "'..'",
    "http://h/.": "'..'",
    "http://ü..test": "IDNA",
    "http://" + "a" * 70000: "long",
}


@pytest.mark.parametrize(("given", "shown"), GOOD.items())
def test_a_good_base_url_is_taken_without_its_last_slash(given: str, shown: str) -> None:
    assert split_base_url(given)[1] == shown
    with SyncClient(given) as client:
        assert repr(client) == f"SyncClient({shown!r})"


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize(("given", "reason"), BAD.items())
def test_a_bad_base_url_fails_when_the_client_is_made(
    library: Any, given: Any, reason: str
) -> None:
    with library.Client() as http, pytest.raises(InvalidBaseUrl) as caught:
        SyncClient(given, http=http)
    assert reason in str(caught.value)
    assert caught.value.layer == "caller"
    assert isinstance(caught.value, ValueError)
    with pytest.raises(InvalidBaseUrl):
        AsyncClient(given)


def test_a_refused_base_url_shows_no_secrets() -> None:
    for given in ("http://user:s3cret@h:x/", "ftp://user:s3cret@h", "http://h?token=s3cret"):
        with pytest.raises(InvalidBaseUrl) as caught:
            SyncClient(given)
        assert "s3cret" not in f"{caught.value} {caught.value!r}"
