"""Operations and calls as values: no input or output happens here.

The operation table of a generated package is made of these. The client turns an operation and its
arguments into a :class:`Call`; the server reads the same facts to route, decode and check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from .details import misfits
from .headers import check_field
from .media import Media, choose
from .parameters import Encoder, Parameter, encoder
from .problems import InvalidArgument

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: the kinds of media that it may be sent as, in order of preference."""

    media: tuple[Media[Any], ...]
    required: bool = field(default=True, kw_only=True)


@dataclass(frozen=True)
class Operation(Generic[T_co]):
    """One operation of the contract.

    Attributes:
        id: Its ``operationId``.
        method: The HTTP method, in capitals.
        path: The path template of the contract, below the base URL.
        parameters: What it takes beside the body.
        body: What it takes as body, None if nothing.
        success: Media of the answers that are returned, by status (``"200"``, ``"2XX"``,
            ``"default"``); an answer without content has no media.
        errors: Media of the answers that are raised, by status.

    """

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    success: Mapping[str, tuple[Media[T_co], ...]] = field(
        default_factory=dict[str, tuple[Media[T_co], ...]]
    )
    errors: Mapping[str, tuple[Media[object], ...]] = field(
        default_factory=dict[str, tuple[Media[object], ...]]
    )
    _plan: _Plan | None = field(default=None, init=False, repr=False, compare=False)

    def call(
        self, *, body: object = None, media_type: str | None = None, **arguments: object
    ) -> Call[T_co]:
        """Return this operation bound to its arguments, ready to be sent.

        Args:
            body: The value of the body, None for no body.
            media_type: Which of the body's media types to use; the first that fits, if not given.
            arguments: Values by ``Parameter.keyword``; None means left out.

        Raises:
            InvalidArgument: A value cannot be sent, is missing or is unknown to the operation.

        """
        plan = self._plan or self._prepared()
        try:
            texts = _texts(plan, arguments)
            target = _path(plan, texts) + _query(plan, texts)
            content_type, content = _content(self.body, body, media_type)
        except InvalidArgument as error:
            raise error.about(self.id) from error.__cause__
        return Call(self, target, _headers(plan, texts, content_type), content)

    def call_with(self, content: bytes, **arguments: object) -> Call[T_co]:
        """Return this operation bound to a body that is written already, in its first media type.

        Args:
            content: The body.
            arguments: As in :meth:`call`.

        Raises:
            InvalidArgument: There is no body in this operation, or as in :meth:`call`.

        """
        if self.body is None:
            raise InvalidArgument("there is no body in this operation").about(self.id)
        plan = self._plan or self._prepared()
        try:
            texts = _texts(plan, arguments)
            target = _path(plan, texts) + _query(plan, texts)
        except InvalidArgument as error:
            raise error.about(self.id) from error.__cause__
        return Call(self, target, _headers(plan, texts, self.body.media[0].media_type), content)

    def _prepared(self) -> _Plan:
        try:
            plan = _plan_of(self)
        except ValueError as error:
            raise InvalidArgument(str(error)).about(self.id) from None
        object.__setattr__(self, "_plan", plan)  # a memo: the same, whoever computes it
        return plan


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """An operation with its arguments: all that is to be sent, any number of times.

    Attributes:
        operation: What is called.
        target: Path and query below the base URL, percent-encoded.
        headers: Header fields, Accept and Content-Type among them.
        content: The body, None for none.

    """

    operation: Operation[T_co]
    target: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)  # may carry secrets
    content: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is the same for every call of an operation."""

    parameters: tuple[tuple[Parameter, Encoder], ...]
    path: tuple[tuple[str, str], ...]  # a literal, then the keyword of what follows it (or "")
    query: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    accept: tuple[str, str]


def _plan_of(operation: Operation[object]) -> _Plan:
    parameters = operation.parameters
    kinds = [kind for table in (operation.success, operation.errors) for kind in _media(table)]
    accept = ", ".join(dict.fromkeys(kind.media_type for kind in kinds if kind.media_type))
    return _Plan(
        parameters=tuple((parameter, encoder(parameter)) for parameter in parameters),
        path=_pieces(
            operation.path, {p.name: p.keyword for p in parameters if p.location == "path"}
        ),
        query=tuple(p.keyword for p in parameters if p.location == "query"),
        headers=tuple((p.name, p.keyword) for p in parameters if p.location == "header"),
        cookies=tuple(p.keyword for p in parameters if p.location == "cookie"),
        accept=("accept", accept or "*/*"),
    )


def _media(table: Mapping[str, tuple[Media[object], ...]]) -> list[Media[object]]:
    return [kind for kinds in table.values() for kind in kinds]


def _pieces(template: str, keywords: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Take a path template apart; what names no parameter stays literal."""
    pieces: list[tuple[str, str]] = []
    literal, *expressions = template.split("{")
    for expression in expressions:
        name, closed, after = expression.partition("}")
        if closed and name in keywords:
            pieces.append((quote(literal, safe=_PATH), keywords[name]))
            literal = after
        else:
            literal += "{" + expression
    return (*pieces, (quote(literal, safe=_PATH), ""))


