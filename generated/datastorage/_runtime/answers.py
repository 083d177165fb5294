"""Answers: what a method returns or raises, as status, header fields and content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from .bodies import strict_adapter
from .details import ApiError, phrase
from .headers import check_field
from .media import Binary, Json, Media, Nothing, Text, choose
from .negotiation import quality
from .operations import Operation
from .violations import field_errors

T_co = TypeVar("T_co", covariant=True)

PROBLEM_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Reply(Generic[T_co]):
    """A result whose status or header fields the method chooses itself."""

    status: int
    value: T_co
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Breach(Exception):  # noqa: N818 - named after what happened, as the other errors are
    """A method has answered what the contract does not know.

    Attributes:
        operation: The operation's id.
        what: What is wrong with the answer, without any of its values.

    """

    def __init__(self, operation: str, what: str) -> None:
        super().__init__(f"{operation}: {what}")
        self.operation = operation
        self.what = what


Kinds: TypeAlias = Sequence[Media[Any]]


def render(operation: Operation[Any], result: object, ranges: Mapping[str, float]) -> Answer:
    """Return the answer for what a method returned.

    Args:
        operation: The operation that was called.
        result: A value, whose type chooses the status, or a :class:`Reply`.
        ranges: What the request accepts.

    Raises:
        Breach: The contract has no such answer.

    """
    headers: dict[str, str] = {}
    value = result
    if isinstance(result, Reply):
        reply = cast("Reply[object]", result)
        status, value = reply.status, reply.value
        kinds = documented(operation, status)
        if kinds is None:
            raise Breach(operation.id, f"the status {status!r} is not documented")
        headers = _checked(operation.id, reply.headers)
    else:
        status, kinds = _by_type(operation, value)
    kinds = _with_content(kinds)
    if not kinds or status in {204, 205, 304}:
        if value is not None:
            raise Breach(operation.id, f"the status {status} has no content, but a value came")
        return Answer(status, headers, b"")
    best = max(_fit(media, value) for media in kinds)
    fitting = [media for media in kinds if _fit(media, value) == best]
    media = max(fitting, key=lambda media: quality(ranges, media.media_type))
    content_type, content = _encoded(operation.id, media, value)
    given = headers.get("content-type", content_type) if "*" in content_type else content_type
    return Answer(status, {**headers, "content-type": _concrete(media, given)}, content)


def documented(operation: Operation[Any], status: int) -> Kinds | None:
    """Return the media of a status: named exactly, by its range, or by ``default``."""
    if type(status) is not int or not 200 <= status <= 599:
        return None
    for name in (str(status), f"{status // 100}XX", "default"):
        for table in (operation.success, operation.errors):
            if name in table:
                return table[name]
    return None


def _by_type(operation: Operation[Any], value: object) -> tuple[int, Kinds]:
    """Return the success status that a value belongs to, with its media."""
    fits = {
        name: max((_fit(media, value) for media in _with_content(kinds)), default=_absence(value))
        for name, kinds in operation.success.items()
    }
    best = max(fits.values(), default=0)
    names = [name for name, fit in fits.items() if fit == best] if best or len(fits) == 1 else []
    if len(names) != 1:
        kind = type(value).__name__
        how = "several statuses fit" if names else "no status fits"
        raise Breach(operation.id, f"{how} the returned {kind}: return a Reply with the status")
    return (int(names[0]) if names[0].isdigit() else 200), operation.success[names[0]]


def _with_content(kinds: Kinds) -> Kinds:
    return [media for media in kinds if not isinstance(media, Nothing)]


def _absence(value: object) -> int:
    return _EXACT if value is None else _NONE


_EXACT: Final = 3
_INSTANCE: Final = 2
_PERHAPS: Final = 1
_NONE: Final = 0


def _fit(media: object, value: object) -> int:
    """Return how well a value fits a kind of media."""
    if isinstance(media, Json):
        return _fit_form(cast("Json[object]", media).form, value)
    if isinstance(media, Text | Binary):
        return _INSTANCE if isinstance(value, str if isinstance(media, Text) else bytes) else _NONE
    return _PERHAPS


def _fit_form(form: Any, value: object) -> int:
    origin = get_origin(form)
    if origin in {Union, UnionType}:
        return max(_fit_form(one, value) for one in get_args(form))
    if origin is Annotated:
        return _fit_form(get_args(form)[0], value)
    if hasattr(form, "__value__"):  # a type alias
        return _fit_form(form.__value__, value)
    kind = origin or form
    if kind is None or type(value) is kind:
        return _EXACT if kind is not None or value is None else _NONE
    if isinstance(kind, type):
        return _INSTANCE if isinstance(value, kind) and kind is not object else _NONE
    return _PERHAPS


def _encoded(operation: str, media: Media[Any], value: object) -> tuple[str, bytes]:
    try:
        return media.encode(value)
    except Exception as error:
        kind = type(value).__name__
        raise Breach(operation, f"the returned {kind} does not fit {media.media_type}") from error


def _concrete(media: object, content_type: str) -> str:
    """Return a Content-Type that says all: no range, and the charset of a text."""
    if "*" in content_type:
        content_type = "text/plain" if isinstance(media, Text) else "application/octet-stream"
    if isinstance(media, Text) and "charset" not in content_type:
        return f"{content_type}; charset=utf-8"
    return content_type


_OURS: Final = frozenset({"content-length", "transfer-encoding", "connection"})
"""Header fields that say how a message is framed: not a method's business."""


