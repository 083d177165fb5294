"""Base classes and annotations of the generated models.

A model is strict towards what it writes and kind towards what it reads. JSON is validated as the
contract says, natively and fast. Only if that fails for values of a later contract (an unknown
enumeration value, an unknown variant) does a client read once more, in Python mode and with
:data:`TOLERANT` as context: then they are kept as what they are. A writer, who serialises with
:data:`WRITING` as context, refuses both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, TypeVar, cast
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    SerializationInfo,
    ValidationInfo,
    model_serializer,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import TypedDict

from .constraints import lax

T = TypeVar("T")

TOLERANT: dict[str, Any] = {"tolerant": True}
"""Validation context of a reader that keeps what a later contract added."""


WRITING: dict[str, Any] = {"writing": True}
"""Serialisation context of a writer: what the contract does not know is refused."""


def is_tolerant(info: ValidationInfo) -> bool:
    """Return whether values that the contract does not know are to be kept."""
    return info.context is TOLERANT


class Model(BaseModel):
    """A JSON object of the contract. What was set is what is sent.

    Validation is strict: what the annotations say is what is accepted. Members that the contract
    does not name are kept in ``model_extra`` and sent again, so that reading and writing
    loses nothing.
    """

    model_config = ConfigDict(
        allow_inf_nan=False,  # JSON has no such numbers (RFC 8259, section 6)
        defer_build=True,
        extra="allow",
        populate_by_name=True,
        protected_namespaces=(),
        strict=True,
    )


class ClosedModel(Model):
    """A JSON object that refuses further members (``additionalProperties: false``)."""

    model_config = ConfigDict(extra="forbid")


class UnknownVariant(Model):
    """A variant of a union that this contract does not name, with all it carried."""

    @model_serializer(mode="plain")
    def _write(self, info: SerializationInfo) -> dict[str, Any]:
        if info.context is WRITING:
            raise ValueError("a variant that the contract does not name can't be written")
        return {**(self.model_extra or {})}


@dataclass(frozen=True, slots=True)
class _Omitted:
    """Annotate a member that may be left out but is never null on the wire."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        nullable = handler(source)
        value = nullable["schema"] if nullable["type"] == "nullable" else nullable
        return core_schema.json_or_python_schema(json_schema=value, python_schema=nullable)


def _is_none(value: object) -> bool:
    return value is None


Omissible: TypeAlias = Annotated[T | None, _Omitted(), Field(exclude_if=_is_none)]
"""A member that may be left out (None here) but is never null on the wire."""


