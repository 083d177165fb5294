"""Media: how values become the content of a message and are read back from it.

Every kind has a ``media_type``, reads content as its form, and writes a value of its form. Content
that does not fit is a :class:`ValueError` (pydantic's ``ValidationError`` is one).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from os import urandom
from typing import Any, Final, Generic, Protocol, TypeVar, cast, overload
from urllib.parse import parse_qsl, urlencode

from pydantic import TypeAdapter, ValidationError

from .members import Members, join_parts, split_parts
from .schema import TOLERANT, UNKNOWN_VARIANT, WRITING

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Media(Protocol[T_co]):
    """What all kinds of media can do."""

    @property
    def media_type(self) -> str:
        """The media type or range that the contract names; empty for no content at all."""
        ...

    def read(self, content: bytes, /) -> T_co:
        """Return the value that *content* stands for.

        Raises:
            ValueError: The content is not of this form.

        """
        ...

    def encode(self, value: Any, /) -> tuple[str, bytes]:
        """Return the Content-Type and the content for *value*.

        Raises:
            ValueError: The value is not of this form.

        """
        ...


class Json(Generic[T]):
    """JSON text in a form of the contract."""

    @overload
    def __init__(self, form: type[T], media_type: str = ...) -> None: ...
    @overload
    def __init__(self, form: object, media_type: str = ...) -> None: ...
    def __init__(self, form: object, media_type: str = "application/json") -> None:
        self.form = form
        self.media_type = media_type

    @cached_property
    def adapter(self) -> TypeAdapter[T]:
        """The validator of the form, built on first use.

        Two threads may both build it then: they build the same, and one is kept.
        """
        return TypeAdapter(cast("type[T]", self.form))

    def read(self, content: bytes, /) -> T:
        """Return the value; what only a later contract knows is kept as what it is.

        Raises:
            pydantic.ValidationError: The content does not fit, neither exactly nor tolerantly.

        """
        try:
            return self.adapter.validate_json(content)
        except ValidationError as error:
            if not _may_be_later(error):
                raise
            try:
                # Texts stand for dates and identifiers in JSON, so the second reading is lax.
                return self.adapter.validate_python(
                    json.loads(content), strict=False, context=TOLERANT
                )
            except (ValueError, RecursionError):
                pass
            raise

    def write(self, value: T, /) -> bytes:
        """Return the value as JSON text: what was set, under its names on the wire.

        Raises:
            ValueError: The value is not of the form.

        """
        # The serialiser takes any model for any other and writes what they share.
        self.adapter.validate_python(value)
        return self.adapter.dump_json(
            value, by_alias=True, exclude_unset=True, context=WRITING, warnings="error"
        )

    def encode(self, value: T, /) -> tuple[str, bytes]:
        """Return the Content-Type and the content."""
        return self.media_type, self.write(value)

    def __repr__(self) -> str:
        return f"Json({self.form!r}, {self.media_type!r})"


_UNKNOWN: Final = frozenset({"enum", "literal_error", "union_tag_invalid", UNKNOWN_VARIANT})


def _may_be_later(error: ValidationError) -> bool:
    """Return whether a later contract explains the error: values or variants are unknown.

    Nothing else may be wrong, since the second reading would not see it.
    """
    found = error.errors(include_url=False, include_context=False)
    return all(
        issue["type"] in _UNKNOWN and isinstance(issue["input"], str | int | dict)
        for issue in found
    )


@dataclass(frozen=True, slots=True)
class Text:
    """Text in UTF-8."""

    media_type: str = "text/plain"

    def read(self, content: bytes, /) -> str:
        """Return the text."""
        return content.decode()

    def write(self, value: str, /) -> bytes:
        """Return the text's bytes."""
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - not all callers are type-checked
            raise ValueError(f"expected text, not {type(value).__name__}")
        return value.encode()

    def encode(self, value: str, /) -> tuple[str, bytes]:
        """Return the Content-Type and the content."""
        return self.media_type, self.write(value)


@dataclass(frozen=True, slots=True)
class Binary:
    """Bytes, as they are."""

    media_type: str = "application/octet-stream"

    def read(self, content: bytes, /) -> bytes:
        """Return the content."""
        return content

    def write(self, value: bytes, /) -> bytes:
        """Return the bytes."""
        if not isinstance(value, bytes):  # pyright: ignore[reportUnnecessaryIsInstance] - not all callers are type-checked
            raise ValueError(f"expected bytes, not {type(value).__name__}")
        return value

    def encode(self, value: bytes, /) -> tuple[str, bytes]:
        """Return the Content-Type and the content."""
        return self.media_type, self.write(value)


@dataclass(frozen=True, slots=True)
class Nothing:
    """No content at all."""

    media_type: str = ""

    def read(self, content: bytes, /) -> None:  # noqa: ARG002 - whatever comes, it means nothing
        """Return None."""
        return

    def write(self, value: None, /) -> bytes:  # noqa: ARG002 - there is but one value
        """Return no bytes."""
        return b""

    def encode(self, value: None, /) -> tuple[str, bytes]:
        """Return no Content-Type and no content."""
        return "", self.write(value)


class Form(Generic[T]):
    """An HTML form (``application/x-www-form-urlencoded``) whose fields are an object's members.

    A list is its items under one name; an object is JSON text (OpenAPI, "Encoding Object").
    """

    media_type: str = "application/x-www-form-urlencoded"

    @overload
    def __init__(self, form: type[T]) -> None: ...
    @overload
    def __init__(self, form: object) -> None: ...
    def __init__(self, form: object) -> None:
        self.members: Members[T] = Members(form)

    def read(self, content: bytes, /) -> T:
        """Return the value."""
        pairs = parse_qsl(content.decode(), keep_blank_values=True, errors="strict")
        return self.members.read(pairs)

    def write(self, value: T, /) -> bytes:
        """Return the fields, percent-encoded."""
        fields = [
            (name, member if isinstance(member, str) else member.decode())
            for name, member, _ in self.members.write(value)
        ]
        return urlencode(fields).encode()

    def encode(self, value: T, /) -> tuple[str, bytes]:
        """Return the Content-Type and the content."""
        return self.media_type, self.write(value)


class Multipart(Generic[T]):
    """A form in parts (``multipart/form-data``, RFC 7578).

    Bytes are files, other single values are text, objects are JSON, lists are a part per item.
    """

    media_type: str = "multipart/form-data"

    @overload
    def __init__(self, form: type[T]) -> None: ...
    @overload
    def __init__(self, form: object) -> None: ...
    def __init__(self, form: object) -> None:
        self.members: Members[T] = Members(form)

    def read(self, content: bytes, /) -> T:
        """Return the value. The boundary is taken from the first line."""
        return self.members.read(split_parts(content))

    def encode(self, value: T, /) -> tuple[str, bytes]:
        """Return the Content-Type, which names the boundary, and the content."""
        boundary = urandom(16).hex()  # not to be guessed, so that no value can hold it
        content = join_parts(boundary, self.members.write(value))
        return f"{self.media_type}; boundary={boundary}", content


def essence(content_type: str) -> str:
    """Return a Content-Type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def choose(media: Sequence[Media[T]], content_type: str) -> Media[T] | None:
    """Return the kind of media for a Content-Type: named exactly, by its family, or by ``*/*``."""
    wanted = essence(content_type)
    family = wanted.partition("/")[0] + "/*"
    for pattern in (wanted, family, "*/*"):
        for kind in media:
            if wanted and essence(kind.media_type) == pattern:
                return kind
    return None