_PATH: Final = "/%:@!$&'()*+,;="
"""What stays as it is in the literal parts of a path (RFC 3986, section 3.3)."""


def _texts(plan: _Plan, arguments: dict[str, object]) -> dict[str, str]:
    """Return each argument that is given as it is written."""
    texts: dict[str, str] = {}
    for parameter, encode in plan.parameters:
        value = arguments.pop(parameter.keyword, None)
        if value is not None:
            try:
                written = encode(value)
            except ValueError as error:
                raise InvalidArgument(f"{_named(parameter)}: {error}") from None  # may hold values
            if written is not None:
                texts[parameter.keyword] = written
                continue
        if parameter.required:
            raise InvalidArgument(f"{_named(parameter)} is required")
    if arguments:
        raise InvalidArgument(f"there is no argument {next(iter(arguments))!r}")
    return texts


def _named(parameter: Parameter) -> str:
    wire = "" if parameter.name == parameter.keyword else f" {parameter.name!r}"
    return f"{parameter.keyword!r} ({parameter.location} parameter{wire})"


def _path(plan: _Plan, texts: Mapping[str, str]) -> str:
    if len(plan.path) == 1:
        return plan.path[0][0]
    words: list[str] = []
    for literal, keyword in plan.path:
        words.append(literal)
        if keyword:
            if not texts.get(keyword):
                raise InvalidArgument(f"{keyword!r} (path parameter) cannot be empty")
            words.append(texts[keyword])
    path = "".join(words)
    if "/." in path and not {".", ".."}.isdisjoint(path.split("/")):
        # Percent-encoded or not, URL normalisation takes these for steps (RFC 3986, 6.2.2).
        raise InvalidArgument("no segment of a path can be '.' or '..'")
    return path


def _query(plan: _Plan, texts: Mapping[str, str]) -> str:
    written = "&".join([texts[keyword] for keyword in plan.query if keyword in texts])
    return f"?{written}" if written else ""


def _headers(
    plan: _Plan, texts: Mapping[str, str], content_type: str
) -> tuple[tuple[str, str], ...]:
    headers = [plan.accept]
    if content_type:
        headers.append(("content-type", content_type))
    headers += [(name, texts[keyword]) for name, keyword in plan.headers if keyword in texts]
    if cookies := [texts[keyword] for keyword in plan.cookies if keyword in texts]:
        headers.append(("cookie", "; ".join(cookies)))
    return tuple(headers)


def _content(body: Body | None, value: object, media_type: str | None) -> tuple[str, bytes | None]:
    """Return Content-Type and content, in the first kind of media that the value fits."""
    if value is None:
        if body and body.required:
            raise InvalidArgument("the body is required")
        return "", None
    if body is None:
        raise InvalidArgument("there is no body in this operation")
    kinds = body.media
    if media_type is not None:
        chosen = choose(body.media, media_type)
        kinds = (chosen,) if chosen else ()
    failure: ValueError | None = None
    for kind in kinds:
        try:
            content_type, content = kind.encode(value)
        except ValueError as error:
            failure = failure or error
        else:
            return _concrete(content_type, media_type), content
    if failure is None:
        raise InvalidArgument(f"the body cannot be sent as {media_type!r}")
    raise InvalidArgument(f"the body does not fit the contract: {_reason(failure)}") from failure


def _reason(error: ValueError) -> str:
    """Return what the serialiser found, without the value: that may be a secret."""
    if isinstance(error, ValidationError):
        return misfits(error)
    words = str(error).replace("Pydantic serializer warnings:", "").partition("input_value=")[0]
    return words.replace("PydanticSerializationUnexpectedValue(", "").strip(" [,\n")


def _concrete(content_type: str, media_type: str | None) -> str:
    """Return the Content-Type to send where the contract has a range such as ``image/*``."""
    if "*" not in content_type:
        return content_type
    if media_type is None or "*" in media_type:
        raise InvalidArgument(f"say which media type of {content_type!r} the body is: media_type=")
    try:
        check_field("content-type", media_type)
    except ValueError as error:
        raise InvalidArgument(f"media_type: {error}") from None
    return media_type


__all__ = ["Body", "Call", "Operation", "Parameter"]
