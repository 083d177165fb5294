"""Reading what a server answered: a value, or the error that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar, cast

from pydantic import ValidationError

from .details import misfits
from .headers import Headers
from .media import Json, Media, Nothing, Text, choose, essence
from .operations import Operation
from .problems import (
    ApiError,
    InvalidContent,
    Problem,
    UndocumentedMediaType,
    UndocumentedStatus,
    error_class,
)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Kinds: TypeAlias = tuple[Media[object], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, read whole."""

    status: int
    headers: Headers
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer(Generic[T_co]):
    """The value of a successful call, with the status and header fields that came with it."""

    value: T_co
    status: int
    headers: Headers
    url: str = field(default="", repr=False)  # a query may hold secrets


def read(operation: Operation[T], reply: Reply, layers: Mapping[str, str]) -> T:
    """Return the value of a reply.

    *layers* tells the layer for each registered type of problem.

    Raises:
        ApiError: What an error status stands for, or a :class:`ContractError` if the reply is
            not one that the contract knows.

    """
    kinds, succeeded = documented(operation, reply.status)
    try:
        if kinds is None:
            raise UndocumentedStatus(_undocumented(operation, reply))
        value = _value(operation, kinds, reply)
    except ApiError as error:
        error.answered(reply.status, reply.headers, reply.content)
        error.problem = _problem(reply)
        raise
    if succeeded:
        return cast("T", value)
    raise _error(reply, value, layers)


def documented(operation: Operation[object], status: int) -> tuple[Kinds | None, bool]:
    """Return the media that the contract has for a status, and whether that is a success.

    The exact status holds before its range, and the range before the default (OpenAPI,
    "Responses Object"). None stands for a status that the contract does not have.
    """
    for key in (str(status), f"{status // 100}XX"):
        if (kinds := operation.success.get(key)) is not None:
            return kinds, True
        if (kinds := operation.errors.get(key)) is not None:
            return kinds, False
    # A default says nothing of what the status means: errors are never returned as values.
    if status < 400:
        return operation.success.get("default"), True
    return operation.errors.get("default", operation.success.get("default")), False


def _undocumented(operation: Operation[object], reply: Reply) -> str:
    known = ", ".join(dict.fromkeys([*operation.success, *operation.errors])) or "none"
    moved = "a redirect is not followed; " if 300 <= reply.status < 400 else ""
    return f"{moved}the contract has the statuses {known}"


def _value(operation: Operation[object], kinds: Kinds, reply: Reply) -> object:
    """Read the content in the kind of media that its Content-Type names."""
    if operation.method == "HEAD" or reply.status in {204, 205, 304}:
        return None
    expected = [kind for kind in kinds if not isinstance(kind, Nothing)]
    if not expected or (not reply.content and len(expected) < len(kinds)):
        return None
    content_type = reply.headers.get("content-type", "")
    kind = choose(expected, content_type)
    if kind is None:
        known = ", ".join(kind.media_type for kind in expected)
        found = essence(content_type) or "no Content-Type"
        raise UndocumentedMediaType(f"the contract has {known} here, the answer {found}")
    try:
        return kind.read(_utf8(reply.content, content_type, kind))
    except ValidationError as error:
        raise _invalid(error) from error
    except (ValueError, LookupError, RecursionError) as error:
        raise InvalidContent(f"the body is no {essence(content_type)}: {error}") from error


def _utf8(content: bytes, content_type: str, kind: object) -> bytes:
    """Return text that came in another charset in UTF-8."""
    charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    if charset in {"", "utf-8", "utf8", "us-ascii"} or not isinstance(kind, Text | Json):
        return content
    return content.decode(charset).encode()


def _invalid(error: ValidationError) -> InvalidContent:
    issues = error.errors(include_url=False, include_input=False, include_context=False)
    invalid = InvalidContent(f"the body does not fit the contract: {misfits(error)}")
    invalid.errors = tuple(dict(issue) for issue in issues)
    return invalid


def _problem(reply: Reply) -> Problem | None:
    if essence(reply.headers.get("content-type", "")) != "application/problem+json":
        return None
    try:
        return Problem.model_validate_json(reply.content)
    except ValidationError:
        return None


def _error(reply: Reply, value: object, layers: Mapping[str, str]) -> ApiError:
    problem = _problem(reply)
    kind = error_class(reply.status, layers.get(problem.type) if problem else None)
    error = kind((problem.detail or "") if problem else value if isinstance(value, str) else "")
    error.answered(reply.status, reply.headers, reply.content)
    error.problem, error.value = problem, value
    return error
