"""What can go wrong with a call, and the problem details (RFC 9457) that tell of it.

The same exceptions serve both ends of the wire: a handler raises ``NotFound("no such event")``,
the server answers with ``application/problem+json``, and the client raises ``NotFound`` again.

::

    ApiError
    ├── CallerError                      the request was wrong
    │   ├── InvalidBaseUrl, InvalidArgument, CredentialsUnavailable
    │   │                                (found before anything was sent)
    │   ├── BadRequest 400, Unauthorized 401, PaymentRequired 402, Forbidden 403,
    │   │   NotFound 404, MethodNotAllowed 405, NotAcceptable 406, RequestTimeout 408
    │   └── Conflict 409, Gone 410, PreconditionFailed 412, ContentTooLarge 413,
    │       UnsupportedMediaType 415, UnprocessableContent 422, PreconditionRequired 428,
    │       TooManyRequests 429
    ├── NetworkError                     no answer arrived
    │   └── CircuitOpen, ConnectFailed, TimedOut, ConnectionLost
    ├── ContractError                    the answer is not one that the contract knows
    │   └── UndocumentedStatus, UndocumentedMediaType, InvalidContent
    └── ServiceError                     the service failed
        ├── InternalServerError 500, NotImplementedByService 501, BadGateway 502,
        │   ServiceUnavailable 503, GatewayTimeout 504
        └── DatabaseError                the database behind it failed
"""

# ruff: noqa: N818 - named after what happened, as the statuses of RFC 9110 are

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .details import ApiError, Layer, Problem, RequestLine, phrase


class CallerError(ApiError):
    """The request was wrong: sending it again unchanged will not help."""

    layer = Layer.CALLER
    status: int | None = 400


class InvalidArgument(CallerError, ValueError):
    """An argument that cannot be sent; nothing was sent."""

    status = None


class InvalidBaseUrl(CallerError, ValueError):
    """A base URL that leads nowhere; found when the client is made, nothing was sent."""

    status = None


class CredentialsUnavailable(CallerError):
    """There is no token to send; nothing was sent."""

    status = None


class BadRequest(CallerError):
    """400: the request is malformed or breaks the contract."""

    status = 400


class Unauthorized(CallerError):
    """401: credentials are missing or not accepted."""

    status = 401


class PaymentRequired(CallerError):
    """402: a payment or a quota stands in the way."""

    status = 402


class Forbidden(CallerError):
    """403: the credentials do not allow this."""

    status = 403


class NotFound(CallerError):
    """404: there is no such thing."""

    status = 404


class MethodNotAllowed(CallerError):
    """405: the path does not know this method."""

    status = 405


class NotAcceptable(CallerError):
    """406: no media type that the request accepts can be given."""

    status = 406


class RequestTimeout(CallerError):
    """408: the request took too long to arrive."""

    status = 408


class Conflict(CallerError):
    """409: the present state stands against it."""

    status = 409


class Gone(CallerError):
    """410: there is no such thing any more."""

    status = 410


class PreconditionFailed(CallerError):
    """412: a condition of the request does not hold."""

    status = 412


class ContentTooLarge(CallerError):
    """413: the body is larger than the server takes."""

    status = 413


class UnsupportedMediaType(CallerError):
    """415: the body is of a kind that the server does not take."""

    status = 415


class UnprocessableContent(CallerError):
    """422: the body is well-formed, but cannot be acted upon."""

    status = 422


class PreconditionRequired(CallerError):
    """428: the request must be conditional."""

    status = 428


class TooManyRequests(CallerError):
    """429: the rate limit is reached; ``Retry-After`` may say for how long."""

    status = 429


class NetworkError(ApiError):
    """No answer arrived.

    Attributes:
        sent: Whether the request may have reached the server, and taken effect there.

    """

    layer = Layer.NETWORK
    sent: bool

    def __init__(self, detail: str = "", *, sent: bool = False) -> None:
        super().__init__(detail)
        self.sent = sent


class CircuitOpen(NetworkError):
    """The server has not answered lately, so this call was not tried; nothing was sent."""


class ConnectFailed(NetworkError):
    """No connection could be made; nothing was sent."""


class TimedOut(NetworkError):
    """The time for connecting, sending or waiting ran out."""


