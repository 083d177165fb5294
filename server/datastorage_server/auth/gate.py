"""The gate: before a request is read, who sends it and whether they may (RFC 6750)."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from datastorage._runtime.answers import Answer, problem
from datastorage._runtime.routing import Paths, raw_path
from datastorage._runtime.serving_routes import answer_request, request_path

from ..identity import CALLER
from ..metrics import ADMISSIONS, Counters
from ..problems import PROBLEM_BASE, RETRY_AFTER
from .callers import Caller, Role, Unauthenticated, Undecided, UnknownToken
from .keysets import key_source
from .permissions import guarded
from .rolefiles import StaticTokens
from .settings import AuthSettings
from .webtokens import WebTokens

_LOG: Final = logging.getLogger(__name__)

LONGEST_TOKEN: Final = 16 * 1024
"""Bytes of a token at most; one with hundreds of groups has some ten thousand."""

_REALM: Final = 'Bearer realm="datastorage"'
_BEARER: Final = re.compile(rb"bearer +([A-Za-z0-9\-._~+/]+=*)[ \t]*", re.IGNORECASE)


class TokenSource(Protocol):
    """What knows tokens."""

    async def caller(self, token: str) -> Caller:
        """Return whose token it is.

        Raises:
            Unauthenticated: It is not good.
            Undecided: That cannot be told now.

        """
        ...


class NoToken(Unauthenticated):
    """The request has no token at all: it is told how to bring one, and no more."""


class Malformed(Unauthenticated):
    """What the request has in place of a token could be none."""


def sources_from(settings: AuthSettings) -> tuple[TokenSource, ...]:
    """Return what knows tokens, by the settings; nothing if there is no authentication.

    Raises:
        StartError: A file of theirs cannot be used.

    """
    found: list[TokenSource] = []
    if settings.tokens is not None:
        found.append(StaticTokens(settings.tokens))
    if settings.jwt is not None:
        found.append(WebTokens(settings.jwt, key_source(settings.jwt)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Wanted:
    operation: str
    role: Role


class Gate:
    """ASGI middleware that lets through what the contract opens, and those who may.

    The paths are found as the router finds them. What the contract does not have goes on: the
    router knows no such path either.
    """

    def __init__(self, app: ASGIApp, *, sources: Sequence[TokenSource], counters: Counters) -> None:
        self._app = app
        self._sources = sources
        self._counters = counters
        self._paths: Paths[tuple[str, Role | None]] = guarded()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its caller's name, or refuse it."""
        wanted = self._wanted(scope)
        if wanted is None:
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._caller(scope)
        except Undecided as undecided:
            await self._refuse(_undecided(scope, undecided), "undecided", scope, receive, send)
            return
        except Unauthenticated as refusal:
            answer = _unauthorized(scope, refusal)
            await self._refuse(answer, "unauthenticated", scope, receive, send)
            return
        if wanted.role not in caller.roles:
            _LOG.info("%s may not call %s", caller.name, wanted.operation)
            answer = _forbidden(scope, wanted)
            await self._refuse(answer, "forbidden", scope, receive, send)
            return
        self._counters.add(ADMISSIONS, "admitted")
        scope.setdefault("state", {})[CALLER] = caller
        await self._app(scope, receive, send)

    def _wanted(self, scope: Scope) -> _Wanted | None:
        raw = raw_path(scope) if scope["type"] == "http" else None
        place = None if raw is None else self._paths.find(raw)
        found = None if place is None else place.target(scope["method"])
        if found is None:
            return None
        operation, role = found[0]
        return None if role is None else _Wanted(operation, role)

    async def _caller(self, scope: Scope) -> Caller:
        token = _token(scope)
        for source in self._sources:
            try:
                return await source.caller(token)
            except UnknownToken:
                continue
        raise UnknownToken("The bearer token is unknown.")

    async def _refuse(
        self, answer: Answer, outcome: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._counters.add(ADMISSIONS, outcome)

        async def refused() -> Answer:
            return answer

        await answer_request(refused, scope, receive, send)


def _token(scope: Scope) -> str:
    """Return the token of a request, which stands in the Authorization header and nowhere else.

    Raises:
        Unauthenticated: There is none, or more than one.

    """
    given = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
    if not given:
        if b"access_token=" in scope.get("query_string", b""):
            told = "A token in the query is not taken: it belongs into the Authorization header."
            raise NoToken(told)
        raise NoToken("The request has no bearer token.")
    if len(given) > 1:
        raise Malformed("The request has more than one Authorization header.")
    if len(given[0]) > LONGEST_TOKEN:
        raise Malformed("The Authorization header is too long.")
    found = _BEARER.fullmatch(given[0])
    if found is None:
        raise Malformed("The Authorization header has no bearer token.")
    return found[1].decode("ascii")


def _unauthorized(scope: Scope, refusal: Unauthenticated) -> Answer:
    told = str(refusal)
    match refusal:
        case NoToken():
            challenge = _REALM
        case Malformed():
            challenge = f'{_REALM}, error="invalid_request", error_description="{told}"'
        case _:
            challenge = f'{_REALM}, error="invalid_token", error_description="{told}"'
    return _problem(scope, 401, "unauthorized", told, {"www-authenticate": challenge})


def _forbidden(scope: Scope, wanted: _Wanted) -> Answer:
    told = f"The caller does not have the role {wanted.role}, which {wanted.operation} asks for."
    challenge = f'{_REALM}, error="insufficient_scope", scope="{wanted.role}"'
    return _problem(scope, 403, "forbidden", told, {"www-authenticate": challenge})


def _undecided(scope: Scope, undecided: Undecided) -> Answer:
    told = f"{undecided}, so no token can be checked; try again later"
    return _problem(scope, 503, "service-unavailable", told, {"retry-after": RETRY_AFTER})


def _problem(scope: Scope, status: int, slug: str, detail: str, headers: dict[str, str]) -> Answer:
    return problem(
        status,
        detail,
        request_path(scope),
        type=f"{PROBLEM_BASE}{slug}",
        title=slug.replace("-", " ").title(),
        headers=headers,
    )
