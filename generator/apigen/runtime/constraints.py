"""Annotations for what the contract asks of values beyond what the validator has built in."""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, cast

from pydantic import BaseModel, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


def lax(schema: CoreSchema) -> CoreSchema:
    """Return a schema that takes plain values: texts for dates, values for members."""
    if schema["type"] == "definitions":
        return schema
    if schema["type"] == "function-before":
        return cast("CoreSchema", {**schema, "schema": lax(schema["schema"])})
    return cast("CoreSchema", {**schema, "strict": False})


def member_count(least: int = 0, most: int | None = None) -> Any:
    """Return a validator of how many members an object has (``minProperties``, ``maxProperties``).

    A member that was set to None and is left out on the wire does not count.
    """

    def check(model: BaseModel) -> BaseModel:
        count = len(model.model_fields_set)
        for name, each in type(model).model_fields.items():
            if each.exclude_if and name in model.model_fields_set and getattr(model, name) is None:
                count -= 1
        if count < least or (most is not None and count > most):
            raise PydanticCustomError(
                "member_count",
                "Object should have {expected} members, not {actual}",
                {"expected": _range(least, most), "actual": count},
            )
        return model

    return model_validator(mode="after")(check)


def _range(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return f"{least} to {most}" if least else f"at most {most}"


@dataclass(frozen=True, slots=True)
class _Base64:
    """Annotate bytes as base64 text (RFC 4648, section 4); in Python they are what they are."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        text = core_schema.no_info_after_validator_function(_decoded, core_schema.str_schema())
        return core_schema.json_or_python_schema(
            json_schema=text,
            python_schema=core_schema.no_info_wrap_validator_function(
                _read_base64, handler(source)
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(
                _encoded, when_used="json"
            ),
        )


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PydanticCustomError("base64", "Input should be base64 text") from None


def _encoded(content: bytes) -> str:
    return b64encode(content).decode()


def _read_base64(value: Any, accept: core_schema.ValidatorFunctionWrapHandler) -> bytes:
    content: bytes = _decoded(value) if isinstance(value, str) else accept(value)
    return content


Base64: TypeAlias = Annotated[bytes, _Base64()]
"""Octets that are base64 text on the wire (``format: byte``, ``contentEncoding: base64``)."""


@dataclass(frozen=True, slots=True)
class Written:
    """Annotate a type that is text on the wire with what the contract asks of that text."""

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        known = handler(source)
        text = core_schema.str_schema(
            min_length=self.min_length, max_length=self.max_length, pattern=self.pattern
        )
        # Past the text a validator sees a Python value, so that a strict one would refuse it.
        return core_schema.json_or_python_schema(
            json_schema=core_schema.chain_schema([text, lax(known)]), python_schema=known
        )


@dataclass(frozen=True, slots=True)
class Exactly:
    """Annotate a type that has a few values, numbers among them: ``1`` is neither True nor 1.5."""

    values: tuple[str | int | float | bool | None, ...]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        known = {(isinstance(each, bool), each): each for each in self.values}

        def check(value: Any) -> Any:
            if isinstance(value, str | int | float | None):
                found = known.get((isinstance(value, bool), value), check)
                if found is not check:
                    return found
            raise PydanticCustomError(
                "literal_error",
                "Input should be one of {expected}",
                {"expected": ", ".join(map(repr, self.values))},
            )

        return core_schema.no_info_before_validator_function(check, handler(source))


@dataclass(frozen=True, slots=True)
class UniqueItems:
    """Annotate a list whose items all differ (JSON Schema ``uniqueItems``)."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_all_differ, handler(source))


def _all_differ(items: list[Any]) -> list[Any]:
    if len({_identity(item) for item in items}) != len(items):
        raise PydanticCustomError("unique_items", "Items should be unique")
    return items


def _identity(value: Any) -> Any:
    """Return what equal JSON values have in common: True is no 1, the order of members nothing."""
    match value:
        case bool():
            return bool, value
        case BaseModel():
            return _identity(value.model_dump(mode="json", by_alias=True, exclude_unset=True))
        case list():
            return list, tuple(_identity(item) for item in cast("Iterable[Any]", value))
        case dict():
            members = cast("dict[str, Any]", value)
            return dict, frozenset((name, _identity(item)) for name, item in members.items())
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Matches:
    """Annotate a text with a pattern that the validator's own engine can't read."""

    pattern: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        search = re.compile(self.pattern, re.ASCII).search  # as ECMA-262 reads \\d

        def check(text: str) -> str:
            if search(text) is None:
                raise PydanticCustomError(
                    "string_pattern_mismatch",
                    "String should match pattern '{pattern}'",
                    {"pattern": self.pattern},
                )
            return text

        return core_schema.no_info_after_validator_function(check, handler(source))
