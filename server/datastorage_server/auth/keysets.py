"""The keys of an issuer (RFC 7517): from a file or a URL, and again when one is not known."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Final, Protocol, cast

import httpx
import jwt
from jwt import PyJWK

from ..errors import StartError
from .callers import Undecided
from .settings import JWKS, JWKS_CA, JWKS_TOKEN, JwtSettings
from .watching import LARGEST, Watched

_LOG: Final = logging.getLogger(__name__)

PAUSE: Final = 10.0
"""Seconds between two fetches at least, however many unknown keys are named."""

FRESH: Final = 600.0
"""Seconds after which keys are fetched again, so that withdrawn ones do not stay."""

SHORTEST_RSA: Final = 2048
"""Bits of an RSA key at least (RFC 7518, section 3.3)."""

_TIMEOUT: Final = 5.0
_FAMILIES: Final = {"RSA": ("RS", "PS"), "EC": ("ES",), "OKP": ("EdDSA",)}
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
"""Members that only the issuer should have (RFC 7518, section 6): they are not looked at."""

KeySet = tuple[Mapping[str, Any], ...]


class KeySource(Protocol):
    """Where the keys of an issuer are found."""

    async def keys(self, kid: str | None) -> KeySet:
        """Return the keys; a *kid* that they lack may be a reason to look again.

        Raises:
            Undecided: There are none yet.

        """
        ...


class FileKeys:
    """Keys in a file, which is read again when it changes."""

    def __init__(self, file: Path) -> None:
        """Read the file.

        Raises:
            StartError: It cannot be read, or has no keys.

        """
        self._keys = Watched(JWKS, file, _read)

    async def keys(self, kid: str | None) -> KeySet:
        """Return the keys that the file has now."""
        del kid
        return self._keys.value


class FetchedKeys:
    """Keys behind a URL. While it does not answer, those that it told before stay in force."""

    def __init__(self, settings: JwtSettings, clock: Callable[[], float] = monotonic) -> None:
        """Prepare to fetch.

        Raises:
            StartError: The file of authorities or of the token cannot be used.

        """
        self._url = str(settings.keys)
        self._tls = _tls(settings.ca)
        self._token = (
            Watched(JWKS_TOKEN, settings.token, lambda _, text: text.strip())
            if settings.token
            else None
        )
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: KeySet | None = None
        self._fetched = self._tried = clock() - FRESH

    async def keys(self, kid: str | None) -> KeySet:
        """Return the keys, fetched again if they are old or lack *kid*; yet not in a row."""
        if self._is_due(kid):
            async with self._lock:
                if self._is_due(kid):  # another request may have fetched them meanwhile
                    await self._fetch()
        if self._keys is None:
            raise Undecided("the keys of the issuer cannot be fetched")
        return self._keys

    def _is_due(self, kid: str | None) -> bool:
        now = self._clock()
        if now - self._tried < PAUSE:
            return False
        if self._keys is None or now - self._fetched >= FRESH:
            return True
        return kid is not None and all(key.get("kid") != kid for key in self._keys)

    async def _fetch(self) -> None:
        try:
            content = await asyncio.wait_for(self._content(), 2 * _TIMEOUT)
            self._keys = parsed(content.decode())
        except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
            told = str(error) or type(error).__name__
            _LOG.warning("%s: %s gave no keys: %s", JWKS, self._url, told)
        else:
            self._fetched = self._clock()
        finally:  # only now: who asks in the meantime waits for this fetch
            self._tried = self._clock()

    async def _content(self) -> bytes:
        headers = {"Accept": "application/jwk-set+json, application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token.value}"
        content = b""
        async with (
            httpx.AsyncClient(verify=self._tls, timeout=_TIMEOUT, trust_env=False) as client,
            client.stream("GET", self._url, headers=headers) as answer,
        ):
            if answer.status_code != 200:
                raise ValueError(f"the status is {answer.status_code}")
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > LARGEST:
                    raise ValueError(f"the answer is larger than {LARGEST} bytes")
        return content


def key_source(settings: JwtSettings) -> KeySource:
    """Return where the settings say that the keys are.

    Raises:
        StartError: They cannot be had from there.

    """
    keys = settings.keys
    return FileKeys(keys) if isinstance(keys, Path) else FetchedKeys(settings)


def _tls(ca: Path | None) -> ssl.SSLContext:
    if ca is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        told = error.strerror or "there is no certificate in it"
        raise StartError(f"{JWKS_CA}: {ca} cannot be used: {told}") from None


def _read(file: Path, text: str) -> KeySet:
    try:
        return parsed(text)
    except ValueError as error:
        raise StartError(f"{JWKS}: {file}: {error}") from None


def parsed(text: str) -> KeySet:
    """Return the public keys of a key set as JSON.

    Raises:
        ValueError: It is none, or has no key that could verify a signature.

    """
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("this is no JSON") from None
    members = cast("dict[str, object]", document) if isinstance(document, dict) else {}
    listed = members.get("keys")
    if not isinstance(listed, list):
        raise ValueError("this is no key set: it has no list 'keys' (RFC 7517, section 5)")
    keys = tuple(
        cast("dict[str, Any]", key) for key in cast("list[object]", listed) if isinstance(key, dict)
    )
    usable = tuple(key for key in keys if _is_usable(key))
    if not usable:
        raise ValueError("there is no public key for signatures in it")
    return usable


def _is_usable(key: Mapping[str, Any]) -> bool:
    """Return whether a key can verify signatures; a shared secret never does."""
    if key.get("kty") not in _FAMILIES or key.get("use", "sig") != "sig":
        return False
    return "verify" in key.get("key_ops", ["verify"])


def verifier(key: Mapping[str, Any], algorithm: str) -> PyJWK | None:
    """Return the key ready for an algorithm, None if it is not meant for that one.

    What a token says of its algorithm must fit the kind of the key: a public key is never taken
    for a shared secret (RFC 8725, section 3.1).
    """
    fitting = _FAMILIES.get(key["kty"], ())
    if not algorithm.startswith(fitting) or key.get("alg", algorithm) != algorithm:
        return None
    if algorithm in _CURVES and key.get("crv") != _CURVES[algorithm]:
        return None
    public = {name: value for name, value in key.items() if name not in _PRIVATE}
    try:
        found = PyJWK.from_dict({**public, "alg": algorithm}, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
        return None
    bits = getattr(found.key, "key_size", SHORTEST_RSA)
    return None if key["kty"] == "RSA" and bits < SHORTEST_RSA else found
