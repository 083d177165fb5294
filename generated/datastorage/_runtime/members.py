"""Objects as the fields of a form, and multipart bodies as their parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from .scalars import as_json, text
from .schema import WRITING

T = TypeVar("T")

Field: TypeAlias = tuple[str, str | bytes, str]
"""Name, content and media type (empty for text) of one field."""

_FILE: Final = "application/octet-stream"
_JSON: Final = "application/json"


class Members(Generic[T]):
    """An object of the contract as the fields of a form."""

    def __init__(self, form: object) -> None:
        self.form = form

    @cached_property
    def adapter(self) -> TypeAdapter[T]:
        """The validator of the form, built on first use."""
        return TypeAdapter(cast("Any", self.form))

    @cached_property
    def shapes(self) -> Mapping[str, str]:
        """Which members are arrays and which are objects, from the form's JSON Schema."""
        try:
            schema = self.adapter.json_schema()
        except PydanticUserError:
            return {}
        top = _resolve(schema, schema)
        members = cast("Mapping[str, Any]", top.get("properties", {}))
        return {name: str(_resolve(member, schema).get("type")) for name, member in members.items()}

    def read(self, fields: Iterable[tuple[str, str | bytes]]) -> T:
        """Return the object that the fields stand for.

        Raises:
            ValueError: They do not fit the form, or a field is given twice that is no list.

        """
        found: dict[str, Any] = {}
        for name, content in fields:
            shape = self.shapes.get(name)
            if shape == "array":
                found.setdefault(name, []).append(content)
            elif name in found:
                raise ValueError(f"the field {name!r} is given twice")
            else:
                found[name] = json.loads(content) if shape == "object" else content
        # Fields are text, so that numbers and instants are read laxly from it.
        return self.adapter.validate_python(found, strict=False)

    def write(self, value: T) -> Iterator[Field]:
        """Yield the fields of an object.

        Raises:
            ValueError: It is no object, or a member has no text.

        """
        self.adapter.validate_python(value)
        members: object = self.adapter.dump_python(
            value, by_alias=True, exclude_unset=True, context=WRITING, warnings="error"
        )
        if not isinstance(members, Mapping):
            raise ValueError(f"expected an object, not {type(value).__name__}")
        for name, member in cast("Mapping[str, object]", members).items():
            if isinstance(member, Sequence | Set) and not isinstance(member, str | bytes):
                items = cast("Sequence[object]", member)
                yield from (_field(name, item) for item in items if item is not None)
            elif member is not None:
                yield _field(name, member)


def _field(name: str, value: object) -> Field:
    if isinstance(value, bytes):
        return name, value, _FILE
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return name, as_json(cast("object", value)), _JSON
    return name, text(value), ""


def _resolve(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references within pydantic's own JSON Schema, and look past ``null``."""
    while True:
        if "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
        elif (
            len(kinds := [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]) == 1
        ):
            schema = kinds[0]
        else:
            return schema


def join_parts(boundary: str, fields: Iterable[Field]) -> bytes:
    """Return a multipart body (RFC 2046, section 5.1.1) of the given fields."""
    lines: list[bytes] = []
    for name, content, media_type in fields:
        quoted = _quoted(name)
        file = f'; filename="{quoted}"' if isinstance(content, bytes) else ""
        lines += [f"--{boundary}".encode()]
        lines += [f'Content-Disposition: form-data; name="{quoted}"{file}'.encode()]
        lines += [f"Content-Type: {media_type}".encode()] if media_type else []
        lines += [b"", content if isinstance(content, bytes) else content.encode()]
    return b"\r\n".join([*lines, f"--{boundary}--".encode(), b""])


def split_parts(content: bytes) -> Iterator[tuple[str, str | bytes]]:
    """Yield name and content of each part; files, which have a file name, as bytes.

    Raises:
        ValueError: It is no multipart body.

    """
    delimiter = content.partition(b"\r\n")[0]
    if delimiter.endswith(b"--") and content.removesuffix(b"\r\n") == delimiter:
        return  # nothing but the end: no part at all
    if not delimiter.startswith(b"--") or not 3 <= len(delimiter) <= 72:
        raise ValueError("a multipart body starts with its boundary")
    body, end, _ = (b"\r\n" + content).partition(b"\r\n" + delimiter + b"--")
    if not end:
        raise ValueError("a multipart body ends with its boundary")
    for part in body.split(b"\r\n" + delimiter + b"\r\n")[1:]:
        head, blank, data = part.partition(b"\r\n\r\n")
        if not blank:
            raise ValueError("a part of a multipart body has no end of its header")
        options = _disposition(head.decode())
        if "name" not in options:
            raise ValueError("a part of a multipart body has no name")
        yield options["name"], data if "filename" in options else data.decode()


def _disposition(head: str) -> dict[str, str]:
    """Return the parameters of the Content-Disposition field of a part's header."""
    for line in head.split("\r\n"):
        field, _, value = line.partition(":")
        if field.strip().lower() == "content-disposition":
            pairs = (option.partition("=") for option in value.split(";")[1:])
            return {key.strip().lower(): _unquoted(text.strip()) for key, _, text in pairs}
    return {}


_ESCAPES: Final = (('"', "%22"), ("\r", "%0D"), ("\n", "%0A"), (";", "%3B"))


def _quoted(name: str) -> str:
    """Escape a name as HTML does for multipart forms (and the semicolon, for simple readers)."""
    for char, code in _ESCAPES:
        name = name.replace(char, code)
    return name


def _unquoted(value: str) -> str:
    value = value.removeprefix('"').removesuffix('"')
    for char, code in _ESCAPES:
        value = value.replace(code, char)
    return value
