"""Bodies of requests: how they arrive (ASGI), and what they say in the contract's terms."""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import anyio
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic_core import from_json

from .jsontext import MalformedJson, check_json
from .literals import ANYTHING, NO_FORMS, Form, forms_of, literal
from .media import Form as UrlEncoded
from .media import Json, Media, Multipart, Text, choose
from .members import split_parts
from .negotiation import MediaType, media_type
from .operations import Body
from .problems import ApiError, BadRequest, ContentTooLarge, RequestTimeout, UnsupportedMediaType
from .styles import decoded, query_pairs
from .violations import Refused, field_errors

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Fields: TypeAlias = Sequence[tuple[bytes, bytes]]

_UTF8: Final = frozenset({"utf-8", "utf8"})


class Disconnected(Exception):  # noqa: N818 - named after what happened, as the other errors are
    """The client has gone before the request was complete: nobody waits for an answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a body may cost: bytes, seconds until it has arrived, levels of nesting."""

    max_bytes: int
    seconds: float
    max_depth: int


def header(fields: Fields, name: bytes) -> str | None:
    """Return the value of a header field; of several, one list (RFC 9110, section 5.3)."""
    values = [value.decode("latin-1").strip(" \t") for key, value in fields if key.lower() == name]
    return ", ".join(values) if values else None


def body_media(body: Body, fields: Fields) -> Media[Any] | None:
    """Return the kind of media that the header announces, None if it announces none.

    Raises:
        UnsupportedMediaType: It is none of the operation's, or coded in an unknown way.

    """
    coding = (header(fields, b"content-encoding") or "identity").lower()
    if coding != "identity":
        raise UnsupportedMediaType(
            f"the Content-Encoding {coding!r} is not supported",
            headers={"accept-encoding": "identity"},
        )
    given = header(fields, b"content-type")
    if given is None:
        return None
    found = media_type(given)
    media = choose(body.media, found.essence) if found else None
    if found is None or media is None:
        raise unsupported(body, f"the Content-Type {given!r} is not supported")
    charset = found.parameters.get("charset", "utf-8").lower()
    if charset not in _UTF8 and _is_text(media):
        raise unsupported(body, f"the charset {charset!r} is not supported: use UTF-8")
    return media


def unsupported(body: Body, detail: str) -> ApiError:
    """Return the refusal of a body's kind, which says what kinds there are."""
    return UnsupportedMediaType(
        detail, headers={"accept": ", ".join(media.media_type for media in body.media)}
    )


def _is_text(media: object) -> bool:
    return isinstance(media, Json | Text | UrlEncoded)


async def receive_body(receive: Receive, fields: Fields, limits: Limits) -> bytes:
    """Return the content of a request.

    Raises:
        ContentTooLarge: It is, or is announced to be, larger than allowed.
        RequestTimeout: It has not arrived in time.
        BadRequest: It is not as long as announced.
        Disconnected: The client has gone.

    """
    announced = _announced(fields)
    if announced is not None and announced > limits.max_bytes:
        raise _too_large(limits)
    content = bytearray()
    try:
        with anyio.fail_after(limits.seconds):
            async for chunk in _chunks(receive):
                content += chunk
                if len(content) > limits.max_bytes:
                    raise _too_large(limits)
    except TimeoutError:
        raise RequestTimeout(
            f"the body has not arrived within {limits.seconds:g} s", headers=_CLOSE
        ) from None
    if announced not in {None, len(content)}:
        raise BadRequest("the body is not as long as its Content-Length says", headers=_CLOSE)
    return bytes(content)


