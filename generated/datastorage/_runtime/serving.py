"""Serving a contract with Starlette: route by path, check, call the method, answer.

What reaches a method has passed the contract; what a request does wrong is told as a problem
(RFC 9457) with the status that RFC 9110 has for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from .answers import Answer, Breach, Reply, problem
from .bodies import Disconnected, header
from .contracts import Contract, ContractUnavailable
from .details import one_line
from .endpoints import Binding, Endpoint, ServerOptions, bind, endpoint
from .problems import ApiError
from .routing import Paths, Place, paths
from .serving_routes import PathRoute, answer_request, current_request, replayed, request_path
from .violations import Refused

_LOG: Final = logging.getLogger(__name__)

_SLUGS: Final[Mapping[int, str]] = {
    400: "invalid-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "request-timeout",
    413: "request-too-large",
    415: "unsupported-media-type",
    500: "internal-error",
}
"""The last part of the type of each problem that the server itself tells of, by status."""


class Service:
    """A contract, served by the methods bound to its operations."""

    def __init__(
        self, contract: Contract, bindings: Sequence[Binding], options: ServerOptions | None = None
    ) -> None:
        """Prepare all that can be prepared, so that a fault shows before serving starts.

        Raises:
            ContractUnavailable: The contract contradicts itself.

        """
        self.contract = contract
        self.options = options or ServerOptions()
        try:
            self._paths: Paths[Endpoint] = paths(
                (bound.operation.method, bound.operation.path, endpoint(bound, self.options))
                for bound in bindings
            )
        except ValueError as error:
            raise ContractUnavailable(f"the contract contradicts itself: {error}") from None

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the operations, to be added to any Starlette application."""
        return [PathRoute(self._paths, self._serve)]

    def contract_routes(self, path: str = "/openapi.json") -> list[BaseRoute]:
        """Return the route that serves the contract itself."""
        targets = paths((method, path, None) for method in ("GET", "HEAD"))
        return [PathRoute(targets, self._serve_contract)]

    def app(self, **settings: Any) -> Starlette:
        """Return a whole application; *settings* (lifespan, middleware) are Starlette's."""
        application = Starlette(routes=[*self.routes(), *self.contract_routes()], **settings)
        application.router.default = self._unknown_path
        return application

    async def _serve(self, place: Place[Endpoint], scope: Scope, receive: Receive) -> Answer:
        found = place.target(scope["method"])
        if found is None:
            return self._wrong_method(place.methods, scope)
        target, values = found
        try:
            return await self._called(target, values, scope, receive)
        except Disconnected:
            raise
        except Exception:  # noqa: BLE001 - whatever a method raises is answered, and logged
            _LOG.exception("%s failed, request %s", target.operation.id, _request_id(scope))
            return self._problem(scope, 500, _FAILED)

    async def _called(
        self, target: Endpoint, values: Mapping[str, str], scope: Scope, receive: Receive
    ) -> Answer:
        """Check the request, call the method, and return its answer or what was wrong."""
        try:
            arguments = await target.arguments(values, scope, receive)
        except Refused as refused:
            detail = "the request does not match the contract"
            fields = {"field_errors": refused.fields}
            return self._problem(scope, 400, detail, slug="validation-error", extensions=fields)
        except ApiError as error:
            detail = one_line(error.detail)
            return self._problem(scope, error.status or 400, detail, headers=error.headers)
        try:
            with replayed(scope, arguments.content, receive):
                return await target.answer(arguments, scope, request_path(scope))
        except Breach as breach:
            return self._breached(breach, scope)

    def _breached(self, breach: Breach, scope: Scope) -> Answer:
        _LOG.error("%s, request %s", breach, _request_id(scope), exc_info=breach)
        if self.options.on_breach is not None:
            self.options.on_breach(breach)
        return self._problem(scope, 500, str(breach) if self.options.strict else _FAILED)

    def _wrong_method(self, methods: Sequence[str], scope: Scope) -> Answer:
        allowed = ", ".join(methods)
        detail = f"this path has no {scope['method']}, but {allowed}"
        return self._problem(scope, 405, detail, headers={"allow": allowed})

    def _problem(
        self,
        scope: Scope,
        status: int,
        detail: str,
        *,
        slug: str = "",
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, object] | None = None,
    ) -> Answer:
        """Return a problem that the server itself tells of."""
        slug = slug or _SLUGS.get(status, "")
        base = self.options.problem_base
        return problem(
            status,
            detail,
            request_path(scope),
            type=f"{base}{slug}" if base and slug else "about:blank",
            title=slug.replace("-", " ").title() if base else "",
            headers=headers,
            extensions=extensions,
        )

    async def _serve_contract(self, place: Place[None], scope: Scope, receive: Receive) -> Answer:
        del receive  # nothing of a body matters here
        if place.target(scope["method"]) is None:
            return self._wrong_method(place.methods, scope)
        etag = self.contract.etag
        headers = {"etag": etag, "cache-control": "no-cache"}
        known = header(scope["headers"], b"if-none-match") or ""
        if known == "*" or etag in {
            tag.strip(" \t").removeprefix("W/") for tag in known.split(",")
        }:
            return Answer(304, headers, b"")
        return Answer(200, {**headers, "content-type": "application/json"}, self.contract.content)

    async def _unknown_path(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return

        async def not_found() -> Answer:
            return self._problem(scope, 404, "the contract has no such path")

        await answer_request(not_found, scope, receive, send)


_FAILED: Final = "the server could not answer this request"


def _request_id(scope: Scope) -> str:
    return str(scope["state"]["request_id"])


__all__ = [
    "Binding",
    "Breach",
    "Contract",
    "ContractUnavailable",
    "Reply",
    "ServerOptions",
    "Service",
    "bind",
    "current_request",
]
