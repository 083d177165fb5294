"""What a client is made of: its arguments, checked and put in order."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from inspect import iscoroutinefunction
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from .auth import Bearer
from .breaker import Breaker, Circuit, Circuits
from .exchange import Conduct
from .libraries import (
    AsyncHttp,
    Cert,
    Library,
    SyncHttp,
    Verify,
    installed,
    libraries_of,
    split_base_url,
    trust,
)
from .problems import InvalidArgument
from .retrying import Retry
from .transport import Limits, Origin, Timeout, check_deadline, checked

Http = TypeVar("Http", SyncHttp, AsyncHttp)


def origin_of(
    base_url: str,
    timeout: float | Timeout | None,
    headers: Mapping[str, str] | None,
    layers: Mapping[str, str],
    http: object,
) -> Origin:
    """Return where a client sends its calls."""
    libraries = libraries_of(http) if http is not None else (installed(),)
    url, shown = split_base_url(base_url, libraries)
    if timeout is None and http is None:
        timeout = Timeout()
    return Origin(
        base_url=url,
        shown_url=shown,
        headers=MappingProxyType(checked(headers or {})),
        timeout=None if timeout is None else Timeout.of(timeout),
        layers=layers,
    )


def sent_with(auth: object) -> dict[str, Any]:
    """Return what every request is sent with."""
    fixed: dict[str, Any] = {"follow_redirects": False}
    return fixed if auth is None else {**fixed, "auth": auth}


def conduct_of(
    auth: object,
    retry: Retry,
    deadline: float | None,
    circuit: Circuit | None,
    *,
    awaited: bool,
) -> Conduct:
    """Return how a client goes about its calls."""
    if deadline is not None:
        check_deadline(deadline)
    bearer = auth if isinstance(auth, Bearer) else None
    if bearer and bearer.is_awaited and not awaited:
        raise InvalidArgument("a blocking client cannot await its bearer token")
    return Conduct(retry, deadline, circuit, bearer)


def circuit_of(
    breaker: Breaker | Circuits | Literal[False] | None, usual: Breaker, origin: Origin
) -> Circuit | None:
    """Return the circuit of a client: its own, one that it shares, or none."""
    if isinstance(breaker, Circuits):
        return breaker.of(origin.shown_url, usual)
    chosen = usual if breaker is None else breaker
    return Circuit(chosen) if chosen else None


def settings_of(
    verify: Verify, cert: Cert | None, limits: Limits | None, library: Library
) -> dict[str, Any]:
    """Return how a client of one's own connects."""
    chosen = limits or Limits()
    bounds = library.Limits(
        max_connections=chosen.connections,
        max_keepalive_connections=chosen.idle,
        keepalive_expiry=chosen.idle_seconds,
    )
    return {"verify": trust(verify, cert, library), "limits": bounds}


def no_cookies() -> CookieJar:
    """Return a jar that stays empty: no answer changes what later calls send."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def fitting(
    http: Http, verify: Verify, cert: Cert | None, limits: Limits | None, *, awaited: bool
) -> Http:
    """Return the HTTP client that was passed in, if it can be used as it is meant to be."""
    for name, given in (("verify", verify is not True), ("cert", cert), ("limits", limits)):
        if given:
            raise InvalidArgument(f"{name} belongs to the client that is passed as http")
    if iscoroutinefunction(http.request) is not awaited:
        wanted = "AsyncClient" if awaited else "Client"
        raise InvalidArgument(f"http must be a {wanted} of httpx or httpx2")
    return http