def _checked(operation: str, headers: Mapping[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in headers.items():
        try:
            check_field(name, value)
        except (ValueError, TypeError, AttributeError) as error:
            raise Breach(operation, f"the header {name!r} cannot be sent: {error}") from None
        if name.lower() not in _OURS:
            fields[name.lower()] = value
    return fields


def problem(
    status: int,
    detail: str | None,
    instance: str,
    *,
    type: str = "about:blank",  # noqa: A002 - the member's name in RFC 9457
    title: str = "",
    headers: Mapping[str, str] | None = None,
    extensions: Mapping[str, object] | None = None,
) -> Answer:
    """Return a problem document (RFC 9457)."""
    members = {"type": type, "title": title or phrase(status), "status": status}
    told = {"detail": detail, "instance": instance}
    content = {**members, **{name: text for name, text in told.items() if text}}
    return Answer(
        status,
        {**(headers or {}), "content-type": PROBLEM_TYPE},
        to_json({**(extensions or {}), **content}),
    )


def raised(operation: str, error: ApiError, instance: str) -> Answer:
    """Return the answer for an error that a method raised.

    Raises:
        Breach: It is no answer: it has no error status, or what it carries cannot be written.

    """
    status, details = error.status, error.problem
    if status is None or not 400 <= status <= 599 or details is None:
        raise Breach(operation, f"a raised {type(error).__name__} has no error status")
    headers = _checked(operation, error.headers)
    try:
        return problem(
            status,
            details.detail,
            details.instance or instance,
            type=details.type,
            title=details.title,
            headers=headers,
            extensions=details.model_extra,
        )
    except ValueError as cause:
        raise Breach(operation, f"a raised {type(error).__name__} cannot be written") from cause


Checkers: TypeAlias = Mapping[int, TypeAdapter[Any]]
"""Validators of JSON media, by the identity of the media."""

NO_CHECKERS: Final[Checkers] = {}


def answer_checkers(operation: Operation[Any]) -> Checkers:
    """Return the validators of all answers of an operation."""
    tables = (operation.success, operation.errors)
    kinds = [media for table in tables for media_of in table.values() for media in media_of]
    json = [cast("object", media) for media in kinds if isinstance(media, Json)]
    found = {id(media): strict_adapter(media) for media in json}
    return {key: adapter for key, adapter in found.items() if adapter is not None}


def check_answer(
    operation: Operation[Any],
    answer: Answer,
    required: Mapping[str, Sequence[str]],
    checkers: Checkers,
) -> None:
    """Raise :class:`Breach` unless the contract knows the answer.

    *required* names the header fields that an answer must have, by status.
    """
    kinds = documented(operation, answer.status)
    if kinds is None:
        raise Breach(operation.id, f"the status {answer.status} is not documented")
    content_type = answer.headers.get("content-type", "")
    media = choose(kinds, content_type) if content_type else None
    if content_type and media is None:
        raise Breach(
            operation.id, f"{content_type} is not documented for the status {answer.status}"
        )
    names = required.get(str(answer.status)) or required.get(f"{answer.status // 100}XX", ())
    missing = [name for name in names if name.lower() not in answer.headers]
    if missing:
        raise Breach(operation.id, f"the header {missing[0]} is missing on {answer.status}")
    adapter = checkers.get(id(media))
    if adapter is not None:
        try:
            adapter.validate_json(answer.content)
        except ValidationError as error:
            fields = field_errors(error, from_json(answer.content))
            told = "; ".join(f"{name}: {text}" for name, text in fields.items())
            raise Breach(operation.id, f"the body of {answer.status} is wrong: {told}") from None
