"""Settings of authentication, as the environment tells them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ..errors import StartError

TOKENS: Final = "DATASTORAGE_TOKENS_FILE"
ISSUER: Final = "DATASTORAGE_JWT_ISSUER"
AUDIENCE: Final = "DATASTORAGE_JWT_AUDIENCE"
JWKS: Final = "DATASTORAGE_JWT_JWKS"
JWKS_CA: Final = "DATASTORAGE_JWT_JWKS_CA_FILE"
JWKS_TOKEN: Final = "DATASTORAGE_JWT_JWKS_TOKEN_FILE"  # noqa: S105 - the name of a setting
ALGORITHMS: Final = "DATASTORAGE_JWT_ALGORITHMS"
LEEWAY: Final = "DATASTORAGE_JWT_LEEWAY_SECONDS"
ROLES_CLAIM: Final = "DATASTORAGE_JWT_ROLES_CLAIM"
ROLES: Final = "DATASTORAGE_ROLES_FILE"

KNOWN_ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""Signatures with a public key (RFC 7518, RFC 8037): never ``none``, and none with a secret."""

DEFAULT_ALGORITHMS: Final = ("RS256", "ES256")
DEFAULT_LEEWAY: Final = 30
LONGEST_LEEWAY: Final = 300

_OF_JWT: Final = (JWKS_CA, JWKS_TOKEN, ALGORITHMS, LEEWAY, ROLES_CLAIM, ROLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtSettings:
    """Which JSON Web Tokens are good, and what those who have them may do.

    Attributes:
        issuer: What ``iss`` must be.
        audience: What must be among ``aud``.
        keys: The issuer's keys (RFC 7517): an HTTP(S) URL or a file.
        ca: The file with the authorities that the URL's certificate is checked against; those of
            the system without it.
        token: The file with the bearer token that the URL asks for, if it does.
        algorithms: The signatures that are taken.
        leeway: By how many seconds clocks may differ.
        roles_claim: The claim with the caller's roles; dots lead into objects.
        roles: The file that gives roles to names.

    """

    issuer: str
    audience: str
    keys: str | Path
    ca: Path | None = None
    token: Path | None = None
    algorithms: tuple[str, ...] = DEFAULT_ALGORITHMS
    leeway: int = DEFAULT_LEEWAY
    roles_claim: str | None = None
    roles: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    """How callers are told apart; without any of it everybody may do everything.

    Attributes:
        tokens: The file of static tokens.
        jwt: Which JSON Web Tokens are good.

    """

    tokens: Path | None = None
    jwt: JwtSettings | None = None

    def __bool__(self) -> bool:
        return self.tokens is not None or self.jwt is not None


def auth_from(environment: Mapping[str, str]) -> AuthSettings:
    """Return the settings of authentication that the environment has.

    Raises:
        StartError: They contradict each other, or one has no value of use.

    """
    tokens = environment.get(TOKENS)
    return AuthSettings(tokens=Path(tokens) if tokens else None, jwt=_jwt(environment))


def _jwt(environment: Mapping[str, str]) -> JwtSettings | None:
    given = {name: environment.get(name, "") for name in (ISSUER, AUDIENCE, JWKS, *_OF_JWT)}
    if not any(given.values()):
        return None
    missing = [name for name in (ISSUER, AUDIENCE, JWKS) if not given[name]]
    if missing:
        told = next(name for name, value in given.items() if value)
        raise StartError(f"{told} is set, but {' and '.join(missing)} not: set all of them")
    if not given[ROLES_CLAIM] and not given[ROLES]:
        told = f"set {ROLES_CLAIM} to the claim that tells them, or {ROLES}"
        raise StartError(f"nobody would have a role: {told}")
    keys = given[JWKS]
    return JwtSettings(
        issuer=given[ISSUER],
        audience=given[AUDIENCE],
        keys=_checked_url(keys) if "://" in keys else Path(keys),
        ca=_path(given[JWKS_CA]),
        token=_path(given[JWKS_TOKEN]),
        algorithms=_algorithms(given[ALGORITHMS]),
        leeway=_leeway(given[LEEWAY]),
        roles_claim=given[ROLES_CLAIM] or None,
        roles=_path(given[ROLES]),
    )


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _algorithms(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.replace(",", " ").split()))
    for name in names:
        if name not in KNOWN_ALGORITHMS:
            told = f"choose among {', '.join(KNOWN_ALGORITHMS)}"
            raise StartError(f"{ALGORITHMS}: {name!r} is no signature with a public key: {told}")
    return names or DEFAULT_ALGORITHMS


def _leeway(text: str) -> int:
    if not text:
        return DEFAULT_LEEWAY
    if not (text.isascii() and text.isdecimal()) or int(text) > LONGEST_LEEWAY:
        raise StartError(f"{LEEWAY}: {text!r} is no number of seconds from 0 to {LONGEST_LEEWAY}")
    return int(text)


def _checked_url(url: str) -> str:
    """Return the URL of keys if what comes from there can be trusted."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise StartError(f"{JWKS} is no URL") from None
    if parts.username is not None or parts.password is not None:
        raise StartError(f"{JWKS} has a user or a password in it: use {JWKS_TOKEN}")
    if parts.scheme == "https" and host:
        return url
    if parts.scheme == "http" and _is_local(host):
        return url
    raise StartError(
        f"{JWKS}: keys that come without TLS could be anybody's: give an https URL, a file, or an"
        " http URL of this machine"
    )


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