class ConnectionLost(NetworkError):
    """The connection broke before the whole answer was there."""


class ContractError(ApiError):
    """The answer is not one that the contract knows."""

    layer = Layer.CONTRACT


class UndocumentedStatus(ContractError):
    """The contract does not have this status for the operation."""


class UndocumentedMediaType(ContractError):
    """The contract does not have this media type for the status."""


class InvalidContent(ContractError):
    """The body does not have the form that the contract gives to it.

    Attributes:
        errors: What does not fit, as pydantic tells it: ``loc``, ``msg`` and ``type`` of each.

    """

    errors: tuple[Mapping[str, object], ...] = ()


class ServiceError(ApiError):
    """The service failed: the same request may succeed later."""

    layer = Layer.SERVICE
    status = 500


class InternalServerError(ServiceError):
    """500: the service failed unexpectedly."""

    status = 500


class NotImplementedByService(ServiceError):
    """501: the service does not do this."""

    status = 501


class BadGateway(ServiceError):
    """502: a gateway got no valid answer from the service."""

    status = 502


class ServiceUnavailable(ServiceError):
    """503: the service cannot answer now; ``Retry-After`` may say for how long."""

    status = 503


class GatewayTimeout(ServiceError):
    """504: a gateway got no answer from the service in time."""

    status = 504


class DatabaseError(ServiceError):
    """The database behind the service failed; ``status`` is what the service made of it."""

    layer = Layer.DATABASE


_BY_STATUS: Final = (
    *(BadRequest, Unauthorized, PaymentRequired, Forbidden, NotFound, MethodNotAllowed),
    *(NotAcceptable, RequestTimeout, Conflict, Gone, PreconditionFailed, ContentTooLarge),
    *(UnsupportedMediaType, UnprocessableContent, PreconditionRequired, TooManyRequests),
    *(InternalServerError, NotImplementedByService, BadGateway, ServiceUnavailable),
    GatewayTimeout,
)

STATUS_ERRORS: Final[Mapping[int, type[ApiError]]] = MappingProxyType(
    {kind.status: kind for kind in _BY_STATUS if kind.status}
)
"""The class of each status that has one of its own."""

LAYER_ERRORS: Final[Mapping[Layer, type[ApiError]]] = MappingProxyType(
    {
        kind.layer: kind
        for kind in (CallerError, NetworkError, ContractError, ServiceError, DatabaseError)
    }
)
"""The class of each layer."""


def error_class(status: int, layer: str | None = None) -> type[ApiError]:
    """Return the class for a documented error status.

    *layer* is what the contract registers for the type of the problem: it decides. The status
    does so only without it, and otherwise picks the class within the layer.
    """
    by_status = STATUS_ERRORS.get(status, ServiceError if status >= 500 else CallerError)
    by_layer = LAYER_ERRORS[Layer(layer)] if layer in _LAYERS else by_status
    return by_status if issubclass(by_status, by_layer) else by_layer


_LAYERS: Final = frozenset(Layer)

__all__ = [
    "LAYER_ERRORS",
    "STATUS_ERRORS",
    "ApiError",
    "BadGateway",
    "BadRequest",
    "CallerError",
    "CircuitOpen",
    "Conflict",
    "ConnectFailed",
    "ConnectionLost",
    "ContentTooLarge",
    "ContractError",
    "CredentialsUnavailable",
    "DatabaseError",
    "Forbidden",
    "GatewayTimeout",
    "Gone",
    "InternalServerError",
    "InvalidArgument",
    "InvalidBaseUrl",
    "InvalidContent",
    "Layer",
    "MethodNotAllowed",
    "NetworkError",
    "NotAcceptable",
    "NotFound",
    "NotImplementedByService",
    "PaymentRequired",
    "PreconditionFailed",
    "PreconditionRequired",
    "Problem",
    "RequestLine",
    "RequestTimeout",
    "ServiceError",
    "ServiceUnavailable",
    "TimedOut",
    "TooManyRequests",
    "Unauthorized",
    "UndocumentedMediaType",
    "UndocumentedStatus",
    "UnprocessableContent",
    "UnsupportedMediaType",
    "error_class",
    "phrase",
]
