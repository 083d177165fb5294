"""A server with tokens, keys and passwords, that looks at them as its faults say."""

from __future__ import annotations

import base64
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from tests.fuzz.asgi import serving

SPEC = Path(__file__).parent / "guarded.yaml"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlLW9mLW1pbmU"
KEY = "a-key-of-mine-0123456789"
LOGIN = base64.b64encode(b"me:my-password").decode()


@dataclass(slots=True)
class Guarded:
    """Which faults are planted, and which passwords were tried."""

    fault: str
    logins: list[str] = field(default_factory=list[str])

    def tokens(self, request: Request) -> Response:
        told = request.headers.get("authorization", "")
        if self.fault == "session" and request.cookies.get("session"):
            return _fine()
        good = f"Bearer {TOKEN}"
        is_known = {
            "anybody": True,
            "any-token": told.startswith("Bearer "),
            "unsigned": told.rpartition(".")[0] == good.rpartition(".")[0],
            "prefix": told.startswith(good),
            "bare": told in {good, TOKEN},
            "query": told == good or request.query_params.get("access_token") == TOKEN,
        }.get(self.fault, told == good)
        if is_known:
            return _fine()
        if self.fault == "login-page":
            return RedirectResponse("/login", 302)
        return _refused(404 if self.fault == "hidden" else 401)

    def keys(self, request: Request) -> Response:
        told = request.headers.get("x-partner", "")
        is_known = bool(told) if self.fault == "any-key" else told == KEY
        return _fine() if is_known else _refused(403)

    def passwords(self, request: Request) -> Response:
        told = request.headers.get("authorization", "").removeprefix("Basic ")
        self.logins.append(base64.b64decode(told).decode())
        return _fine() if told == LOGIN else _refused(401)

    def open(self, request: Request) -> Response:
        is_known = self.fault != "closed" or "authorization" in request.headers
        return _fine() if is_known else _refused(401)

    def login(self, _: Request) -> Response:
        return _refused(401)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/tokens", self.tokens),
                Route("/keys", self.keys),
                Route("/passwords", self.passwords),
                Route("/open", self.open),
                Route("/login", self.login),
            ]
        )


def _fine() -> Response:
    answer = JSONResponse({"is": "fine"})
    answer.set_cookie("session", "of-somebody")
    return answer


def _refused(status: int) -> Response:
    return JSONResponse({"is": "refused"}, status)


@contextmanager
def guarding(fault: str = "") -> Generator[tuple[str, Guarded]]:
    """Run the server; give its URL."""
    guarded = Guarded(fault)
    with serving(guarded.app()) as url:
        yield url, guarded