_CLOSE: Final = {"connection": "close"}  # the rest of the body would be taken for a request


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _announced(fields: Fields) -> int | None:
    text = header(fields, b"content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 20:
        raise BadRequest("the Content-Length is no number of bytes", headers=_CLOSE)
    return int(text)


def _too_large(limits: Limits) -> ApiError:
    return ContentTooLarge(f"the body is larger than {limits.max_bytes} bytes", headers=_CLOSE)


def has_body(fields: Fields) -> bool:
    """Return whether a header announces content (RFC 9112, section 6.3)."""
    length = header(fields, b"content-length")
    return header(fields, b"transfer-encoding") is not None or length not in {None, "0"}


def strict_adapter(media: object) -> TypeAdapter[Any] | None:
    """Return a new validator of a kind of media that has a form.

    It is strict by configuration and not by call: a call would override the types that read texts
    by design. Models and the like bring their own configuration, which is strict.
    """
    whole: Any = media  # of whatever form
    if isinstance(media, Json):
        return _strict(whole.form)
    if isinstance(media, UrlEncoded | Multipart):
        return _strict(whole.members.form)
    return None


def _strict(form: Any) -> TypeAdapter[Any]:
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(form, config=ConfigDict(strict=True))
    except PydanticUserError:
        adapter = TypeAdapter(form)
    adapter.rebuild()
    return adapter


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of media with what validates it, made before the first request."""

    media: Media[Any]
    adapter: TypeAdapter[Any] | None
    forms: Mapping[str, Form]


def readers(body: Body | None) -> tuple[Reader, ...]:
    """Return what reads each kind of media of a body."""
    found: list[Reader] = []
    for media in body.media if body else ():
        adapter = strict_adapter(media)
        in_fields = isinstance(media, UrlEncoded | Multipart)
        found.append(
            Reader(media, adapter, forms_of(adapter) if adapter and in_fields else NO_FORMS)
        )
    return tuple(found)


def read_body(reader: Reader, content: bytes, content_type: str, limits: Limits) -> Any:
    """Return the value of a body.

    Raises:
        Refused: It breaks the contract.
        ValueError: It is malformed; the message says how.

    """
    if isinstance(reader.media, Multipart):
        return _multipart(reader, content, media_type(content_type), limits.max_depth)
    if isinstance(reader.media, Text):
        return _text(content)
    if reader.adapter is None:
        return reader.media.read(content)
    if isinstance(reader.media, UrlEncoded):
        content = _urlencoded(content, reader.forms, limits.max_depth).encode()
    return read_json(reader.adapter, content, limits.max_depth)


def read_json(adapter: TypeAdapter[Any], content: bytes, max_depth: int) -> Any:
    """Return the value of JSON text.

    Raises:
        Refused: It breaks the contract.
        MalformedJson: It is no JSON, or JSON that readers disagree on.

    """
    check_json(content, max_depth=max_depth)
    try:
        return adapter.validate_json(content)
    except ValidationError as error:
        raise Refused(field_errors(error, from_json(content))) from None


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"the text is not UTF-8 at byte {error.start}") from None
    if "\0" in text:
        raise ValueError("the text holds the character U+0000")
    return text


def _urlencoded(content: bytes, forms: Mapping[str, Form], max_depth: int) -> str:
    """Return a form as JSON text, its texts taken for what the schema says they are."""
    pairs: list[tuple[str, str]] = []
    for raw_name, raw_value in query_pairs(content):
        name = decoded(raw_name, plus=True)
        try:
            pairs.append((name, decoded(raw_value, plus=True)))
        except ValueError as error:
            raise Refused({name: str(error)}) from None
    return _object(pairs, forms, max_depth)


def _object(pairs: Sequence[tuple[str, str]], forms: Mapping[str, Form], max_depth: int) -> str:
    """Return the fields of a form as JSON text: lists by repetition, objects as JSON."""
    members: dict[str, list[str]] = {}
    errors: dict[str, str] = {}
    for name, text in pairs:
        form = forms.get(name, ANYTHING)
        try:
            members.setdefault(name, []).append(_field(text, form, max_depth))
        except ValueError as error:
            errors[name[:100]] = str(error)
        if len(members.get(name, ())) > 1 and "array" not in form.types:
            errors[name[:100]] = "is given more than once"
    if errors:
        raise Refused(errors)
    return "{" + ",".join(_member(name, forms, texts) for name, texts in members.items()) + "}"


def _field(text: str, form: Form, max_depth: int) -> str:
    if "array" in form.types:
        return literal(text, form.items or ANYTHING)
    if "object" in form.types:
        check_json(text.encode(), max_depth=max_depth)
        return text
    return literal(text, form)


def _member(name: str, forms: Mapping[str, Form], texts: Sequence[str]) -> str:
    is_list = "array" in forms.get(name, ANYTHING).types
    return f"{literal(name, ANYTHING)}:" + (f"[{','.join(texts)}]" if is_list else texts[0])


def _multipart(reader: Reader, content: bytes, announced: MediaType | None, max_depth: int) -> Any:
    """Return the value of a form in parts, after the same checks of its texts."""
    boundary = announced.parameters.get("boundary", "") if announced else ""
    delimiter = b"--" + boundary.encode("latin-1")
    start = 0 if content.startswith(delimiter) else content.find(b"\r\n" + delimiter) + 2
    content = content[start:]
    if not boundary or content.partition(b"\r\n")[0].removesuffix(b"--") != delimiter:
        raise ValueError("the body has no part that starts with the boundary of the Content-Type")
    _object(list(_text_parts(content)), reader.forms, max_depth)
    try:
        return reader.media.read(content)
    except ValidationError as error:
        names = {name: "" for name, _ in split_parts(content)}
        raise Refused(field_errors(error, names)) from None


def _text_parts(content: bytes) -> Iterator[tuple[str, str]]:
    for name, part in split_parts(content):
        if isinstance(part, str):
            yield name, part


__all__ = [
    "Disconnected",
    "Limits",
    "MalformedJson",
    "Reader",
    "body_media",
    "has_body",
    "header",
    "read_body",
    "read_json",
    "readers",
    "receive_body",
    "strict_adapter",
    "unsupported",
]
