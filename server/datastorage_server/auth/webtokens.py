"""JSON Web Tokens (RFC 7519): whose they are, and which roles they give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import jwt
from jwt import PyJWK

from .callers import Caller, Role, Unauthenticated, UnknownToken, is_name, known_roles
from .keysets import KeySet, KeySource, verifier
from .rolefiles import read_roles, roles_of
from .settings import ROLES, JwtSettings
from .watching import Watched

_REQUIRED: Final = ["exp", "sub", "iss", "aud"]

_TOLD: Final[tuple[tuple[type[jwt.PyJWTError], str], ...]] = (
    (jwt.ExpiredSignatureError, "The bearer token has expired."),
    (jwt.ImmatureSignatureError, "The bearer token is not valid yet."),
    (jwt.InvalidAudienceError, "The bearer token is meant for another audience."),
    (jwt.InvalidIssuerError, "The bearer token is of another issuer."),
    (jwt.InvalidSignatureError, "The signature of the bearer token is wrong."),
    (jwt.MissingRequiredClaimError, "The bearer token lacks one of exp, sub, iss and aud."),
)
_MALFORMED: Final = "The bearer token is malformed."


class WebTokens:
    """The tokens of one issuer."""

    def __init__(self, settings: JwtSettings, source: KeySource) -> None:
        """Read the file of roles.

        Raises:
            StartError: It cannot be read, or one of its lines makes no sense.

        """
        self._settings = settings
        self._source = source
        self._roles = Watched(ROLES, settings.roles, read_roles) if settings.roles else None

    async def caller(self, token: str) -> Caller:
        """Return whose token it is.

        Raises:
            Unauthenticated: It is not good, or not by now.
            Undecided: The issuer's keys are not at hand.

        """
        algorithm, kid = self._header(token)
        keys = await self._source.keys(kid)
        claims = self._claims(token, _chosen(keys, kid, algorithm), algorithm)
        name = claims["sub"]
        if not isinstance(name, str) or not is_name(name):
            raise Unauthenticated("The bearer token's sub is no name.")
        return Caller(name, self._roles_of(name, claims))

    def _header(self, token: str) -> tuple[str, str | None]:
        """Return algorithm and key of a token that may be one; nothing of it is trusted yet."""
        if token.count(".") != 2:
            raise UnknownToken("The bearer token is unknown.")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthenticated(_MALFORMED) from None
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in self._settings.algorithms:
            raise Unauthenticated("The bearer token is signed in a way that is not taken here.")
        if "crit" in header or not isinstance(kid, str | None):
            raise Unauthenticated(_MALFORMED)
        return str(algorithm), kid

    def _claims(self, token: str, key: PyJWK, algorithm: str) -> Mapping[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=self._settings.leeway,
                options={"require": _REQUIRED},
            )
        except jwt.PyJWTError as error:
            told = next((text for kind, text in _TOLD if isinstance(error, kind)), _MALFORMED)
            raise Unauthenticated(told) from None
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise Unauthenticated(_MALFORMED) from None

    def _roles_of(self, name: str, claims: Mapping[str, Any]) -> frozenset[Role]:
        claim = self._settings.roles_claim
        told = frozenset[Role]() if claim is None else _claimed(claims, claim)
        return told if self._roles is None else told | roles_of(name, self._roles.value)


def _chosen(keys: KeySet, kid: str | None, algorithm: str) -> PyJWK:
    """Return the key that a token names; without a name there must be no choice."""
    named = [key for key in keys if kid is None or key.get("kid") == kid]
    fitting = [found for key in named if (found := verifier(key, algorithm)) is not None]
    if len(fitting) != 1:
        raise Unauthenticated("The bearer token is signed with an unknown key.")
    return fitting[0]


def _claimed(claims: Mapping[str, Any], claim: str) -> frozenset[Role]:
    """Return the roles in a claim: a list, or words in a text.

    A name with dots is tried as it is, and then as the way through objects.
    """
    found: object = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = cast("dict[str, object]", found).get(part) if isinstance(found, dict) else None
    if isinstance(found, str):
        return known_roles(found.split())
    return known_roles(cast("list[object]", found)) if isinstance(found, list) else frozenset()
