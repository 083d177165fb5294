"""One operation, served: from an ASGI request to the arguments of its method, and to an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from pydantic import TypeAdapter

from .answers import (
    NO_CHECKERS,
    Answer,
    Breach,
    Checkers,
    answer_checkers,
    check_answer,
    raised,
    render,
)
from .bodies import (
    Limits,
    Reader,
    Receive,
    body_media,
    has_body,
    header,
    read_body,
    readers,
    receive_body,
    unsupported,
)
from .contracts import ContractUnavailable
from .decoding import Decoder, Wire, decoder
from .negotiation import accepted, quality
from .operations import Operation
from .problems import ApiError, BadRequest, NotAcceptable
from .violations import Refused

Method: TypeAlias = Callable[..., Awaitable[object]]
Scope: TypeAlias = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How strictly and how patiently a contract is served.

    Attributes:
        problem_base: Where the types of the server's own problems lie, such as
            ``https://example.com/problems/``; without it they are ``about:blank``.
        max_body_bytes: The largest body that is taken.
        body_timeout: Seconds that a body may take to arrive.
        max_depth: How deep JSON may be nested.
        unknown_query: What to do with a query parameter that the operation does not have.
        strict: Whether answers are checked against the contract, too.
        on_breach: Called with every answer that breaks the contract.

    """

    problem_base: str | None = None
    max_body_bytes: int = 5 * 1024 * 1024
    body_timeout: float = 30.0
    max_depth: int = 64
    unknown_query: Literal["refuse", "ignore"] = "refuse"
    strict: bool = False
    on_breach: Callable[[Breach], None] | None = None

    @property
    def limits(self) -> Limits:
        """What a body may cost."""
        return Limits(self.max_body_bytes, self.body_timeout, self.max_depth)


@dataclass(frozen=True, slots=True)
class Binding:
    """An operation with the method that carries it out; :func:`bind` makes it."""

    operation: Operation[Any]
    method: Method
    parameters: TypeAdapter[Any] | None
    defaults: Mapping[str, object]
    required_headers: Mapping[str, Sequence[str]]


BODY: Final = "body"
"""The name under which a method takes the body; no parameter has it."""


def bind(
    operation: Operation[Any],
    method: Method,
    *,
    parameters: TypeAdapter[Any] | None = None,
    defaults: Mapping[str, object] | None = None,
    required_headers: Mapping[str, Sequence[str]] | None = None,
) -> Binding:
    """Return *operation* bound to its method.

    Args:
        operation: The operation.
        method: Takes the parameters and the body, if the operation has one, as keywords.
        parameters: Validates the parameters, by keyword.
        defaults: Values of absent parameters, by keyword.
        required_headers: Header fields that an answer must have, by status.

    """
    return Binding(operation, method, parameters, defaults or {}, required_headers or {})


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a method is called with, and the body as it came."""

    keywords: Mapping[str, Any]
    content: bytes


@dataclass(frozen=True, slots=True)
class Endpoint:
    """All that serving one operation needs, made before the first request."""

    binding: Binding
    decoder: Decoder
    readers: tuple[Reader, ...]
    checkers: Checkers
    limits: Limits
    strict: bool
    offered: tuple[str, ...] = field(repr=False)

    @property
    def operation(self) -> Operation[Any]:
        """The operation that is served."""
        return self.binding.operation

    async def arguments(
        self, values: Mapping[str, str], scope: Scope, receive: Receive
    ) -> Arguments:
        """Return the arguments that a request gives.

        Raises:
            ApiError: The request is not acceptable.
            Refused: It breaks the contract in certain fields.

        """
        self._check_accept(scope)
        fields, body = scope["headers"], self.operation.body
        media = body_media(body, fields) if body else None
        keywords, errors = self._parameters(Wire(values, scope["query_string"], fields))
        content = b""
        if body or has_body(fields):
            content = await receive_body(receive, fields, self.limits)
        if body:
            keywords[BODY] = None
            if content and media is None:
                raise unsupported(body, "the body has no Content-Type")
            if content and media is not None:
                try:
                    content_type = header(fields, b"content-type") or ""
                    reader = next(one for one in self.readers if one.media is media)
                    keywords[BODY] = read_body(reader, content, content_type, self.limits)
                except Refused as refused:
                    errors |= refused.fields
                except ValueError as error:
                    raise BadRequest(str(error)) from None
            elif body.required:
                errors["body"] = "is required"
        if errors:
            raise Refused(errors)
        return Arguments(keywords, content)

    def _parameters(self, wire: Wire) -> tuple[dict[str, Any], dict[str, str]]:
        try:
            return self.decoder.decode(wire), {}
        except Refused as refused:
            return {}, refused.fields

    def _check_accept(self, scope: Scope) -> None:
        if self.offered:
            ranges = accepted(header(scope["headers"], b"accept"))
            if not any(quality(ranges, kind) for kind in self.offered):
                raise NotAcceptable(f"this is answered as {', '.join(self.offered)}")

    async def answer(self, arguments: Arguments, scope: Scope, instance: str) -> Answer:
        """Return what the method answers.

        Raises:
            Breach: The contract has no such answer.
            Exception: The method failed.

        """
        operation = self.operation
        ranges = accepted(header(scope["headers"], b"accept"))
        try:
            result = await self.binding.method(**arguments.keywords)
        except ApiError as error:
            if error.request is not None:
                raise  # another service's answer to us is not ours to this caller
            found = raised(operation.id, error, instance)
        else:
            found = render(operation, result, ranges)
        if self.strict:
            check_answer(operation, found, self.binding.required_headers, self.checkers)
        return found


def endpoint(binding: Binding, options: ServerOptions) -> Endpoint:
    """Return what serves a binding.

    Raises:
        ContractUnavailable: A default breaks its own schema.

    """
    operation = binding.operation
    try:
        read = decoder(
            operation.parameters,
            binding.parameters,
            binding.defaults,
            refuse_unknown=options.unknown_query == "refuse",
            max_depth=options.max_depth,
        )
    except ValueError as error:
        raise ContractUnavailable(f"{operation.id}: {error}") from None
    kinds = [media.media_type for table in operation.success.values() for media in table]
    offered = tuple(dict.fromkeys(kind for kind in kinds if kind))
    return Endpoint(
        binding,
        decoder=read,
        readers=readers(operation.body),
        checkers=answer_checkers(operation) if options.strict else NO_CHECKERS,
        limits=options.limits,
        strict=options.strict,
        offered=offered,
    )
