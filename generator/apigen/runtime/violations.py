"""What breaks a contract, field by field, in the names of the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final, cast

from pydantic import ValidationError

from .details import one_line

MAX_FIELDS: Final = 100
"""How many fields a refusal names; whoever sends more mistakes learns of the first ones."""

_MAX_MESSAGE: Final = 300
_MAX_NAME: Final = 200


class Refused(ValueError):  # noqa: N818 - named after what happened, as the other errors are
    """A request that breaks the contract in the given fields.

    Only so many fields are kept, and only so much of each: a stranger chose their names.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("the request does not match the contract")
        self.fields = {
            one_line(name, _MAX_NAME): one_line(message, _MAX_MESSAGE * 5)
            for name, message in islice(fields.items(), MAX_FIELDS)
        }


def field_errors(error: ValidationError, value: object, within: str = "") -> dict[str, str]:
    """Return the message of each field that *error* finds wrong in *value*, the decoded JSON.

    Fields are dotted paths of the names in *value*. What pydantic puts between them (which variant
    of a union it tried) is left out, since it is no name of the wire.
    """
    found: dict[str, list[str]] = {}
    for issue in error.errors(include_url=False, include_context=False, include_input=False):
        names = wire_names(issue["loc"], value, missing=issue["type"] == "missing")
        field = one_line(".".join([within, *names] if within else names) or "body", _MAX_NAME)
        if field not in found and len(found) == MAX_FIELDS:
            break
        messages = found.setdefault(field, [])
        message = one_line(issue["msg"], _MAX_MESSAGE)
        if message not in messages and len(messages) < 5:
            messages.append(message)
    return {field: "; ".join(messages) for field, messages in found.items()}


def wire_names(loc: Sequence[str | int], value: object, *, missing: bool) -> list[str]:
    """Return the parts of pydantic's *loc* that are members and indexes of *value*."""
    names: list[str] = []
    for place, part in enumerate(loc):
        if isinstance(value, dict) and part in value:
            value = cast("dict[object, object]", value)[part]
        elif isinstance(value, list) and isinstance(part, int):
            items = cast("list[object]", value)
            value = items[part] if part < len(items) else None
        elif not (missing and place == len(loc) - 1):
            continue
        names.append(str(part))
    return names