@dataclass(frozen=True, slots=True)
class _Format:
    """Annotate a type that JSON writes as a text of a format: that text, no number in disguise."""

    name: str
    pattern: str
    kind: Literal["date-time", "date", "time", "uuid"]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        text = core_schema.str_schema(pattern=self.pattern)
        # Lax by itself, since what reaches it is text that the pattern has let through.
        lax = self._parsed(strict=False)
        return core_schema.json_or_python_schema(
            json_schema=core_schema.custom_error_schema(
                core_schema.chain_schema([text, lax]),
                custom_error_type=self.kind.replace("-", "_"),
                custom_error_message=f"Input should be {self.name}",
            ),
            python_schema=core_schema.with_info_wrap_validator_function(
                self._read, self._parsed(strict=None)
            ),
        )

    def _parsed(self, *, strict: bool | None) -> CoreSchema:
        match self.kind:
            case "date-time":
                return core_schema.datetime_schema(strict=strict, tz_constraint="aware")
            case "date":
                return core_schema.date_schema(strict=strict)
            case "time":
                return core_schema.time_schema(strict=strict)
            case "uuid":
                return core_schema.uuid_schema(strict=strict)

    def _read(
        self, value: Any, parse: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> object:
        if is_tolerant(info) and self.kind == "date-time" and isinstance(value, str):
            return datetime.fromisoformat(value)  # perhaps without an offset
        return parse(value)


Timestamp: TypeAlias = Annotated[
    datetime,
    _Format(
        "a date-time of RFC 3339, such as 2026-11-22T13:45:00Z",
        r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$",
        "date-time",
    ),
]
"""A date-time of RFC 3339; in Python a datetime with a time zone."""

Date: TypeAlias = Annotated[
    date, _Format("a date of RFC 3339, such as 2026-11-22", r"^\d{4}-\d\d-\d\d$", "date")
]
"""A full-date of RFC 3339."""

Time: TypeAlias = Annotated[
    time,
    _Format(
        "a time of RFC 3339, such as 13:45:00Z",
        r"^\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?$",
        "time",
    ),
]
"""A time of RFC 3339; the offset may be left out, as it often is."""

Uuid: TypeAlias = Annotated[
    UUID,
    _Format(
        "a UUID of RFC 9562, such as 0193a5f0-6c3e-7b1a-9f52-8d1c2e4b6a70",
        r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        "uuid",
    ),
]
"""A UUID in its usual form, with hyphens."""


class OpenEnum(StrEnum):
    """A string enumeration: closed when written, open when a later contract is read."""

    @property
    def is_known(self) -> bool:
        """Whether the contract that this code was generated from names the value."""
        return self.value in type(self)._value2member_map_

    @classmethod
    def unknown(cls, value: str) -> Self:
        """Return a member-like value that the contract does not name."""
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _open(cls, str, cls.unknown, handler(source))


class OpenIntEnum(IntEnum):
    """An integer enumeration: closed when written, open when a later contract is read."""

    @property
    def is_known(self) -> bool:
        """Whether the contract that this code was generated from names the value."""
        return self.value in type(self)._value2member_map_

    @classmethod
    def unknown(cls, value: int) -> Self:
        """Return a member-like value that the contract does not name."""
        member = int.__new__(cls, value)
        member._name_ = str(value)
        member._value_ = value
        return member

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        known = core_schema.no_info_before_validator_function(_no_boolean, handler(source))
        return _open(cls, int, cls.unknown, known)


def _no_boolean(value: Any) -> Any:
    """Refuse what Python alone takes for a number."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


def _open(
    enum: type[StrEnum | IntEnum],
    basis: type[str | int],
    unknown: Callable[[Any], object],
    known: CoreSchema,
) -> CoreSchema:
    """Return a schema that is closed in JSON and, read tolerantly, open in Python."""

    def read(
        value: Any, accept: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        plain = value.value if isinstance(value, enum) else value
        if is_tolerant(info):
            if type(plain) is not basis:
                raise PydanticCustomError("enum", "Input should be of another type")
            if plain not in enum._value2member_map_:
                return unknown(plain)
        return accept(plain)

    def write(value: StrEnum | IntEnum, info: SerializationInfo) -> Any:
        if info.context is WRITING and value.value not in enum._value2member_map_:
            raise ValueError(f"{value.value!r} is no {enum.__name__} of the contract")
        return value.value

    other = core_schema.any_schema(
        serialization=core_schema.plain_serializer_function_ser_schema(
            write, info_arg=True, when_used="json"
        )
    )
    # What the contract names is written without a call of Python, which takes ten times as long.
    named = core_schema.literal_schema([each.value for each in enum])
    return core_schema.json_or_python_schema(
        json_schema=known,
        python_schema=core_schema.with_info_wrap_validator_function(read, lax(known)),
        serialization=core_schema.union_schema([named, other]),
    )


UNKNOWN_VARIANT: Final = "unknown_variant"
"""The type of the error that a tag is none of many."""

_RECITED: Final = 12
"""So many tags are all told to who sent another one."""


class _UnknownTag(TypedDict, total=False):
    """The error of a tagged union, in pydantic's terms."""

    custom_error_type: str
    custom_error_message: str
    custom_error_context: dict[str, str | int | float]


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """Annotate a union of models with the member whose value tells them apart.

    The tag picks the variant in constant time, and errors point into it.
    """

    tag: str
    by_value: Mapping[str, type[Model]]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        models = {model: handler.generate_schema(model) for model in set(self.by_value.values())}
        tagged = core_schema.tagged_union_schema(
            {value: models[model] for value, model in self.by_value.items()},
            discriminator=self.tag,
            **self._unknown_tag(),
        )
        return core_schema.json_or_python_schema(
            # A chain is written as its last step: each variant, an unknown one too, by itself.
            json_schema=core_schema.chain_schema([tagged, core_schema.any_schema()]),
            python_schema=core_schema.with_info_wrap_validator_function(self._read, tagged),
        )

    def _unknown_tag(self) -> _UnknownTag:
        """Return what to say of an unknown tag where pydantic would recite all known ones."""
        if len(self.by_value) <= _RECITED:
            return {}
        some = ", ".join(f"'{value}'" for value in sorted(self.by_value)[:3])
        return {
            "custom_error_type": UNKNOWN_VARIANT,
            "custom_error_message": (
                "'{tag}' is missing, or none of the {count} values that the contract knows,"
                " such as {some}"
            ),
            "custom_error_context": {"tag": self.tag, "count": len(self.by_value), "some": some},
        }

    def _read(
        self, value: Any, accept: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> object:
        if not is_tolerant(info):
            return accept(value)
        if isinstance(value, UnknownVariant):
            return value
        if isinstance(value, dict):
            members = cast("dict[str, object]", value)
            tag = members.get(self.tag)
            if isinstance(tag, str) and tag not in self.by_value:
                return UnknownVariant.model_validate(members)
        return accept(value)
